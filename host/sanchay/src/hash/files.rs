//! The files that a reader hashes, each opened just before it is read.

use sanchay_storage::{File, Metadata};

use super::result::{Failure, HashResult};
use crate::{
    cache::{DigestCache, FileKey},
    error::{Action, Cause},
    options::Method,
    run::RunState,
};

/// Files to hash, by their index.
pub(crate) trait Files: Send {
    /// A file's metadata, without opening it; `None` where it must be opened
    /// in any case. Asked only where there is a cache.
    fn stat(&mut self, index: usize) -> Option<Metadata> {
        let _ = index;
        None
    }

    /// Opens a file; `None` if no more files are to be read. May be called
    /// twice for a file.
    fn open(
        &mut self,
        index: usize,
    ) -> Option<Result<(File, Metadata), Cause>>;

    /// Takes the result of a file.
    fn done(&mut self, index: usize, result: Result<HashResult, Failure>);
}

/// A file that is open and about to be read.
pub(super) struct Opened {
    pub(super) index: usize,
    pub(super) file: File,
    pub(super) metadata: Metadata,
    /// Whether it has bytes though its size is 0: a pseudo file, whose bytes
    /// the kernel makes while they are read.
    pub(super) is_pseudo: bool,
}

/// Files to open and hash. Skips those with cached digests.
pub(super) struct FileQueue<'q> {
    next: usize,
    count: usize,
    ready: Option<Opened>,
    files: &'q mut dyn Files,
    method: Method,
    cache: Option<&'q dyn DigestCache>,
    run: &'q RunState<'q>,
}

impl<'q> FileQueue<'q> {
    pub(super) fn new(
        count: usize,
        files: &'q mut dyn Files,
        method: Method,
        cache: Option<&'q dyn DigestCache>,
        run: &'q RunState<'q>,
    ) -> Self {
        Self { next: 0, count, ready: None, files, method, cache, run }
    }

    /// The next file that can be opened and must be read.
    pub(super) fn pull(&mut self) -> Option<Opened> {
        if let Some(ready) = self.ready.take() {
            return Some(ready);
        }
        while self.next < self.count {
            let index = self.next;
            self.next += 1;
            if self.cache.is_some()
                && let Some(metadata) = self.files.stat(index)
                && self.is_known(index, &metadata)
            {
                continue;
            }
            match self.files.open(index) {
                Some(Ok((file, metadata))) => {
                    if self.is_known(index, &metadata) {
                        continue;
                    }
                    let is_pseudo = false;
                    return Some(Opened { index, file, metadata, is_pseudo });
                }
                Some(Err(cause)) => {
                    self.done(index, Err((Action::Open, cause)));
                }
                None => self.next = self.count,
            }
        }
        None
    }

    /// Whether the cache has the file's digest, which is then the result.
    fn is_known(&mut self, index: usize, metadata: &Metadata) -> bool {
        let Some(cache) = self.cache else { return false };
        let key = FileKey::new(metadata, self.method);
        let Some(content) = cache.get(&key) else { return false };
        self.run.skip_bytes(self.method.bytes_to_read(metadata.size));
        let (size, metadata) = (metadata.size, Some(*metadata));
        let result = HashResult { content, size, metadata, grew: false };
        self.done(index, Ok(result));
        true
    }

    /// Whether a file that was just read is as it was when it was opened, so
    /// that its digest may be kept.
    pub(super) fn is_unchanged(&self, file: &File, before: &Metadata) -> bool {
        self.cache.is_some()
            && FileKey::new(before, self.method).is_settled()
            && file.metadata().is_ok_and(|now| now == *before)
    }

    /// Keeps the digest of a file that is [unchanged](Self::is_unchanged).
    pub(super) fn keep(&self, metadata: &Metadata, result: &HashResult) {
        if let Some(cache) = self.cache
            && !result.grew
            && result.size == metadata.size
        {
            let key = FileKey::new(metadata, self.method);
            cache.put(&key, &result.content);
        }
    }

    /// Puts a file back, to be pulled next.
    pub(super) fn put_back(&mut self, opened: Opened) {
        debug_assert!(self.ready.is_none(), "one file is put back already");
        self.ready = Some(opened);
    }

    /// Opens a file once more.
    pub(super) fn open_again(
        &mut self,
        index: usize,
    ) -> Option<Result<(File, Metadata), Cause>> {
        self.files.open(index)
    }

    /// Reports the result of a file.
    pub(super) fn done(
        &mut self,
        index: usize,
        result: Result<HashResult, Failure>,
    ) {
        self.files.done(index, result);
    }
}
