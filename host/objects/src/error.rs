//! Why a storage could not do what it was asked to.

use std::io;

use sanchay_storage::escaped;

/// Why a storage could not do what it was asked to. No message ever contains
/// a credential.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is no object with that key.
    #[error("Object not found: {}", escaped(.0.as_bytes()))]
    NotFound(String),

    /// The storage refuses: credentials that are missing, wrong or too weak,
    /// or permissions of files.
    #[error("Permission denied: {0}")]
    PermissionDenied(String),

    /// The server cannot be reached or does not answer, also after having
    /// been asked again.
    #[error("Connection error: {0}")]
    Connection(String),

    /// That cannot be a key: see [`crate::key`].
    #[error("Invalid key: {0}")]
    InvalidKey(String),

    /// The system refused.
    #[error("IO error: {0}")]
    Io(#[from] io::Error),

    /// Anything else.
    #[error("Other: {0}")]
    Other(String),
}

impl StorageError {
    /// Whether there is no object with that key.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound(_))
    }
}
