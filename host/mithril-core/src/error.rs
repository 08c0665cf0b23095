//! What any part of this library can return.

use sanchay_compression::CompressionError;
use sanchay_objects::StorageError;

use crate::CasError;

/// What most functions return.
pub type Result<T> = std::result::Result<T, MithrilError>;

/// What any part of this library can return.
#[derive(Debug, thiserror::Error)]
pub enum MithrilError {
    /// A storage refuses.
    #[error("Storage error: {0}")]
    Storage(#[from] StorageError),

    /// Something could not be compressed or decompressed.
    #[error("Compression error: {0}")]
    Compression(#[from] CompressionError),

    /// A digest is not what it should be.
    #[error("Hash error: {0}")]
    Hash(String),

    /// Content can be neither stored nor retrieved.
    #[error("CAS error: {0}")]
    Cas(#[from] CasError),

    /// Something is no JSON, or not what was expected in it.
    #[error("Serialization error: {0}")]
    Serialization(#[from] serde_json::Error),

    /// The system refuses.
    #[error("IO error: {0}")]
    Io(#[from] std::io::Error),

    /// An argument or a setting cannot be used.
    #[error("Invalid argument: {0}")]
    InvalidArgument(String),

    /// Anything else.
    #[error("{0}")]
    Other(String),
}
