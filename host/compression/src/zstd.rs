//! Zstandard (RFC 8878), by the reference library.

use std::fmt;
use std::io::{BufReader, Read, Write};
use std::sync::{Arc, Mutex};

use zstd::bulk;
use zstd::stream::{read, write};
use zstd::zstd_safe::{self, CParameter};

use crate::bounded::{PIECE, Sink, Source, collect, drain};
use crate::compressor::ratio_of;
use crate::{CompressionError, CompressionLevel, Compressor, DEFAULT_LIMIT};

/// What each frame begins with.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Zstandard: a good ratio at a good speed. Frames say their size, where it is
/// known, and end with a checksum.
///
/// Its levels are 1 (`Fastest`), 2 (`Fast`), 3 (`Default`) and 19 (`Best`); a
/// custom one goes from -131072 to 22.
pub struct ZstdCompressor {
    level: i32,
    dictionary: Option<Arc<[u8]>>,
    limit: Option<u64>,
    compressors: Pool<bulk::Compressor<'static>>,
    decompressors: Pool<bulk::Decompressor<'static>>,
}

/// Contexts of the library that are not in use: making one costs more than
/// compressing a small object.
struct Pool<T>(Mutex<Vec<T>>);

impl<T> Pool<T> {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn take(&self) -> Option<T> {
        sanchay_sync::lock(&self.0).pop()
    }

    fn put_back(&self, context: T) {
        sanchay_sync::lock(&self.0).push(context);
    }
}

impl ZstdCompressor {
    /// Compresses with some effort.
    #[must_use]
    pub fn new(level: CompressionLevel) -> Self {
        let levels = zstd_safe::min_c_level()..=zstd_safe::max_c_level();
        let level = match level {
            CompressionLevel::Fastest => 1,
            CompressionLevel::Fast => 2,
            CompressionLevel::Default => 3,
            CompressionLevel::Best => 19,
            CompressionLevel::Custom(level) => {
                level.clamp(*levels.start(), *levels.end())
            }
        };
        Self {
            level,
            dictionary: None,
            limit: None,
            compressors: Pool::new(),
            decompressors: Pool::new(),
        }
    }

    /// Compresses with a dictionary, which is needed to decompress, too: one
    /// that [`Self::train`] has made, or anything that the data resembles.
    #[must_use]
    pub fn with_dictionary(dict: &[u8], level: CompressionLevel) -> Self {
        Self { dictionary: Some(dict.into()), ..Self::new(level) }
    }

    /// Decompresses at most this many bytes, in memory and as a stream.
    /// Otherwise the limit is [`DEFAULT_LIMIT`] in memory, and a stream has
    /// none.
    #[must_use]
    pub fn with_limit(self, limit: u64) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Makes a dictionary of at most this many bytes from samples of what is to
    /// be compressed: some hundreds of them, together a hundred times as large.
    ///
    /// # Errors
    /// [`CompressionError::CompressionFailed`] if there are too few samples.
    pub fn train<S: AsRef<[u8]>>(
        samples: &[S],
        size: usize,
    ) -> Result<Vec<u8>, CompressionError> {
        zstd::dict::from_samples(samples, size).map_err(failed)
    }

    fn compressor(
        &self,
    ) -> Result<bulk::Compressor<'static>, CompressionError> {
        if let Some(compressor) = self.compressors.take() {
            return Ok(compressor);
        }
        let made = match &self.dictionary {
            Some(dictionary) => {
                bulk::Compressor::with_dictionary(self.level, dictionary)
            }
            None => bulk::Compressor::new(self.level),
        };
        let mut made = made.map_err(failed)?;
        let checksum = CParameter::ChecksumFlag(true);
        made.set_parameter(checksum).map_err(failed)?;
        Ok(made)
    }

    /// Decompresses at once what says its size, if that can be believed.
    fn decompress_at_once(
        &self,
        data: &[u8],
        limit: u64,
    ) -> Option<Result<Vec<u8>, CompressionError>> {
        let size = zstd_safe::get_frame_content_size(data).ok()??;
        let whole = zstd_safe::find_frame_compressed_size(data).ok()?;
        if size > limit {
            return Some(Err(CompressionError::too_large(limit)));
        }
        // What would have shrunk so much is made room for as it comes.
        let likely =
            size <= (data.len() as u64).saturating_mul(256) || size <= 1 << 20;
        if whole != data.len() || !likely {
            return None;
        }
        let size = usize::try_from(size).ok()?;
        let taken = self.decompressors.take().map_or_else(
            || match &self.dictionary {
                Some(dictionary) => {
                    bulk::Decompressor::with_dictionary(dictionary)
                }
                None => bulk::Decompressor::new(),
            },
            Ok,
        );
        Some(taken.map_err(failed).and_then(|mut decompressor| {
            let result = decompressor.decompress(data, size);
            self.decompressors.put_back(decompressor);
            result.map_err(damaged)
        }))
    }

    fn decoder<R: Read>(
        &self,
        reader: R,
    ) -> Result<read::Decoder<'static, BufReader<R>>, CompressionError> {
        let reader = BufReader::with_capacity(PIECE, reader);
        let dictionary = self.dictionary.as_deref().unwrap_or_default();
        read::Decoder::with_dictionary(reader, dictionary).map_err(failed)
    }
}

impl Compressor for ZstdCompressor {
    fn compress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
        let mut compressor = self.compressor()?;
        let compressed = compressor.compress(data).map_err(failed);
        self.compressors.put_back(compressor);
        compressed
    }

    fn decompress(&self, data: &[u8]) -> Result<Vec<u8>, CompressionError> {
        if !is_zstd(data) {
            return Err(CompressionError::InvalidData);
        }
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if let Some(result) = self.decompress_at_once(data, limit) {
            return result;
        }
        collect(&mut self.decoder(data)?, None, limit, damaged)
    }

    fn compress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        let mut sink = Sink::new(writer);
        let dictionary = self.dictionary.as_deref().unwrap_or_default();
        let mut encoder =
            write::Encoder::with_dictionary(&mut sink, self.level, dictionary)
                .map_err(failed)?;
        encoder.include_checksum(true).map_err(failed)?;
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
                break encoder.finish().map(|_| ());
            }
            if let Err(error) = encoder.write_all(piece) {
                drop(encoder);
                break Err(error);
            }
        };
        match encoded {
            Ok(()) => Ok(sink.written),
            Err(error) => Err(sink.blame(|| failed(error))),
        }
    }

    fn decompress_from(
        &self,
        reader: &mut dyn Read,
        writer: &mut dyn Write,
    ) -> Result<u64, CompressionError> {
        let mut first = Vec::with_capacity(4);
        (&mut *reader).take(4).read_to_end(&mut first)?;
        if !is_zstd(&first) {
            return Err(CompressionError::InvalidData);
        }
        let mut source = Source::new(first.as_slice().chain(reader));
        let mut error = None;
        let mut decoder = self.decoder(&mut source)?;
        let drained = drain(&mut decoder, writer, self.limit, |failure| {
            error = Some(failure);
            CompressionError::InvalidData
        });
        drop(decoder);
        match error {
            Some(failure) => Err(source.blame(|| damaged(failure))),
            None => drained,
        }
    }

    fn estimate_ratio(&self, sample: &[u8]) -> f32 {
        ratio_of(self, sample)
    }

    fn name(&self) -> &'static str {
        "zstd"
    }
}

impl fmt::Debug for ZstdCompressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZstdCompressor")
            .field("level", &self.level)
            .field("dictionary", &self.dictionary.as_ref().map(|it| it.len()))
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// Whether data begins with a frame, or with one that is to be skipped.
fn is_zstd(data: &[u8]) -> bool {
    match data.first_chunk() {
        Some(&MAGIC) => true,
        Some([first, 0x2a, 0x4d, 0x18]) => first >> 4 == 5,
        _ => false,
    }
}

fn failed(error: std::io::Error) -> CompressionError {
    CompressionError::CompressionFailed(error.to_string())
}

fn damaged(error: std::io::Error) -> CompressionError {
    CompressionError::DecompressionFailed(error.to_string())
}
