//! Roots: opening what the caller named, and keeping a walk within the files
//! that it may hold open.
//!
//! Waiting entries hold their directory open until a walk holds many. Then
//! directories are closed, and reopened for their entries from the nearest
//! open ancestor. On a long way down, ancestors at halving distances stay
//! open, so going back up a tree costs little more than going down.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use sanchay_storage::{
    Confined, Directory, EntryKind, File, FileId, Links, Metadata, Opened,
    Storage, StorageError,
};
use sanchay_sync::lock;

use super::{
    node::Node,
    open::{Handle, Open, open_directories},
};
use crate::{
    error::{Cause, Problem},
    limits::max_open_directories,
    options::LinkPolicy,
};

/// What a path of the caller's leads to.
pub(crate) enum RootEntry {
    /// A directory to walk.
    Directory(Open),
    /// A file.
    File(File, Metadata),
    /// Anything else.
    Special(File, EntryKind),
}

impl RootEntry {
    /// Opens a path that the caller named. `cache` holds what the run keeps
    /// open.
    pub(crate) fn open(
        storage: &Arc<dyn Storage>,
        path: &Path,
        links: LinkPolicy,
        cache: &SharedDirectoryCache,
    ) -> Result<Self, Cause> {
        Self::open_within(
            storage,
            path,
            links,
            cache,
            max_open_directories() / 4 * 3,
        )
    }

    /// The same with another budget of open directories.
    pub(super) fn open_within(
        storage: &Arc<dyn Storage>,
        path: &Path,
        links: LinkPolicy,
        cache: &SharedDirectoryCache,
        budget: usize,
    ) -> Result<Self, Cause> {
        Ok(match storage.open(path)? {
            Opened::File(file, metadata) => Self::File(file, metadata),
            Opened::Special(file, kind) => Self::Special(file, kind),
            Opened::Directory(directory, id) => {
                let confined = match links {
                    LinkPolicy::Beneath => Some(directory.confined()?),
                    LinkPolicy::Refuse | LinkPolicy::Follow => None,
                };
                let mut shown = path.as_os_str().as_encoded_bytes().to_vec();
                if shown.last().is_some_and(|last| *last != b'/') {
                    shown.push(b'/');
                }
                let handle = Handle::new(directory);
                let keeps = open_directories() <= budget;
                let root = Arc::new(Root {
                    handle: keeps.then(|| Arc::clone(&handle)),
                    storage: Arc::clone(storage),
                    path: path.to_owned(),
                    id,
                    confined,
                    links: links.links(),
                    prefix: shown.len(),
                    budget,
                    cache: Arc::clone(cache),
                    #[cfg(test)]
                    steps: std::sync::atomic::AtomicUsize::new(0),
                });
                let shown = shown.into_boxed_slice();
                let node = Node::root(root, shown, id.device);
                node.set_handle(&handle);
                Self::Directory(Arc::new(node).with(handle))
            }
        })
    }

    /// The regular file that a path leads to.
    pub(crate) fn open_file(
        storage: &dyn Storage,
        path: &Path,
    ) -> Result<(File, Metadata), Cause> {
        match storage.open(path)? {
            Opened::File(file, metadata) => Ok((file, metadata)),
            Opened::Directory(..) => {
                Err(Cause::Problem(Problem::NotRegular("a directory")))
            }
            Opened::Special(_, kind) => {
                Err(Cause::Problem(Problem::NotRegular(kind.describe())))
            }
        }
    }
}

/// A root of a walk.
pub(crate) struct Root {
    /// Its handle, unless many directories were open when it was opened.
    handle: Option<Arc<Handle>>,
    storage: Arc<dyn Storage>,
    /// The path it was opened by.
    path: PathBuf,
    id: FileId,
    /// Resolves links if they must stay beneath the root.
    confined: Option<Box<dyn Confined>>,
    links: Links,
    /// The length of the root's own path with its slash: a prefix of every
    /// path beneath it.
    prefix: usize,
    /// With more open directories than this, those with waiting entries are
    /// closed.
    budget: usize,
    cache: SharedDirectoryCache,
    /// How many directories were reopened.
    #[cfg(test)]
    pub(super) steps: std::sync::atomic::AtomicUsize,
}

/// The cache that the roots of a run share.
pub(crate) type SharedDirectoryCache = Arc<Mutex<OpenDirectoryCache>>;

/// Directories kept open beyond the budget, the oldest first.
#[derive(Default)]
pub(crate) struct OpenDirectoryCache {
    /// Those that entries were opened in.
    recent: VecDeque<Arc<Handle>>,
    /// Ancestors of those, with their depths.
    between: Vec<(usize, Arc<Handle>)>,
}

impl Root {
    pub(super) fn id(&self) -> FileId {
        self.id
    }

    /// Where it is.
    pub(super) fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    /// What it was opened by.
    pub(super) fn path(&self) -> &[u8] {
        self.path.as_os_str().as_encoded_bytes()
    }

    pub(super) fn prefix(&self) -> usize {
        self.prefix
    }

    pub(super) fn handle(&self) -> Option<Arc<Handle>> {
        self.handle.clone()
    }

    pub(super) fn links(&self) -> Links {
        self.links
    }

    pub(super) fn confined(&self) -> Option<&dyn Confined> {
        self.confined.as_deref()
    }

    /// Opens the root again by its path. Another directory may be there by
    /// now.
    pub(super) fn open_again(&self) -> Result<Arc<Handle>, Cause> {
        match self.storage.open(&self.path)? {
            Opened::Directory(directory, id) if id == self.id => {
                Ok(Handle::new(directory))
            }
            _ => Err(Cause::Problem(Problem::Replaced)),
        }
    }

    pub(super) fn over_fd_budget(&self) -> bool {
        open_directories() > self.budget
    }

    /// Cache size: a sixth of the budget, at most 64; `least` once the budget
    /// is exceeded by a third.
    fn room(&self, least: usize) -> usize {
        match open_directories() > self.budget + self.budget / 3 {
            true => least,
            false => (self.budget / 6).clamp(least, 64),
        }
    }

    fn cache(&self) -> MutexGuard<'_, OpenDirectoryCache> {
        lock(&self.cache)
    }

    /// Keeps a directory open whose entries are being opened.
    pub(super) fn keep_recent(&self, handle: &Arc<Handle>) {
        let room = self.room(1);
        let mut cache = self.cache();
        let recent = &mut cache.recent;
        recent.push_back(Arc::clone(handle));
        while recent.len() > room {
            recent.pop_front();
        }
    }

    /// Keeps an ancestor of reopened directories open. When full, evicts the
    /// deepest entry, which a walk going back up no longer needs; if all are
    /// higher than this one, the oldest.
    pub(super) fn keep_between(&self, depth: usize, handle: &Arc<Handle>) {
        let room = self.room(8);
        let mut cache = self.cache();
        let between = &mut cache.between;
        while between.len() >= room {
            let deepest = between.iter().map(|it| it.0).enumerate();
            let deepest = deepest.max_by_key(|(_, depth)| *depth);
            match deepest {
                Some((at, deepest)) if deepest >= depth => between.remove(at),
                _ => between.remove(0),
            };
        }
        between.push((depth, Arc::clone(handle)));
    }

    /// Opens `way[0]` by descending from `from`; each directory in `way` lies
    /// in the next one, the last in `from`. Follows links only where the walk
    /// does.
    pub(super) fn descend(
        &self,
        from: &Arc<Handle>,
        mut way: &[&Arc<Node>],
    ) -> Result<Arc<Handle>, Cause> {
        #[cfg(test)]
        self.steps.fetch_add(way.len(), std::sync::atomic::Ordering::Relaxed);
        let mut current: Option<Box<dyn Directory>> = None;
        while !way.is_empty() {
            let at = current.as_deref().unwrap_or(from.directory());
            let (rest, part) = way.split_at(way.len() - one_path(way));
            let names: Vec<&[u8]> =
                part.iter().rev().map(|node| node.name()).collect();
            let next = match at.open_descendant(&names) {
                Some(directory) => Some(directory),
                None => self.descend_stepwise(at, part)?,
            };
            current = next.or(current);
            way = rest;
        }
        Ok(current.map_or_else(|| Arc::clone(from), Handle::new))
    }

    /// The same, one name at a time, so that an error says which directory
    /// failed.
    fn descend_stepwise(
        &self,
        from: &dyn Directory,
        way: &[&Arc<Node>],
    ) -> Result<Option<Box<dyn Directory>>, Cause> {
        let mut current: Option<Box<dyn Directory>> = None;
        for node in way.iter().rev() {
            let at = current.as_deref().unwrap_or(from);
            let below = || {
                let mut path = node.relative();
                path.pop();
                path
            };
            current = Some(self.open_dir(at, node.name(), below)?);
        }
        Ok(current)
    }

    /// Opens a directory in another; `path` is its path below the root.
    pub(super) fn open_dir(
        &self,
        at: &dyn Directory,
        name: &[u8],
        path: impl FnOnce() -> Vec<u8>,
    ) -> Result<Box<dyn Directory>, Cause> {
        match (at.open_dir(name, self.links), &self.confined) {
            // Only a link can lead out of its parent.
            (Err(StorageError::Link), Some(confined)) => {
                match confined.open(&path())? {
                    Opened::Directory(directory, _) => Ok(directory),
                    Opened::File(..) | Opened::Special(..) => {
                        Err(not_a_directory())
                    }
                }
            }
            (opened, _) => Ok(opened?),
        }
    }
}

fn not_a_directory() -> Cause {
    Cause::Io(std::io::ErrorKind::NotADirectory.into())
}

/// How many directories at the end of `way` one system call can take: their
/// path must not be too long. At least one.
fn one_path(way: &[&Arc<Node>]) -> usize {
    let mut length = 0;
    let fits = |node: &&&Arc<Node>| {
        length += node.name().len() + 1;
        length <= sanchay_storage::MAX_PATH
    };
    way.iter().rev().take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests;
