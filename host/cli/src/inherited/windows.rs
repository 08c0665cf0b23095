//! What whoever started the program handed down to it: whether its standard
//! streams are open at all. A program without a console has none.

use std::{
    io::{stdin, stdout},
    os::windows::io::AsRawHandle as _,
};

/// Whether there was no standard input when the program was started.
pub(crate) fn input_is_closed() -> bool {
    stdin().as_raw_handle().is_null()
}

/// Whether there was no standard output when the program was started.
pub(crate) fn output_is_closed() -> bool {
    stdout().as_raw_handle().is_null()
}
