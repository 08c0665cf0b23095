//! LZ4 in its frame format, which `lz4` and all libraries read.

mod frames;

use std::io::{Read, Write};

use lz4_flex::frame::{
    BlockMode, BlockSize, FrameDecoder, FrameEncoder, FrameInfo,
};

use self::frames::{Frames, MAGIC};
use crate::bounded::{PIECE, Sink, Source, collect, drain};
use crate::compressor::ratio_of;
use crate::{CompressionError, CompressionLevel, Compressor, DEFAULT_LIMIT};

/// LZ4: hardly slower than copying. Frames say their size, where it is known,
/// and end with a checksum.
///
/// There is one way to search; the level decides how far. `Fastest` makes
/// blocks of 64 KiB that know nothing of each other, `Fast` such of 256 KiB,
/// `Default` such of 1 MiB; `Best` makes blocks of 4 MiB that refer to those
/// before them. A custom level is one of these, 0 to 3.
#[derive(Clone, Copy, Debug)]
pub struct Lz4Compressor {
    level: CompressionLevel,
    limit: Option<u64>,
}

impl Lz4Compressor {
    /// Compresses with some effort.
    #[must_use]
    pub const fn new(level: CompressionLevel) -> Self {
        Self { level, limit: None }
    }

    /// Decompresses at most this many bytes, in memory and as a stream.
    /// Otherwise the limit is [`DEFAULT_LIMIT`] in memory, and a stream has
    /// none.
    #[must_use]
    pub const fn with_limit(self, limit: u64) -> Self {
        Self { limit: Some(limit), ..self }
    }

    fn frame(&self, size: Option<u64>) -> FrameInfo {
        use CompressionLevel::{Best, Custom, Default, Fast, Fastest};
        let (block, mode) = match self.level {
            Fastest | Custom(..=0) => {
                (BlockSize::Max64KB, BlockMode::Independent)
            }
            Fast | Custom(1) => (BlockSize::Max256KB, BlockMode::Independent),
            Default | Custom(2) => (BlockSize::Max1MB, BlockMode::Independent),
            Best | Custom(3..) => (BlockSize::Max4MB, BlockMode::Linked),
        };
        FrameInfo::new()
            .block_size(block)
            .block_mode(mode)
            .content_checksum(true)
            .content_size(size)
    }
}

impl Compressor for Lz4Compressor {
    fn compress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
        let frame = self.frame(Some(data.len() as u64));
        let room = data.len() / 2 + 64;
        let space = Vec::with_capacity(room);
        let mut encoder = FrameEncoder::with_frame_info(frame, space);
        encoder.write_all(data).map_err(failed)?;
        encoder.finish().map_err(failed)
    }

    fn decompress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
        if !data.starts_with(&MAGIC) {
            return Err(CompressionError::InvalidData);
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        let mut decoder = FrameDecoder::new(Frames::new(data));
        // No byte of it becomes more than 255.
        let most = (data.len() as u64).saturating_mul(255);
        let expected = content_size(data).map(|size| size.min(most));
        let mut all = collect(&mut decoder, expected, limit, damaged)?;
        // A reader ends with a frame; there may be another one.
        while decoder.get_ref().is_complete() {
            let rest = limit - all.len() as u64;
            let more = collect(&mut decoder, None, rest, damaged)?;
            if more.is_empty() {
                break;
            }
            all.extend_from_slice(&more);
        }
        match decoder.get_ref().is_complete() {
            true => Ok(all),
            false => Err(cut_off()),
        }
    }

    fn compress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        let mut sink = Sink::new(writer);
        let frame = self.frame(None);
        let mut encoder = FrameEncoder::with_frame_info(frame, &mut sink);
        let mut space = vec![0; PIECE];
        let encoded = loop {
            let got = match reader.read(&mut space) {
                Ok(got) => got,
                Err(error)
                    if error.kind() == std::io::ErrorKind::Interrupted =>
                {
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let piece = space.get(..got).unwrap_or_default();
            if piece.is_empty() {
                break encoder.finish().map(|_| ()).map_err(failed);
            }
            if let Err(error) = encoder.write_all(piece) {
                drop(encoder);
                break Err(failed(error));
            }
        };
        match encoded {
            Ok(()) => Ok(sink.written),
            Err(error) => Err(sink.blame(|| error)),
        }
    }

    fn decompress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        let mut first = Vec::with_capacity(4);
        (&mut *reader).take(4).read_to_end(&mut first)?;
        if !first.starts_with(&MAGIC) {
            return Err(CompressionError::InvalidData);
        }
        let mut source = Source::new(first.as_slice().chain(reader));
        let mut error = None;
        let mut decoder = FrameDecoder::new(Frames::new(&mut source));
        let mut written = 0;
        let drained = loop {
            let rest = self.limit.map(|limit| limit.saturating_sub(written));
            let drained = drain(&mut decoder, writer, rest, |failure| {
                error = Some(failure);
                CompressionError::InvalidData
            });
            match drained {
                Ok(0) if decoder.get_ref().is_complete() => break Ok(written),
                Ok(0) => break Err(cut_off()),
                Ok(more) => written += more,
                Err(other) => break Err(other),
            }
        };
        drop(decoder);
        match error {
            Some(failure) => Err(source.blame(|| damaged(failure))),
            None => drained.map_err(|error| match (self.limit, error) {
                // What remained of it is no limit that anybody has set.
                (Some(limit), CompressionError::DecompressionFailed(why))
                    if why.starts_with("more than") =>
                {
                    CompressionError::too_large(limit)
                }
                (_, error) => error,
            }),
        }
    }

    fn estimate_ratio(&self, sample: &[u8]) -> f32 {
        ratio_of(self, sample)
    }

    fn name(&self) -> &'static str {
        "lz4"
    }
}

/// The size that the first frame says it has.
fn content_size(data: &[u8]) -> Option<u64> {
    let flags = data.get(4)?;
    if flags >> 3 & 1 == 0 {
        return None;
    }
    let size = data.get(6..14)?.first_chunk()?;
    Some(u64::from_le_bytes(*size))
}

fn cut_off() -> CompressionError {
    CompressionError::DecompressionFailed("the data is cut off".to_owned())
}

fn failed(error: impl ToString) -> CompressionError {
    CompressionError::CompressionFailed(error.to_string())
}

fn damaged(error: std::io::Error) -> CompressionError {
    CompressionError::DecompressionFailed(error.to_string())
}
