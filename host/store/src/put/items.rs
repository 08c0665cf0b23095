//! What is to be put: what a walk finds, and the directories on the way to it,
//! in the order of rows.

use std::{
    collections::HashSet,
    ffi::OsStr,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay::{
    Action, EntryError, EntryKind, EntryRef, Monitor, Problem, ScanEvent,
};
use sanchay_core::store::compare_paths;
use sanchay_names::OsStrExt as _;
use sanchay_storage::{Directory, FileId, Links, Metadata, Opened};
use sanchay_sync::{into_inner, lock};

use super::{PutRun, walked};
use crate::error::StoreError;

/// An entry that is to be put.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Which of the roots it is in.
    pub(super) root: usize,
    /// The way to it from the root; empty for the root itself.
    pub(super) below: Vec<u8>,
    /// Its path in the snapshot.
    pub(super) path: Vec<u8>,
    pub(super) metadata: Metadata,
}

/// A root.
#[derive(Debug)]
pub(super) struct Root {
    /// As it was given.
    pub(super) given: PathBuf,
    /// What precedes paths below it in the snapshot; empty, or with a slash
    /// behind it.
    prefix: Vec<u8>,
    /// It, or where a file is that is one.
    pub(super) directory: Arc<dyn Directory>,
    /// The name of a file that is a root.
    pub(super) file: Option<Vec<u8>>,
}

/// What is to be put.
#[derive(Debug)]
pub(super) struct Items {
    pub(super) all: Vec<Item>,
    pub(super) roots: Vec<Root>,
    /// The roots, as absolute paths without links.
    pub(super) names: Vec<Vec<u8>>,
    /// How many entries the walk could not look at.
    pub(super) errors: u64,
    /// Whether the store itself lies in a root, and was left out.
    pub(super) left_out: bool,
}

fn refused(path: &Path, error: sanchay::StorageError) -> StoreError {
    let action = Action::Root;
    let why = EntryError::new(path.to_owned(), action, error.into());
    sanchay::Error::Option { option: "root", why: why.to_string() }.into()
}

impl Items {
    /// Opens the roots.
    pub(super) fn open(
        run: &PutRun<'_>,
        given: &[PathBuf],
    ) -> Result<Self, StoreError> {
        let mut items = Self {
            all: Vec::new(),
            roots: Vec::new(),
            names: Vec::new(),
            errors: 0,
            left_out: false,
        };
        for path in given {
            items.add_root(run, path, given.len() > 1)?;
        }
        Ok(items)
    }

    /// Finds what is in them.
    pub(super) fn fill(
        &mut self,
        run: &PutRun<'_>,
        given: &[PathBuf],
    ) -> Result<(), StoreError> {
        self.walk(run, given)?;
        self.add_directories();
        let is_local = run.options.walk.storage.is_none();
        let store = run.store.backend().folder().filter(|_| is_local);
        if let Some(store) = store {
            self.leave_out(store);
        }
        self.sort();
        Ok(())
    }

    /// Leaves a directory out, and all that is in it.
    fn leave_out(&mut self, directory: FileId) {
        let is_it = |item: &&Item| {
            item.metadata.kind == EntryKind::Directory
                && item.metadata.id == directory
        };
        let found = self.all.iter().filter(is_it);
        let places: Vec<(usize, Vec<u8>)> =
            found.map(|item| (item.root, item.below.clone())).collect();
        let is_within = |item: &Item| {
            places.iter().any(|(root, place)| {
                let rest = item.below.strip_prefix(place.as_slice());
                *root == item.root
                    && rest.is_some_and(|rest| match place.is_empty() {
                        // A root is in the snapshot in any case.
                        true => !rest.is_empty(),
                        false => rest.is_empty() || rest.starts_with(b"/"),
                    })
            })
        };
        self.left_out = !places.is_empty();
        if self.left_out {
            self.all.retain(|item| !is_within(item));
        }
    }

    /// Brings them in the order of rows. They are large: each moves once.
    fn sort(&mut self) {
        let mut all: Vec<Option<Item>> =
            std::mem::take(&mut self.all).into_iter().map(Some).collect();
        let mut order: Vec<usize> = (0..all.len()).collect();
        let path = |at: &usize| {
            let item = all.get(*at).and_then(Option::as_ref);
            item.map_or(&b""[..], |item| &item.path)
        };
        order.sort_by(|a, b| compare_paths(path(a), path(b)));
        order.dedup_by(|b, a| path(a) == path(b));
        let take = |at: usize| all.get_mut(at).and_then(Option::take);
        self.all = order.into_iter().filter_map(take).collect();
    }

    fn add_root(
        &mut self,
        run: &PutRun<'_>,
        path: &Path,
        several: bool,
    ) -> Result<(), StoreError> {
        let storage = run.storage();
        let failed = |error| refused(path, error);
        let whole = match storage.canonical(path) {
            Ok(whole) => whole,
            // A storage without absolute paths.
            Err(error) if error.is(std::io::ErrorKind::Unsupported) => {
                path.to_owned()
            }
            Err(error) => return Err(failed(error)),
        };
        let bytes = whole.as_os_str().as_bytes();
        let name = whole.file_name().unwrap_or_default().as_bytes();
        let (directory, file) = match storage.open(&whole).map_err(failed)? {
            Opened::Directory(directory, _) => (directory, None),
            Opened::File(..) | Opened::Special(..) => {
                let above = whole.parent().unwrap_or(Path::new("/"));
                match storage.open(above).map_err(failed)? {
                    Opened::Directory(above, _) => (above, Some(name)),
                    _ => {
                        let kind = std::io::ErrorKind::NotADirectory;
                        return Err(failed(std::io::Error::from(kind).into()));
                    }
                }
            }
        };
        let mut prefix = match (several, file) {
            (true, _) => sanchay_names::below_top(bytes),
            (false, Some(name)) => name.to_vec(),
            (false, None) => Vec::new(),
        };
        let number = self.roots.len();
        if file.is_none() {
            let metadata = directory
                .as_file()
                .and_then(|it| Ok(it.metadata()?))
                .map_err(failed)?;
            let below = Vec::new();
            let path = prefix.clone();
            self.all.push(Item { root: number, below, path, metadata });
        }
        if !prefix.is_empty() {
            prefix.push(b'/');
        }
        self.names.push(bytes.to_vec());
        self.roots.push(Root {
            given: path.to_owned(),
            prefix,
            directory: directory.into(),
            file: file.map(<[u8]>::to_vec),
        });
        Ok(())
    }

    fn walk(
        &mut self,
        run: &PutRun<'_>,
        given: &[PathBuf],
    ) -> Result<(), StoreError> {
        let options = walked(&run.options.walk);
        // What is done is told of when all is.
        let monitor =
            Monitor { finished: None, ..run.options.monitor.clone() };
        let found = Mutex::new((Vec::new(), 0_u64));
        let roots = &self.roots;
        let request =
            run.engine.scan(given.to_vec()).options(options).monitor(&monitor);
        request.for_each_batch(|_| {
            |event: ScanEvent<'_>| {
                match event {
                    ScanEvent::Files(batch) => {
                        let items: Vec<Item> = batch
                            .iter()
                            .filter_map(|entry| item(roots, &entry))
                            .collect();
                        lock(&found).0.extend(items);
                    }
                    ScanEvent::Error(error) => {
                        lock(&found).1 += 1;
                        (run.on_error)(error);
                    }
                    _ => {}
                }
                ControlFlow::Continue(())
            }
        })?;
        let (items, errors) = into_inner(found);
        self.all.extend(items);
        self.errors = errors;
        Ok(())
    }

    /// Adds the directories between roots and what was found in them, where a
    /// filter left them out.
    fn add_directories(&mut self) {
        let mut known: HashSet<(usize, Vec<u8>)> = self
            .all
            .iter()
            .filter(|it| it.metadata.kind == EntryKind::Directory)
            .map(|it| (it.root, it.below.clone()))
            .collect();
        let mut more = Vec::new();
        let mut last = (usize::MAX, &b""[..]);
        for item in &self.all {
            let Some(root) = self.roots.get(item.root) else { continue };
            let mut below = item.below.as_slice();
            // Most entries come behind others of the same directory.
            let above = (item.root, split(below).0);
            if std::mem::replace(&mut last, above) == above {
                continue;
            }
            while let Some(slash) = below.iter().rposition(|it| *it == b'/') {
                below = below.get(..slash).unwrap_or_default();
                if !known.insert((item.root, below.to_vec())) {
                    break;
                }
                if let Some(metadata) = root.stat(below) {
                    more.push(Item {
                        root: item.root,
                        below: below.to_vec(),
                        path: [&root.prefix, below].concat(),
                        metadata,
                    });
                }
            }
        }
        self.all.extend(more);
    }
}

impl Root {
    /// What a directory below the root is.
    fn stat(&self, below: &[u8]) -> Option<Metadata> {
        let (above, name) = split(below);
        let directory = open_below(&*self.directory, above).ok()?;
        let (_, metadata) = directory.stat(name, Links::Refuse).ok()?;
        Some(metadata)
    }

    /// The path of an entry, for messages.
    pub(super) fn path_of(&self, below: &[u8]) -> PathBuf {
        match below {
            b"" => self.given.clone(),
            below => self.given.join(OsStr::from_bytes(below)),
        }
    }
}

/// Opens a directory beneath another; no link is followed.
pub(super) fn open_below(
    root: &dyn Directory,
    below: &[u8],
) -> Result<Box<dyn Directory>, sanchay::StorageError> {
    let names: Vec<&[u8]> = below
        .split(|byte| *byte == b'/')
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() {
        return root.try_clone();
    }
    if let Some(found) = root.open_descendant(&names) {
        return Ok(found);
    }
    let mut at = root.try_clone()?;
    for name in names {
        at = at.open_dir(name, Links::Refuse)?;
    }
    Ok(at)
}

/// What precedes the last slash, and what follows it.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (
            path.get(..slash).unwrap_or_default(),
            path.get(slash + 1..).unwrap_or_default(),
        ),
        None => (b"", path),
    }
}

/// What a walk found.
fn item(roots: &[Root], entry: &EntryRef<'_>) -> Option<Item> {
    let is_root =
        |root: &&Root| root.given.as_os_str().as_bytes() == entry.root;
    let number = roots.iter().position(|root| is_root(&root))?;
    let root = roots.get(number)?;
    let metadata = *entry.metadata;
    if root.file.is_some() {
        let prefix = root.prefix.strip_suffix(b"/").unwrap_or(&root.prefix);
        let (below, path) = (Vec::new(), prefix.to_vec());
        return Some(Item { root: number, below, path, metadata });
    }
    let parent = entry.parent.get(entry.root.len()..).unwrap_or_default();
    let parent = parent.strip_prefix(b"/").unwrap_or(parent);
    let below = [parent, entry.name].concat();
    let path = [&root.prefix[..], &below].concat();
    Some(Item { root: number, below, path, metadata })
}

/// What is neither file, directory nor link.
pub(super) fn not_storable(kind: EntryKind) -> Problem {
    Problem::NotRegular(kind.describe())
}
