//! What whoever started the program handed down to it.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{input_is_closed, is_ignored, output_is_closed};
#[cfg(windows)]
pub(crate) use windows::{input_is_closed, output_is_closed};
