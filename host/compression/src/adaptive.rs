//! Choosing by what the data is like.
//!
//! What it makes begins with four bytes, `MCA` and 1, then the length of the
//! name of the compressor that was chosen (one byte) and the name; what that
//! compressor made follows. A name that is nobody's is that of data that was
//! compressed elsewhere, with other compressors.

use std::fmt;
use std::io::{Read, Write};

use crate::bounded::{PIECE, Sink};
use crate::{
    CompressionError, CompressionLevel, Compressor, Lz4Compressor,
    StoredCompressor, ZstdCompressor,
};

/// What everything begins with that is made here.
const MAGIC: [u8; 4] = *b"MCA\x01";

/// How much of the data is looked at, in three places.
const SAMPLE: usize = 16 << 10;

/// What shrinks less is stored as it is.
const WORTHWHILE: f32 = 1.05;

/// A compressor that comes earlier is taken if it does nearly as well.
const NEARLY: f32 = 0.8;

/// Chooses a compressor by a sample of the data: the first that makes it nearly
/// as small as the best does, or `stored` if it does not shrink.
pub struct AdaptiveCompressor {
    compressors: Vec<Box<dyn Compressor>>,
    stored: StoredCompressor,
}

impl Default for AdaptiveCompressor {
    fn default() -> Self {
        Self::new()
    }
}

impl AdaptiveCompressor {
    /// Chooses between LZ4, where it does nearly as well, and zstd.
    #[must_use]
    pub fn new() -> Self {
        let level = CompressionLevel::Default;
        Self::with_compressors(vec![
            Box::new(Lz4Compressor::new(level)),
            Box::new(ZstdCompressor::new(level)),
        ])
    }

    /// The same, with at most this many bytes decompressed.
    #[must_use]
    pub fn with_limit(limit: u64) -> Self {
        let level = CompressionLevel::Default;
        Self {
            compressors: vec![
                Box::new(Lz4Compressor::new(level).with_limit(limit)),
                Box::new(ZstdCompressor::new(level).with_limit(limit)),
            ],
            stored: StoredCompressor::with_limit(limit),
        }
    }

    /// Chooses between these, the fastest first. Their names must differ: data
    /// is decompressed by the first that has the name.
    #[must_use]
    pub fn with_compressors(compressors: Vec<Box<dyn Compressor>>) -> Self {
        Self { compressors, stored: StoredCompressor::new() }
    }

    /// The compressor that data like this is compressed with.
    #[must_use]
    pub fn choose(&self, sample: &[u8]) -> &dyn Compressor {
        let ratios: Vec<f32> = self
            .compressors
            .iter()
            .map(|compressor| compressor.estimate_ratio(sample))
            .collect();
        let best = ratios.iter().copied().fold(1.0, f32::max);
        if best < WORTHWHILE {
            return &self.stored;
        }
        let enough = (best * NEARLY).max(WORTHWHILE);
        self.compressors
            .iter()
            .zip(ratios)
            .find(|(_, ratio)| *ratio >= enough)
            .map_or(&self.stored, |(compressor, _)| &**compressor)
    }

    /// The name of the compressor by which data was compressed here.
    ///
    /// # Errors
    /// [`CompressionError::InvalidData`] if it was not.
    pub fn chosen(compressed: &[u8]) -> Result<&str, CompressionError> {
        split(compressed).map(|(name, _)| name)
    }

    fn named(&self, name: &str) -> Result<&dyn Compressor, CompressionError> {
        if name == self.stored.name() {
            return Ok(&self.stored);
        }
        let found = self.compressors.iter().find(|it| it.name() == name);
        found.map(|compressor| &**compressor).ok_or_else(|| {
            CompressionError::DecompressionFailed(format!(
                "it was compressed by {name:?}, which is not there"
            ))
        })
    }
}

impl Compressor for AdaptiveCompressor {
    fn compress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
        let chosen = self.choose(&sample_of(data));
        let compressed = match chosen.name() {
            "stored" => None,
            _ => Some(chosen.compress(data)?),
        };
        // The sample may have promised too much.
        let (name, body) = match &compressed {
            Some(body) if body.len() < data.len() => {
                (chosen.name(), body.as_slice())
            }
            _ => (self.stored.name(), data),
        };
        let mut all = header(name)?;
        all.extend_from_slice(body);
        Ok(all)
    }

    fn decompress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
        let (name, body) = split(data)?;
        self.named(name)?.decompress(body)
    }

    fn compress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        let mut first = Vec::new();
        (&mut *reader).take(PIECE as u64).read_to_end(&mut first)?;
        let chosen = self.choose(&sample_of(&first));
        let header = header(chosen.name())?;
        let mut sink = Sink::new(writer);
        let mut whole = first.as_slice().chain(reader);
        let compressed = sink
            .write_all(&header)
            .map_err(CompressionError::Io)
            .and_then(|()| chosen.compress_from(&mut whole, &mut sink));
        match compressed {
            Ok(_) => Ok(sink.written),
            Err(error) => Err(sink.blame(|| error)),
        }
    }

    fn decompress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        let mut start = Vec::new();
        (&mut *reader).take(5).read_to_end(&mut start)?;
        let length = match start.as_slice() {
            [magic @ .., length] if *magic == MAGIC => *length,
            _ => return Err(CompressionError::InvalidData),
        };
        let mut name = Vec::new();
        (&mut *reader).take(length.into()).read_to_end(&mut name)?;
        if name.len() != usize::from(length) {
            return Err(CompressionError::InvalidData);
        }
        let name = str::from_utf8(&name)
            .map_err(|_| CompressionError::InvalidData)?;
        self.named(name)?.decompress_from(reader, writer)
    }

    fn estimate_ratio(&self, sample: &[u8]) -> f32 {
        self.choose(sample).estimate_ratio(sample)
    }

    fn name(&self) -> &'static str {
        "adaptive"
    }
}

impl fmt::Debug for AdaptiveCompressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.compressors.iter().map(|it| it.name());
        f.write_str("AdaptiveCompressor")?;
        f.debug_list().entries(names).finish()
    }
}

fn header(name: &str) -> Result<Vec<u8>, CompressionError> {
    let length = u8::try_from(name.len()).map_err(|_| {
        CompressionError::CompressionFailed(
            "the name of a compressor has more than 255 bytes".to_owned(),
        )
    })?;
    let mut header = Vec::from(MAGIC);
    header.push(length);
    header.extend_from_slice(name.as_bytes());
    Ok(header)
}

/// The name of the compressor, and what it made.
fn split(data: &[u8]) -> Result<(&str, &[u8]), CompressionError> {
    let invalid = CompressionError::InvalidData;
    let parts = data.strip_prefix(&MAGIC).and_then(|rest| {
        let (length, rest) = rest.split_first()?;
        let (name, body) = rest.split_at_checked(usize::from(*length))?;
        Some((str::from_utf8(name).ok()?, body))
    });
    parts.ok_or(invalid)
}

/// The beginning, the middle and the end.
fn sample_of(data: &[u8]) -> Vec<u8> {
    if data.len() <= 3 * SAMPLE {
        return data.to_vec();
    }
    let middle = (data.len() - SAMPLE) / 2;
    let end = data.len() - SAMPLE;
    [0, middle, end]
        .into_iter()
        .filter_map(|at| data.get(at..at + SAMPLE))
        .collect::<Vec<_>>()
        .concat()
}
