//! Reading files and having them hashed. Many small files are read one behind
//! the other into the memory of the instance and hashed in one crossing; a
//! large one is streamed. No file costs an allocation, or a copy beyond the
//! kernel's.

use std::io::{self, Read};

use sanchay_sandbox::{Digest, Fault, Inspector};

use super::{
    Sum,
    queue::{Done, Open, Opened, Queue},
};
use crate::{
    engine::Engine,
    entry::Metadata,
    error::{Action, Cause},
    options::Method,
    run::Run,
};

/// How much small files fill together, in bytes: a fraction of a second-level
/// cache, so that what was read is still there when it is hashed.
const BATCH: usize = 256 * 1024;

/// Files of up to so many bytes are read together.
const SMALL: u64 = 64 * 1024;

/// Why a file could not be hashed.
pub(crate) type Failure = (Action, Cause);

/// A worker's means of reading. The worker's sandboxed instance is lent to
/// each call.
pub(crate) struct Reader<'r> {
    pub(super) run: &'r Run<'r>,
    pub(super) engine: &'r Engine,
    pub(super) waiting: Vec<Waiting>,
    pub(super) digests: Vec<Digest>,
}

/// A file whose bytes are in a batch.
pub(super) struct Waiting {
    pub(super) index: usize,
    pub(super) metadata: Metadata,
    /// How many byte strings of the batch are its: 2 for the ends of a large
    /// file.
    pub(super) parts: usize,
    pub(super) size: u64,
    /// Whether it had more bytes than when it was opened.
    pub(super) grew: bool,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(run: &'r Run<'r>, engine: &'r Engine) -> Self {
        Self { run, engine, waiting: Vec::new(), digests: Vec::new() }
    }

    /// Hashes so many files, each of which `open` opens by its index, and
    /// tells `done` what became of each. `open` may be called twice for a
    /// file.
    pub(crate) fn hash(
        &mut self,
        inspector: &mut Inspector,
        method: Method,
        count: usize,
        open: Open<'_>,
        done: Done<'_>,
    ) {
        let mut queue = Queue::new(count, open, done);
        while let Some(opened) = queue.pull() {
            match self.alone(inspector, method, &opened) {
                Some(result) => queue.tell(opened.index, result),
                None => {
                    queue.put_back(opened);
                    self.batch(inspector, method, &mut queue);
                }
            }
        }
    }

    /// Hashes a file that is not to be read together with others; `None` if
    /// it is.
    fn alone(
        &self,
        inspector: &mut Inspector,
        method: Method,
        opened: &Opened,
    ) -> Option<Result<Sum, Failure>> {
        let Opened { file, metadata, made_up, .. } = opened;
        if *made_up {
            let sum = self.made_up(inspector, file, method);
            let modified = Some(metadata.modified);
            return Some(sum.map(|sum| Sum { modified, ..sum }));
        }
        match method {
            Method::Whole(algorithm) if metadata.size > SMALL => {
                Some(self.stream(inspector, file, metadata, algorithm))
            }
            _ => None,
        }
    }

    /// How much room a file needs in a batch; `None` if it must not be in
    /// one.
    pub(super) fn need(method: Method, opened: &Opened) -> Option<usize> {
        let size = opened.metadata.size;
        let most = match method {
            Method::Whole(_) => SMALL,
            Method::Partial { chunk } => 2 * u64::from(chunk),
        };
        match method {
            _ if opened.made_up => None,
            // One byte more tells whether it grew.
            _ if size <= most => usize::try_from(size + 1).ok(),
            Method::Whole(_) => None,
            Method::Partial { .. } => usize::try_from(most).ok(),
        }
    }

    /// The size of a batch, in bytes: it holds any file that may be in one.
    pub(super) fn room(method: Method) -> usize {
        match method {
            Method::Whole(_) => BATCH,
            Method::Partial { chunk } => BATCH.max(2 * chunk as usize + 1),
        }
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
