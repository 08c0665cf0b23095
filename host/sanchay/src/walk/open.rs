//! Open directories of a walk, and the entries that wait in them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use sanchay_core::problem::MAX_PATH;
use sanchay_storage::{
    Directory, EntryKind, File, FileId, FileSystemId, Listing, Metadata,
    Opened, StorageError,
};

use super::{ignoring::InForce, node::Node, root::Root};
use crate::error::{Cause, Problem};

/// How many directories the walks of this process hold open.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// How many directories the walks of this process hold open.
pub(super) fn open_directories() -> usize {
    OPEN.load(Relaxed)
}

/// An open directory of a walk. Open ones are counted.
#[derive(Debug)]
pub(crate) struct Handle(Box<dyn Directory>);

impl Handle {
    pub(super) fn new(directory: Box<dyn Directory>) -> Arc<Self> {
        OPEN.fetch_add(1, Relaxed);
        Arc::new(Self(directory))
    }

    pub(super) fn directory(&self) -> &dyn Directory {
        &*self.0
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Relaxed);
    }
}

/// An open directory and its node.
#[derive(Clone)]
pub(crate) struct Open {
    pub(crate) node: Arc<Node>,
    pub(super) handle: Arc<Handle>,
    /// The ignore files that apply to it: those above, and its own once it
    /// was listed.
    pub(super) ignoring: InForce,
}

/// The directory of waiting entries, open or closed.
#[derive(Clone)]
pub(crate) struct Parent {
    node: Arc<Node>,
    handle: Option<Arc<Handle>>,
    ignoring: InForce,
}

impl Parent {
    /// A directory that is not held open, and that only files are opened in.
    pub(crate) fn detached(node: Arc<Node>) -> Self {
        Self { node, handle: None, ignoring: InForce::default() }
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The directory, open.
    pub(crate) fn open(&self) -> Result<Open, Cause> {
        let ignoring = self.ignoring.clone();
        let handle = self.handle.as_ref().map(Arc::clone);
        if let Some(handle) = handle.or_else(|| self.node.live()) {
            return Ok(Open { ignoring, ..self.node.with(handle) });
        }
        let open = self.node.reopen()?;
        // Other entries may wait in it.
        self.node.tree().keep_recent(&open.handle);
        Ok(Open { ignoring, ..open })
    }
}

impl Open {
    fn root(&self) -> &Root {
        self.node.tree()
    }

    /// The directory as its waiting entries hold it: closed if walks hold too
    /// many open.
    pub(crate) fn parent(&self) -> Parent {
        let node = Arc::clone(&self.node);
        let ignoring = self.ignoring.clone();
        let mut handle = Some(Arc::clone(&self.handle));
        if self.root().over_fd_budget() {
            // The next entry opens it from the cache.
            self.root().keep_recent(&self.handle);
            handle = None;
        }
        Parent { node, handle, ignoring }
    }

    /// The same for a directory without waiting entries.
    pub(crate) fn into_parent(self) -> Parent {
        let Self { node, handle, ignoring } = self;
        let handle = (!node.tree().over_fd_budget()).then_some(handle);
        Parent { node, handle, ignoring }
    }

    /// What identifies it.
    pub(crate) fn id(&self) -> Result<FileId, Cause> {
        Ok(self.handle.directory().id()?)
    }

    /// The file system of a device, if the directory is on it; what that is
    /// where it can be relied on.
    pub(crate) fn file_system(
        &self,
        device: u64,
    ) -> Option<Option<FileSystemId>> {
        let directory = self.handle.directory();
        let is_on_it = directory.id().is_ok_and(|id| id.device == device);
        is_on_it.then(|| directory.file_system_id())
    }

    /// The name of its file system, if that is a pseudo file system.
    pub(super) fn pseudo_file_system(&self) -> Option<&'static str> {
        self.handle.directory().pseudo_file_system()
    }

    /// The directory, to read ignore files in it.
    pub(super) fn directory(&self) -> &dyn Directory {
        self.handle.directory()
    }

    /// Lists it.
    pub(super) fn list(&self, listing: &mut Listing) -> Result<(), Cause> {
        Ok(self.handle.directory().list(listing)?)
    }

    /// Opens a child directory.
    pub(super) fn open_child(&self, name: &[u8]) -> Result<Self, Cause> {
        let root = self.root();
        if self.node.length_of_child(name) > root.prefix() + MAX_PATH {
            return Err(Cause::Problem(Problem::PathTooLong));
        }
        let at = self.handle.directory();
        let directory = root.open_dir(at, name, || self.relative(name))?;
        let device = directory.id()?.device;
        let handle = Handle::new(directory);
        let node = Arc::new(self.node.child(name, device, &handle));
        Ok(Self { node, handle, ignoring: self.ignoring.clone() })
    }

    fn relative(&self, name: &[u8]) -> Vec<u8> {
        let mut path = self.node.relative();
        path.extend_from_slice(name);
        path
    }

    /// The kind and metadata of an entry.
    pub(crate) fn stat(
        &self,
        name: &[u8],
    ) -> Result<(EntryKind, Metadata), Cause> {
        let root = self.root();
        let found = self.handle.directory().stat(name, root.links())?;
        match (found, root.confined()) {
            ((EntryKind::Symlink, _), Some(confined)) => {
                Ok(confined.stat(&self.relative(name))?)
            }
            (found, _) => Ok(found),
        }
    }

    /// What a symbolic link says.
    pub(crate) fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, Cause> {
        Ok(self.handle.directory().read_link(name)?)
    }

    /// Opens a regular file.
    pub(crate) fn open_file(
        &self,
        name: &[u8],
    ) -> Result<(File, Metadata), Cause> {
        let root = self.root();
        let opened = self.handle.directory().open_file(name, root.links());
        match (opened, root.confined()) {
            (Err(StorageError::Link), Some(confined)) => {
                match confined.open(&self.relative(name))? {
                    Opened::File(file, metadata) => Ok((file, metadata)),
                    Opened::Directory(..) => {
                        Err(Cause::Problem(Problem::NotRegular("a directory")))
                    }
                    Opened::Special(_, kind) => Err(Cause::Problem(
                        Problem::NotRegular(kind.describe()),
                    )),
                }
            }
            (opened, _) => Ok(opened?),
        }
    }
}
