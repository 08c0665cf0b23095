//! What does not compress: for data that does not shrink.

use std::io::{Read, Write};

use crate::bounded::drain;
use crate::{CompressionError, Compressor, DEFAULT_LIMIT};

/// Leaves data as it is: for data that does not shrink.
#[derive(Clone, Copy, Debug)]
pub struct StoredCompressor {
    limit: Option<u64>,
}

impl Default for StoredCompressor {
    fn default() -> Self {
        Self::new()
    }
}

impl StoredCompressor {
    /// Data up to [`DEFAULT_LIMIT`] in memory, and of any size as a stream.
    #[must_use]
    pub const fn new() -> Self {
        Self { limit: None }
    }

    /// The same, with at most this many bytes.
    #[must_use]
    pub const fn with_limit(limit: u64) -> Self {
        Self { limit: Some(limit) }
    }
}

impl Compressor for StoredCompressor {
    fn compress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
        Ok(data.to_vec())
    }

    fn decompress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        match data.len() as u64 > limit {
            true => Err(CompressionError::too_large(limit)),
            false => Ok(data.to_vec()),
        }
    }

    fn compress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        drain(reader, writer, None, CompressionError::Io)
    }

    fn decompress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        drain(reader, writer, self.limit, CompressionError::Io)
    }

    fn estimate_ratio(&self, _: &[u8]) -> f32 {
        1.0
    }

    fn name(&self) -> &'static str {
        "stored"
    }
}
