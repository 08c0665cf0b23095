//! What bytes are read from: an open file, or a stream.

use alloc::vec::Vec;

use wasi::filesystem::types::{Descriptor, filesystem_error_code};
use wasi::io::streams::{InputStream, StreamError};

use crate::failure::Cause;

/// How many bytes are asked for at a time. A host may give fewer.
const READ: u64 = 128 * 1024;

/// Something that is read from one end to the other.
pub(crate) trait Source {
    /// At most so many of the next bytes; none at the end.
    fn read(&mut self, most: u64) -> Result<Vec<u8>, Cause>;
}

/// A file, read from an offset on.
pub(crate) struct FileFrom<'f> {
    file: &'f Descriptor,
    offset: u64,
}

impl<'f> FileFrom<'f> {
    /// Reads from so many bytes after the beginning.
    pub(crate) fn new(file: &'f Descriptor, offset: u64) -> Self {
        Self { file, offset }
    }
}

impl Source for FileFrom<'_> {
    fn read(&mut self, most: u64) -> Result<Vec<u8>, Cause> {
        let (bytes, _) = self.file.read(most.min(READ), self.offset)?;
        self.offset = self.offset.saturating_add(length(&bytes));
        Ok(bytes)
    }
}

impl Source for InputStream {
    fn read(&mut self, most: u64) -> Result<Vec<u8>, Cause> {
        loop {
            match self.blocking_read(most.min(READ)) {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Ok(bytes),
                Err(StreamError::Closed) => return Ok(Vec::new()),
                Err(StreamError::LastOperationFailed(error)) => {
                    return Err(match filesystem_error_code(&error) {
                        Some(code) => code.into(),
                        None => Cause::Said(error.to_debug_string()),
                    });
                }
            }
        }
    }
}

/// Reads so many bytes, or fewer where the source ends.
pub(crate) fn read_full(
    source: &mut impl Source,
    most: u64,
) -> Result<Vec<u8>, Cause> {
    let mut bytes = source.read(most)?;
    let mut ended = bytes.is_empty();
    while !ended && length(&bytes) < most {
        let more = source.read(most.saturating_sub(length(&bytes)))?;
        ended = more.is_empty();
        bytes.extend_from_slice(&more);
    }
    Ok(bytes)
}

/// How many bytes there are.
pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
