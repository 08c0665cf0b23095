//! What bytes are read from: an open file, or a stream.

use alloc::vec::Vec;

use sanchay_core::reading::{File, Source};
use wasi::filesystem::types::{Descriptor, filesystem_error_code};
use wasi::io::streams::{InputStream, StreamError};

use crate::failure::Cause;
use crate::stat::Stat;

/// How many bytes are asked for at a time. A host may give fewer.
const READ: u64 = 128 * 1024;

/// An open file.
pub(crate) struct OpenFile<'f>(pub(crate) &'f Descriptor);

/// A file, read from an offset on.
pub(crate) struct FileFrom<'f> {
    file: &'f Descriptor,
    offset: u64,
}

impl File for OpenFile<'_> {
    type Source<'f>
        = FileFrom<'f>
    where
        Self: 'f;

    fn from(&self, offset: u64) -> FileFrom<'_> {
        FileFrom { file: self.0, offset }
    }

    fn size(&self) -> Option<u64> {
        Stat::of(self.0).ok().map(|stat| stat.size)
    }
}

impl Source for FileFrom<'_> {
    type Error = Cause;

    fn read(&mut self, most: u64) -> Result<Vec<u8>, Cause> {
        let (bytes, _) = self.file.read(most.min(READ), self.offset)?;
        let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.offset = self.offset.saturating_add(read);
        Ok(bytes)
    }
}

/// Standard input, which the first reader reads all of.
pub(crate) struct Stdin(pub(crate) Option<InputStream>);

impl Source for Stdin {
    type Error = Cause;

    fn read(&mut self, most: u64) -> Result<Vec<u8>, Cause> {
        let Some(stream) = &self.0 else { return Ok(Vec::new()) };
        loop {
            match stream.blocking_read(most.min(READ)) {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Ok(bytes),
                Err(StreamError::Closed) => {
                    self.0 = None;
                    return Ok(Vec::new());
                }
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
