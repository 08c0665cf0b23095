//! The files that a reader hashes, each opened just before it is read.

use sanchay_core::content::{Content, HashSource};
use sanchay_storage::{File, FileSystemId, Metadata};

use super::{
    known::{Candidate, KnownDigests},
    result::{Failure, HashResult},
};
use crate::{
    cache::FileState,
    error::{Action, Cause},
    options::Method,
    run::RunState,
};

/// What is known of a file that was not opened.
pub(crate) struct Seen {
    pub(crate) state: FileState,
    /// All of its metadata, where somebody may want it.
    pub(crate) metadata: Option<Metadata>,
}

/// Files to hash, by their index.
pub(crate) trait Files: Send {
    /// What is known of a file without opening it; `None` where it must be
    /// opened in any case. Asked only where there is a cache.
    fn seen(&mut self, index: usize) -> Option<Seen> {
        let _ = index;
        None
    }

    /// The file system of a device, if the files' directory is on it.
    fn file_system(&mut self, device: u64) -> Option<Option<FileSystemId>> {
        let _ = device;
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
    /// What its digest can be kept by.
    pub(super) candidate: Option<Candidate>,
}

/// Files to open and hash. Skips those with cached digests.
pub(super) struct FileQueue<'q> {
    next: usize,
    count: usize,
    ready: Option<Opened>,
    files: &'q mut dyn Files,
    method: Method,
    known: Option<&'q KnownDigests<'q>>,
    run: &'q RunState<'q>,
}

impl<'q> FileQueue<'q> {
    pub(super) fn new(
        count: usize,
        files: &'q mut dyn Files,
        method: Method,
        known: Option<&'q KnownDigests<'q>>,
        run: &'q RunState<'q>,
    ) -> Self {
        Self { next: 0, count, ready: None, files, method, known, run }
    }

    /// The next file that can be opened and must be read.
    pub(super) fn pull(&mut self) -> Option<Opened> {
        if let Some(ready) = self.ready.take() {
            return Some(ready);
        }
        while self.next < self.count {
            let index = self.next;
            self.next += 1;
            if self.is_known_unopened(index) {
                continue;
            }
            match self.files.open(index) {
                Some(Ok((file, metadata))) => {
                    let found = self.known.map(|known| {
                        known.find_open(&file, &metadata, self.method)
                    });
                    let candidate = match found {
                        Some(Ok(content)) => {
                            let size = metadata.size;
                            self.recalled(
                                index,
                                size,
                                (content, HashSource::Catalog),
                                Some(metadata),
                            );
                            continue;
                        }
                        Some(Err(candidate)) => candidate,
                        None => None,
                    };
                    if let Some(content) = self.told(&file) {
                        let size = metadata.size;
                        let content = (content, HashSource::Server);
                        self.recalled(index, size, content, Some(metadata));
                        continue;
                    }
                    return Some(Opened {
                        index,
                        file,
                        metadata,
                        is_pseudo: false,
                        candidate,
                    });
                }
                Some(Err(cause)) => {
                    self.done(index, Err((Action::Open, cause)));
                }
                None => self.next = self.count,
            }
        }
        None
    }

    /// Whether a file's digest is known by what it is without being opened;
    /// it is the result then.
    fn is_known_unopened(&mut self, index: usize) -> bool {
        let Some(known) = self.known.filter(|it| it.looks_first()) else {
            return false;
        };
        let Some(Seen { state, metadata }) = self.files.seen(index) else {
            return false;
        };
        let files = &mut *self.files;
        let ask = || files.file_system(state.id.device);
        let Some(content) = known.find(&state, self.method, ask) else {
            return false;
        };
        let content = (content, HashSource::Catalog);
        self.recalled(index, state.size, content, metadata);
        true
    }

    /// The digest of all of an open file that whoever keeps it knows.
    fn told(&self, file: &File) -> Option<Content> {
        let Method::Whole(algorithm) = self.method else { return None };
        let digest = file.known_digest(algorithm)?;
        Some(Content::Whole(algorithm, digest))
    }

    /// Takes a known digest for the result of a file.
    fn recalled(
        &mut self,
        index: usize,
        size: u64,
        (content, source): (Content, HashSource),
        metadata: Option<Metadata>,
    ) {
        self.run.skip_bytes(self.method.bytes_to_read(size));
        let result =
            HashResult { content, source, size, metadata, grew: false };
        self.done(index, Ok(result));
    }

    /// What the digest of a file that was just read may be kept by: `None`
    /// unless it is as it was when it was opened.
    pub(super) fn unchanged(opened: &Opened) -> Option<Candidate> {
        let candidate = opened.candidate?;
        KnownDigests::is_unchanged(&candidate, &opened.file)
            .then_some(candidate)
    }

    /// Keeps the digest of a file that is [unchanged](Self::unchanged).
    pub(super) fn keep(
        &self,
        candidate: &Candidate,
        metadata: &Metadata,
        result: &HashResult,
    ) {
        if let Some(known) = self.known
            && !result.grew
            && result.size == metadata.size
        {
            known.keep(candidate, &result.content);
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
