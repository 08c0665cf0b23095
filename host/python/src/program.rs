//! The program itself, for `python -m sanchay` and the script `sanchay`.

use std::ffi::OsString;

use pyo3::prelude::*;
use sanchay_names::OsStringExt as _;

/// Runs the program with these arguments, the first of which is its name, and
/// ends the process. The command is what starts it once more.
#[pyfunction]
pub(crate) fn run_program(
    py: Python<'_>,
    command: Vec<Vec<u8>>,
    arguments: Vec<Vec<u8>>,
) {
    let words =
        |all: Vec<Vec<u8>>| all.into_iter().map(OsString::from_vec).collect();
    let (command, arguments) = (words(command), words(arguments));
    py.detach(|| sanchay_cli::run_within(command, arguments))
}
