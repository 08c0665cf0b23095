//! The program `sanchay`: the library `sanchay` from the command line. It is a
//! library itself so that the Python package has it too.
//!
//! Thin on purpose: a command turns its arguments into options, hands the
//! library's events to a writer, and its outcome to an exit code.

mod address_space;
mod arguments;
mod commands;
mod configuration;
mod context;
mod defect;
mod execute;
mod exit;
mod failure;
mod faults;
mod inherited;
mod itself;
mod logging;
mod messages;
mod options;
mod output;
mod plugins;
mod progress;
mod signals;
mod sort;
mod standard_streams;
mod stats;
mod terminal;

use std::ffi::OsString;

/// Runs the program as [`run`] does, in a process that was started by another
/// one. The command starts it once more: further arguments follow, without the
/// program's name.
pub fn run_within(command: Vec<OsString>, arguments: Vec<OsString>) -> ! {
    itself::is_started_by(command);
    run(arguments)
}

/// Runs the program with these arguments, the first of which is its name, and
/// ends the process. It takes over what belongs to a process: signals, the
/// panic hook and the standard streams.
pub fn run(arguments: Vec<OsString>) -> ! {
    address_space::limit_malloc_arenas();
    defect::tell();
    let arguments = arguments::parse(&arguments);
    exit::end(commands::run(arguments))
}
