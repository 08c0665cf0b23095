//! Puts trees into a store: walks, reads what changed, and makes a snapshot.

mod commit;
mod contents;
mod items;
mod parent;
mod partial;

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use sanchay::{
    DigestCache, Engine, EntryError, EntryKind, Monitor, Timestamp,
    WalkOptions, WorkContext, escaped,
};
use sanchay_core::store::{SnapshotDocument, StoredRow};
use sanchay_storage::{FileSystemId, LocalStorage, Storage};
use sanchay_sync::lock;

use self::{
    contents::Reader,
    items::{Item, Items},
    parent::Parent,
    partial::{Pace, Rows},
};
use crate::{
    error::StoreError, names, packer::Packer, snapshot, snapshot::Snapshot,
    store::Store,
};

/// How often a put begins anew whose objects were collected meanwhile.
const TRIES: usize = 3;

/// How a tree is put.
#[derive(Clone)]
pub struct PutOptions {
    /// A name to ask for the snapshot by.
    pub name: Option<String>,
    /// Which entries, and where they are. Unless the filter tests the kind,
    /// entries of every kind are.
    pub walk: WalkOptions,
    /// Whether to read all files, though they are as they were in the last
    /// snapshot of the same roots.
    pub read_all: bool,
    /// Knows the BLAKE3 digests of files that need not be read, and is told
    /// those of files that were.
    pub cache: Option<Arc<dyn DigestCache>>,
    /// How well to compress: a level of Zstandard.
    pub level: i32,
    /// How often to save what was stored so far: of a put that is killed, the
    /// next one reads no more than that took, and what changed, again.
    pub save_every: Duration,
    /// Watches the run, and ends it.
    pub monitor: Monitor,
}

impl Default for PutOptions {
    fn default() -> Self {
        Self {
            name: None,
            walk: WalkOptions::default(),
            read_all: false,
            cache: None,
            level: 3,
            save_every: Duration::from_secs(10),
            monitor: Monitor::default(),
        }
    }
}

impl fmt::Debug for PutOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PutOptions")
            .field("name", &self.name)
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

/// A tree that was put.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Put {
    /// Its snapshot.
    pub snapshot: Snapshot,
    /// Files that were read. The others were known.
    pub read: u64,
    /// How many bytes these had.
    pub read_bytes: u64,
    /// Objects that the store did not have.
    pub objects: u64,
    /// How many bytes these have.
    pub object_bytes: u64,
    /// How many bytes the store grew by.
    pub stored: u64,
    /// Whether the store itself lies in a root: it was left out.
    pub left_out: bool,
}

impl Store {
    /// Puts what is in some roots, and returns the snapshot. What is in a
    /// single root that is a directory is at the top of the snapshot; else
    /// each root is in it by its absolute path, and a single file by its name.
    ///
    /// `on_error` is called, from several threads, with entries that could not
    /// be stored; the snapshot counts them.
    ///
    /// # Errors
    /// A root cannot be opened; [`StoreError::Overtaken`]; what the backend
    /// refused; [`sanchay::Error::Cancelled`], after which another put does
    /// not read again what this one stored.
    pub fn put(
        &self,
        engine: &Engine,
        roots: &[PathBuf],
        options: &PutOptions,
        on_error: impl Fn(EntryError) + Sync,
    ) -> Result<Put, StoreError> {
        if let Some(name) = &options.name {
            snapshot::check_name(name)?;
        }
        let mut tried = 1;
        loop {
            let run =
                PutRun { store: self, engine, options, on_error: &on_error };
            match run.run(roots) {
                // What this hangs on was removed or merged meanwhile.
                Err(error) if error.is_overtaken() && tried < TRIES => {
                    tracing::debug!(%error, "beginning anew");
                    tried += 1;
                }
                // A call that failed since nobody waits for it any more.
                Err(StoreError::Backend(_))
                    if options.monitor.cancel.is_cancelled() =>
                {
                    return Err(sanchay::Error::Cancelled.into());
                }
                put => return put,
            }
        }
    }
}

/// A put on its way.
struct PutRun<'p> {
    store: &'p Store,
    engine: &'p Engine,
    options: &'p PutOptions,
    on_error: &'p (dyn Fn(EntryError) + Sync),
}

/// What is walked: hidden entries too, those of every kind unless the filter
/// says something of kinds, and links as links.
fn walked(walk: &WalkOptions) -> WalkOptions {
    let filter = walk.filter.clone().every_kind().hidden(true);
    WalkOptions { filter, follow: false, ..walk.clone() }
}

/// Which entries a walk wants, as text; empty for all.
fn filter_of(walk: &WalkOptions) -> Result<String, StoreError> {
    let mut filter = match walk.filter.is_empty() {
        true => String::new(),
        false => walked(walk).program()?.expression().to_string(),
    };
    let mut and = |what: String| {
        filter = match filter.is_empty() {
            true => what,
            false => format!("{filter} and {what}"),
        };
    };
    if let Some(depth) = walk.max_depth {
        and(format!("depth <= {depth}"));
    }
    if walk.gitignore || !walk.ignore_files.is_empty() {
        and("not ignored".to_owned());
    }
    if walk.one_file_system {
        and("on one file system".to_owned());
    }
    if let Some(range) = walk.range.as_ref().filter(|it| !it.is_whole()) {
        if !range.from.is_empty() {
            and(format!("from \"{}\"", escaped(&range.from)));
        }
        if let Some(to) = &range.to {
            and(format!("before \"{}\"", escaped(to)));
        }
    }
    Ok(filter)
}

/// What the workers share.
struct Shared<'p> {
    run: &'p PutRun<'p>,
    items: &'p Items,
    parent: &'p Parent,
    packer: &'p Packer<'p>,
    failure: Mutex<Option<StoreError>>,
    rows: Mutex<Rows>,
    /// When the run began.
    time: Timestamp,
    /// Which entries are stored, as text.
    filter: &'p str,
    /// When rows are to be saved, and where they were.
    pace: Pace,
    partial: Mutex<Vec<String>>,
    /// The file systems of devices.
    file_systems: Mutex<HashMap<u64, Option<FileSystemId>>>,
    read: AtomicU64,
    read_bytes: AtomicU64,
    errors: AtomicU64,
}

impl Shared<'_> {
    fn error(&self, error: EntryError) {
        self.errors.fetch_add(1, Relaxed);
        (self.run.on_error)(error);
    }

    /// What is said of these rows, without where they are.
    fn document(&self, rows: &[StoredRow]) -> SnapshotDocument {
        SnapshotDocument {
            made_by: concat!("sanchay ", env!("CARGO_PKG_VERSION")).into(),
            time: self.time,
            name: self.run.options.name.clone().unwrap_or_default(),
            host: commit::host(),
            roots: self.items.names.clone(),
            filter: self.filter.to_owned(),
            errors: self.errors.load(Relaxed),
            ..count(rows)
        }
    }

    /// Ends the run.
    fn fail(&self, error: StoreError, context: WorkContext<'_>) {
        lock(&self.failure).get_or_insert(error);
        context.stop();
    }
}

impl PutRun<'_> {
    fn storage(&self) -> Arc<dyn Storage> {
        let own = self.options.walk.storage.as_ref();
        own.map_or_else(|| Arc::new(LocalStorage::new()) as _, Arc::clone)
    }

    /// What is known of the roots' files.
    fn parent(
        &self,
        names: &[Vec<u8>],
        filter: &str,
    ) -> Result<Parent, StoreError> {
        let cancel = &self.options.monitor.cancel;
        match self.options.read_all {
            true => Ok(Parent::default()),
            false => Parent::find(self.store, names, filter, cancel),
        }
    }

    fn run(&self, roots: &[PathBuf]) -> Result<Put, StoreError> {
        let time = names::now();
        let mut items = Items::open(self, roots)?;
        let filter = filter_of(&self.options.walk)?;
        let names = items.names.clone();
        let parent = thread::scope(|scope| {
            // It reads while this walks.
            let parent = scope.spawn(|| self.parent(&names, &filter));
            let filled = items.fill(self, roots);
            let parent = match parent.join() {
                Ok(parent) => parent,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            filled.and(parent)
        });
        let mut parent = parent?;
        parent.look_at(&items.all);
        // Looked at after the walk: what another put meanwhile counts.
        let state = self.store.reload_all()?;
        let packer = Packer::new(self.store, state, self.options.level);
        let shared = Shared {
            run: self,
            items: &items,
            parent: &parent,
            packer: &packer,
            failure: Mutex::default(),
            rows: Mutex::default(),
            time,
            filter: &filter,
            pace: Pace::new(self.options.save_every),
            partial: Mutex::default(),
            file_systems: Mutex::default(),
            read: AtomicU64::new(0),
            read_bytes: AtomicU64::new(0),
            errors: AtomicU64::new(items.errors),
        };
        let worked = self.read(&shared);
        if let Some(error) = lock(&shared.failure).take() {
            return Err(error);
        }
        if let Err(error) = worked {
            // What was put so far need not be read again.
            if let Err(unsaved) = shared.save() {
                tracing::info!(%unsaved, "it is read again the next time");
            }
            return Err(error.into());
        }
        let mut rows = shared.take_rows();
        part_names(&mut rows);
        let document = shared.document(&rows);
        let (snapshot, added) = self.commit(&packer, document, &rows)?;
        shared.remove_saved();
        Ok(Put {
            snapshot,
            read: shared.read.load(Relaxed),
            read_bytes: shared.read_bytes.load(Relaxed),
            objects: added.objects,
            object_bytes: added.bytes,
            stored: added.stored,
            left_out: items.left_out,
        })
    }

    /// Makes a row of each item.
    fn read(&self, shared: &Shared<'_>) -> Result<(), sanchay::Error> {
        let items = &shared.items.all;
        let is_file = |it: &&Item| it.metadata.kind == EntryKind::File;
        let files = items.iter().filter(is_file);
        let bytes = files.clone().map(|it| it.metadata.size).sum();
        let total = (files.count() as u64, bytes);
        let numbered: Vec<usize> = (0..items.len()).collect();
        let monitor = &self.options.monitor;
        self.engine.work(
            &numbered,
            total,
            monitor,
            || (Reader::new(shared), Vec::new()),
            |(reader, rows), number, context| {
                let Some(item) = items.get(*number) else { return };
                if let Some(row) = reader.row(*number, item, context) {
                    rows.push((*number, row));
                }
                if let Err(error) = shared.pass_on(rows) {
                    shared.fail(error, context);
                }
                if item.metadata.kind == EntryKind::File {
                    context.count_file();
                }
            },
            |(_, mut rows)| lock(&shared.rows).all.append(&mut rows),
        )?;
        Ok(())
    }
}

/// Rows that call themselves names of one file, and say different things of
/// it, since it changed between being read by one and by the other, become
/// files of their own.
fn part_names(rows: &mut [StoredRow]) {
    let mut firsts: HashMap<(u64, u64), StoredRow> = HashMap::new();
    for row in rows {
        let Some(device) = row.device else { continue };
        match firsts.entry((device, row.inode)) {
            Entry::Vacant(first) => drop(first.insert(row.clone())),
            Entry::Occupied(first) if first.get().is_same_file(row) => {}
            Entry::Occupied(_) => (row.device, row.links) = (None, 1),
        }
    }
}

/// What a snapshot tells of its rows.
fn count(rows: &[StoredRow]) -> SnapshotDocument {
    let mut counted = SnapshotDocument::default();
    for row in rows {
        match row.kind {
            EntryKind::File => {
                counted.files += 1;
                counted.bytes = counted.bytes.saturating_add(row.size);
            }
            EntryKind::Directory => counted.directories += 1,
            _ => counted.links += 1,
        }
    }
    counted
}
