//! The program itself, for `python -m sanchay` and the script `sanchay`.

use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};

use pyo3::prelude::*;

/// Runs the program with these arguments, the first of which is its name, and
/// ends the process.
#[pyfunction]
pub(crate) fn run_program(py: Python<'_>, arguments: Vec<Vec<u8>>) {
    let arguments = arguments.into_iter().map(OsString::from_vec);
    let arguments = arguments.collect();
    py.detach(|| sanchay_cli::run(arguments))
}
