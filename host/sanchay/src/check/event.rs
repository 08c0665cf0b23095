//! What checking a list comes upon, and what it comes to.

use std::ops::AddAssign;

use sanchay_core::record::Verdict;
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

impl CheckStatus {
    /// What records say of it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Match => Verdict::Ok,
            Self::Mismatch => Verdict::Failed,
            Self::Failed(error) if error.is_missing() => Verdict::Missing,
            Self::Failed(_) => Verdict::Unreadable,
        }
    }

    /// Why the file could not be opened or read.
    #[must_use]
    pub const fn error(&self) -> Option<&EntryError> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Match | Self::Mismatch => None,
        }
    }
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
    /// How many files were named: all but malformed lines.
    #[must_use]
    pub const fn checked(&self) -> u64 {
        let found = self.matched.saturating_add(self.mismatched);
        found.saturating_add(self.missing).saturating_add(self.unreadable)
    }

    /// Counts what checking came upon.
    pub fn count(&mut self, event: &CheckEvent<'_>) {
        match event {
            CheckEvent::Malformed { .. } => self.malformed += 1,
            CheckEvent::Checked { verdict, .. } => match verdict.verdict() {
                Verdict::Ok => self.matched += 1,
                Verdict::Missing => self.missing += 1,
                Verdict::Unreadable => self.unreadable += 1,
                _ => self.mismatched += 1,
            },
        }
    }
}

impl AddAssign for CheckSummary {
    /// Adds what another list came to.
    fn add_assign(&mut self, other: Self) {
        self.matched += other.matched;
        self.mismatched += other.mismatched;
        self.missing += other.missing;
        self.unreadable += other.unreadable;
        self.malformed += other.malformed;
    }
}
