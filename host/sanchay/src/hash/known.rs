//! The digests that a reader need not make: those that a cache knows, of files
//! on file systems whose metadata can be relied on.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::SystemTime,
};

use sanchay_core::content::Content;
use sanchay_storage::{File, FileSystemId, Metadata};
use sanchay_sync::lock;

use crate::{
    cache::{DigestCache, FileKey, FileState},
    options::Method,
};

/// After so many files in a row that the cache did not know, files are opened
/// without looking at their metadata first: an open file tells it as well.
const ENOUGH_MISSES: u32 = 8;

/// A worker's view of a cache. No other has it, but its calls of the sandbox
/// may be made on another thread.
pub(crate) struct KnownDigests<'c> {
    cache: &'c dyn DigestCache,
    /// The file systems of the devices that the worker came upon; `None` for
    /// one that cannot be relied on.
    file_systems: Mutex<Vec<(u64, Option<FileSystemId>)>>,
    misses: AtomicU32,
}

/// A file that was opened, if its digest may be kept.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    key: FileKey,
    /// When it had been opened.
    opened: SystemTime,
}

impl<'c> KnownDigests<'c> {
    pub(crate) fn new(cache: &'c dyn DigestCache) -> Self {
        Self {
            cache,
            file_systems: Mutex::default(),
            misses: AtomicU32::new(0),
        }
    }

    /// Whether it is worth looking at a file's metadata before it is opened.
    pub(super) fn looks_first(&self) -> bool {
        self.misses.load(Relaxed) < ENOUGH_MISSES
    }

    /// What the cache knows of a file on a file system that was come upon
    /// before.
    pub(crate) fn recall(
        &self,
        state: &FileState,
        method: Method,
    ) -> Option<Content> {
        self.get(&self.key(state, method, || None)?)
    }

    /// The same of a file on any; `ask` tells which it is, if that is known.
    pub(super) fn find(
        &self,
        state: &FileState,
        method: Method,
        ask: impl FnOnce() -> Option<Option<FileSystemId>>,
    ) -> Option<Content> {
        self.get(&self.key(state, method, ask)?)
    }

    /// What the cache knows of a file that is open; if that is nothing, what
    /// its digest can be kept by.
    pub(super) fn find_open(
        &self,
        file: &File,
        metadata: &Metadata,
        method: Method,
    ) -> Result<Content, Option<Candidate>> {
        let state = FileState::from(metadata);
        let ask = || Some(file.file_system_id());
        let Some(key) = self.key(&state, method, ask) else {
            return Err(None);
        };
        match self.get(&key) {
            Some(content) => Ok(content),
            None => Err(Some(Candidate { key, opened: SystemTime::now() })),
        }
    }

    /// Whether a file that was read is what it was when it was opened, and
    /// another change would show.
    pub(super) fn is_unchanged(candidate: &Candidate, file: &File) -> bool {
        let Candidate { key, opened } = candidate;
        key.is_settled(*opened)
            && file
                .metadata()
                .is_ok_and(|now| FileState::from(&now) == key.state())
    }

    /// Keeps the digest of a file that is [unchanged](Self::is_unchanged).
    pub(super) fn keep(&self, candidate: &Candidate, content: &Content) {
        self.cache.put(&candidate.key, content);
    }

    fn get(&self, key: &FileKey) -> Option<Content> {
        let content = self.cache.get(key);
        let misses = match content {
            Some(_) => 0,
            None => self.misses.load(Relaxed).saturating_add(1),
        };
        self.misses.store(misses, Relaxed);
        content
    }

    fn key(
        &self,
        state: &FileState,
        method: Method,
        ask: impl FnOnce() -> Option<Option<FileSystemId>>,
    ) -> Option<FileKey> {
        let device = state.id.device;
        let mut all = lock(&self.file_systems);
        let known = all.iter().find(|(known, _)| *known == device);
        let file_system = match known {
            Some((_, file_system)) => *file_system,
            None => {
                let told = ask()?;
                all.push((device, told));
                told
            }
        };
        Some(FileKey::new(file_system?, state, method))
    }
}
