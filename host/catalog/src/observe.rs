//! Comparing what a walk finds with a snapshot, folder by folder, while the
//! walk goes on. What is as it was costs a look at the snapshot's rows and is
//! written nowhere.

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use rusqlite::{Connection, params};
use sanchay::{Action, Batch, Content, EntryError, Metadata};
use sanchay_sync::{add, into_inner, lock};

use crate::{
    catalog::Shared,
    folders::{Folder, Folders, split},
    version::{COLUMNS, FileVersion, bytes_of},
};

/// A folder of so many files may come in several batches: its rows are kept
/// for all workers.
const LARGE: usize = 512;

/// How many such folders are kept.
const KEPT: usize = 8;

/// A snapshot to compare with: its number, and that of its series.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base {
    pub(crate) series: i64,
    pub(crate) snapshot: i64,
}

/// A file that is not as it was.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) folder: Folder,
    pub(crate) name: Box<[u8]>,
    pub(crate) version: FileVersion,
    /// The row of what it was, if it was there.
    pub(crate) before: Option<i64>,
}

/// Takes what is not as it was.
pub(crate) trait Sink: Sync {
    /// Files that are new or different.
    fn take(&self, seen: Vec<Seen>) -> rusqlite::Result<()>;

    /// A file that is the same, and whose content is known now.
    fn learn(&self, row: i64, version: &FileVersion) -> rusqlite::Result<()>;
}

/// A comparison in the making.
pub(crate) struct Observation<'o, S> {
    shared: &'o Shared,
    base: Option<Base>,
    pub(crate) sink: S,
    /// The rows of the snapshot whose files are still there, a bit for each.
    there: Vec<AtomicU64>,
    large: Mutex<Vec<Large>>,
    /// Paths of which nothing could be learnt.
    unknown: Mutex<Vec<PathBuf>>,
    files: AtomicU64,
    bytes: AtomicU64,
    errors: AtomicU64,
    failed: AtomicBool,
    failure: Mutex<Option<rusqlite::Error>>,
}

/// A large folder by its path, and its rows.
type Large = (Arc<[u8]>, Arc<Rows>);

/// The rows of a folder in a snapshot.
struct Rows {
    names: Vec<u8>,
    /// By name: where that ends, after the one before.
    rows: Vec<RowOf>,
}

struct RowOf {
    name: std::ops::Range<usize>,
    id: i64,
    version: FileVersion,
}

/// What a walk came to.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) there: Vec<u64>,
    pub(crate) unknown: Vec<PathBuf>,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) errors: u64,
}

impl Observed {
    /// Whether the file of a row is still there.
    pub(crate) fn has(&self, row: i64) -> bool {
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        let word = self.there.get(row / 64).copied().unwrap_or(0);
        word >> (row % 64) & 1 != 0
    }
}

impl<'o, S: Sink> Observation<'o, S> {
    pub(crate) fn new(
        shared: &'o Shared,
        base: Option<Base>,
        sink: S,
    ) -> rusqlite::Result<Self> {
        let last: i64 = match base {
            Some(_) => shared.read(|reader| {
                let ask = "SELECT coalesce(max(id), 0) FROM versions";
                reader.query_row(ask, [], |row| row.get(0))
            })?,
            None => 0,
        };
        let words = usize::try_from(last).unwrap_or(0) / 64 + 1;
        let mut there = Vec::new();
        there.resize_with(words, AtomicU64::default);
        Ok(Self {
            shared,
            base,
            sink,
            there,
            large: Mutex::default(),
            unknown: Mutex::default(),
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            failure: Mutex::default(),
        })
    }

    /// Takes note of an entry that failed: what is known of it and of all
    /// beneath it stays.
    pub(crate) fn failed_entry(&self, error: &EntryError) {
        self.errors.fetch_add(1, Relaxed);
        if error.action != Action::Extract {
            lock(&self.unknown).push(error.path.clone());
        }
    }

    /// Whether the database failed, so that going on makes no sense.
    pub(crate) fn is_over(&self) -> bool {
        self.failed.load(Relaxed)
    }

    /// What came of it.
    pub(crate) fn finish(self) -> rusqlite::Result<(Observed, S)> {
        if let Some(error) = into_inner(self.failure) {
            return Err(error);
        }
        let there = self.there.into_iter().map(AtomicU64::into_inner);
        let observed = Observed {
            there: there.collect(),
            unknown: into_inner(self.unknown),
            files: self.files.into_inner(),
            bytes: self.bytes.into_inner(),
            errors: self.errors.into_inner(),
        };
        Ok((observed, self.sink))
    }

    fn mark(&self, row: i64) {
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        if let Some(word) = self.there.get(row / 64) {
            word.fetch_or(1 << (row % 64), Relaxed);
        }
    }

    fn fail(&self, error: rusqlite::Error) {
        lock(&self.failure).get_or_insert(error);
        self.failed.store(true, Relaxed);
    }

    /// What is known of a folder in the snapshot.
    fn load(
        &self,
        folder: &Folder,
        folders: &mut Folders,
    ) -> rusqlite::Result<Arc<Rows>> {
        let kept = lock(&self.large);
        let found = kept.iter().find(|(path, _)| *path == folder.path);
        if let Some((_, rows)) = found {
            return Ok(Arc::clone(rows));
        }
        drop(kept);
        let rows = match self.base {
            Some(base) => self.shared.read(|reader| {
                match folders.find(reader, folder)? {
                    Some(number) => Rows::read(reader, number, base),
                    None => Ok(Rows::none()),
                }
            })?,
            None => Rows::none(),
        };
        let rows = Arc::new(rows);
        if rows.rows.len() >= LARGE {
            let mut kept = lock(&self.large);
            if kept.len() >= KEPT {
                kept.remove(0);
            }
            kept.push((Arc::clone(&folder.path), Arc::clone(&rows)));
        }
        Ok(rows)
    }
}

impl Rows {
    fn none() -> Self {
        Self { names: Vec::new(), rows: Vec::new() }
    }

    fn read(
        reader: &Connection,
        folder: i64,
        base: Base,
    ) -> rusqlite::Result<Self> {
        let ask = format!(
            "SELECT id, name, {COLUMNS} FROM versions \
             WHERE folder = ?1 AND series = ?2 AND last >= ?3 AND first <= ?3"
        );
        let mut statement = reader.prepare_cached(&ask)?;
        let which = params![folder, base.series, base.snapshot];
        let mut found = statement.query(which)?;
        let mut all = Self::none();
        while let Some(row) = found.next()? {
            let begin = all.names.len();
            all.names.extend_from_slice(row.get_ref(1)?.as_blob()?);
            all.rows.push(RowOf {
                name: begin..all.names.len(),
                id: row.get(0)?,
                version: FileVersion::read(row, 2)?,
            });
        }
        let Self { names, rows } = &mut all;
        let name = |row: &RowOf| names.get(row.name.clone());
        rows.sort_unstable_by(|a, b| name(a).cmp(&name(b)));
        Ok(all)
    }

    fn get(&self, name: &[u8]) -> Option<&RowOf> {
        let of =
            |row: &RowOf| self.names.get(row.name.clone()).unwrap_or_default();
        let at = self.rows.binary_search_by(|row| of(row).cmp(name));
        self.rows.get(at.ok()?)
    }
}

/// What one worker compares with.
pub(crate) struct Observer<'o, S> {
    of: &'o Observation<'o, S>,
    folders: Folders,
    /// The folders of the last files, the last one first.
    recent: Vec<(Folder, Arc<Rows>)>,
}

/// How many folders a worker goes back and forth between.
const RECENT: usize = 8;

impl<'o, S: Sink> Observer<'o, S> {
    pub(crate) fn new(of: &'o Observation<'o, S>) -> Self {
        Self { of, folders: Folders::default(), recent: Vec::new() }
    }

    /// Compares files of one folder.
    pub(crate) fn batch(&mut self, batch: &Batch<'_>) {
        let mut seen = Vec::new();
        let mut outcome = Ok(());
        for file in batch.iter() {
            let path = match file.parent {
                b"" => Site::of_file(file.name),
                parent => Some(Site::new(parent, file.root, file.name)),
            };
            let Some(site) = path else { continue };
            match self.look(&site, file.metadata, None) {
                Ok(it) => seen.extend(it),
                Err(error) => outcome = Err(error),
            }
        }
        self.pass_on(outcome, seen);
    }

    /// Compares a file whose content is known, by its whole path.
    pub(crate) fn hashed(
        &mut self,
        path: &[u8],
        root: &[u8],
        metadata: &Metadata,
        content: Content,
    ) {
        let site = match split(path) {
            _ if path == root => Site::of_file(path),
            Some((folder, name)) => Some(Site::new(folder, root, name)),
            None => None,
        };
        let Some(site) = site else { return };
        match self.look(&site, metadata, Some(content)) {
            Ok(seen) => self.pass_on(Ok(()), seen.into_iter().collect()),
            Err(error) => self.pass_on(Err(error), Vec::new()),
        }
    }

    fn pass_on(&self, outcome: rusqlite::Result<()>, seen: Vec<Seen>) {
        let taken = match seen.is_empty() {
            true => Ok(()),
            false => self.of.sink.take(seen),
        };
        if let Err(error) = outcome.and(taken) {
            self.of.fail(error);
        }
    }

    /// Compares a file; it is returned if it is not as it was.
    fn look(
        &mut self,
        site: &Site<'_>,
        metadata: &Metadata,
        content: Option<Content>,
    ) -> rusqlite::Result<Option<Seen>> {
        let of = self.of;
        of.files.fetch_add(1, Relaxed);
        add(&of.bytes, metadata.size);
        let version = FileVersion::new(metadata, content);
        let (folder, rows) = self.rows(site)?;
        let Some(row) = rows.get(site.name) else {
            return Ok(Some(Seen {
                folder: folder.clone(),
                name: site.name.into(),
                version,
                before: None,
            }));
        };
        if !version.is_same(&row.version) {
            return Ok(Some(Seen {
                folder: folder.clone(),
                name: site.name.into(),
                version,
                before: Some(row.id),
            }));
        }
        of.mark(row.id);
        let learnt = version.content().is_some()
            && version.content() != row.version.content();
        if learnt {
            of.sink.learn(row.id, &version)?;
        }
        Ok(None)
    }

    fn rows(&mut self, site: &Site<'_>) -> rusqlite::Result<(&Folder, &Rows)> {
        let known = self
            .recent
            .iter()
            .position(|(folder, _)| *folder.path == *site.folder);
        match known {
            Some(0) => {}
            Some(at) => {
                let found = self.recent.remove(at);
                self.recent.insert(0, found);
            }
            None => {
                let folder = Folder::new(site.folder, site.root);
                let rows = self.of.load(&folder, &mut self.folders)?;
                self.recent.truncate(RECENT - 1);
                self.recent.insert(0, (folder, rows));
            }
        }
        let first = self.recent.first();
        let first = first.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        Ok((&first.0, &first.1))
    }
}

/// Where a file is.
struct Site<'s> {
    folder: &'s [u8],
    root: &'s [u8],
    name: &'s [u8],
}

impl<'s> Site<'s> {
    fn new(folder: &'s [u8], root: &'s [u8], name: &'s [u8]) -> Self {
        let folder = crate::folders::trimmed(folder);
        Self { folder, root, name }
    }

    /// Of a file that is a root itself: its folder stands for the root.
    fn of_file(path: &'s [u8]) -> Option<Self> {
        let (folder, name) = split(path)?;
        Some(Self { folder, root: folder, name })
    }
}

/// The folders and files of which nothing could be learnt, as a question.
pub(crate) struct Unknown {
    paths: HashSet<Box<[u8]>>,
}

impl Unknown {
    pub(crate) fn new(paths: &[PathBuf]) -> Self {
        let paths = paths.iter();
        let paths = paths.map(|it| crate::folders::trimmed(bytes_of(it)));
        Self { paths: paths.map(Into::into).collect() }
    }

    /// Whether a path is one of these or lies beneath one.
    pub(crate) fn has(&self, path: &[u8]) -> bool {
        if self.paths.is_empty() {
            return false;
        }
        let mut at = path;
        loop {
            if self.paths.contains(at) {
                return true;
            }
            match split(at) {
                Some((above, _)) if above.len() < at.len() => at = above,
                _ => return false,
            }
        }
    }
}
