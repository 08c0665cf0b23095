//! Many small files, or the two ends of large ones, hashed in one crossing.

use std::{
    fs::File, io, os::unix::fs::FileExt as _, sync::atomic::Ordering::Relaxed,
};

use sanchay_sandbox::{Algorithm, Digest, Fault, Inspector, PartialDigest};

use super::{
    Content, Failure, Reader, Sum,
    content::{Read, read_two, read_whole},
    queue::{Opened, Queue},
    reader::{Waiting, hashing, reading},
};
use crate::{
    entry::Metadata,
    error::{Action, Cause},
    options::Method,
};

impl Reader<'_> {
    /// Reads files until a batch is full or the next is not for one, and has
    /// them hashed. The first file in the queue is for one.
    pub(super) fn batch(
        &mut self,
        inspector: &mut Inspector,
        method: Method,
        queue: &mut Queue<'_>,
    ) {
        let algorithm = match method {
            Method::Whole(algorithm) => algorithm,
            Method::Partial { .. } => Algorithm::Xxh64,
        };
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut digests = std::mem::take(&mut self.digests);
        waiting.clear();
        let mut read = 0;
        let result = inspector.digest_batch_with(
            algorithm,
            Self::room(method),
            &mut |space, ends| {
                read = fill(space, ends, method, queue, &mut waiting);
                read
            },
            &mut digests,
        );
        self.run.bytes.fetch_add(read as u64, Relaxed);
        match result {
            Ok(()) => {
                let mut digests = digests.iter().copied();
                for file in &waiting {
                    let sum = file.sum(method, algorithm, &mut digests);
                    queue.tell(file.index, sum.map_err(hashing));
                }
            }
            Err(fault) if waiting.is_empty() => {
                // It was not even asked for a file.
                if let Some(opened) = queue.pull() {
                    queue.tell(opened.index, Err(hashing(fault)));
                }
            }
            // One file must not cost the others theirs.
            Err(_) => {
                for file in &waiting {
                    let result = match queue.open_again(file.index) {
                        Some(Ok((file, metadata))) => {
                            self.single(inspector, &file, &metadata, method)
                        }
                        Some(Err(cause)) => Err((Action::Open, cause)),
                        None => continue,
                    };
                    queue.tell(file.index, result);
                }
            }
        }
        self.waiting = waiting;
        self.digests = digests;
    }

    /// Hashes a file by itself.
    fn single(
        &self,
        inspector: &mut Inspector,
        file: &File,
        metadata: &Metadata,
        method: Method,
    ) -> Result<Sum, Failure> {
        let chunk = match method {
            Method::Whole(algorithm) => {
                return self.stream(inspector, file, metadata, algorithm);
            }
            Method::Partial { chunk } => chunk,
        };
        let mut space = vec![0; Self::room(method)];
        let read = if metadata.size >= 2 * u64::from(chunk) {
            read_two(file, metadata, chunk, &mut space)
        } else {
            read_whole(file, metadata, &mut space)
        };
        let read = read.map_err(reading)?;
        if read.shrank {
            return Err((Action::Read, Cause::Shrank));
        }
        let [first, last] = read.parts;
        let first_end = first.unwrap_or(0);
        let first = space.get(..first_end).unwrap_or_default();
        let last = match last {
            Some(end) => space.get(first_end..end).unwrap_or_default(),
            None => first,
        };
        let digest = inspector.partial(first, last, read.size);
        Ok(Sum {
            content: Content::Partial(digest.map_err(hashing)?),
            size: read.size,
            modified: Some(metadata.modified),
            grew: false,
        })
    }
}

/// Reads files into the space of a batch. Returns how much of it they fill.
fn fill(
    space: &mut [u8],
    ends: &mut Vec<u32>,
    method: Method,
    queue: &mut Queue<'_>,
    waiting: &mut Vec<Waiting>,
) -> usize {
    let is_partial = matches!(method, Method::Partial { .. });
    let mut used = 0;
    while let Some(opened) = queue.pull() {
        let rest = space.get_mut(used..).unwrap_or_default();
        let fits = Reader::need(method, &opened)
            .is_some_and(|need| need <= rest.len());
        if !fits {
            queue.put_back(opened);
            break;
        }
        if opened.metadata.size == 0 {
            match is_made_up(&opened.file) {
                Ok(false) => {}
                Ok(made_up) => {
                    queue.put_back(Opened { made_up, ..opened });
                    break;
                }
                Err(error) => {
                    queue.tell(opened.index, Err(reading(error)));
                    continue;
                }
            }
        }
        let Opened { index, file, metadata, .. } = opened;
        let read = match method {
            Method::Partial { chunk }
                if metadata.size >= 2 * u64::from(chunk) =>
            {
                read_two(&file, &metadata, chunk, rest)
            }
            _ => read_whole(&file, &metadata, rest),
        };
        match read {
            // Of a file that is being cut, it cannot be told what its ends
            // are.
            Ok(read) if read.shrank && is_partial => {
                queue.tell(index, Err((Action::Read, Cause::Shrank)));
            }
            Ok(Read { parts, bytes, size, grew, .. }) => {
                for part in parts.iter().flatten() {
                    ends.push(u32::try_from(used + part).unwrap_or(u32::MAX));
                }
                used += bytes;
                let parts = parts.iter().flatten().count();
                waiting.push(Waiting { index, metadata, parts, size, grew });
            }
            Err(error) => queue.tell(index, Err(reading(error))),
        }
    }
    used
}

/// Whether there are bytes in a file that says that it has none.
fn is_made_up(file: &File) -> io::Result<bool> {
    loop {
        match file.read_at(&mut [0], 0) {
            Ok(bytes) => return Ok(bytes > 0),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            // It can be read from one end to the other only.
            Err(e) if e.kind() == io::ErrorKind::NotSeekable => {
                return Ok(true);
            }
            Err(error) => return Err(error),
        }
    }
}

impl Waiting {
    /// The file's sum, of the next digests of the batch.
    fn sum(
        &self,
        method: Method,
        algorithm: Algorithm,
        digests: &mut impl Iterator<Item = Digest>,
    ) -> Result<Sum, Fault> {
        let mut next = || {
            digests.next().ok_or_else(|| {
                Fault::Lied("it returned too few digests".to_owned())
            })
        };
        let first = next()?;
        let last = if self.parts == 2 { next()? } else { first };
        Ok(Sum {
            content: match method {
                Method::Whole(_) => Content::Whole(algorithm, first),
                Method::Partial { .. } => {
                    Content::Partial(ends_of(first, last, self.size))
                }
            },
            size: self.size,
            modified: Some(self.metadata.modified),
            grew: self.grew,
        })
    }
}

fn ends_of(first: Digest, last: Digest, size: u64) -> PartialDigest {
    let number = |digest: Digest| {
        digest.as_bytes().try_into().map_or(0, u64::from_be_bytes)
    };
    PartialDigest { first: number(first), last: number(last), size }
}
