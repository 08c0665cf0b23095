//! Reads and hashes files. Small files are read into the instance's memory and
//! hashed together in one call; large ones are streamed. No file costs an
//! allocation, or a copy beyond the kernel's.

use std::io::Read;

use sanchay_core::content::Content;

use super::{
    batch::{BatchHasher, SMALL},
    context::HashContext,
    files::{FileQueue, Files, Opened},
    known::KnownDigests,
    result::{Failure, HashResult},
    stream,
};
use crate::{
    cache::{DigestCache, FileState},
    inspect::Inspect,
    options::Method,
    pool::Pool,
    run::RunState,
};

/// A worker's reader. Each call borrows the worker's sandboxed instance.
pub(crate) struct Reader<'r> {
    context: HashContext<'r>,
    known: Option<KnownDigests<'r>>,
    batch: BatchHasher,
}

impl<'r> Reader<'r> {
    /// A reader that reads every file.
    pub(crate) fn new(run: &'r RunState<'r>, pool: &'r Pool) -> Self {
        let context = HashContext { run, pool };
        Self { context, known: None, batch: BatchHasher::default() }
    }

    /// Reads no file whose digest a cache knows.
    pub(crate) fn with_cache(
        self,
        cache: Option<&'r dyn DigestCache>,
    ) -> Self {
        Self { known: cache.map(KnownDigests::new), ..self }
    }

    /// What the cache knows of a file that was seen, if it is on a file system
    /// that the reader came upon before.
    pub(crate) fn recall(
        &self,
        state: &FileState,
        method: Method,
    ) -> Option<Content> {
        let content = self.known.as_ref()?.recall(state, method)?;
        self.context.run.skip_bytes(method.bytes_to_read(state.size));
        Some(content)
    }

    /// Hashes `count` files and reports the result of each.
    pub(crate) fn hash(
        &mut self,
        inspector: &mut dyn Inspect,
        method: Method,
        count: usize,
        files: &mut dyn Files,
    ) {
        let Self { context, known, batch } = self;
        let (context, known) = (*context, known.as_ref());
        let mut queue =
            FileQueue::new(count, files, method, known, context.run);
        while let Some(opened) = queue.pull() {
            match hash_alone(context, inspector, method, &opened) {
                Some(result) => {
                    if let Ok(result) = &result
                        && let Some(kept) = FileQueue::unchanged(&opened)
                    {
                        queue.keep(&kept, &opened.metadata, result);
                    }
                    queue.done(opened.index, result);
                }
                None => {
                    queue.put_back(opened);
                    batch.hash(context, inspector, method, &mut queue);
                }
            }
        }
    }

    /// Hashes a stream without random access.
    pub(crate) fn pipe(
        &self,
        inspector: &mut dyn Inspect,
        source: impl Read + Send,
        method: Method,
    ) -> Result<HashResult, Failure> {
        stream::hash_pipe(self.context, inspector, source, method)
    }
}

/// Hashes a file that does not go into a batch; `None` if it does.
fn hash_alone(
    context: HashContext<'_>,
    inspector: &mut dyn Inspect,
    method: Method,
    opened: &Opened,
) -> Option<Result<HashResult, Failure>> {
    let Opened { file, metadata, is_pseudo, .. } = opened;
    if *is_pseudo {
        let result = stream::hash_pseudo(context, inspector, file, method);
        let metadata = Some(*metadata);
        return Some(result.map(|it| HashResult { metadata, ..it }));
    }
    match method {
        Method::Whole(algorithm) if metadata.size > SMALL => {
            Some(stream::hash(context, inspector, file, metadata, algorithm))
        }
        _ => None,
    }
}
