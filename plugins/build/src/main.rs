//! `./x plugins`: writes the example plugins to `target/plugins`.

use std::process::ExitCode;

use sanchay_plugin_build::{Failure, c, images, portable};

fn main() -> ExitCode {
    match plugins() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the examples and tells where they are.
fn plugins() -> Result<(), Failure> {
    println!("{}", images()?.display());
    match portable()? {
        Some(path) => println!("{}", path.display()),
        None => eprintln!("{}", c::Tools::MISSING),
    }
    Ok(())
}
