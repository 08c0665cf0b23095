//! Arguments that cannot be obeyed.

use alloc::string::String;
use core::error::Error;
use core::fmt;

use sanchay_core::escape::escaped;

/// What is wrong with the arguments. Printed, it is safe for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escaped(self.0.as_bytes()).fmt(f)
    }
}

impl Error for UsageError {}
