//! Reading candidates and putting together those with equal digests. Small
//! files are read whole at once; of large ones both ends are read first, and
//! the rest only of those whose ends agree.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sanchay_core::grouping::{
    DigestColumn, FileNumber, FileTable as _, SortedDigests,
};
use sanchay_names::OsStringExt as _;
use sanchay_storage::{File, FileSystemId, Metadata};
use sanchay_sync::{into_inner, lock};

use super::collection::Collection;
use crate::{
    cache::DigestCache,
    entry::join,
    error::{Action, Cause, EntryError, Error, Problem},
    hash::{Failure, Files, HashResult, Reader, Seen},
    inspect::Inspect,
    options::Method,
    pool::Pool,
    queue::WorkQueue,
    run::RunState,
    walk::{Open, RootEntry},
};

/// A file of this many bytes is a task of its own.
const LARGE: u64 = 4 << 20;

/// How many files are read in one piece at most.
const FILES_PER_TASK: usize = 256;

/// What is wrong has been told already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AlreadyReported;

/// What a comparison needs to know.
pub(crate) struct Comparison<'a> {
    pub(crate) pool: &'a Pool,
    pub(crate) cache: Option<&'a dyn DigestCache>,
    pub(crate) run: &'a RunState<'a>,
    pub(crate) collection: &'a Collection,
    pub(crate) on_error: &'a (dyn Fn(EntryError) -> ControlFlow<()> + Sync),
}

impl Comparison<'_> {
    /// Reads files by a method and sorts them by what was read.
    pub(super) fn read(
        &self,
        files: &[FileNumber],
        method: Method,
    ) -> Result<SortedDigests, Error> {
        let tasks = files
            .chunk_by(|a, b| self.same_parent(*a, *b))
            .flat_map(|part| self.cut(part, method));
        let queue = WorkQueue::new(tasks.collect());
        let results = Mutex::new(Vec::new());
        if !files.is_empty() {
            self.pool.work(
                &queue,
                self.run,
                |_, _| {
                    let reader = Reader::new(self.run, self.pool);
                    let reader = reader.with_cache(self.cache);
                    Ok((reader, DigestColumn::default()))
                },
                |part: &[FileNumber], _, (reader, own), inspector| {
                    self.read_part(part, method, inspector, reader, own);
                    // What is read in part may be read once more.
                    if matches!(method, Method::Whole(_)) {
                        self.run.count_files(part.len() as u64, 0);
                    }
                },
                |(_, own)| lock(&results).push(own),
            )?;
        }
        let columns = into_inner(results);
        Ok(SortedDigests::sort(self.pool, self.collection, columns))
    }

    /// Cuts files into tasks: a few hundred files, or one that is large.
    fn cut<'f>(
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
            .flat_map(|part| part.chunks(FILES_PER_TASK))
    }

    /// Whether two files were found in one directory, or were both named.
    pub(crate) fn same_parent(&self, a: FileNumber, b: FileNumber) -> bool {
        match (self.collection.parent(a), self.collection.parent(b)) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }

    /// Cuts files, which are in the order of their paths, into tasks: some of
    /// one directory each, and the place of the first among all.
    pub(crate) fn parts<'f>(
        &self,
        files: &'f [FileNumber],
        most: usize,
    ) -> Vec<(usize, &'f [FileNumber])> {
        let mut parts = Vec::new();
        let mut place = 0;
        for near in files.chunk_by(|a, b| self.same_parent(*a, *b)) {
            for part in near.chunks(most) {
                parts.push((place, part));
                place += part.len();
            }
        }
        parts
    }

    /// Opens the directory that files were found in; none for files that were
    /// named. What is wrong with it has been told.
    pub(crate) fn reopen(
        &self,
        part: &[FileNumber],
    ) -> Result<Option<Open>, AlreadyReported> {
        let node = part.first().and_then(|f| self.collection.parent(*f));
        node.map(|node| node.reopen()).transpose().map_err(|cause| {
            let path = node.map(|node| node.entry(b"")).unwrap_or_default();
            self.error(path, Action::OpenDirectory, cause);
            AlreadyReported
        })
    }

    /// Reads files of one directory.
    fn read_part(
        &self,
        part: &[FileNumber],
        method: Method,
        inspector: &mut dyn Inspect,
        reader: &mut Reader<'_>,
        results: &mut DigestColumn,
    ) {
        let unknown = self.recall_part(part, method, reader, results);
        let part = match &unknown {
            Some(unknown) if unknown.is_empty() => return,
            Some(unknown) => unknown,
            None => part,
        };
        let Ok(directory) = self.reopen(part) else { return };
        let mut files =
            CandidateFiles { comparison: self, part, directory, results };
        reader.hash(inspector, method, part.len(), &mut files);
    }

    /// Takes the digests of files that the cache knows, by what they were when
    /// they were found. The others; `None` if all of them.
    fn recall_part(
        &self,
        part: &[FileNumber],
        method: Method,
        reader: &Reader<'_>,
        results: &mut DigestColumn,
    ) -> Option<Vec<FileNumber>> {
        self.cache?;
        let mut unknown = Vec::new();
        for file in part {
            let state = self.collection.state(*file);
            match state.and_then(|it| reader.recall(&it, method)) {
                Some(content) => results.push(*file, &content),
                None => unknown.push(*file),
            }
        }
        Some(unknown)
    }

    /// Opens a file, and its directory before.
    pub(crate) fn open_anew(
        &self,
        file: FileNumber,
    ) -> Result<(File, Metadata), Cause> {
        let node = self.collection.parent(file);
        let directory = node.map(|node| node.reopen()).transpose()?;
        self.open(file, directory.as_ref())
    }

    /// Opens a file, which must still be the one that was found.
    pub(crate) fn open(
        &self,
        file: FileNumber,
        node: Option<&Open>,
    ) -> Result<(File, Metadata), Cause> {
        let name = self.collection.name(file);
        let (opened, metadata) = match node {
            Some(node) => node.open_file(name)?,
            None => {
                let storage = &*self.collection.storage;
                RootEntry::open_file(storage, &join(&[], name))?
            }
        };
        self.check(file, &metadata)?;
        self.run.reading(metadata.size, || {
            self.collection.path(file).into_os_string().into_vec()
        });
        Ok((opened, metadata))
    }

    /// Whether a file is still the one that was found.
    fn check(
        &self,
        file: FileNumber,
        metadata: &Metadata,
    ) -> Result<(), Cause> {
        if self.collection.identity(file) != Some(metadata.id) {
            return Err(Cause::Problem(Problem::Replaced));
        }
        let (expected, found) = (self.collection.size(file), metadata.size);
        if found != expected {
            return Err(Cause::Problem(Problem::Changed { expected, found }));
        }
        Ok(())
    }

    pub(crate) fn error(&self, path: PathBuf, action: Action, cause: Cause) {
        // What a run did not come to is no fault of the file's.
        if self.run.is_over() {
            return;
        }
        let error = EntryError::new(path, action, cause);
        self.run.count_error(&error);
        self.run.stop_if_break((self.on_error)(error));
    }
}

/// Candidates of one directory, on their way to the reader.
struct CandidateFiles<'f> {
    comparison: &'f Comparison<'f>,
    part: &'f [FileNumber],
    directory: Option<Open>,
    results: &'f mut DigestColumn,
}

impl Files for CandidateFiles<'_> {
    fn seen(&mut self, index: usize) -> Option<Seen> {
        let file = *self.part.get(index)?;
        let state = self.comparison.collection.state(file)?;
        Some(Seen { state, metadata: None })
    }

    fn file_system(&mut self, device: u64) -> Option<Option<FileSystemId>> {
        self.directory.as_ref()?.file_system(device)
    }

    fn open(
        &mut self,
        index: usize,
    ) -> Option<Result<(File, Metadata), Cause>> {
        let file = *self.part.get(index)?;
        let goes_on = !self.comparison.run.is_over();
        goes_on.then(|| self.comparison.open(file, self.directory.as_ref()))
    }

    fn done(&mut self, index: usize, result: Result<HashResult, Failure>) {
        let Self { comparison, part, results, .. } = self;
        let Some(file) = part.get(index).copied() else {
            debug_assert!(false, "there is no file {index}");
            return;
        };
        let expected = comparison.collection.size(file);
        let (action, cause) = match result {
            Ok(result) if result.grew => {
                (Action::Read, Cause::Problem(Problem::Grew))
            }
            Ok(result) if result.size == expected => {
                results.push(file, &result.content);
                return;
            }
            Ok(result) => {
                let found = result.size;
                (
                    Action::Read,
                    Cause::Problem(Problem::Changed { expected, found }),
                )
            }
            Err(failure) => failure,
        };
        comparison.error(comparison.collection.path(file), action, cause);
    }
}
