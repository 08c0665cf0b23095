//! Reading files and having them hashed. Many small files are read one behind
//! the other into one buffer and hashed in one crossing; a large one is
//! streamed. No file costs an allocation.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt as _,
};

use sanchay_sandbox::{Algorithm, Digest, Fault, Inspector};

use super::Sum;
use crate::{
    entry::Metadata,
    error::{Action, Cause},
    options::Method,
    run::Run,
};

/// The size in bytes of the buffer that small files share: a fraction of a
/// second-level cache, so that what was read is still there when it is
/// hashed.
const BUFFER: usize = 256 * 1024;

/// Files of up to so many bytes share the buffer.
const SMALL: u64 = 64 * 1024;

/// Why a file could not be hashed.
pub(crate) type Failure = (Action, Cause);

/// A worker's buffer. The worker's sandboxed instance is lent to each call.
pub(crate) struct Reader<'r> {
    pub(super) run: &'r Run<'r>,
    /// How many threads the run has.
    pub(super) threads: usize,
    pub(super) buffer: Vec<u8>,
    pub(super) used: usize,
    /// The files in the buffer.
    pub(super) waiting: Vec<Waiting>,
    pub(super) ends: Vec<u32>,
    pub(super) digests: Vec<Digest>,
}

/// A file whose bytes are in the buffer.
pub(super) struct Waiting {
    pub(super) index: usize,
    pub(super) metadata: Metadata,
    /// How many byte strings in the buffer are its: 2 for the ends of a
    /// large file.
    pub(super) parts: usize,
    pub(super) size: u64,
    /// Whether it had more bytes than when it was opened.
    pub(super) grew: bool,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(run: &'r Run<'r>, threads: usize) -> Self {
        Self {
            run,
            threads,
            buffer: vec![0; BUFFER],
            used: 0,
            waiting: Vec::new(),
            ends: Vec::new(),
            digests: Vec::new(),
        }
    }

    /// Takes a file to be hashed. Its result is told to `done`, now or later;
    /// at the latest by [`Self::flush`].
    pub(crate) fn take(
        &mut self,
        inspector: &mut Inspector,
        index: usize,
        opened: (File, Metadata),
        method: Method,
        done: &mut dyn FnMut(usize, Result<Sum, Failure>),
    ) {
        let (file, metadata) = opened;
        let result =
            match method {
                Method::Whole(algorithm) if metadata.size > SMALL => self
                    .stream(inspector, &file, &metadata, algorithm)
                    .map(Some),
                Method::Whole(algorithm) => self
                    .pack(inspector, index, file, &metadata, algorithm, done),
                Method::Partial { chunk } => self
                    .pack_ends(inspector, index, file, &metadata, chunk, done),
            };
        match result {
            Ok(Some(sum)) => done(index, Ok(sum)),
            Ok(None) => {}
            Err(failure) => done(index, Err(failure)),
        }
    }

    /// Reads a whole small file into the buffer.
    fn pack(
        &mut self,
        inspector: &mut Inspector,
        index: usize,
        file: File,
        metadata: &Metadata,
        algorithm: Algorithm,
        done: &mut dyn FnMut(usize, Result<Sum, Failure>),
    ) -> Result<Option<Sum>, Failure> {
        let hint = usize::try_from(metadata.size).unwrap_or(BUFFER);
        if self.used + hint + 1 > self.buffer.len() {
            self.flush(inspector, Method::Whole(algorithm), done);
        }
        let start = self.used;
        let mut end = start;
        let (mut before, mut grew) = (0, false);
        loop {
            let room = self.buffer.get_mut(end..).unwrap_or_default();
            end += read(&mut &file, room).map_err(reading)?;
            let got = end - start;
            // What a file did not have when it was opened is left out: a log
            // that is written to has its digest all the same, and one that
            // is written to for ever has an end.
            if metadata.size > 0 && got >= hint {
                grew = got > hint;
                end = start + hint;
                break;
            }
            if end == self.buffer.len() {
                // Its size was not told, as with files that the kernel makes
                // up.
                return self
                    .stream_on(inspector, &file, start, metadata, algorithm)
                    .map(Some);
            }
            if got == before {
                break;
            }
            before = got;
        }
        self.used = end;
        self.ends.push(u32::try_from(end).unwrap_or(u32::MAX));
        self.waiting.push(Waiting {
            index,
            metadata: *metadata,
            parts: 1,
            size: (end - start) as u64,
            grew,
        });
        Ok(None)
    }

    /// Reads the two ends of a file into the buffer, or all of a file smaller
    /// than two chunks.
    fn pack_ends(
        &mut self,
        inspector: &mut Inspector,
        index: usize,
        file: File,
        metadata: &Metadata,
        chunk: u32,
        done: &mut dyn FnMut(usize, Result<Sum, Failure>),
    ) -> Result<Option<Sum>, Failure> {
        let chunk = chunk as usize;
        if self.buffer.len() < 2 * chunk {
            self.flush(inspector, Method::Partial { chunk: 0 }, done);
            self.buffer.resize(2 * chunk, 0);
        }
        if self.used + 2 * chunk > self.buffer.len() {
            self.flush(inspector, Method::Partial { chunk: 0 }, done);
        }
        let start = self.used;
        let whole = metadata.size < 2 * chunk as u64;
        let first = match usize::try_from(metadata.size) {
            Ok(size @ 1..) if whole => size,
            // Its size was not told.
            _ if whole => 2 * chunk,
            _ => chunk,
        };
        let mut end = start + self.read_at(&file, 0, start, first)?;
        let mut size = (end - start) as u64;
        let first_end = end;
        if !whole {
            let from = metadata.size - chunk as u64;
            let got = self.read_at(&file, from, end, chunk)?;
            end += got;
            size = from + got as u64;
        }
        self.ends.push(u32::try_from(first_end).unwrap_or(u32::MAX));
        if !whole {
            self.ends.push(u32::try_from(end).unwrap_or(u32::MAX));
        }
        let parts = if whole { 1 } else { 2 };
        self.used = end;
        self.waiting.push(Waiting {
            index,
            metadata: *metadata,
            parts,
            size,
            grew: false,
        });
        Ok(None)
    }

    /// Reads from an offset in a file to a place in the buffer, until it has
    /// so many bytes or the file ends.
    fn read_at(
        &mut self,
        file: &File,
        from: u64,
        place: usize,
        bytes: usize,
    ) -> Result<usize, Failure> {
        let space =
            self.buffer.get_mut(place..place + bytes).unwrap_or_default();
        let mut filled = 0;
        while let Some(rest) =
            space.get_mut(filled..).filter(|rest| !rest.is_empty())
        {
            match file.read_at(rest, from + filled as u64) {
                Ok(0) => break,
                Ok(got) => filled += got,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(reading(error)),
            }
        }
        Ok(filled)
    }
}

/// Reads once, again where a signal interrupted.
pub(super) fn read(
    source: &mut impl Read,
    space: &mut [u8],
) -> io::Result<usize> {
    loop {
        match source.read(space) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Reads until the space is full or the source ends.
pub(super) fn read_full(
    source: &mut (impl Read + ?Sized),
    space: &mut [u8],
) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = space.get_mut(filled..).filter(|r| !r.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

pub(super) fn reading(error: io::Error) -> Failure {
    (Action::Read, error.into())
}

pub(super) fn hashing(fault: Fault) -> Failure {
    (Action::Hash, fault.into())
}
