//! Why something could not be compressed or decompressed.

use std::io;

/// Why something could not be compressed or decompressed.
#[derive(Debug, thiserror::Error)]
pub enum CompressionError {
    /// The library refuses, for instance a dictionary.
    #[error("Compression failed: {0}")]
    CompressionFailed(String),

    /// The data is damaged or cut off, or larger than it may be.
    #[error("Decompression failed: {0}")]
    DecompressionFailed(String),

    /// The data is not what this compressor makes.
    #[error("Invalid data")]
    InvalidData,

    /// The reader or the writer failed.
    #[error("IO error: {0}")]
    Io(#[from] io::Error),
}

impl CompressionError {
    /// The data would be larger than it may be.
    pub(crate) fn too_large(limit: u64) -> Self {
        Self::DecompressionFailed(format!("more than {limit} bytes"))
    }
}
