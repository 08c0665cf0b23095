//! Readers and writers that remember what failed, and how much there was: of
//! an error that a library returns, that tells whether the data is to blame.

use std::io::{self, Read, Write};

use crate::CompressionError;

/// What is read or written at once, in bytes.
pub(crate) const PIECE: usize = 128 << 10;

/// A reader that remembers its error.
pub(crate) struct Source<R> {
    reader: R,
    error: Option<io::Error>,
}

impl<R: Read> Source<R> {
    pub(crate) const fn new(reader: R) -> Self {
        Self { reader, error: None }
    }

    /// The error of the reader, or what that of the library means.
    pub(crate) fn blame(
        &mut self,
        otherwise: impl FnOnce() -> CompressionError,
    ) -> CompressionError {
        self.error.take().map_or_else(otherwise, CompressionError::Io)
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.reader.read(space) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let told = io::Error::from(error.kind());
                    self.error = Some(error);
                    return Err(told);
                }
                read => return read,
            }
        }
    }
}

/// A writer that counts, and remembers its error.
pub(crate) struct Sink<'a> {
    writer: &'a mut dyn Write,
    pub(crate) written: u64,
    error: Option<io::Error>,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(writer: &'a mut dyn Write) -> Self {
        Self { writer, written: 0, error: None }
    }

    /// The error of the writer, or what that of the library means.
    pub(crate) fn blame(
        &mut self,
        otherwise: impl FnOnce() -> CompressionError,
    ) -> CompressionError {
        self.error.take().map_or_else(otherwise, CompressionError::Io)
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self.writer.write(data) {
            Ok(written) => {
                self.written += written as u64;
                Ok(written)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                Err(error)
            }
            Err(error) => {
                let told = io::Error::from(error.kind());
                self.error = Some(error);
                Err(told)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Copies all that a decoder yields, up to a limit.
pub(crate) fn drain(
    decoder: &mut dyn Read,
    sink: &mut dyn Write,
    limit: Option<u64>,
    failed: impl FnOnce(io::Error) -> CompressionError,
) -> Result<u64, CompressionError> {
    let mut space = vec![0; PIECE];
    let mut written = 0;
    loop {
        let got = match decoder.read(&mut space) {
            Ok(0) => return Ok(written),
            Ok(got) => got,
            Err(error) => return Err(failed(error)),
        };
        written += got as u64;
        if let Some(limit) = limit
            && written > limit
        {
            return Err(CompressionError::too_large(limit));
        }
        sink.write_all(space.get(..got).unwrap_or_default())?;
    }
}

/// Decompresses in memory all that a decoder yields, up to a limit. `expected`
/// is what the data says of its size, which is not believed.
pub(crate) fn collect(
    decoder: &mut dyn Read,
    expected: Option<u64>,
    limit: u64,
    failed: impl FnOnce(io::Error) -> CompressionError,
) -> Result<Vec<u8>, CompressionError> {
    // More is made room for when it is there.
    const BELIEVED: u64 = 16 << 20;
    let room = expected.unwrap_or(0).min(limit).min(BELIEVED);
    let mut data = Vec::with_capacity(usize::try_from(room).unwrap_or(0));
    let mut within = decoder.take(limit.saturating_add(1));
    within.read_to_end(&mut data).map_err(failed)?;
    if data.len() as u64 > limit {
        return Err(CompressionError::too_large(limit));
    }
    Ok(data)
}
