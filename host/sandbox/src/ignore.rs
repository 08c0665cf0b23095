//! Ignore files, and what can be wrong with their rules.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sanchay_core::ignore::{Place, RuleSetError, weight};

use crate::Fault;

/// What the next ignore file is called.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The text of an ignore file and where it applies. Each inspector parses it
/// when it first needs it.
#[derive(Debug)]
pub struct IgnoreFile {
    /// No two of a process have the same.
    id: u64,
    path: PathBuf,
    text: Vec<u8>,
    place: Place,
}

impl IgnoreFile {
    /// An ignore file with this text, in a directory that lies there. Its path
    /// is for messages.
    #[must_use]
    pub fn new(path: PathBuf, text: Vec<u8>, place: Place) -> Self {
        Self { id: NEXT.fetch_add(1, Relaxed), path, text, place }
    }

    /// The same rules for another directory.
    #[must_use]
    pub fn at(&self, place: Place) -> Self {
        Self::new(self.path.clone(), self.text.clone(), place)
    }

    /// Its path, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What no other ignore file of this process has.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where its directory lies.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// How many bytes its rules take up in an instance, roughly and at most.
    #[must_use]
    pub fn weight(&self) -> usize {
        weight(self.text.len())
    }
}

/// Why ignore rules were not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IgnoreError {
    /// The text is no ignore file.
    #[error("the ignore rules cannot be used: {0}")]
    Refused(RuleSetError),
    /// Matching the rules of this file, by its index, costs more than a
    /// listing may. The instance is as it was.
    #[error("matching the ignore rules costs too much")]
    TooCostly(usize),
    /// The component could not be asked.
    #[error(transparent)]
    Fault(#[from] Fault),
}
