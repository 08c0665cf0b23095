//! `build-command`: builds `guest/command` and says where it is.

use std::process::ExitCode;

fn main() -> ExitCode {
    match sanchay_builder::build() {
        Ok(built) => {
            println!(
                "{}: {} bytes; imports {}",
                built.path.display(),
                built.size,
                built.imports.join(", "),
            );
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("build-command: {failure}");
            ExitCode::from(2)
        }
    }
}
