//! Roots: opening what the caller named, and keeping a walk within the files
//! that it may hold open.
//!
//! Entries that wait hold their directory open, until a walk holds many: then
//! a directory is closed while its entries wait, and opened again for them
//! from the nearest one above that is still open. On a long way down some
//! directories between are kept open, at distances that halve, so that coming
//! back up a tree costs little more than going down did.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use sanchay_storage::{
    Confined, Directory, EntryKind, File, FileId, Links, Metadata, Opened,
    Storage, StorageError,
};

use super::{
    node::Node,
    open::{Handle, Open, open_directories},
};
use sanchay_sync::lock;

use crate::{
    error::{Cause, Problem},
    limits::max_open_directories,
    options::LinkPolicy,
};

/// What a path that the caller named leads to.
pub(crate) enum RootEntry {
    /// A directory to walk.
    Directory(Open),
    /// A file.
    File(File, Metadata),
    /// Anything else.
    Special(File, EntryKind),
}

impl RootEntry {
    /// Opens a path that the caller named. `kept` is what the run keeps open.
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
                Self::Directory(Open { node: Arc::new(node), handle })
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
    /// Its handle, for as long as anything of it is known; none of a root that
    /// was opened when many directories were open.
    handle: Option<Arc<Handle>>,
    storage: Arc<dyn Storage>,
    /// What it was opened by.
    path: PathBuf,
    id: FileId,
    /// What resolves links, where they must stay beneath it.
    confined: Option<Box<dyn Confined>>,
    links: Links,
    /// The length of the root's own path, with its slash, in the paths of
    /// what lies beneath it.
    prefix: usize,
    /// When more directories are open than this, those whose entries wait are
    /// closed.
    budget: usize,
    cache: SharedDirectoryCache,
    /// How many components were gone down again.
    #[cfg(test)]
    pub(super) steps: std::sync::atomic::AtomicUsize,
}

/// The directories that the roots of a run keep open together.
pub(crate) type SharedDirectoryCache = Arc<Mutex<OpenDirectoryCache>>;

/// Directories that are kept open over the budget, the oldest first.
#[derive(Default)]
pub(crate) struct OpenDirectoryCache {
    /// Those that entries were opened in.
    recent: VecDeque<Arc<Handle>>,
    /// Those on the way to them, with their depths.
    between: Vec<(usize, Arc<Handle>)>,
}

impl Root {
    pub(super) fn id(&self) -> FileId {
        self.id
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

    /// Opens the root again: by its path, where another directory may be by
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

    /// How many directories are kept of those of one kind: a sixth of what
    /// may be open; the least where others took it.
    fn room(&self, least: usize) -> usize {
        match open_directories() > self.budget + self.budget / 3 {
            true => least,
            false => (self.budget / 6).clamp(least, 64),
        }
    }

    fn cache(&self) -> MutexGuard<'_, OpenDirectoryCache> {
        lock(&self.cache)
    }

    /// Keeps a directory open that entries are opened in.
    pub(super) fn keep_recent(&self, handle: &Arc<Handle>) {
        let room = self.room(1);
        let mut cache = self.cache();
        let recent = &mut cache.recent;
        recent.push_back(Arc::clone(handle));
        while recent.len() > room {
            recent.pop_front();
        }
    }

    /// Keeps a directory open that is on the way to others. Where there is no
    /// room for it, the deepest goes, which a walk that comes back up has done
    /// with; or, where all are above it, the oldest.
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

    /// Opens the last of some directories, each in the one behind it, of which
    /// the last lies in an open one. No link is followed that would not have
    /// been followed on the way there before.
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

    /// The same, a name at a time: its error says what is in the way.
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
            // What is no link is beneath its parent.
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

/// How many directories of a way, from its end on, make a path that one system
/// call takes; at least one.
fn one_path(way: &[&Arc<Node>]) -> usize {
    const LONGEST: usize = 4095;
    let mut length = 0;
    let fits = |node: &&&Arc<Node>| {
        length += node.name().len() + 1;
        length <= LONGEST
    };
    way.iter().rev().take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests;
