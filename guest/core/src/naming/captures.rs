//! What a regular expression captures of a name.

use alloc::borrow::ToOwned as _;
use alloc::vec::Vec;

use crate::pattern::{Capturing, PatternError};
use crate::template::CaptureNames;

/// A regular expression, and what it captured of the last name.
#[derive(Debug)]
pub struct Captures {
    regex: Capturing,
    name: Vec<u8>,
}

impl Captures {
    /// Compiles a regular expression.
    ///
    /// # Errors
    /// It is not well formed, or becomes too large.
    pub fn new(regex: &str) -> Result<Self, PatternError> {
        let regex = Capturing::new(regex, false)?;
        Ok(Self { regex, name: Vec::new() })
    }

    /// The captures that a template can name.
    #[must_use]
    pub fn names(&self) -> CaptureNames {
        let names = self.regex.group_names();
        CaptureNames(names.map(|it| it.map(str::to_owned)).collect())
    }

    /// Searches a name; whether it matches.
    pub fn search(&mut self, name: &[u8]) -> bool {
        self.name.clear();
        self.name.extend_from_slice(name);
        self.regex.search(name)
    }

    /// What a group captured: 0 is all that matched.
    #[must_use]
    pub fn group(&self, number: usize) -> Option<&[u8]> {
        self.name.get(self.regex.group(number)?)
    }

    /// The number of the group of that name.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<usize> {
        let mut names = self.regex.group_names();
        names.position(|it| it == Some(name))
    }
}
