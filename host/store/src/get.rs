//! Gets a snapshot, or some of it, back: what copies trees copies this one.

use std::{
    ffi::OsStr,
    ops::ControlFlow,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay::{
    Action, Algorithm, CopyItem, CopyOptions, CopySummary, Engine, EntryError,
    EntryKind, Existing, Folder, Monitor, ScanEvent, WalkOptions,
};
use sanchay_core::store::compare_paths;
use sanchay_names::OsStrExt as _;
use sanchay_storage::{LocalStorage, Storage, StorageError};
use sanchay_sync::{into_inner, lock};

use crate::{
    error::StoreError, snapshot::Snapshot, store::Store, tree::SnapshotTree,
};

/// How a snapshot is got back.
#[derive(Clone, Debug, Default)]
pub struct GetOptions {
    /// Which entries, and what is below them, by their paths in the snapshot;
    /// all of it where there is none.
    pub paths: Vec<PathBuf>,
    /// Which of these. Unless the filter tests the kind, those of every kind.
    pub walk: WalkOptions,
    /// What becomes of an entry whose name is taken.
    pub existing: Existing,
    /// Whether to read what was written again, and to compare it.
    pub verify: bool,
    /// Watches the run, and ends it.
    pub monitor: Monitor,
}

impl Store {
    /// Gets what is in a snapshot into a folder, which is made if it is
    /// missing; that above it has to be there. Entries have the paths there
    /// that they have in the snapshot. `on_error` is called with entries that
    /// could not be restored.
    ///
    /// What a row says of a file, its length, digest and holes, is compared
    /// with its objects before the file gets its name.
    ///
    /// # Errors
    /// The snapshot cannot be read; the folder can be neither opened nor made;
    /// [`sanchay::Error::Cancelled`].
    pub fn get(
        &self,
        engine: &Engine,
        snapshot: &Snapshot,
        target: &Path,
        options: &GetOptions,
        on_error: impl Fn(EntryError) + Sync,
    ) -> Result<CopySummary, StoreError> {
        let folder =
            open_or_make(target).map_err(|error| refused(target, error))?;
        self.get_into(engine, snapshot, folder, options, on_error)
    }

    /// The same into a folder that is open: whatever becomes of its path
    /// meanwhile, nothing comes elsewhere.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_into(
        &self,
        engine: &Engine,
        snapshot: &Snapshot,
        target: Arc<Folder>,
        options: &GetOptions,
        on_error: impl Fn(EntryError) + Sync,
    ) -> Result<CopySummary, StoreError> {
        let tree = self.tree_with(snapshot, &options.monitor.cancel)?;
        let copier = engine
            .copier(CopyOptions {
                existing: options.existing,
                verify: options.verify.then_some(Algorithm::Blake3),
                ..CopyOptions::default()
            })
            .named(&format!("get-{}", snapshot.id()));
        let walk = &options.walk;
        let whole = options.paths.is_empty()
            && walk.filter.is_empty()
            && walk.max_depth.is_none()
            && !walk.gitignore
            && walk.ignore_files.is_empty();
        let top = Path::new("");
        let source =
            Folder::open(&tree, top).map_err(|error| refused(top, error))?;
        if whole {
            let monitor = &options.monitor;
            return Ok(copier.copy_folder(source, target, monitor, on_error)?);
        }
        let mut failed = Vec::new();
        let roots = roots(&tree, &options.paths, &mut failed);
        let mut wanted = Vec::new();
        if options.paths.is_empty() || !roots.is_empty() {
            wanted = self::wanted(engine, &tree, options, &roots, &on_error)?;
        }
        let ways = Mutex::new(Ways::new(source, target));
        let items = wanted.iter().filter_map(|(path, kind)| {
            let mut ways = lock(&ways);
            match ways.item(path, *kind) {
                Ok(item) => item,
                Err(error) => {
                    failed.push(ways.failure(path, Action::Copy, error));
                    None
                }
            }
        });
        let mut summary =
            copier.copy_all(items, &options.monitor, |(), copied| {
                if let Err(error) = copied {
                    on_error(error);
                }
            })?;
        // Those below others first: what is done in a directory changes its
        // times.
        let ways = into_inner(ways);
        for path in ways.made.iter().rev() {
            let finished = ways.open(path).map(|(from, to)| {
                copier.finish_directory(&from, &to).map(drop)
            });
            let finished = finished.unwrap_or_else(|error| {
                Err(ways.failure(path, Action::Copy, error))
            });
            failed.extend(finished.err());
        }
        for error in failed {
            summary.errors += 1;
            on_error(error);
        }
        Ok(summary)
    }
}

fn refused(path: &Path, error: StorageError) -> StoreError {
    let why = EntryError::new(path.to_owned(), Action::Root, error.into());
    let why = why.to_string();
    sanchay::Error::Option { option: "target", why }.into()
}

fn open_or_make(path: &Path) -> Result<Arc<Folder>, StorageError> {
    let storage = LocalStorage::new();
    match Folder::open(&storage, path) {
        Err(error) if error.is(std::io::ErrorKind::NotFound) => {
            std::fs::create_dir(path)?;
            Folder::open(&storage, path)
        }
        opened => opened,
    }
}

/// The paths of a snapshot that were named, as it has them. Those that it does
/// not have are errors.
fn roots(
    tree: &SnapshotTree,
    paths: &[PathBuf],
    failed: &mut Vec<EntryError>,
) -> Vec<PathBuf> {
    let mut roots = Vec::new();
    for path in paths {
        match tree.stat(path) {
            Ok(_) => {
                let names = path
                    .components()
                    .filter(|it| matches!(it, Component::Normal(_)));
                roots.push(sanchay_names::with_slashes(names.collect()));
            }
            Err(error) => {
                let action = Action::Stat;
                let error =
                    EntryError::new(path.clone(), action, error.into());
                failed.push(error.named());
            }
        }
    }
    roots
}

/// What the filter wants of some roots, in the order of rows.
fn wanted(
    engine: &Engine,
    tree: &SnapshotTree,
    options: &GetOptions,
    roots: &[PathBuf],
    on_error: &(dyn Fn(EntryError) + Sync),
) -> Result<Vec<(Vec<u8>, EntryKind)>, StoreError> {
    let storage: Arc<dyn Storage> = Arc::new(tree.clone());
    let walk = WalkOptions {
        filter: options.walk.filter.clone().every_kind().hidden(true),
        follow: false,
        storage: Some(storage),
        ..options.walk.clone()
    };
    let mut found = Vec::new();
    // A walk does not tell of a directory that it begins with.
    if options.walk.filter.is_empty() {
        found.extend(roots.iter().filter_map(|root| {
            let (kind, _) = tree.stat(root).ok()?;
            let path = root.as_os_str().as_bytes().to_vec();
            (kind == EntryKind::Directory && !path.is_empty())
                .then_some((path, kind))
        }));
    }
    let all = [PathBuf::new()];
    let begins = match options.paths.is_empty() {
        true => all.as_slice(),
        false => roots,
    };
    let found = Mutex::new(found);
    let monitor = Monitor { finished: None, ..options.monitor.clone() };
    engine.scan(begins).options(walk).monitor(&monitor).for_each_batch(
        |_| {
            |event: ScanEvent<'_>| {
                match event {
                    ScanEvent::Files(batch) => {
                        lock(&found).extend(batch.iter().map(|entry| {
                            let path = [entry.parent, entry.name].concat();
                            (path, entry.metadata.kind)
                        }));
                    }
                    ScanEvent::Error(error) => on_error(error),
                    _ => {}
                }
                ControlFlow::Continue(())
            }
        },
    )?;
    let mut found = into_inner(found);
    found.sort_by(|a, b| compare_paths(&a.0, &b.0));
    // Of roots, one may be below another.
    found.dedup_by(|b, a| a.0 == b.0);
    Ok(found)
}

/// The directories that entries come from and go to.
struct Ways {
    target: Arc<Folder>,
    /// The way down to the last entry: names, and directories on both sides.
    way: Vec<(Vec<u8>, Arc<Folder>, Arc<Folder>)>,
    source: Arc<Folder>,
    /// The paths of directories that are to get what those in the snapshot
    /// have.
    made: Vec<Vec<u8>>,
}

impl Ways {
    fn new(source: Arc<Folder>, target: Arc<Folder>) -> Self {
        Self { target, way: Vec::new(), source, made: Vec::new() }
    }

    /// A directory that was made, and the one in the snapshot.
    fn open(
        &self,
        path: &[u8],
    ) -> Result<(Arc<Folder>, Arc<Folder>), StorageError> {
        let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        let mut from = Arc::clone(&self.source);
        for name in &names {
            from = from.enter(name)?;
        }
        Ok((from, self.target.create(&names)?))
    }

    fn failure(
        &self,
        path: &[u8],
        action: Action,
        error: StorageError,
    ) -> EntryError {
        let path = self.target.path().join(OsStr::from_bytes(path));
        EntryError::new(path, action, error.into())
    }

    /// What is to be copied for an entry; a directory is made at once.
    fn item(
        &mut self,
        path: &[u8],
        kind: EntryKind,
    ) -> Result<Option<CopyItem<()>>, StorageError> {
        let mut names: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        let last = match kind {
            EntryKind::Directory => None,
            _ => names.pop(),
        };
        let common = self
            .way
            .iter()
            .zip(&names)
            .take_while(|((name, ..), wanted)| name == *wanted)
            .count();
        self.way.truncate(common);
        for name in names.into_iter().skip(common) {
            let (source, target) = match self.way.last() {
                Some((_, source, target)) => (source, target),
                None => (&self.source, &self.target),
            };
            let from = source.enter(name)?;
            let to = target.create(&[name])?;
            self.way.push((name.to_vec(), from, to));
            let names = self.way.iter().map(|(name, ..)| name.as_slice());
            self.made.push(names.collect::<Vec<_>>().join(&b'/'));
        }
        let (source, target) = match self.way.last() {
            Some((_, source, target)) => (source, target),
            None => (&self.source, &self.target),
        };
        Ok(last.map(|name| CopyItem {
            source: Arc::clone(source),
            name: name.to_vec(),
            target: Arc::clone(target),
            new_name: name.to_vec(),
            expected: None,
            tag: (),
        }))
    }
}
