//! The program `sanchay`; the library beside it is all there is to it.

fn main() {
    sanchay_cli::run(std::env::args_os().collect())
}
