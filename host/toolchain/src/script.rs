//! What build scripts have in common: how they end, and what they ask cargo.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::Failure;

/// Runs a build script, and shows what went wrong as errors of cargo's.
pub fn main(run: impl FnOnce() -> Result<(), Failure>) -> ExitCode {
    let Err(failure) = run() else { return ExitCode::SUCCESS };
    for line in failure.lines() {
        println!("cargo::error={line}");
    }
    ExitCode::FAILURE
}

/// A variable that cargo sets for build scripts.
///
/// # Errors
///
/// It is not set, or not text.
pub fn variable(name: &str) -> Result<String, Failure> {
    env::var(name).map_err(|error| {
        format!("{name}: {error}; this script is to be run by cargo")
    })
}

/// The folder for what the script makes.
///
/// # Errors
///
/// Those of [`variable`].
pub fn out_dir() -> Result<PathBuf, Failure> {
    variable("OUT_DIR").map(PathBuf::from)
}

/// The folder of the whole checkout, two above the package's.
///
/// # Errors
///
/// Those of [`variable`], and that the package lies elsewhere.
pub fn root() -> Result<PathBuf, Failure> {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    match package.ancestors().nth(2) {
        Some(root) => Ok(root.to_path_buf()),
        None => Err(format!(
            "{} does not lie two folders below the checkout",
            package.display(),
        )),
    }
}
