//! The harness's one kind of error: a sentence for the person who runs it.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::Path;

/// What could not be done, with the path and what to do about it.
#[derive(Debug)]
pub(crate) struct Problem(String);

/// The result of everything here that can fail.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// A problem described by a sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl Display for Problem {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for Problem {}

/// Names what was tried, and on which path, where it failed.
pub(crate) trait Trying<T> {
    /// `action` is a verb without its object: "read", "create".
    fn trying(self, action: &str, path: &Path) -> Result<T>;
}

impl<T, E: Into<io::Error>> Trying<T> for std::result::Result<T, E> {
    fn trying(self, action: &str, path: &Path) -> Result<T> {
        self.map_err(|error| {
            let error = error.into();
            Problem(format!("cannot {action} {path:?}: {error}"))
        })
    }
}
