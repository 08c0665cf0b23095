//! Streams large files and pipes, which do not fit a batch. Reading overlaps
//! with hashing if a CPU would be idle otherwise.

use std::{
    io::{self, Read},
    sync::mpsc,
    thread::{self, Builder},
};

use sanchay_sandbox::Algorithm;
use sanchay_storage::{File, FileReader, Metadata};

use super::{
    Content, HashSource, blake3,
    context::HashContext,
    result::{Failure, HashResult, hashing, reading},
};
use crate::inspect::Inspect;
use crate::options::Method;

/// How much of a stream is read and hashed at a time, in bytes: what was read
/// is still in the processor's cache when it is hashed.
const CHUNK: usize = 128 * 1024;

/// Files of at least this many bytes are read by one thread and hashed by
/// another, if one is free.
const OVERLAPPED: u64 = 8 << 20;

/// Whether a CPU is idle is checked again after this many bytes.
const PART: u64 = 64 << 20;

/// The size of the pieces that the reading thread passes on, in bytes, and
/// their number.
const PIECE: usize = 512 * 1024;
const PIECES: usize = 3;

/// Hashes a large file.
pub(super) fn hash(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    file: &File,
    metadata: &Metadata,
    algorithm: Algorithm,
) -> Result<HashResult, Failure> {
    if algorithm == Algorithm::Blake3
        && metadata.size >= OVERLAPPED
        && let Some(mut result) =
            blake3::hash(context, inspector, file, metadata.size)?
    {
        result.metadata = Some(*metadata);
        let after = file.read_at(&mut [0], result.size).map_err(reading)?;
        result.grew = after > 0;
        return Ok(result);
    }
    inspector.begin(algorithm).map_err(hashing)?;
    let mut source = file.reader();
    // Ignores bytes appended after opening.
    let mut size = 0;
    while size < metadata.size {
        let rest = metadata.size - size;
        let part = rest.min(PART);
        // Two threads for one file only while a processor is idle.
        let idle = context.run.working() < context.pool.threads();
        let ahead = if idle && rest >= OVERLAPPED {
            overlap(context, inspector, source.by_ref().take(part))?
        } else {
            None
        };
        let got = match ahead {
            Some(got) => got,
            None => feed(context, inspector, &mut source, part)?,
        };
        size += got;
        if got < part {
            break;
        }
    }
    let mut result = finish(inspector, algorithm, size)?;
    result.metadata = Some(*metadata);
    result.grew = read(&mut source, &mut [0]).map_err(reading)? > 0;
    Ok(result)
}

/// Hashes a file that has bytes though its size was 0.
pub(super) fn hash_pseudo(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    file: &File,
    method: Method,
) -> Result<HashResult, Failure> {
    // A file that grew after it was opened has a size by now; a pseudo file
    // never has.
    let size = file.metadata().map_or(0, |now| now.size);
    let limit = if size == 0 { u64::MAX } else { size };
    let source = file.reader().take(limit);
    let result = hash_pipe(context, inspector, source, method)?;
    Ok(HashResult { grew: size > 0, ..result })
}

/// Updates the digest with a stream, up to its end or a limit, reading
/// straight into the instance's memory. Returns the number of bytes.
fn feed(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
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
        context.count(got)?;
    }
    Ok(size)
}

/// Updates the digest with a file while another thread reads ahead. Returns
/// the number of bytes; `None` if the thread does not start and nothing was
/// read.
fn overlap(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    mut source: io::Take<&mut FileReader<'_>>,
) -> Result<Option<u64>, Failure> {
    thread::scope(|scope| {
        let (full, filled) = mpsc::sync_channel(PIECES);
        let (empty, emptied) = mpsc::sync_channel::<Vec<u8>>(PIECES);
        for _ in 0..PIECES {
            // There is room for all of them.
            let _ = empty.send(vec![0; PIECE]);
        }
        // Ends with either channel: at the end of the file, or when the
        // hashing thread stops.
        let read_ahead = move || {
            for mut piece in emptied {
                let got = read_full(&mut source, &mut piece);
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
            context.count(got)?;
            // The other thread may be done.
            let _ = empty.send(piece);
        }
        Ok(Some(size))
    })
}

/// Hashes a stream without random access.
pub(super) fn hash_pipe(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    mut source: impl Read + Send,
    method: Method,
) -> Result<HashResult, Failure> {
    match method {
        Method::Whole(algorithm) => {
            inspector.begin(algorithm).map_err(hashing)?;
            let size = feed(context, inspector, source, u64::MAX)?;
            finish(inspector, algorithm, size)
        }
        Method::Partial { chunk } => {
            pipe_ends(context, inspector, &mut source, chunk)
        }
    }
}

/// The partial digest of a stream: its last chunk is kept as it goes by.
fn pipe_ends(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    source: &mut dyn Read,
    chunk: u32,
) -> Result<HashResult, Failure> {
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
            context.count(got)?;
            if got < chunk {
                break;
            }
        }
        last = Some(end);
    }
    let last = last.as_deref().unwrap_or(&first);
    let partial = inspector.partial(&first, last, size).map_err(hashing)?;
    let content = Content::Partial(partial);
    Ok(HashResult {
        content,
        source: HashSource::Read,
        size,
        metadata: None,
        grew: false,
    })
}

fn finish(
    inspector: &mut dyn Inspect,
    algorithm: Algorithm,
    size: u64,
) -> Result<HashResult, Failure> {
    let digest = inspector.finish().map_err(hashing)?;
    let content = Content::Whole(algorithm, digest);
    Ok(HashResult {
        content,
        source: HashSource::Read,
        size,
        metadata: None,
        grew: false,
    })
}

/// Reads once, again where a signal interrupted.
fn read(source: &mut impl Read, space: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(space) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Reads until the space is full or the source ends.
fn read_full(
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
