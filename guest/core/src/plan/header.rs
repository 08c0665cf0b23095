//! What stands before the steps: what the document is, who made it, and the
//! roots that paths are beneath.

use alloc::string::String;
use alloc::vec::Vec;

use crate::file_id::FileId;

/// The most roots that a plan may have.
pub const MAX_ROOTS: usize = 1_000_000;

/// Which of the two documents it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Document {
    /// What is to be done.
    #[default]
    Plan,
    /// What was done.
    Journal,
}

impl Document {
    /// Its name in the header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plan => "sanchay-plan",
            Self::Journal => "sanchay-journal",
        }
    }
}

/// A directory that paths are beneath.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its path, absolute.
    pub path: Vec<u8>,
    /// What identified it when the plan was made. Where that is told, another
    /// directory at that path is not the root.
    pub id: Option<FileId>,
}

/// What stands before the steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Which document follows.
    pub document: Document,
    /// The program that made it, with its version.
    pub made_by: String,
    /// The command that it was made for.
    pub command: String,
    /// The run, in a journal.
    pub run: String,
    /// When the run began, in a journal, as RFC 3339 has it.
    pub started: String,
    /// The directories that paths are beneath. A list of them is long where
    /// single files were named: their folders are the roots.
    pub roots: Vec<Root>,
    /// What else was asked for, by the options' names.
    pub options: Vec<(String, String)>,
}
