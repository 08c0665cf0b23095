//! Reading candidates and putting together those with equal digests. Small
//! files are read whole at once; of large ones both ends are read first, and
//! the rest only of those whose ends agree.

use std::{
    ops::ControlFlow,
    sync::{Mutex, PoisonError, atomic::Ordering::Relaxed},
};

use super::{
    collection::{Collection, FileNumber},
    hits::{Hits, Pile},
};
use crate::{
    engine::Engine,
    entry::{Metadata, join},
    error::{Action, Cause, EntryError, Error},
    frontier::Frontier,
    hash::{Reader, Sum},
    options::Method,
    run::Run,
    walk::{KeptOpen, Links, Named, Open},
};

/// Files of up to so many bytes are read whole at once: opening a file costs
/// as much as reading this much.
pub(super) const SMALL: u64 = 64 * 1024;

/// How much is read of each end of a large file, in bytes.
pub(super) const END: u32 = 16 * 1024;

/// A file of so many bytes is a piece of work of its own.
const LARGE: u64 = 4 << 20;

/// How many files are read in one piece at most.
const FILES_A_PART: usize = 256;

/// What a comparison needs to know.
pub(super) struct Comparison<'a> {
    pub(super) engine: &'a Engine,
    pub(super) run: &'a Run<'a>,
    pub(super) collection: &'a Collection,
    pub(super) on_error: &'a (dyn Fn(EntryError) -> ControlFlow<()> + Sync),
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
            .flat_map(|part| self.pieces(part, method));
        let frontier = Frontier::new(parts.collect());
        let piles = Mutex::new(Vec::new());
        if !files.is_empty() {
            self.engine.crew(&|| frontier.has_more(), |_, inspector| {
                let mut reader = Reader::new(self.run, self.engine);
                let mut pile = Pile::default();
                while let Some(mut taken) = frontier.take() {
                    if self.run.is_over() {
                        frontier.close();
                        break;
                    }
                    let _at_work = self.run.at_work();
                    if let Some(part) = taken.unit() {
                        self.part(
                            part,
                            method,
                            inspector,
                            &mut reader,
                            &mut pile,
                        );
                        // What is read in part may be read once more.
                        if matches!(method, Method::Whole(_)) {
                            let files = part.len() as u64;
                            self.run.files.fetch_add(files, Relaxed);
                        }
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
        Ok(Hits::sort(self.engine, self.collection, piles, digest_len))
    }

    /// Cuts files into pieces of so many files, or of one that is large.
    fn pieces<'f>(
        &self,
        files: &'f [FileNumber],
        method: Method,
    ) -> impl Iterator<Item = &'f [FileNumber]> {
        let large = move |file| {
            matches!(method, Method::Whole(_))
                && self.collection.size(file) >= LARGE
        };
        files
            .chunk_by(move |a, b| !large(*a) && !large(*b))
            .flat_map(|part| part.chunks(FILES_A_PART))
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
                let path = parent.map(|node| node.entry(b""));
                let path = path.unwrap_or_default();
                self.error(path, Action::OpenDirectory, cause);
                return;
            }
        };
        let mut done = |index: usize, result: Result<Sum, (Action, Cause)>| {
            let Some(file) = part.get(index).copied() else { return };
            let path = || self.collection.path(file);
            let expected = self.collection.size(file);
            match result {
                Ok(sum) if sum.grew => {
                    self.error(path(), Action::Read, Cause::Grew);
                }
                Ok(sum) if sum.size == expected => {
                    pile.add(file, sum.content);
                }
                Ok(sum) => {
                    let found = sum.size;
                    let cause = Cause::Changed { expected, found };
                    self.error(path(), Action::Read, cause);
                }
                Err((action, cause)) => {
                    self.error(path(), action, cause);
                }
            }
        };
        let mut open = |index: usize| {
            let file = *part.get(index)?;
            let goes_on = !self.run.is_over();
            goes_on.then(|| self.open(file, node.as_ref()))
        };
        reader.hash(inspector, method, part.len(), &mut open, &mut done);
    }

    /// Opens a file, which must still be the one that was found.
    pub(super) fn open(
        &self,
        file: FileNumber,
        node: Option<&Open>,
    ) -> Result<(std::fs::File, Metadata), Cause> {
        let name = self.collection.name(file);
        let (opened, metadata) = match node {
            Some(node) => node.open_file(name)?,
            None => {
                let path = join(&[], name);
                let from = self.collection.working_directory.as_ref();
                let kept = KeptOpen::default();
                match Named::open(from, &path, &[], Links::Refuse, &kept)? {
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

    pub(super) fn error(
        &self,
        path: std::path::PathBuf,
        action: Action,
        cause: Cause,
    ) {
        // What a run did not come to is no fault of the file's.
        if self.run.is_over() {
            return;
        }
        let error = EntryError::new(path, action, cause);
        self.run.count_error(&error);
        self.run.heed((self.on_error)(error));
    }
}
