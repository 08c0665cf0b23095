//! Directories of a walk. A node holds its directory open as long as entries
//! beneath it are still to be opened relative to it, and knows the way down
//! from the root for when it does not.

use std::{
    os::fd::{AsFd as _, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    beneath::Beneath,
    handle::{self, Kind, Links},
    stat,
};
use crate::{entry::Metadata, error::Cause};

/// How many directories a walk holds open at most before it closes those
/// whose children wait, and goes down from the root again for each of them:
/// half of what the process may open, and never more than half of the least
/// limit that is usual (1024).
pub(crate) fn open_limit() -> usize {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(1024);
    usize::try_from(limit / 2).unwrap_or(512).min(512)
}

/// A root of a walk.
#[derive(Debug)]
pub(crate) struct Root {
    handle: OwnedFd,
    /// Where links must stay beneath, if they must.
    beneath: Option<Beneath>,
    links: Links,
    /// The length of the root's own path, with its slash, in the paths of
    /// what lies beneath it.
    prefix: usize,
    /// How many of its directories are open, and may be.
    open: AtomicUsize,
    open_limit: usize,
}

/// A directory of a walk.
#[derive(Debug)]
pub(crate) struct Node {
    root: Arc<Root>,
    handle: Option<OwnedFd>,
    /// The path of the directory with a slash at its end, unless empty.
    path: Box<[u8]>,
    /// How many components it lies below the root, which has 0.
    depth: usize,
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.handle.is_some() {
            self.root.open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Node {
    /// A root, from its open handle.
    pub(crate) fn root(
        handle: OwnedFd,
        path: &[u8],
        links: Links,
    ) -> Result<Arc<Self>, Cause> {
        let path = with_slash(path, &[]);
        let root = Root {
            beneath: match links {
                Links::Beneath => Some(Beneath::new(handle.try_clone()?)),
                Links::Refuse | Links::Follow => None,
            },
            prefix: path.len(),
            handle: handle.try_clone()?,
            links,
            open: AtomicUsize::new(1),
            open_limit: open_limit(),
        };
        let root = Arc::new(root);
        Ok(Arc::new(Self { root, handle: Some(handle), path, depth: 0 }))
    }

    /// The directory's path, with a slash at its end unless it is empty.
    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }

    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// What [`Self::path`] is of a child of that name.
    pub(crate) fn child_path(&self, name: &[u8]) -> Box<[u8]> {
        with_slash(&self.path, name)
    }

    /// The directory's path below its root: empty, or ending in a slash.
    pub(crate) fn relative(&self) -> &[u8] {
        self.path.get(self.root.prefix..).unwrap_or(&[])
    }

    fn relative_child(&self, name: &[u8]) -> Vec<u8> {
        [self.relative(), name].concat()
    }

    /// Whether the walk holds so many directories open that this one had
    /// better be closed while its children wait.
    pub(crate) fn is_crowded(&self) -> bool {
        self.root.open.load(Ordering::Relaxed) > self.root.open_limit
    }

    /// The same directory, closed.
    pub(crate) fn closed(&self) -> Arc<Self> {
        Arc::new(Self {
            root: Arc::clone(&self.root),
            handle: None,
            path: self.path.clone(),
            depth: self.depth,
        })
    }

    /// The same directory, open; itself where it is.
    pub(crate) fn opened(self: &Arc<Self>) -> Result<Arc<Self>, Cause> {
        if self.handle.is_some() {
            return Ok(Arc::clone(self));
        }
        let handle = self.root.descend(self.relative())?;
        Ok(self.adopt(handle, self.path.clone(), self.depth))
    }

    /// Opens a child directory.
    pub(crate) fn open_child(
        self: &Arc<Self>,
        name: &[u8],
    ) -> Result<Arc<Self>, Cause> {
        let parent = self.opened()?;
        let at = parent.handle().as_fd();
        let handle = match &self.root.beneath {
            // What is no link is beneath its parent.
            Some(root) => {
                match handle::open_directory(at, name, Links::Refuse) {
                    Err(Cause::BecameLink) => {
                        root.open(&self.relative_child(name))?
                    }
                    opened => opened?,
                }
            }
            None => handle::open_directory(at, name, self.root.links)?,
        };
        Ok(self.adopt(handle, self.child_path(name), self.depth + 1))
    }

    fn adopt(
        &self,
        handle: OwnedFd,
        path: Box<[u8]>,
        depth: usize,
    ) -> Arc<Self> {
        self.root.open.fetch_add(1, Ordering::Relaxed);
        let root = Arc::clone(&self.root);
        Arc::new(Self { root, handle: Some(handle), path, depth })
    }

    /// The open handle; the root's where the node is closed. Callers open the
    /// node first.
    pub(crate) fn handle(&self) -> &OwnedFd {
        self.handle.as_ref().unwrap_or(&self.root.handle)
    }

    /// The kind and metadata of an entry. The node must be open.
    pub(crate) fn stat(&self, name: &[u8]) -> Result<(Kind, Metadata), Cause> {
        let parent = self.handle().as_fd();
        match &self.root.beneath {
            Some(root) => match stat::stat(parent, name, Links::Refuse)? {
                (Kind::Link, _) => root.stat(&self.relative_child(name)),
                found => Ok(found),
            },
            None => Ok(stat::stat(parent, name, self.root.links)?),
        }
    }

    /// Opens a regular file. The node must be open.
    pub(crate) fn open_file(
        &self,
        name: &[u8],
    ) -> Result<(std::fs::File, Metadata), Cause> {
        let parent = self.handle().as_fd();
        match &self.root.beneath {
            Some(root) => {
                match handle::open_file(parent, name, Links::Refuse) {
                    Err(Cause::BecameLink) => {
                        handle::regular(root.open(&self.relative_child(name))?)
                    }
                    opened => opened,
                }
            }
            None => handle::open_file(parent, name, self.root.links),
        }
    }
}

impl Root {
    /// Opens a directory any number of components below the root, one
    /// component at a time: no limit on the path's length, and no link
    /// followed that would not have been followed on the way here.
    fn descend(&self, relative: &[u8]) -> Result<OwnedFd, Cause> {
        #[cfg(target_os = "linux")]
        if let Some(handle) = self.leap(relative) {
            return Ok(handle);
        }
        let mut current = self.handle.try_clone()?;
        let Some(root) = &self.beneath else {
            for name in names(relative) {
                current =
                    handle::open_directory(current.as_fd(), name, self.links)?;
            }
            return Ok(current);
        };
        let mut so_far = Vec::with_capacity(relative.len());
        for name in names(relative) {
            so_far.extend_from_slice(name);
            let at = current.as_fd();
            current = match handle::open_directory(at, name, Links::Refuse) {
                Err(Cause::BecameLink) => root.open(&so_far)?,
                opened => opened?,
            };
            so_far.push(b'/');
        }
        Ok(current)
    }
}

#[cfg(target_os = "linux")]
impl Root {
    /// The same in one system call, where the system and the path allow it
    /// and no link is in the way. Where it fails, going down step by step
    /// tells why.
    fn leap(&self, relative: &[u8]) -> Option<OwnedFd> {
        use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
        if relative.is_empty() {
            return None;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        openat2(&self.handle, relative, flags, Mode::empty(), resolve).ok()
    }
}

/// The components of a path below a root.
fn names(relative: &[u8]) -> impl Iterator<Item = &[u8]> {
    relative.split(|byte| *byte == b'/').filter(|name| !name.is_empty())
}

/// `parent` and `name` joined, with a slash at the end unless that leaves
/// nothing else.
fn with_slash(parent: &[u8], name: &[u8]) -> Box<[u8]> {
    let mut path = Vec::with_capacity(parent.len() + name.len() + 1);
    path.extend_from_slice(parent);
    path.extend_from_slice(name);
    if path.last().is_some_and(|last| *last != b'/') {
        path.push(b'/');
    }
    path.into_boxed_slice()
}
