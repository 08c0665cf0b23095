//! Open directories. What waits in a directory holds it open, until a walk
//! holds many open: then a directory is closed while its entries wait, and
//! opened again for them, from the nearest one above that is still open. On a
//! long way down some directories between are kept open, at distances that
//! halve: so coming back up a tree costs little more than going down did.

use std::{
    collections::VecDeque,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use super::{
    beneath::Beneath,
    handle::{self, Kind, Links},
    identity,
    node::{MAX_PATH, Node},
    stat,
};
use crate::{
    entry::{FileId, Metadata},
    error::Cause,
    working_directory::{WorkingDirectory, directory_of},
};

/// How many directories the walks of this process hold open.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// How many directories walks hold open at most: half of what the process may
/// open, and never more than half of the least limit that is usual (1024).
pub(crate) fn open_limit() -> usize {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(1024);
    usize::try_from(limit / 2).unwrap_or(512).min(512)
}

/// From a directory no more than so many components above, the way down is
/// gone in one step, and nothing on it is kept.
const NEAR: usize = 32;

/// An open directory of a walk.
#[derive(Debug)]
pub(crate) struct Handle(OwnedFd);

impl Handle {
    fn new(fd: OwnedFd) -> Arc<Self> {
        OPEN.fetch_add(1, Relaxed);
        Arc::new(Self(fd))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Relaxed);
    }
}

impl AsFd for Handle {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// A root of a walk.
pub(crate) struct Root {
    /// Its handle, for as long as anything of it is known; none of a root that
    /// was opened in a crowd.
    handle: Option<Arc<Handle>>,
    /// What it was opened by, and where that is taken from if it is relative.
    location: PathBuf,
    from: Option<WorkingDirectory>,
    id: FileId,
    /// Where links must stay beneath, if they must.
    beneath: Option<Beneath>,
    links: Links,
    /// The length of the root's own path, with its slash, in the paths of
    /// what lies beneath it.
    prefix: usize,
    /// When more directories are open than this, those whose entries wait are
    /// closed.
    crowd: usize,
    kept: KeptOpen,
    /// How many components were gone down again.
    #[cfg(test)]
    steps: AtomicUsize,
}

/// What a root is opened by: a path, and where it is taken from if it is
/// relative.
pub(crate) type Location<'a> = (Option<&'a WorkingDirectory>, &'a Path);

/// The directories that the roots of a run keep open together.
pub(crate) type KeptOpen = Arc<Mutex<Kept>>;

/// Directories that are kept open in a crowd, the oldest first.
#[derive(Default)]
pub(crate) struct Kept {
    /// Those that entries were opened in.
    recent: VecDeque<Arc<Handle>>,
    /// Those on the way to them, with their depths.
    between: Vec<(usize, Arc<Handle>)>,
}

impl Root {
    pub(super) fn id(&self) -> FileId {
        self.id
    }

    pub(super) fn prefix(&self) -> usize {
        self.prefix
    }

    pub(super) fn handle(&self) -> Option<Arc<Handle>> {
        self.handle.clone()
    }

    /// Opens the root again: by its path, where another directory may be by
    /// now.
    fn open_again(&self) -> Result<Arc<Handle>, Cause> {
        let from = directory_of(self.from.as_ref());
        let fd = handle::open_named(from, &self.location)?;
        match identity(fd.as_fd()) {
            Some(id) if id == self.id => Ok(Handle::new(fd)),
            _ => Err(Cause::Replaced),
        }
    }

    fn is_crowded(&self) -> bool {
        OPEN.load(Relaxed) > self.crowd
    }

    /// How many directories are kept of those of one kind: a sixth of what
    /// may be open; the least where others took it.
    fn room(&self, least: usize) -> usize {
        match OPEN.load(Relaxed) > self.crowd + self.crowd / 3 {
            true => least,
            false => (self.crowd / 6).clamp(least, 64),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a directory open that entries are opened in.
    fn keep_recent(&self, handle: &Arc<Handle>) {
        let room = self.room(1);
        let mut kept = self.kept();
        let recent = &mut kept.recent;
        recent.push_back(Arc::clone(handle));
        while recent.len() > room {
            recent.pop_front();
        }
    }

    /// Keeps a directory open that is on the way to others. Where there is no
    /// room for it, the deepest goes, which a walk that comes back up has done
    /// with; or, where all are above it, the oldest.
    fn keep_between(&self, depth: usize, handle: &Arc<Handle>) {
        let room = self.room(8);
        let mut kept = self.kept();
        let between = &mut kept.between;
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
    fn descend(
        &self,
        from: &Handle,
        mut way: &[&Arc<Node>],
    ) -> Result<OwnedFd, Cause> {
        #[cfg(test)]
        self.steps.fetch_add(way.len(), Relaxed);
        let mut current: Option<OwnedFd> = None;
        while !way.is_empty() {
            let at = current.as_ref().map_or(from.as_fd(), AsFd::as_fd);
            let (rest, part) = way.split_at(way.len() - one_path(way));
            #[cfg(target_os = "linux")]
            if let Some(fd) = leap(at, part) {
                (current, way) = (Some(fd), rest);
                continue;
            }
            for node in part.iter().rev() {
                let at = current.as_ref().map_or(from.as_fd(), AsFd::as_fd);
                current = Some(self.step(at, node)?);
            }
            way = rest;
        }
        current.map_or_else(|| Ok(from.0.try_clone()?), Ok)
    }

    /// Opens a directory in the one above it.
    fn step(&self, at: BorrowedFd<'_>, node: &Node) -> Result<OwnedFd, Cause> {
        let Some(root) = &self.beneath else {
            return handle::open_directory(at, node.name(), self.links);
        };
        // What is no link is beneath its parent.
        match handle::open_directory(at, node.name(), Links::Refuse) {
            Err(Cause::BecameLink) => {
                let mut path = node.relative();
                path.pop();
                root.open(&path)
            }
            opened => opened,
        }
    }
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

/// Opens the last of some directories in one system call, where the system
/// allows it and no link is in the way. Where it fails, going down step by
/// step tells why.
#[cfg(target_os = "linux")]
fn leap(at: BorrowedFd<'_>, way: &[&Arc<Node>]) -> Option<OwnedFd> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
    let mut path = Vec::new();
    for node in way.iter().rev() {
        path.extend_from_slice(node.name());
        path.push(b'/');
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    openat2(at, path, flags, Mode::empty(), resolve).ok()
}

impl Node {
    /// The same directory, open: opened again where it is closed.
    pub(crate) fn opened(self: &Arc<Self>) -> Result<Open, Cause> {
        // Those to be opened, the deepest first.
        let mut below: Vec<&Arc<Self>> = Vec::new();
        let mut node = self;
        let mut handle = loop {
            match (node.live(), &node.parent) {
                (Some(handle), _) => break handle,
                (None, Some(parent)) => {
                    below.push(node);
                    node = parent;
                }
                (None, None) => {
                    let handle = self.root.open_again()?;
                    node.adopt(&handle);
                    break handle;
                }
            }
        };
        while !below.is_empty() {
            // Half of the way, and half of what is left, and so on.
            let rest = match below.len() {
                far if far > NEAR => far / 2,
                _ => 0,
            };
            let way = below.split_off(rest);
            handle = Handle::new(self.root.descend(&handle, &way)?);
            let Some(node) = way.first() else { break };
            node.adopt(&handle);
            if rest > 0 {
                self.root.keep_between(node.depth(), &handle);
            }
        }
        Ok(self.with(handle))
    }
}

/// An open directory.
#[derive(Clone)]
pub(crate) struct Open {
    pub(crate) node: Arc<Node>,
    pub(super) handle: Arc<Handle>,
}

impl AsFd for Open {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }
}

/// The directory of entries that wait, open or not.
#[derive(Clone)]
pub(crate) struct Parent {
    node: Arc<Node>,
    handle: Option<Arc<Handle>>,
}

impl Parent {
    /// A directory that is not held open.
    pub(crate) fn closed(node: Arc<Node>) -> Self {
        Self { node, handle: None }
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The directory, open.
    pub(crate) fn open(&self) -> Result<Open, Cause> {
        if let Some(handle) = &self.handle {
            return Ok(self.node.with(Arc::clone(handle)));
        }
        if let Some(handle) = self.node.live() {
            return Ok(self.node.with(handle));
        }
        let open = self.node.opened()?;
        // Others may wait in it.
        self.node.root.keep_recent(&open.handle);
        Ok(open)
    }
}

impl Open {
    /// A root, from its open handle.
    pub(crate) fn root(
        fd: OwnedFd,
        location: Location<'_>,
        path: &[u8],
        links: Links,
        id: FileId,
        kept: &KeptOpen,
    ) -> Result<Self, Cause> {
        let crowd = open_limit() / 4 * 3;
        Self::root_in(fd, location, path, links, id, kept, crowd)
    }

    fn root_in(
        fd: OwnedFd,
        location: Location<'_>,
        path: &[u8],
        links: Links,
        id: FileId,
        kept: &KeptOpen,
        crowd: usize,
    ) -> Result<Self, Cause> {
        let (from, location) = location;
        let mut path = path.to_vec();
        if path.last().is_some_and(|last| *last != b'/') {
            path.push(b'/');
        }
        let beneath = match links {
            Links::Beneath => Some(Beneath::new(fd.try_clone()?)),
            Links::Refuse | Links::Follow => None,
        };
        let handle = Handle::new(fd);
        let root = Arc::new(Root {
            handle: (OPEN.load(Relaxed) <= crowd).then(|| Arc::clone(&handle)),
            location: location.to_owned(),
            from: from.cloned(),
            id,
            beneath,
            links,
            prefix: path.len(),
            crowd,
            kept: Arc::clone(kept),
            #[cfg(test)]
            steps: AtomicUsize::new(0),
        });
        let node = Node::root(root, path.into_boxed_slice(), id.device);
        node.adopt(&handle);
        Ok(Self { node: Arc::new(node), handle })
    }

    /// The same directory for entries that wait in it: closed where a walk
    /// holds many open.
    pub(crate) fn parent(&self) -> Parent {
        let node = Arc::clone(&self.node);
        if !self.node.root.is_crowded() {
            return Parent { node, handle: Some(Arc::clone(&self.handle)) };
        }
        // For the one that comes next.
        self.node.root.keep_recent(&self.handle);
        Parent::closed(node)
    }

    /// The same where nothing waits in it yet.
    pub(crate) fn waiting(self) -> Parent {
        let Self { node, handle } = self;
        let handle = (!node.root.is_crowded()).then_some(handle);
        Parent { node, handle }
    }

    /// Opens a child directory.
    pub(crate) fn open_child(&self, name: &[u8]) -> Result<Self, Cause> {
        let root = &self.node.root;
        if self.node.length_of_child(name) > root.prefix + MAX_PATH {
            return Err(Cause::PathTooLong);
        }
        let at = self.as_fd();
        let fd = match &root.beneath {
            // What is no link is beneath its parent.
            Some(beneath) => {
                match handle::open_directory(at, name, Links::Refuse) {
                    Err(Cause::BecameLink) => {
                        beneath.open(&self.relative(name))?
                    }
                    opened => opened?,
                }
            }
            None => handle::open_directory(at, name, root.links)?,
        };
        let device = stat::device(fd.as_fd())?;
        let handle = Handle::new(fd);
        let node = Arc::new(self.node.child(name, device, &handle));
        Ok(Self { node, handle })
    }

    fn relative(&self, name: &[u8]) -> Vec<u8> {
        let mut path = self.node.relative();
        path.extend_from_slice(name);
        path
    }

    /// The kind and metadata of an entry.
    pub(crate) fn stat(&self, name: &[u8]) -> Result<(Kind, Metadata), Cause> {
        let (at, root) = (self.as_fd(), &self.node.root);
        match &root.beneath {
            Some(beneath) => match stat::stat(at, name, Links::Refuse)? {
                (Kind::Link, _) => beneath.stat(&self.relative(name)),
                found => Ok(found),
            },
            None => Ok(stat::stat(at, name, root.links)?),
        }
    }

    /// Opens a regular file.
    pub(crate) fn open_file(
        &self,
        name: &[u8],
    ) -> Result<(std::fs::File, Metadata), Cause> {
        let (at, root) = (self.as_fd(), &self.node.root);
        match &root.beneath {
            Some(beneath) => {
                match handle::open_file(at, name, Links::Refuse) {
                    Err(Cause::BecameLink) => {
                        handle::regular(beneath.open(&self.relative(name))?)
                    }
                    opened => opened,
                }
            }
            None => handle::open_file(at, name, root.links),
        }
    }
}

#[cfg(test)]
mod tests;
