//! What is to be copied, what is there already, and what stands in the way.

use std::collections::{HashMap, HashSet};

use sanchay_names::OsStringExt as _;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;

use sanchay::{Engine, EntryError, Error, Monitor, ScanEvent, WalkOptions};
use sanchay_objects::{
    Bucket, CloudOptions, CloudStorage, CloudUrl, Provider, StorageError,
};
use sanchay_storage::{
    EntityTag, EntryKind, LocalStorage, Storage as _, Timestamp,
};
use sanchay_sync::{into_inner, lock};

use crate::names;
use crate::place::Destination;
use crate::source::{Buckets, Source, head_of, time_of};

/// How many questions about single objects are asked at once.
pub(crate) const AT_ONCE: usize = 16;

/// For so few files, the destination is asked about each of them; for more, it
/// is listed.
const FEW: usize = 64;

/// What is to be copied, and where to.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The files and folders, as paths and URLs. Of a folder, all files are
    /// copied, under the names that they have below it.
    pub roots: Vec<PathBuf>,
    /// Where copies go.
    pub destination: Destination,
    /// Which files: links and folders are not copied.
    pub walk: WalkOptions,
    /// How buckets are reached.
    pub cloud: CloudOptions,
    /// Whether all files go directly into the destination.
    pub flat: bool,
    /// Whether what is there already is compared byte by byte, and what was
    /// written is read again.
    pub verify: bool,
    /// Whether names that are taken are left out; else nothing is copied.
    pub skip_conflicts: bool,
}

/// A file that is to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferStep {
    /// The path or the URL that it has.
    pub from: Vec<u8>,
    /// The path or the URL that its copy gets.
    pub to: Vec<u8>,
    /// Its size in bytes when it was found.
    pub size: u64,
    /// Its name below the destination.
    pub(crate) name: Vec<u8>,
    /// How much of its path is the root that it was found under.
    pub(crate) root: usize,
}

/// Why a file is not copied to where it would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferConflict {
    /// The path or the URL that the file has.
    pub from: Vec<u8>,
    /// The path or the URL that its copy would get.
    pub to: Vec<u8>,
    /// What stands in the way.
    pub why: &'static str,
}

/// A file that cannot be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferProblem {
    /// The path or the URL that it has.
    pub path: Vec<u8>,
    /// Why not.
    pub why: String,
}

/// What is to be copied.
#[derive(Debug)]
pub struct TransferPlan {
    pub(crate) transfer: Transfer,
    pub(crate) steps: Vec<TransferStep>,
    conflicts: Vec<TransferConflict>,
    problems: Vec<TransferProblem>,
    errors: Vec<EntryError>,
    unchanged: u64,
    pub(crate) buckets: Opened,
}

/// Why nothing can be planned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The files cannot be found.
    #[error(transparent)]
    Run(#[from] Error),
    /// The destination cannot be looked at.
    #[error("{}: {why}", sanchay::escaped(.place.as_bytes()))]
    Destination {
        /// Its URL.
        place: String,
        /// Why.
        why: String,
    },
}

/// A file that was found.
struct Found {
    from: Vec<u8>,
    /// How much of that is the root.
    root: usize,
    name: Vec<u8>,
    size: u64,
    modified: Timestamp,
    etag: Option<EntityTag>,
}

/// What is there already under a name.
#[derive(Clone, Copy)]
struct There {
    size: u64,
    /// When it was modified, of a file.
    modified: Option<Timestamp>,
    etag: Option<EntityTag>,
}

/// The buckets that were opened, each once.
#[derive(Debug)]
pub(crate) struct Opened {
    options: CloudOptions,
    all: Mutex<HashMap<(Provider, String), Bucket>>,
}

impl Buckets for Opened {
    fn bucket(&self, url: &CloudUrl<'_>) -> Result<Bucket, StorageError> {
        let mut all = lock(&self.all);
        let name = (url.provider, url.bucket.to_owned());
        if let Some(bucket) = all.get(&name) {
            return Ok(bucket.clone());
        }
        let bucket = Bucket::open(url.provider, url.bucket, &self.options)?;
        all.insert(name, bucket.clone());
        Ok(bucket)
    }
}

impl Transfer {
    /// Finds out what is to be copied.
    ///
    /// # Errors
    /// If the files cannot be walked, or the destination not be looked at.
    /// What is wrong with one file is a problem of the plan.
    pub fn plan(
        self,
        engine: &Engine,
        monitor: &Monitor,
    ) -> Result<TransferPlan, TransferError> {
        let (found, errors) = self.find(engine, monitor)?;
        let buckets =
            Opened { options: self.cloud.clone(), all: Mutex::default() };
        let mut plan = TransferPlan {
            transfer: self,
            steps: Vec::new(),
            conflicts: Vec::new(),
            problems: Vec::new(),
            errors,
            unchanged: 0,
            buckets,
        };
        let there = plan.look(&found, monitor)?;
        plan.arrange(found, &there, monitor);
        match monitor.cancel.is_cancelled() {
            true => Err(Error::Cancelled.into()),
            false => Ok(plan),
        }
    }

    /// Walks the roots.
    fn find(
        &self,
        engine: &Engine,
        monitor: &Monitor,
    ) -> Result<(Vec<Found>, Vec<EntryError>), TransferError> {
        let mut walk = self.walk.clone();
        walk.filter = walk.filter.files_only();
        let local = Arc::new(LocalStorage::new());
        let storage = CloudStorage::over(local, self.cloud.clone());
        walk.storage = Some(Arc::new(storage));
        let all = Mutex::new((Vec::new(), Vec::new()));
        let monitor = Monitor { finished: None, ..monitor.clone() };
        engine
            .scan(&self.roots)
            .options(walk)
            .monitor(&monitor)
            .for_each_batch(|_| {
                |event: ScanEvent<'_>| {
                    match event {
                        ScanEvent::Files(batch) => {
                            let found = batch.iter().map(|it| Found {
                                from: [it.parent, it.name].concat(),
                                root: it.root.len(),
                                name: self
                                    .name_of(it.root, it.parent, it.name),
                                size: it.metadata.size,
                                modified: it.metadata.modified,
                                etag: it
                                    .metadata
                                    .object
                                    .and_then(|object| object.etag),
                            });
                            lock(&all).0.extend(found);
                        }
                        ScanEvent::Error(error) => lock(&all).1.push(error),
                        _ => {}
                    }
                    ControlFlow::Continue(())
                }
            })?;
        let (mut found, errors) = into_inner(all);
        found.sort_unstable_by(|a, b| a.from.cmp(&b.from));
        Ok((found, errors))
    }

    /// What a file is called below the destination.
    fn name_of(&self, root: &[u8], parent: &[u8], name: &[u8]) -> Vec<u8> {
        let path = [parent, name].concat();
        let base = |path: &[u8]| {
            let start = path.iter().rposition(|byte| *byte == b'/');
            path.get(start.map_or(0, |at| at + 1)..)
                .unwrap_or_default()
                .to_vec()
        };
        if self.flat || path == root {
            return base(&path);
        }
        let below = path.strip_prefix(root).unwrap_or(&path);
        let below = match root.is_empty() || root.ends_with(b"/") {
            true => below,
            false => below.strip_prefix(b"/").unwrap_or(below),
        };
        below.to_vec()
    }
}

impl TransferPlan {
    /// What is to be copied.
    #[must_use]
    pub fn steps(&self) -> &[TransferStep] {
        &self.steps
    }

    /// What stands in the way.
    #[must_use]
    pub fn conflicts(&self) -> &[TransferConflict] {
        &self.conflicts
    }

    /// What cannot be copied at all.
    #[must_use]
    pub fn problems(&self) -> &[TransferProblem] {
        &self.problems
    }

    /// What could not be found out while the files were looked for.
    #[must_use]
    pub fn errors(&self) -> &[EntryError] {
        &self.errors
    }

    /// How many files are there already, as they should be.
    #[must_use]
    pub fn unchanged(&self) -> u64 {
        self.unchanged
    }

    /// Whether nothing will be copied because of conflicts.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        !self.conflicts.is_empty() && !self.transfer.skip_conflicts
    }

    fn destination(&self) -> &Destination {
        &self.transfer.destination
    }

    /// What is at the destination under the names of the files.
    fn look(
        &self,
        found: &[Found],
        monitor: &Monitor,
    ) -> Result<HashMap<Vec<u8>, There>, TransferError> {
        match self.destination() {
            Destination::Folder(folder) => {
                let storage = LocalStorage::new();
                let there = found.iter().filter_map(|it| {
                    let name = OsString::from_vec(it.name.clone());
                    // What cannot be a path is refused later.
                    names::components(&it.name).ok()?;
                    let (kind, now) = storage.stat(&folder.join(name)).ok()?;
                    let size = match kind {
                        EntryKind::File => now.size,
                        // Nothing is equal to what is no file.
                        _ => u64::MAX,
                    };
                    let modified = Some(now.modified);
                    let etag = None;
                    Some((it.name.clone(), There { size, modified, etag }))
                });
                Ok(there.collect())
            }
            Destination::Bucket(bucket, prefix) => {
                let looked = match found.len() <= FEW {
                    true => ask_each(bucket, prefix, found),
                    false => list_all(bucket, prefix, found, monitor),
                };
                looked.map_err(|error| TransferError::Destination {
                    place: bucket.url(prefix),
                    why: error.to_string(),
                })
            }
        }
    }

    /// Parts what is to be copied from what is not.
    fn arrange(
        &mut self,
        found: Vec<Found>,
        there: &HashMap<Vec<u8>, There>,
        monitor: &Monitor,
    ) {
        let mut seen = HashSet::new();
        let folders = match self.destination() {
            Destination::Folder(_) => folders(&found),
            Destination::Bucket(..) => HashSet::new(),
        };
        // Those that may be there already.
        let mut doubtful = Vec::new();
        for file in found {
            let to = self.destination().shown(&file.name);
            let is_folder = folders.contains(&file.name);
            let as_folder = is_folder
                .then_some("others lie below it: its name is a folder's");
            if let Some(why) = self.refused(&file).or(as_folder) {
                let (path, why) = (file.from, why.to_owned());
                self.problems.push(TransferProblem { path, why });
                continue;
            }
            let why = if to == file.from {
                Some("it would be copied onto itself")
            } else if !seen.insert(file.name.clone()) {
                Some("another file gets the same name")
            } else {
                None
            };
            if let Some(why) = why {
                let from = file.from;
                self.conflicts.push(TransferConflict { from, to, why });
                continue;
            }
            match there.get(&file.name) {
                Some(there) => doubtful.push((file, to, *there)),
                None => self.steps.push(TransferStep {
                    from: file.from,
                    to,
                    size: file.size,
                    name: file.name,
                    root: file.root,
                }),
            }
        }
        let equal = each(&doubtful, |(file, _, there)| {
            !monitor.cancel.is_cancelled() && self.is_there(file, *there)
        });
        for ((file, to, _), equal) in doubtful.into_iter().zip(equal) {
            match equal {
                true => self.unchanged += 1,
                false => self.conflicts.push(TransferConflict {
                    from: file.from,
                    to,
                    why: "there is another file of this name",
                }),
            }
        }
    }

    /// Why a file can have no copy there.
    fn refused(&self, file: &Found) -> Option<&'static str> {
        match self.destination() {
            Destination::Folder(_) => names::components(&file.name).err(),
            Destination::Bucket(_, prefix) => {
                names::key(prefix, &file.name).err()
            }
        }
    }

    /// Whether what is there is the file's copy. What cannot be found out is
    /// another file.
    fn is_there(&self, file: &Found, there: There) -> bool {
        if file.size != there.size {
            return false;
        }
        if self.transfer.verify {
            return self.same_bytes(file).unwrap_or(false);
        }
        let plain = |tag: Option<EntityTag>| tag.filter(|it| it.parts == 0);
        if plain(file.etag).is_some() && plain(file.etag) == plain(there.etag)
        {
            return true;
        }
        let of_copy = match (there.modified, self.destination()) {
            (Some(modified), _) => Some(modified),
            (None, Destination::Bucket(bucket, prefix)) => {
                let key = names::key(prefix, &file.name).ok();
                key.and_then(|key| time_in(bucket, &key))
            }
            (None, Destination::Folder(_)) => None,
        };
        of_copy.is_some() && of_copy == self.time_of_source(file)
    }

    fn time_of_source(&self, file: &Found) -> Option<Timestamp> {
        let path = PathBuf::from(OsString::from_vec(file.from.clone()));
        match CloudUrl::of(&path) {
            Some(url) => {
                let bucket = self.buckets.bucket(&url).ok()?;
                time_in(&bucket, url.key)
            }
            None => Some(file.modified),
        }
    }

    fn same_bytes(&self, file: &Found) -> io::Result<bool> {
        let open = |path: &[u8], root: usize| {
            Source::open((path, root), file.size, 0, &self.buckets)
        };
        let mut original = open(&file.from, file.root)?;
        let copy = self.destination().shown(&file.name);
        let mut copy = open(&copy, copy.len())?;
        original.same_as(&mut copy)
    }
}

/// The folders that files go into.
fn folders(found: &[Found]) -> HashSet<Vec<u8>> {
    let mut all = HashSet::new();
    for file in found {
        let mut above = file.name.as_slice();
        while let Some(slash) = above.iter().rposition(|it| *it == b'/') {
            above = above.get(..slash).unwrap_or_default();
            // Those above one that is known are known.
            if !all.insert(above.to_vec()) {
                break;
            }
        }
    }
    all
}

/// When the file was modified that an object is a copy of.
fn time_in(bucket: &Bucket, key: &str) -> Option<Timestamp> {
    let head = bucket.head(key).ok()?;
    Some(time_of(head.mtime.as_deref(), head.modified))
}

/// Asks about each object by itself.
fn ask_each(
    bucket: &Bucket,
    prefix: &str,
    found: &[Found],
) -> io::Result<HashMap<Vec<u8>, There>> {
    let asked = each(found, |file| -> io::Result<Option<There>> {
        let Ok(key) = names::key(prefix, &file.name) else { return Ok(None) };
        Ok(head_of(bucket, &key)?.map(|head| There {
            size: head.size,
            modified: None,
            etag: head.etag.as_deref().and_then(EntityTag::parse),
        }))
    });
    let mut there = HashMap::new();
    for (file, asked) in found.iter().zip(asked) {
        if let Some(now) = asked? {
            there.insert(file.name.clone(), now);
        }
    }
    Ok(there)
}

/// Lists all that is there.
fn list_all(
    bucket: &Bucket,
    prefix: &str,
    found: &[Found],
    monitor: &Monitor,
) -> io::Result<HashMap<Vec<u8>, There>> {
    let names: HashSet<&[u8]> = found.iter().map(|it| &*it.name).collect();
    let mut there = HashMap::new();
    for page in bucket.pages(prefix, false) {
        for object in page?.objects {
            let name = object.key.get(prefix.len()..).unwrap_or_default();
            if names.contains(name.as_bytes()) {
                let etag = object.etag.as_deref().and_then(EntityTag::parse);
                let now = There { size: object.size, modified: None, etag };
                there.insert(name.as_bytes().to_vec(), now);
            }
        }
        if monitor.cancel.is_cancelled() {
            break;
        }
    }
    Ok(there)
}

/// Does something for each item, for several at once, and returns what came of
/// it in the order of the items.
pub(crate) fn each<T: Sync, R: Send>(
    items: &[T],
    act: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let work = || {
        loop {
            let at = next.fetch_add(1, Relaxed);
            let Some(item) = items.get(at) else { return };
            let result = act(item);
            lock(&done).push((at, result));
        }
    };
    thread::scope(|scope| {
        for _ in 1..AT_ONCE.min(items.len()) {
            // With fewer threads it takes longer.
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    let mut done = into_inner(done);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

impl fmt::Display for TransferProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = sanchay::escaped(&self.path);
        write!(f, "{path}: cannot copy: {}", self.why)
    }
}
