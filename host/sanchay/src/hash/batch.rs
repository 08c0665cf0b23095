//! Many small files, or the two ends of large ones, hashed in one call.

use std::io;

use sanchay_sandbox::{Algorithm, Digest, Fault, PartialDigest};
use sanchay_storage::{File, Metadata};

use super::{
    Content, HashSource,
    context::HashContext,
    ends::{FileRead, read_two, read_whole},
    files::{FileQueue, Opened},
    known::Candidate,
    result::{Failure, HashResult, hashing, reading},
    stream,
};
use crate::{
    error::{Action, Cause, Problem},
    inspect::Inspect,
    options::Method,
    span::offset,
};

/// Files of up to this many bytes are read together.
pub(super) const SMALL: u64 = 64 * 1024;

/// The size of a batch in bytes: a fraction of a second-level cache, so that
/// the bytes are still there when they are hashed.
const BATCH: usize = 256 * 1024;

/// A file whose bytes are in a batch.
struct PendingFile {
    index: usize,
    metadata: Metadata,
    /// How many byte strings it has in the batch: 2 for the ends of a large
    /// file.
    parts: usize,
    size: u64,
    /// Whether it had more bytes than when it was opened.
    grew: bool,
    /// What its digest may be kept by.
    candidate: Option<Candidate>,
}

/// The size of a batch, in bytes: it holds any file that may be in one.
fn room(method: Method) -> usize {
    match method {
        Method::Whole(_) => BATCH,
        Method::Partial { chunk } => BATCH.max(2 * chunk as usize + 1),
    }
}

/// Hashes files in batches. Its buffers are used again and again.
#[derive(Default)]
pub(super) struct BatchHasher {
    pending: Vec<PendingFile>,
    digests: Vec<Digest>,
}

impl BatchHasher {
    /// Reads files until the batch is full or the next file cannot be in one,
    /// and hashes them. The first file in the queue can.
    pub(super) fn hash(
        &mut self,
        context: HashContext<'_>,
        inspector: &mut dyn Inspect,
        method: Method,
        queue: &mut FileQueue<'_>,
    ) {
        let algorithm = match method {
            Method::Whole(algorithm) => algorithm,
            Method::Partial { .. } => Algorithm::Xxh64,
        };
        let Self { pending, digests } = self;
        pending.clear();
        let mut read = 0;
        let result = inspector.digest_batch_with(
            algorithm,
            room(method),
            &mut |space, ends| {
                read = fill(space, ends, method, queue, pending);
                read
            },
            digests,
        );
        context.run.count_bytes(read);
        match result {
            Ok(()) => {
                let mut digests = digests.iter().copied();
                for file in &*pending {
                    let result = file.result(method, algorithm, &mut digests);
                    if let Ok(result) = &result
                        && let Some(kept) = &file.candidate
                    {
                        queue.keep(kept, &file.metadata, result);
                    }
                    queue.done(file.index, result.map_err(hashing));
                }
            }
            Err(fault) if pending.is_empty() => {
                // The call failed before it read a file.
                if let Some(opened) = queue.pull() {
                    queue.done(opened.index, Err(hashing(fault)));
                }
            }
            // One bad file must not cost the others their digests.
            Err(_) => {
                for file in &*pending {
                    let result = match queue.open_again(file.index) {
                        Some(Ok((file, metadata))) => single(
                            context, inspector, &file, &metadata, method,
                        ),
                        Some(Err(cause)) => Err((Action::Open, cause)),
                        None => continue,
                    };
                    queue.done(file.index, result);
                }
            }
        }
    }
}

/// Hashes a file by itself.
fn single(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    file: &File,
    metadata: &Metadata,
    method: Method,
) -> Result<HashResult, Failure> {
    let chunk = match method {
        Method::Whole(algorithm) => {
            return stream::hash(
                context, inspector, file, metadata, algorithm,
            );
        }
        Method::Partial { chunk } => chunk,
    };
    let mut space = vec![0; room(method)];
    let read = if metadata.size >= 2 * u64::from(chunk) {
        read_two(file, metadata, chunk, &mut space)
    } else {
        read_whole(file, metadata, &mut space)
    };
    let read = read.map_err(reading)?;
    if read.shrank {
        return Err((Action::Read, Cause::Problem(Problem::Shrank)));
    }
    let [first, last] = read.parts;
    let first_end = first.unwrap_or(0);
    let first = space.get(..first_end).unwrap_or_default();
    let last = match last {
        Some(end) => space.get(first_end..end).unwrap_or_default(),
        None => first,
    };
    let digest = inspector.partial(first, last, read.size);
    Ok(HashResult {
        source: HashSource::Read,
        content: Content::Partial(digest.map_err(hashing)?),
        size: read.size,
        metadata: Some(*metadata),
        grew: false,
    })
}

/// How much room a file needs in a batch; `None` if it must not be in
/// one.
fn room_for(method: Method, opened: &Opened) -> Option<usize> {
    let size = opened.metadata.size;
    let most = match method {
        Method::Whole(_) => SMALL,
        Method::Partial { chunk } => 2 * u64::from(chunk),
    };
    match method {
        _ if opened.is_pseudo => None,
        // One more byte shows whether it grew.
        _ if size <= most => usize::try_from(size + 1).ok(),
        Method::Whole(_) => None,
        Method::Partial { .. } => usize::try_from(most).ok(),
    }
}

/// Reads files into the space of a batch. Returns how much of it they fill.
fn fill(
    space: &mut [u8],
    ends: &mut Vec<u32>,
    method: Method,
    queue: &mut FileQueue<'_>,
    pending: &mut Vec<PendingFile>,
) -> usize {
    let is_partial = matches!(method, Method::Partial { .. });
    let mut used = 0;
    while let Some(opened) = queue.pull() {
        let rest = space.get_mut(used..).unwrap_or_default();
        let fits =
            room_for(method, &opened).is_some_and(|need| need <= rest.len());
        if !fits {
            queue.put_back(opened);
            break;
        }
        if opened.metadata.size == 0 {
            match is_pseudo_file(&opened.file) {
                Ok(false) => {}
                Ok(is_pseudo) => {
                    queue.put_back(Opened { is_pseudo, ..opened });
                    break;
                }
                Err(error) => {
                    queue.done(opened.index, Err(reading(error)));
                    continue;
                }
            }
        }
        let Opened { index, ref file, metadata, .. } = opened;
        let read = match method {
            Method::Partial { chunk }
                if metadata.size >= 2 * u64::from(chunk) =>
            {
                read_two(file, &metadata, chunk, rest)
            }
            _ => read_whole(file, &metadata, rest),
        };
        match read {
            // A file that is being truncated has no known ends.
            Ok(read) if read.shrank && is_partial => {
                queue.done(
                    index,
                    Err((Action::Read, Cause::Problem(Problem::Shrank))),
                );
            }
            Ok(FileRead { parts, bytes, size, grew, .. }) => {
                for part in parts.iter().flatten() {
                    ends.push(offset(used + part));
                }
                used += bytes;
                let parts = parts.iter().flatten().count();
                let candidate = FileQueue::unchanged(&opened);
                pending.push(PendingFile {
                    index,
                    metadata,
                    parts,
                    size,
                    grew,
                    candidate,
                });
            }
            Err(error) => queue.done(index, Err(reading(error))),
        }
    }
    used
}

/// Whether a file of size 0 has bytes.
fn is_pseudo_file(file: &File) -> io::Result<bool> {
    loop {
        match file.read_at(&mut [0], 0) {
            Ok(bytes) => return Ok(bytes > 0),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            // It has no random access.
            Err(e) if e.kind() == io::ErrorKind::NotSeekable => {
                return Ok(true);
            }
            Err(error) => return Err(error),
        }
    }
}

impl PendingFile {
    /// The file's result, of the next digests of the batch.
    fn result(
        &self,
        method: Method,
        algorithm: Algorithm,
        digests: &mut impl Iterator<Item = Digest>,
    ) -> Result<HashResult, Fault> {
        let mut next = || {
            digests.next().ok_or_else(|| {
                Fault::ContractViolation(
                    "it returned too few digests".to_owned(),
                )
            })
        };
        let first = next()?;
        let last = if self.parts == 2 { next()? } else { first };
        Ok(HashResult {
            source: HashSource::Read,
            content: match method {
                Method::Whole(_) => Content::Whole(algorithm, first),
                Method::Partial { .. } => {
                    Content::Partial(ends_of(first, last, self.size))
                }
            },
            size: self.size,
            metadata: Some(self.metadata),
            grew: self.grew,
        })
    }
}

fn ends_of(first: Digest, last: Digest, size: u64) -> PartialDigest {
    let number = |digest: Digest| {
        let bytes = digest.as_bytes().try_into();
        debug_assert!(bytes.is_ok(), "{digest} is not of XXH64");
        bytes.map_or(0, u64::from_be_bytes)
    };
    PartialDigest { first: number(first), last: number(last), size }
}
