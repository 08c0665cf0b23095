//! Open folders, found from their roots without following a link.

use std::{
    collections::HashMap, ffi::OsStr, io, os::unix::ffi::OsStrExt as _,
    path::Path, sync::Arc,
};

use sanchay_storage::{Directory, Links, Opened, Storage, StorageError};

/// How many folders are kept open.
const OPEN: usize = 128;

/// Folders by their roots and the paths below these.
type Open = HashMap<(u32, Box<[u8]>), Arc<dyn Directory>>;

/// Open folders.
#[derive(Debug)]
pub(super) struct Handles {
    storage: Arc<dyn Storage>,
    /// The roots, absolute.
    roots: Vec<Vec<u8>>,
    open: Open,
}

impl Handles {
    pub(super) fn new(storage: Arc<dyn Storage>, roots: Vec<Vec<u8>>) -> Self {
        Self { storage, roots, open: HashMap::new() }
    }

    /// The storage that they are in.
    pub(super) fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// A root's path.
    pub(super) fn root(&self, root: u32) -> &[u8] {
        self.roots.get(root as usize).map_or(b"/", Vec::as_slice)
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
        match self.storage.open(path)? {
            Opened::Directory(directory, _) => Ok(Arc::from(directory)),
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
