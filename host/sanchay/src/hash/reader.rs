//! Reads and hashes files. Small files are read into the instance's memory and
//! hashed together in one call; large ones are streamed. No file costs an
//! allocation, or a copy beyond the kernel's.

use std::io::Read;

use super::{
    batch::{BatchHasher, SMALL},
    context::HashContext,
    files::{FileQueue, Files, Opened},
    result::{Failure, HashResult},
    stream,
};
use crate::{
    cache::DigestCache, inspect::Inspect, options::Method, pool::Pool,
    run::RunState,
};

/// A worker's reader. Each call borrows the worker's sandboxed instance.
pub(crate) struct Reader<'r> {
    context: HashContext<'r>,
    cache: Option<&'r dyn DigestCache>,
    batch: BatchHasher,
}

impl<'r> Reader<'r> {
    /// A reader that reads every file.
    pub(crate) fn new(run: &'r RunState<'r>, pool: &'r Pool) -> Self {
        let context = HashContext { run, pool };
        Self { context, cache: None, batch: BatchHasher::default() }
    }

    /// Reads no file whose digest a cache knows.
    pub(crate) fn with_cache(
        self,
        cache: Option<&'r dyn DigestCache>,
    ) -> Self {
        Self { cache, ..self }
    }

    /// Hashes `count` files and reports the result of each.
    pub(crate) fn hash(
        &mut self,
        inspector: &mut dyn Inspect,
        method: Method,
        count: usize,
        files: &mut dyn Files,
    ) {
        let Self { context, cache, .. } = *self;
        let mut queue =
            FileQueue::new(count, files, method, cache, context.run);
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
                    self.batch.hash(context, inspector, method, &mut queue);
                }
            }
        }
    }

    /// Hashes a file that does not go into a batch; `None` if it does.
    fn hash_alone(
        &self,
        inspector: &mut dyn Inspect,
        method: Method,
        opened: &Opened,
    ) -> Option<Result<HashResult, Failure>> {
        let context = self.context;
        let Opened { file, metadata, is_pseudo, .. } = opened;
        if *is_pseudo {
            let result = stream::hash_pseudo(context, inspector, file, method);
            let metadata = Some(*metadata);
            return Some(result.map(|it| HashResult { metadata, ..it }));
        }
        match method {
            Method::Whole(algorithm) if metadata.size > SMALL => Some(
                stream::hash(context, inspector, file, metadata, algorithm),
            ),
            _ => None,
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
