//! Reading files and having them hashed. Many small files are read one behind
//! the other into the memory of the instance and hashed in one call; a large
//! one is streamed. No file costs an allocation, or a copy beyond the
//! kernel's.

use std::io::{self, Read};

use sanchay_sandbox::{Digest, Fault};

use super::{
    HashResult, batch,
    files::{FileQueue, Files, Opened},
    stream,
};
use crate::{
    cache::DigestCache,
    error::{Action, Cause},
    inspect::Inspect,
    options::Method,
    pool::Pool,
    run::RunState,
};

/// Files of up to this many bytes are read together.
const SMALL: u64 = 64 * 1024;

/// Why a file could not be hashed.
pub(crate) type Failure = (Action, Cause);

/// A worker's means of reading. The worker's sandboxed instance is lent to
/// each call.
pub(crate) struct Reader<'r> {
    pub(super) run: &'r RunState<'r>,
    pub(super) pool: &'r Pool,
    cache: Option<&'r dyn DigestCache>,
    /// Buffers that are used again and again.
    pub(super) pending: Vec<batch::PendingFile>,
    pub(super) digests: Vec<Digest>,
}

impl<'r> Reader<'r> {
    /// A reader that reads every file.
    pub(crate) fn new(run: &'r RunState<'r>, pool: &'r Pool) -> Self {
        let (pending, digests) = (Vec::new(), Vec::new());
        Self { run, pool, cache: None, pending, digests }
    }

    /// Reads no file whose digest a cache knows.
    pub(crate) fn with_cache(
        self,
        cache: Option<&'r dyn DigestCache>,
    ) -> Self {
        Self { cache, ..self }
    }

    /// Hashes so many files, and says what became of each.
    pub(crate) fn hash(
        &mut self,
        inspector: &mut dyn Inspect,
        method: Method,
        count: usize,
        files: &mut dyn Files,
    ) {
        let mut queue =
            FileQueue::new(count, files, method, self.cache, self.run);
        while let Some(opened) = queue.pull() {
            match self.hash_alone(inspector, method, &opened) {
                Some(result) => {
                    let Opened { index, file, metadata, .. } = &opened;
                    if let Ok(result) = &result
                        && queue.is_unchanged(file, metadata)
                    {
                        queue.keep(metadata, result);
                    }
                    queue.done(*index, result);
                }
                None => {
                    queue.put_back(opened);
                    batch::hash(self, inspector, method, &mut queue);
                }
            }
        }
    }

    /// Hashes a file that is not to be read together with others; `None` if
    /// it is.
    fn hash_alone(
        &self,
        inspector: &mut dyn Inspect,
        method: Method,
        opened: &Opened,
    ) -> Option<Result<HashResult, Failure>> {
        let Opened { file, metadata, is_pseudo, .. } = opened;
        if *is_pseudo {
            let result = stream::hash_pseudo(self, inspector, file, method);
            let modified = Some(metadata.modified);
            return Some(result.map(|it| HashResult { modified, ..it }));
        }
        match method {
            Method::Whole(algorithm) if metadata.size > SMALL => {
                Some(stream::hash(self, inspector, file, metadata, algorithm))
            }
            _ => None,
        }
    }

    /// Hashes a stream that cannot be sought in.
    pub(crate) fn pipe(
        &self,
        inspector: &mut dyn Inspect,
        source: impl Read + Send,
        method: Method,
    ) -> Result<HashResult, Failure> {
        stream::hash_pipe(self, inspector, source, method)
    }

    /// How much room a file needs in a batch; `None` if it must not be in
    /// one.
    pub(super) fn room_for(method: Method, opened: &Opened) -> Option<usize> {
        let size = opened.metadata.size;
        let most = match method {
            Method::Whole(_) => SMALL,
            Method::Partial { chunk } => 2 * u64::from(chunk),
        };
        match method {
            _ if opened.is_pseudo => None,
            // One byte more tells whether it grew.
            _ if size <= most => usize::try_from(size + 1).ok(),
            Method::Whole(_) => None,
            Method::Partial { .. } => usize::try_from(most).ok(),
        }
    }

    /// Counts bytes that were hashed; an error once the run is over.
    pub(super) fn count(&self, bytes: usize) -> Result<(), Failure> {
        self.run.count_bytes(bytes);
        self.run.tick();
        if !self.run.is_over() {
            return Ok(());
        }
        let cancelled =
            io::Error::new(io::ErrorKind::Interrupted, "cancelled");
        Err((Action::Read, Cause::Io(cancelled)))
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
