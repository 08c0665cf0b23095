//! What checking a list comes upon, and what it comes to.

use sanchay_sandbox::Flaw;

use crate::error::EntryError;

/// What became of an entry of a list.
#[derive(Debug)]
pub enum CheckStatus {
    /// The file has the digest on the list.
    Match,
    /// It has another one.
    Mismatch,
    /// It could not be opened or read.
    Failed(EntryError),
}

/// What checking comes upon, in the order of the list's lines.
#[derive(Debug)]
#[non_exhaustive]
pub enum CheckEvent<'a> {
    /// A file was checked.
    Checked {
        /// Its path, as the list names it.
        path: &'a [u8],
        /// What became of the entry.
        verdict: CheckStatus,
        /// The length of its digest in bytes, if that alone decided which
        /// algorithms it may be of.
        guessed: Option<usize>,
    },
    /// A line that has nothing that can be checked.
    Malformed {
        /// The line's number, from 1.
        line: u64,
        /// What is wrong with it; it prints as words.
        flaw: Flaw,
    },
}

/// What checking a list came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckSummary {
    /// Files that have the digest on the list.
    pub matched: u64,
    /// Files that have another one.
    pub mismatched: u64,
    /// Files that do not exist.
    pub missing: u64,
    /// Files that could not be opened or read for another reason.
    pub unreadable: u64,
    /// Lines that have nothing that can be checked.
    pub malformed: u64,
}

impl CheckSummary {
    pub(super) fn count(&mut self, event: &CheckEvent<'_>) {
        match event {
            CheckEvent::Malformed { .. } => self.malformed += 1,
            CheckEvent::Checked { verdict, .. } => match verdict {
                CheckStatus::Match => self.matched += 1,
                CheckStatus::Mismatch => self.mismatched += 1,
                CheckStatus::Failed(error) if error.is_missing() => {
                    self.missing += 1;
                }
                CheckStatus::Failed(_) => self.unreadable += 1,
            },
        }
    }
}
