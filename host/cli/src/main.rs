//! The program `sanchay`: the library `sanchay` from the command line.
//!
//! Thin on purpose: a command turns its arguments into options, hands the
//! library's events to a writer, and its outcome to an exit code.

mod address_space;
mod arguments;
mod commands;
mod configuration;
mod context;
mod defect;
mod exit;
mod failure;
mod faults;
mod inherited;
mod logging;
mod messages;
mod options;
mod output;
mod plugins;
mod progress;
mod signals;
mod standard_streams;
mod stats;
mod terminal;

fn main() {
    address_space::limit_malloc_arenas();
    defect::tell();
    let arguments = arguments::parse();
    exit::end(commands::run(arguments))
}
