//! Puts trees into a store: walks, reads what changed, and makes a snapshot.

mod commit;
mod contents;
mod items;
mod parent;

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use sanchay::{
    DigestCache, Engine, EntryError, EntryKind, Monitor, WalkOptions,
    WorkContext,
};
use sanchay_core::{
    filter::Expr,
    store::{SnapshotDocument, StoredRow},
};
use sanchay_storage::{LocalStorage, Storage};
use sanchay_sync::{into_inner, lock};

use self::{
    contents::Reader,
    items::{Item, Items},
    parent::Parent,
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
    /// not store again what this one did.
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
                Err(StoreError::Overtaken) if tried < TRIES => tried += 1,
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

/// Which entries a walk wants, as text; empty for all.
fn filter_of(walk: &WalkOptions) -> Result<String, StoreError> {
    let program = walk.program()?;
    let expression = program.expression();
    let mut filter = match expression == Expr::All(Vec::new()) {
        true => String::new(),
        false => expression.to_string(),
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
    Ok(filter)
}

/// What the workers share.
struct Shared<'p> {
    run: &'p PutRun<'p>,
    items: &'p Items,
    parent: &'p Parent,
    packer: &'p Packer<'p>,
    failure: Mutex<Option<StoreError>>,
    rows: Mutex<Vec<(usize, StoredRow)>>,
    read: AtomicU64,
    read_bytes: AtomicU64,
    errors: AtomicU64,
}

impl Shared<'_> {
    fn error(&self, error: EntryError) {
        self.errors.fetch_add(1, Relaxed);
        (self.run.on_error)(error);
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

    fn run(&self, roots: &[PathBuf]) -> Result<Put, StoreError> {
        let time = names::now();
        let items = Items::collect(self, roots)?;
        let filter = filter_of(&self.options.walk)?;
        // Looked at after the walk: what another put meanwhile counts.
        let state = self.store.reload()?;
        let parent = match self.options.read_all {
            true => Parent::default(),
            false => Parent::find(self.store, &items.names, &filter)?,
        };
        let packer = Packer::new(self.store, state, self.options.level);
        let shared = Shared {
            run: self,
            items: &items,
            parent: &parent,
            packer: &packer,
            failure: Mutex::default(),
            rows: Mutex::default(),
            read: AtomicU64::new(0),
            read_bytes: AtomicU64::new(0),
            errors: AtomicU64::new(items.errors),
        };
        let worked = self.read(&shared);
        if let Some(error) = lock(&shared.failure).take() {
            return Err(error);
        }
        if let Err(error) = worked {
            // What was put so far need not be put again.
            packer.finish()?;
            return Err(error.into());
        }
        let Shared { rows, read, read_bytes, errors, .. } = shared;
        let mut rows = into_inner(rows);
        rows.sort_by_key(|(at, _)| *at);
        let rows: Vec<StoredRow> =
            rows.into_iter().map(|(_, row)| row).collect();
        let document = SnapshotDocument {
            made_by: concat!("sanchay ", env!("CARGO_PKG_VERSION")).into(),
            time,
            name: self.options.name.clone().unwrap_or_default(),
            host: commit::host(),
            roots: items.names.clone(),
            filter,
            errors: errors.into_inner(),
            ..count(&rows)
        };
        let (snapshot, added) = self.commit(&packer, document, &rows)?;
        Ok(Put {
            snapshot,
            read: read.into_inner(),
            read_bytes: read_bytes.into_inner(),
            objects: added.objects,
            object_bytes: added.bytes,
            stored: added.stored,
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
                if let Some(row) = reader.row(item, context) {
                    rows.push((*number, row));
                }
                if item.metadata.kind == EntryKind::File {
                    context.count_file();
                }
            },
            |(_, rows)| lock(&shared.rows).extend(rows),
        )?;
        Ok(())
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
