//! Ending the program with one of the exit codes.

use std::process;

use sanchay::Summary;
pub(crate) use sanchay_core::exit::{Exit, HELP};

use crate::signals;

/// How a run over this many roots ended.
pub(crate) fn of_run(summary: &Summary, roots: usize) -> Exit {
    tracing::info!(?summary, "run finished");
    Exit::of_run(roots, summary.errors, summary.named_errors)
}

/// Ends the program.
pub(crate) fn end(exit: Exit) -> ! {
    match exit {
        Exit::Interrupted => signals::die_interrupted(),
        Exit::Unread => signals::die_unread(),
        ended => process::exit(i32::from(ended.code())),
    }
}
