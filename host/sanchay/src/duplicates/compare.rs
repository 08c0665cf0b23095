//! Reading candidates and putting together those with equal digests. Small
//! files are read whole at once; of large ones both ends are read first, and
//! the rest only of those whose ends agree.

use std::{
    ops::ControlFlow,
    sync::{Mutex, PoisonError, atomic::Ordering::Relaxed},
};

use rayon::slice::ParallelSliceMut as _;

use super::collection::{Collection, FileNumber};
use crate::{
    engine::Engine,
    entry::{Metadata, join},
    error::{Action, Cause, EntryError, Error},
    frontier::Frontier,
    hash::{Content, Reader, Sum},
    options::Method,
    run::Run,
    walk::{Links, Named, Node},
};

/// Files of up to so many bytes are read whole at once: opening a file costs
/// as much as reading this much.
pub(super) const SMALL: u64 = 64 * 1024;

/// How much is read of each end of a large file, in bytes.
pub(super) const END: u32 = 16 * 1024;

/// How many files are read in one piece at most.
const FILES_A_PART: usize = 256;

/// A file that was read: what its content begins with when sorted, and where
/// the whole digest is.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    prefix: u64,
    pub(super) file: FileNumber,
    digest: u32,
}

/// Files that were read, sorted so that equal ones are neighbours.
pub(super) struct Hits {
    pub(super) hits: Vec<Hit>,
    /// The digests, end to end.
    digests: Vec<u8>,
    digest_len: usize,
}

impl Hits {
    /// A file's whole digest.
    pub(super) fn digest(&self, hit: &Hit) -> &[u8] {
        let start = hit.digest as usize * self.digest_len;
        let end = start + self.digest_len;
        self.digests.get(start..end).unwrap_or_default()
    }

    /// The groups of at least one file with equal sizes and digests.
    pub(super) fn groups<'a>(
        &'a self,
        collection: &'a Collection,
    ) -> impl Iterator<Item = &'a [Hit]> {
        self.hits.chunk_by(move |a, b| {
            a.prefix == b.prefix
                && collection.size(a.file) == collection.size(b.file)
                && self.digest(a) == self.digest(b)
        })
    }
}

/// What a comparison needs to know.
pub(super) struct Comparison<'a> {
    pub(super) engine: &'a Engine,
    pub(super) run: &'a Run<'a>,
    pub(super) collection: &'a Collection,
    pub(super) on_error: &'a (dyn Fn(EntryError) -> ControlFlow<()> + Sync),
}

/// What one worker read.
#[derive(Default)]
struct Pile {
    files: Vec<FileNumber>,
    digests: Vec<u8>,
}

impl Comparison<'_> {
    /// Reads files by a method and sorts them by what was read.
    pub(super) fn read(
        &self,
        files: &[FileNumber],
        method: Method,
    ) -> Result<Hits, Error> {
        let digest_len = match method {
            Method::Whole(algorithm) => algorithm.digest_len(),
            Method::Partial { .. } => 16,
        };
        let parts = files
            .chunk_by(|a, b| self.same_parent(*a, *b))
            .flat_map(|part| part.chunks(FILES_A_PART));
        let frontier = Frontier::new(parts.collect());
        let piles = Mutex::new(Vec::new());
        if !files.is_empty() {
            self.engine.crew(&|| frontier.has_more(), |_, inspector| {
                let mut reader = Reader::new(self.run, self.engine.threads());
                let mut pile = Pile::default();
                while let Some(mut taken) = frontier.take() {
                    if self.run.is_over() {
                        frontier.close();
                        break;
                    }
                    if let Some(part) = taken.unit() {
                        self.part(
                            part,
                            method,
                            inspector,
                            &mut reader,
                            &mut pile,
                        );
                        self.run.files.fetch_add(part.len() as u64, Relaxed);
                        self.run.tick();
                    }
                }
                piles
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(pile);
            })?;
        }
        let piles = piles.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(self.sort(piles, digest_len))
    }

    fn same_parent(&self, a: FileNumber, b: FileNumber) -> bool {
        match (self.collection.parent(a), self.collection.parent(b)) {
            (Some(a), Some(b)) => std::sync::Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }

    /// Reads files of one directory.
    fn part(
        &self,
        part: &[FileNumber],
        method: Method,
        inspector: &mut sanchay_sandbox::Inspector,
        reader: &mut Reader<'_>,
        pile: &mut Pile,
    ) {
        let parent = part.first().and_then(|f| self.collection.parent(*f));
        let node = match parent.map(|node| node.opened()).transpose() {
            Ok(node) => node,
            Err(cause) => {
                let path = parent.map_or(&[][..], |node| node.path());
                let path = join(path, b"");
                self.error(path, Action::OpenDirectory, cause);
                return;
            }
        };
        let mut done = |index: usize, result: Result<Sum, (Action, Cause)>| {
            let Some(file) = part.get(index).copied() else { return };
            let (parent, name) = self.collection.path(file);
            let expected = self.collection.size(file);
            match result {
                Ok(sum) if sum.grew => {
                    let path = join(parent, name);
                    self.error(path, Action::Read, Cause::Grew);
                }
                Ok(sum) if sum.size == expected => {
                    pile.add(file, sum.content);
                }
                Ok(sum) => {
                    let found = sum.size;
                    let cause = Cause::Changed { expected, found };
                    self.error(join(parent, name), Action::Read, cause);
                }
                Err((action, cause)) => {
                    self.error(join(parent, name), action, cause);
                }
            }
        };
        for (index, file) in part.iter().enumerate() {
            if self.run.is_over() {
                return;
            }
            match self.open(*file, node.as_deref()) {
                Ok(opened) => {
                    reader.take(inspector, index, opened, method, &mut done);
                }
                Err(cause) => done(index, Err((Action::Open, cause))),
            }
        }
        reader.flush(inspector, method, &mut done);
    }

    /// Opens a file, which must still be the one that was found.
    fn open(
        &self,
        file: FileNumber,
        node: Option<&Node>,
    ) -> Result<(std::fs::File, Metadata), Cause> {
        let (_, name) = self.collection.path(file);
        let (opened, metadata) = match node {
            Some(node) => node.open_file(name)?,
            None => {
                let path = join(&[], name);
                match Named::open(&path, &[], Links::Refuse)? {
                    Named::File(opened, metadata) => (opened, metadata),
                    Named::Directory(_) => {
                        return Err(Cause::NotRegular("a directory"));
                    }
                    Named::Special(_, word) => {
                        return Err(Cause::NotRegular(word));
                    }
                }
            }
        };
        if self.collection.id(file) != Some(metadata.id) {
            return Err(Cause::Replaced);
        }
        let expected = self.collection.size(file);
        if metadata.size != expected {
            let found = metadata.size;
            return Err(Cause::Changed { expected, found });
        }
        Ok((opened, metadata))
    }

    fn error(&self, path: std::path::PathBuf, action: Action, cause: Cause) {
        // What a run did not come to is no fault of the file's.
        if self.run.is_over() {
            return;
        }
        let error = EntryError::new(path, action, cause);
        self.run.count_error(&error);
        self.run.heed((self.on_error)(error));
    }

    /// Puts the workers' piles together and sorts them: by digest, then size,
    /// then path.
    fn sort(&self, piles: Vec<Pile>, digest_len: usize) -> Hits {
        let total = piles.iter().map(|pile| pile.files.len()).sum();
        let mut hits: Vec<Hit> = Vec::with_capacity(total);
        let mut digests = Vec::with_capacity(total * digest_len);
        for pile in piles {
            let rows = pile.digests.chunks_exact(digest_len.max(1));
            for (file, digest) in pile.files.iter().zip(rows) {
                let prefix = digest
                    .first_chunk::<8>()
                    .map_or(0, |bytes| u64::from_be_bytes(*bytes));
                let index = u32::try_from(hits.len()).unwrap_or(u32::MAX);
                hits.push(Hit { prefix, file: *file, digest: index });
            }
            digests.extend_from_slice(&pile.digests);
        }
        hits.par_sort_unstable_by_key(|hit| hit.prefix);
        let mut sorted = Hits { hits, digests, digest_len };
        let mut hits = std::mem::take(&mut sorted.hits);
        for run in hits.chunk_by_mut(|a, b| a.prefix == b.prefix) {
            if run.len() > 1 {
                run.sort_unstable_by(|a, b| {
                    sorted
                        .digest(a)
                        .cmp(sorted.digest(b))
                        .then_with(|| {
                            let size =
                                |hit: &Hit| self.collection.size(hit.file);
                            size(a).cmp(&size(b))
                        })
                        .then_with(|| self.collection.by_path(a.file, b.file))
                });
            }
        }
        sorted.hits = hits;
        sorted
    }
}

impl Pile {
    fn add(&mut self, file: FileNumber, content: Content) {
        self.files.push(file);
        match content {
            Content::Whole(_, digest) => {
                self.digests.extend_from_slice(digest.as_bytes());
            }
            Content::Partial(ends) => {
                self.digests.extend_from_slice(&ends.first.to_be_bytes());
                self.digests.extend_from_slice(&ends.last.to_be_bytes());
            }
        }
    }
}
