//! What becomes of a file that is hashed.

use std::io;

use sanchay_core::content::{Content, HashSource};
use sanchay_sandbox::Fault;
use sanchay_storage::Metadata;

use crate::error::{Action, Cause};

/// A file's digest and what goes with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HashResult {
    pub(crate) content: Content,
    /// Where that comes from.
    pub(crate) source: HashSource,
    pub(crate) size: u64,
    /// What the file was when it was opened; `None` for what is none.
    pub(crate) metadata: Option<Metadata>,
    /// Whether the file had more bytes than when it was opened. They were
    /// left out.
    pub(crate) grew: bool,
}

/// Why a file could not be hashed.
pub(crate) type Failure = (Action, Cause);

/// Reading failed.
pub(super) fn reading(error: io::Error) -> Failure {
    (Action::Read, error.into())
}

/// Hashing failed.
pub(super) fn hashing(fault: Fault) -> Failure {
    (Action::Hash, fault.into())
}
