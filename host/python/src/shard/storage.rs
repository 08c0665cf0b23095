//! A storage without the files of other shards. What is hashed must never be
//! read in vain, so they are left out of the listings of directories.

use std::{any::Any, path::Path, sync::Arc};

use sanchay::{
    FileId, Metadata, Storage, StorageError,
    storage::{Confined, Directory, EntryKind, File, Links, Listing, Opened},
};
use sanchay_core::kind::KindSet;
use sanchay_names::OsStrExt as _;

use super::Shard;

/// A storage whose directories list no files of other shards.
#[derive(Debug)]
pub(crate) struct ShardStorage {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) shard: Shard,
}

impl Storage for ShardStorage {
    fn open(&self, path: &Path) -> Result<Opened, StorageError> {
        Ok(match self.storage.open(path)? {
            Opened::Directory(directory, id) => {
                // As the paths of its entries begin.
                let mut path = path.as_os_str().as_bytes().to_vec();
                if !path.is_empty() && !path.ends_with(b"/") {
                    path.push(b'/');
                }
                let shard = self.shard.clone();
                let directory = ShardDirectory { directory, shard, path };
                Opened::Directory(Box::new(directory), id)
            }
            other => other,
        })
    }

    fn stat(
        &self,
        path: &Path,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        self.storage.stat(path)
    }

    fn locate(&self, path: &Path) -> Result<(FileId, Vec<u8>), StorageError> {
        self.storage.locate(path)
    }
}

/// A directory that lists no files of other shards.
#[derive(Debug)]
struct ShardDirectory {
    directory: Box<dyn Directory>,
    shard: Shard,
    /// Its path, ending in a slash where it is not empty.
    path: Vec<u8>,
}

impl ShardDirectory {
    /// A directory below.
    fn below(
        &self,
        names: &[&[u8]],
        directory: Box<dyn Directory>,
    ) -> Box<dyn Directory> {
        let mut path = self.path.clone();
        for name in names {
            path.extend_from_slice(name);
            path.push(b'/');
        }
        let shard = self.shard.clone();
        Box::new(Self { directory, shard, path })
    }

    /// Whether an entry is another shard's: no directory is.
    fn is_of_another(
        &self,
        name: &[u8],
        kind: EntryKind,
        path: &mut Vec<u8>,
    ) -> bool {
        path.clear();
        path.extend_from_slice(&self.path);
        path.extend_from_slice(name);
        if self.shard.has(path) {
            return false;
        }
        let kind = match kind {
            EntryKind::Unknown => self.stat(name, Links::Refuse),
            kind => return kind != EntryKind::Directory,
        };
        // What cannot be looked up is an error, of its own shard.
        !matches!(kind, Ok((EntryKind::Directory, _)))
    }
}

impl Directory for ShardDirectory {
    fn list(&self, listing: &mut Listing) -> Result<(), StorageError> {
        let kinds = KindSet::FILES.with(EntryKind::Directory);
        let mut all = Listing::new(kinds, false, listing.is_portable());
        let listed = self.directory.list(&mut all);
        let mut path = Vec::new();
        for (index, kind) in all.kinds().iter().enumerate() {
            let name = all.name(index);
            if !self.is_of_another(name, *kind, &mut path)
                && !listing.push(name, *kind)
            {
                let why = std::io::ErrorKind::FileTooLarge;
                return Err(StorageError::Io(why.into()));
            }
        }
        listed
    }

    fn stat(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        self.directory.stat(name, links)
    }

    fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, StorageError> {
        self.directory.read_link(name)
    }

    fn open_file(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(File, Metadata), StorageError> {
        self.directory.open_file(name, links)
    }

    fn open_dir(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<Box<dyn Directory>, StorageError> {
        let directory = self.directory.open_dir(name, links)?;
        Ok(self.below(&[name], directory))
    }

    fn open_descendant(&self, names: &[&[u8]]) -> Option<Box<dyn Directory>> {
        let directory = self.directory.open_descendant(names)?;
        Some(self.below(names, directory))
    }

    fn id(&self) -> Result<FileId, StorageError> {
        self.directory.id()
    }

    fn pseudo_file_system(&self) -> Option<&'static str> {
        self.directory.pseudo_file_system()
    }

    fn confined(&self) -> Result<Box<dyn Confined>, StorageError> {
        self.directory.confined()
    }

    fn create(&self, name: &[u8]) -> Result<File, StorageError> {
        self.directory.create(name)
    }

    fn rename(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        self.directory.rename(name, to, new_name)
    }

    fn remove_file(&self, name: &[u8]) -> Result<(), StorageError> {
        self.directory.remove_file(name)
    }

    fn remove_dir(&self, name: &[u8]) -> Result<(), StorageError> {
        self.directory.remove_dir(name)
    }

    fn as_any(&self) -> &dyn Any {
        self.directory.as_any()
    }
}
