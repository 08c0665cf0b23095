//! The program `sanchay`; the library beside it is all there is to it.

/// musl's own allocator takes one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    sanchay_cli::run(std::env::args_os().collect())
}
