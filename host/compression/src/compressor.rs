//! What a compressor does.

use std::io::{Read, Write};
use std::sync::Arc;

use crate::CompressionError;

/// What is decompressed in memory is at most this large, in bytes, unless
/// another limit is set: 1 GiB.
pub const DEFAULT_LIMIT: u64 = 1 << 30;

/// What compresses and decompresses.
pub trait Compressor: Send + Sync {
    /// Compresses data.
    ///
    /// # Errors
    /// [`CompressionError::CompressionFailed`].
    fn compress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError>;

    /// Decompresses data. The result is bounded by the compressor's limit.
    ///
    /// # Errors
    /// [`CompressionError::InvalidData`] for what is no compressed data of this
    /// kind, [`CompressionError::DecompressionFailed`] for what is damaged,
    /// cut off or too large.
    fn decompress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError>;

    /// Compresses a stream in bounded memory. Returns how many bytes were
    /// written.
    ///
    /// # Errors
    /// Those of [`Self::compress`], and [`CompressionError::Io`] for those of
    /// the reader and the writer.
    fn compress_stream<R: Read, W: Write>(
        &self,
        mut reader: R,
        mut writer: W,
    ) -> Result<u64, CompressionError>
    where
        Self: Sized,
    {
        self.compress_from(&mut reader, &mut writer)
    }

    /// Decompresses a stream in bounded memory. Returns how many bytes were
    /// written.
    ///
    /// # Errors
    /// Those of [`Self::decompress`], and [`CompressionError::Io`] for those of
    /// the reader and the writer. Part of the result may have been written.
    fn decompress_stream<R: Read, W: Write>(
        &self,
        mut reader: R,
        mut writer: W,
    ) -> Result<u64, CompressionError>
    where
        Self: Sized,
    {
        self.decompress_from(&mut reader, &mut writer)
    }

    /// As [`Self::compress_stream`], for a compressor that is chosen at run
    /// time. Without an implementation of its own, a compressor reads all of it
    /// first.
    ///
    /// # Errors
    /// As of [`Self::compress_stream`].
    fn compress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        let mut data = Vec::new();
        reader.read_to_end(&mut data)?;
        let compressed = self.compress(&data)?;
        writer.write_all(&compressed)?;
        Ok(compressed.len() as u64)
    }

    /// As [`Self::decompress_stream`], for a compressor that is chosen at run
    /// time. Without an implementation of its own, a compressor reads all of it
    /// first.
    ///
    /// # Errors
    /// As of [`Self::decompress_stream`].
    fn decompress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        let mut data = Vec::new();
        reader.read_to_end(&mut data)?;
        let decompressed = self.decompress(&data)?;
        writer.write_all(&decompressed)?;
        Ok(decompressed.len() as u64)
    }

    /// How many times smaller data like this sample becomes, roughly: 1 if it
    /// does not shrink. Of a large sample, part is looked at.
    fn estimate_ratio(&self, sample: &[u8]) -> f32;

    /// Its name, to be kept with what it has compressed.
    fn name(&self) -> &'static str;
}

/// A compressor that is boxed or shared is a compressor.
macro_rules! forward {
    ($($compressor:ty),*) => {$(
        impl<C: Compressor + ?Sized> Compressor for $compressor {
            fn compress(
                &self,
                data: &[u8],
            ) -> Result<Vec<u8>, CompressionError> {
                (**self).compress(data)
            }

            fn decompress(
                &self,
                data: &[u8],
            ) -> Result<Vec<u8>, CompressionError> {
                (**self).decompress(data)
            }

            fn compress_from(
                &self,
                reader: &mut dyn Read,
                writer: &mut dyn Write,
            ) -> Result<u64, CompressionError> {
                (**self).compress_from(reader, writer)
            }

            fn decompress_from(
                &self,
                reader: &mut dyn Read,
                writer: &mut dyn Write,
            ) -> Result<u64, CompressionError> {
                (**self).decompress_from(reader, writer)
            }

            fn estimate_ratio(&self, sample: &[u8]) -> f32 {
                (**self).estimate_ratio(sample)
            }

            fn name(&self) -> &'static str {
                (**self).name()
            }
        }
    )*};
}

forward!(Box<C>, Arc<C>);

/// The ratio that a compressor reaches on a sample, which is cut to a size
/// that costs little.
pub(crate) fn ratio_of(compressor: &dyn Compressor, sample: &[u8]) -> f32 {
    const LOOKED_AT: usize = 128 << 10;
    let sample = sample.get(..LOOKED_AT).unwrap_or(sample);
    match compressor.compress(sample) {
        Ok(compressed) if compressed.len() < sample.len() => {
            sample.len() as f32 / compressed.len().max(1) as f32
        }
        _ => 1.0,
    }
}
