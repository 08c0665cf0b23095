//! What is said to a person, on standard error: one line each.

use alloc::format;
use core::fmt::Display;

use sanchay_core::exit::Exit;
use wasi::cli::stderr::get_stderr;

use crate::failure::{EntryError, Failure};
use crate::tally::Tally;

/// The most bytes that WASI takes in one blocking write.
const WRITE: usize = 4096;

/// Writes a line that is no complaint.
pub(crate) fn note(text: impl Display) {
    let stderr = get_stderr();
    for piece in format!("{text}\n").as_bytes().chunks(WRITE) {
        if stderr.blocking_write_and_flush(piece).is_err() {
            // There is nowhere left to report it.
            return;
        }
    }
}

/// Names an entry that failed, and counts it.
pub(crate) fn entry(error: &EntryError, tally: &mut Tally) {
    tally.errors += 1;
    tally.roots += u64::from(error.named);
    note(format_args!("sanchay: {error}"));
}

/// Says why the command failed, unless it is better left unsaid, and with
/// which code it ends.
pub(crate) fn failure(failure: &Failure) -> Exit {
    match failure {
        Failure::Closed => return Exit::Done,
        Failure::Usage(why) => note(format_args!(
            "error: {why}\n\nFor more information, try '--help'."
        )),
        other => note(format_args!("sanchay: {other}")),
    }
    Exit::Failed
}
