//! Streaming what does not fit the buffer that small files share: a large
//! file, or a pipe. Reading a large file overlaps with hashing it where a
//! processor would be idle otherwise.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt as _,
    sync::{atomic::Ordering::Relaxed, mpsc},
    thread::{self, Builder},
};

use sanchay_sandbox::{Algorithm, Inspector};

use super::{
    Content, Failure, Reader, Sum,
    reader::{hashing, read, read_full, reading},
};
use crate::{
    entry::Metadata,
    error::{Action, Cause},
    options::Method,
};

/// How much of a stream is read and hashed at a time, in bytes: what was read
/// is still in the processor's cache when it is hashed.
const CHUNK: usize = 128 * 1024;

/// Files of at least so many bytes are read by one thread and hashed by
/// another, if one is free.
const OVERLAPPED: u64 = 8 << 20;

/// After so many bytes of a file it is looked again whether one is.
const PART: u64 = 64 << 20;

/// How much passes from the one to the other at a time, in bytes, and how
/// many such pieces there are.
const PIECE: usize = 512 * 1024;
const PIECES: usize = 3;

impl Reader<'_> {
    /// Hashes a large file.
    pub(super) fn stream(
        &self,
        inspector: &mut Inspector,
        file: &File,
        metadata: &Metadata,
        algorithm: Algorithm,
    ) -> Result<Sum, Failure> {
        if algorithm == Algorithm::Blake3
            && metadata.size >= OVERLAPPED
            && let Some(mut sum) = self.tree(inspector, file, metadata.size)?
        {
            sum.modified = Some(metadata.modified);
            sum.grew = file.read_at(&mut [0], sum.size).map_err(reading)? > 0;
            return Ok(sum);
        }
        inspector.begin(algorithm).map_err(hashing)?;
        // What it had when it was opened, and no more.
        let mut size = 0;
        while size < metadata.size {
            let rest = metadata.size - size;
            let part = rest.min(PART);
            // Two threads for one file only while a processor is idle.
            let idle = self.run.working() < self.engine.threads();
            let ahead = if idle && rest >= OVERLAPPED {
                self.overlap(inspector, Read::take(file, part))?
            } else {
                None
            };
            let got = match ahead {
                Some(got) => got,
                None => self.feed(inspector, file, part)?,
            };
            size += got;
            if got < part {
                break;
            }
        }
        let mut sum = finish(inspector, algorithm, size)?;
        sum.modified = Some(metadata.modified);
        sum.grew = read(&mut &*file, &mut [0]).map_err(reading)? > 0;
        Ok(sum)
    }

    /// Hashes a file that has bytes though it said that it has none.
    pub(super) fn made_up(
        &self,
        inspector: &mut Inspector,
        file: &File,
        method: Method,
    ) -> Result<Sum, Failure> {
        // A file that was empty when it was opened and is not any more tells
        // its size by now; one that the kernel makes up never does.
        let told = file.metadata().map_or(0, |found| found.len());
        let limit = if told == 0 { u64::MAX } else { told };
        let sum = self.pipe(inspector, Read::take(file, limit), method)?;
        Ok(Sum { grew: told > 0, ..sum })
    }

    /// Feeds a stream to the digest in the making, read straight into the
    /// memory of the instance, to its end or to a limit. Returns how many
    /// bytes it had.
    fn feed(
        &self,
        inspector: &mut Inspector,
        mut source: impl Read + Send,
        limit: u64,
    ) -> Result<u64, Failure> {
        let mut size = 0;
        while size < limit {
            let room = usize::try_from(limit - size).unwrap_or(CHUNK);
            let mut result = Ok(());
            let got = inspector
                .update_with(room.min(CHUNK), &mut |space| {
                    read(&mut source, space).unwrap_or_else(|error| {
                        result = Err(reading(error));
                        0
                    })
                })
                .map_err(hashing)?;
            result?;
            if got == 0 {
                break;
            }
            size += got as u64;
            self.passed(got)?;
        }
        Ok(size)
    }

    /// Counts bytes that were hashed; an error once the run is over.
    pub(super) fn passed(&self, bytes: usize) -> Result<(), Failure> {
        self.run.bytes.fetch_add(bytes as u64, Relaxed);
        self.run.tick();
        if self.run.is_over() { Err(interrupted()) } else { Ok(()) }
    }

    /// Feeds a file to the digest in the making while another thread reads
    /// ahead. Returns how many bytes it had; `None` if there is no thread to
    /// be had, and nothing was read.
    fn overlap(
        &self,
        inspector: &mut Inspector,
        mut file: io::Take<&File>,
    ) -> Result<Option<u64>, Failure> {
        thread::scope(|scope| {
            let (full, filled) = mpsc::sync_channel(PIECES);
            let (empty, emptied) = mpsc::sync_channel::<Vec<u8>>(PIECES);
            for _ in 0..PIECES {
                // There is room for all of them.
                let _ = empty.send(vec![0; PIECE]);
            }
            // Ends when either channel does: nothing is left to read, or
            // nobody wants it any more.
            let read_ahead = move || {
                for mut piece in emptied {
                    let got = read_full(&mut file, &mut piece);
                    let last = !matches!(got, Ok(PIECE));
                    if full.send((piece, got)).is_err() || last {
                        return;
                    }
                }
            };
            let ahead = Builder::new().spawn_scoped(scope, read_ahead);
            if ahead.is_err() {
                return Ok(None);
            }
            let mut size = 0;
            for (piece, got) in filled {
                let got = got.map_err(reading)?;
                let bytes = piece.get(..got).unwrap_or_default();
                inspector.update(bytes).map_err(hashing)?;
                size += got as u64;
                self.passed(got)?;
                // The other thread may be done.
                let _ = empty.send(piece);
            }
            Ok(Some(size))
        })
    }

    /// Hashes a stream that cannot be sought in.
    pub(crate) fn pipe(
        &self,
        inspector: &mut Inspector,
        mut source: impl Read + Send,
        method: Method,
    ) -> Result<Sum, Failure> {
        match method {
            Method::Whole(algorithm) => {
                inspector.begin(algorithm).map_err(hashing)?;
                let size = self.feed(inspector, source, u64::MAX)?;
                finish(inspector, algorithm, size)
            }
            Method::Partial { chunk } => {
                self.pipe_ends(inspector, &mut source, chunk)
            }
        }
    }

    /// The partial digest of a stream: its last chunk is kept as it goes by.
    fn pipe_ends(
        &self,
        inspector: &mut Inspector,
        source: &mut dyn Read,
        chunk: u32,
    ) -> Result<Sum, Failure> {
        let chunk = chunk as usize;
        let mut first = Vec::new();
        Read::take(&mut *source, 2 * chunk as u64)
            .read_to_end(&mut first)
            .map_err(reading)?;
        let mut size = first.len() as u64;
        let mut last = None;
        if first.len() == 2 * chunk {
            let mut end = first.split_off(chunk);
            let mut more = vec![0; chunk];
            loop {
                let got = read_full(source, &mut more).map_err(reading)?;
                size += got as u64;
                end.drain(..got);
                end.extend_from_slice(more.get(..got).unwrap_or_default());
                self.passed(got)?;
                if got < chunk {
                    break;
                }
            }
            last = Some(end);
        }
        let last = last.as_deref().unwrap_or(&first);
        let partial =
            inspector.partial(&first, last, size).map_err(hashing)?;
        let content = Content::Partial(partial);
        Ok(Sum { content, size, modified: None, grew: false })
    }
}

fn finish(
    inspector: &mut Inspector,
    algorithm: Algorithm,
    size: u64,
) -> Result<Sum, Failure> {
    let digest = inspector.finish().map_err(hashing)?;
    let content = Content::Whole(algorithm, digest);
    Ok(Sum { content, size, modified: None, grew: false })
}

fn interrupted() -> Failure {
    let error = io::Error::new(io::ErrorKind::Interrupted, "cancelled");
    (Action::Read, Cause::Io(error))
}
