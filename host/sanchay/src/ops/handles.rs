//! Open folders, found from their roots without following a link.

use std::{
    collections::HashMap, ffi::OsStr, io, os::unix::ffi::OsStrExt as _,
    path::Path, sync::Arc,
};

use sanchay_storage::{Directory, Links, Opened, Storage, StorageError};

use super::{error::OpsError, places::Root};

/// How many folders are kept open.
const OPEN: usize = 128;

/// Folders by their roots and the paths below these.
type Open = HashMap<(u32, Box<[u8]>), Arc<dyn Directory>>;

/// Open folders.
#[derive(Debug)]
pub(super) struct Handles {
    storage: Arc<dyn Storage>,
    roots: Vec<Root>,
    open: Open,
}

impl Handles {
    pub(super) fn new(storage: &Arc<dyn Storage>, roots: &[Root]) -> Self {
        let storage = Arc::clone(storage);
        Self { storage, roots: roots.to_vec(), open: HashMap::new() }
    }

    /// Fails where a root is another directory than it was. One that cannot be
    /// opened is an error of the steps that need it.
    pub(super) fn check_roots(&self) -> Result<(), OpsError> {
        for root in self.roots.iter().filter(|root| root.id.is_some()) {
            let path = Path::new(OsStr::from_bytes(&root.path));
            if let Ok(Opened::Directory(_, id)) = self.storage.open(path)
                && root.id != Some(id)
            {
                return Err(OpsError::OtherRoot(path.to_owned()));
            }
        }
        Ok(())
    }

    /// The storage that they are in.
    pub(super) fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// A root's path.
    pub(super) fn root(&self, root: u32) -> &[u8] {
        let root = self.roots.get(root as usize);
        root.map_or(b"/", |root| &root.path)
    }

    /// The folder below a root, open.
    pub(super) fn open(
        &mut self,
        root: u32,
        path: &[u8],
    ) -> Result<Arc<dyn Directory>, StorageError> {
        let key = (root, Box::from(path));
        if let Some(open) = self.open.get(&key) {
            return Ok(Arc::clone(open));
        }
        let directory = match path {
            b"" => self.open_root(root)?,
            path => self.descend(root, path)?,
        };
        if self.open.len() >= OPEN {
            self.open.clear();
        }
        self.open.insert(key, Arc::clone(&directory));
        Ok(directory)
    }

    /// Closes all but the roots: a folder has another path now.
    pub(super) fn forget(&mut self) {
        self.open.retain(|(_, path), _| path.is_empty());
    }

    fn open_root(
        &self,
        root: u32,
    ) -> Result<Arc<dyn Directory>, StorageError> {
        let path = Path::new(OsStr::from_bytes(self.root(root)));
        let known = self.roots.get(root as usize).and_then(|root| root.id);
        match self.storage.open(path)? {
            Opened::Directory(directory, id)
                if known.is_none_or(|known| known == id) =>
            {
                Ok(Arc::from(directory))
            }
            Opened::Directory(..) => {
                let why = "the root is another directory by now";
                Err(io::Error::other(why).into())
            }
            _ => Err(io::Error::from(io::ErrorKind::NotADirectory).into()),
        }
    }

    fn descend(
        &mut self,
        root: u32,
        path: &[u8],
    ) -> Result<Arc<dyn Directory>, StorageError> {
        let top = self.open(root, b"")?;
        let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        if let Some(open) = top.open_descendant(&names) {
            return Ok(Arc::from(open));
        }
        // Name by name, to see why.
        let mut at = top;
        for name in names {
            at = Arc::from(at.open_dir(name, Links::Refuse)?);
        }
        Ok(at)
    }
}
