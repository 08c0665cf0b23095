//! A store in a folder, by directory handles: no link is followed on the way
//! to a file. Files are written under a temporary name and renamed.

use std::{
    collections::VecDeque,
    io,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use sanchay_storage::{
    Directory, EntryKind, File, FileId, KindSet, Links, Listing, Metadata,
    Opened, Storage, StorageError, TEMPORARY, Temporary, TemporaryNames,
    create_beneath,
};
use sanchay_sync::lock;

use crate::backend::{Backend, BackendError, FileInfo};

/// How many packs stay open for reading.
const OPEN: usize = 16;

/// How deep folders lie in each other.
const DEPTH: usize = 3;

/// What is called with each file: its directory, its name, and its key.
type Visit<'v> =
    dyn FnMut(&dyn Directory, &[u8], String) -> Result<(), StorageError> + 'v;

/// A store in a folder.
#[derive(Debug)]
pub struct FolderBackend {
    root: Box<dyn Directory>,
    names: TemporaryNames,
    open: Mutex<VecDeque<(String, Arc<File>)>>,
}

fn plain(error: StorageError) -> io::Error {
    match error {
        StorageError::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// Why the folder of the store cannot be used.
fn refused(action: &'static str, source: io::Error) -> BackendError {
    BackendError::Io { key: String::new(), action, source }
}

impl FolderBackend {
    /// A store in a folder that is there.
    ///
    /// # Errors
    /// Why the folder cannot be opened.
    pub fn open(
        storage: &dyn Storage,
        path: &Path,
    ) -> Result<Self, BackendError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => BackendError::NoFolder,
            _ => refused("open the folder", source),
        };
        match storage.open(path).map_err(plain).map_err(failed)? {
            Opened::Directory(root, _) => Ok(Self::new(root)),
            _ => Err(failed(io::ErrorKind::NotADirectory.into())),
        }
    }

    /// The same, in a folder that is made where it is missing. The one above
    /// it has to be there.
    ///
    /// # Errors
    /// Why the folder can be neither opened nor made.
    pub fn create(
        storage: &dyn Storage,
        path: &Path,
    ) -> Result<Self, BackendError> {
        match Self::open(storage, path) {
            Err(BackendError::NoFolder) => {}
            opened => return opened,
        }
        let failed = |source| refused("make the folder", source);
        let (Some(above), Some(name)) = (path.parent(), path.file_name())
        else {
            return Err(failed(io::ErrorKind::NotFound.into()));
        };
        let above = storage.open(above).map_err(plain).map_err(failed)?;
        let Opened::Directory(above, _) = above else {
            return Err(failed(io::ErrorKind::NotADirectory.into()));
        };
        let made = create_beneath(&*above, [name.as_encoded_bytes()]);
        Ok(Self::new(made.map_err(plain).map_err(failed)?.directory))
    }

    /// A store in a directory that is open.
    #[must_use]
    pub fn new(root: Box<dyn Directory>) -> Self {
        let (names, open) = (TemporaryNames::default(), Mutex::default());
        Self { root, names, open }
    }

    /// The directory of a key, and the name in it.
    fn place<'k>(
        &self,
        key: &'k str,
    ) -> Result<(Box<dyn Directory>, &'k [u8]), StorageError> {
        let (folders, name) = split(key);
        if folders.is_empty() {
            return Ok((self.root.try_clone()?, name));
        }
        if let Some(found) = self.root.open_descendant(&folders) {
            return Ok((found, name));
        }
        let mut at = self.root.try_clone()?;
        for folder in folders {
            at = at.open_dir(folder, Links::Refuse)?;
        }
        Ok((at, name))
    }

    fn read(&self, key: &str) -> Result<Arc<File>, StorageError> {
        let mut open = lock(&self.open);
        if let Some(at) = open.iter().position(|(of, _)| of == key)
            && let Some(found) = open.remove(at)
        {
            let file = Arc::clone(&found.1);
            open.push_front(found);
            return Ok(file);
        }
        drop(open);
        let (directory, name) = self.place(key)?;
        let (file, _) = directory.open_file(name, Links::Refuse)?;
        let file = Arc::new(file);
        if key.starts_with("packs/") {
            let mut open = lock(&self.open);
            open.push_front((key.to_owned(), Arc::clone(&file)));
            open.truncate(OPEN);
        }
        Ok(file)
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let (folders, name) = split(key);
        let directory = match self.place(key) {
            Ok((directory, _)) => directory,
            Err(error) if error.is(io::ErrorKind::NotFound) => {
                create_beneath(&*self.root, folders)?.directory
            }
            Err(error) => return Err(error),
        };
        let temporary = self.names.next_name();
        let file = directory.create(&temporary)?;
        let temporary = Temporary::new(&*directory, temporary);
        file.write_all_at(bytes, 0)?;
        // A snapshot without its bytes would be damage, and not garbage as a
        // pack is.
        if !syncs_together() || is_document(key) {
            file.sync()?;
        }
        temporary.replace(name)?;
        if !syncs_together() {
            directory.sync()?;
        }
        Ok(())
    }

    /// Goes through all files in a directory, with their keys.
    fn visit(
        directory: &dyn Directory,
        prefix: &str,
        depth: usize,
        each: &mut Visit<'_>,
    ) -> Result<(), StorageError> {
        let mut listing = Listing::new(KindSet::ALL, true, false);
        directory.list(&mut listing)?;
        for at in 0..listing.len() {
            let name = listing.name(at);
            let key = format!("{prefix}{}", String::from_utf8_lossy(name));
            let mut kind = listing.kinds().get(at).copied();
            if kind == Some(EntryKind::Unknown) {
                kind = match directory.stat(name, Links::Refuse) {
                    Ok((kind, _)) => Some(kind),
                    Err(error) if error.is(io::ErrorKind::NotFound) => {
                        continue;
                    }
                    Err(error) => return Err(error),
                };
            }
            if kind != Some(EntryKind::Directory) || depth == 0 {
                each(directory, name, key)?;
                continue;
            }
            let inner = directory.open_dir(name, Links::Refuse)?;
            Self::visit(&*inner, &format!("{key}/"), depth - 1, each)?;
        }
        Ok(())
    }

    fn visit_from(
        &self,
        folder: &str,
        each: &mut Visit<'_>,
    ) -> Result<(), BackendError> {
        let failed =
            |error| BackendError::io(folder, "list the folder", plain(error));
        let place = match folder.strip_suffix('/') {
            Some(name) => self.root.open_dir(name.as_bytes(), Links::Refuse),
            None => self.root.try_clone(),
        };
        let directory = match place {
            Ok(directory) => directory,
            // What was never put into has no folder.
            Err(error) if error.is(io::ErrorKind::NotFound) => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        Self::visit(&*directory, folder, DEPTH, each).map_err(failed)
    }
}

/// Whether the system makes many files durable in one call.
const fn syncs_together() -> bool {
    cfg!(target_os = "linux")
}

/// The folders of a key, and the name in the last of them.
fn split(key: &str) -> (Vec<&[u8]>, &[u8]) {
    let mut parts: Vec<&[u8]> = key.split('/').map(str::as_bytes).collect();
    let name = parts.pop().unwrap_or_default();
    (parts, name)
}

/// Whether a file is one that says something of others.
fn is_document(key: &str) -> bool {
    ["snapshots/", "indexes/", "condemned/"]
        .iter()
        .any(|folder| key.starts_with(folder))
}

fn is_temporary(name: &[u8]) -> bool {
    name.starts_with(TEMPORARY.as_bytes())
}

fn info(metadata: &Metadata) -> FileInfo {
    FileInfo { size: metadata.size, age: age(metadata.modified) }
}

fn age(modified: sanchay_storage::Timestamp) -> Duration {
    let modified = SystemTime::try_from(modified).ok();
    let age =
        modified.and_then(|it| SystemTime::now().duration_since(it).ok());
    age.unwrap_or_default()
}

impl Backend for FolderBackend {
    fn folder(&self) -> Option<FileId> {
        self.root.id().ok()
    }

    fn get(&self, key: &str, limit: u64) -> Result<Vec<u8>, BackendError> {
        let failed = |error| BackendError::io(key, "read it", error);
        let (directory, name) =
            self.place(key).map_err(plain).map_err(failed)?;
        let (file, metadata) = directory
            .open_file(name, Links::Refuse)
            .map_err(plain)
            .map_err(failed)?;
        if metadata.size > limit {
            return Err(BackendError::TooLarge { key: key.to_owned(), limit });
        }
        read_range(&file, 0, metadata.size).map_err(failed)
    }

    fn get_range(
        &self,
        key: &str,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, BackendError> {
        let failed = |error| BackendError::io(key, "read it", error);
        let file = self.read(key).map_err(plain).map_err(failed)?;
        read_range(&file, offset, length).map_err(failed)
    }

    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        self.write(key, bytes)
            .map_err(|error| BackendError::io(key, "write it", plain(error)))
    }

    fn flush(&self) -> Result<(), BackendError> {
        match self.root.sync_file_system() {
            // Each file was synced as it was written, or is in memory.
            Err(error) if error.is(io::ErrorKind::Unsupported) => Ok(()),
            Err(error) => {
                let action = "make what was written durable";
                Err(BackendError::io("", action, plain(error)))
            }
            Ok(()) => Ok(()),
        }
    }

    fn delete(&self, key: &str) -> Result<(), BackendError> {
        let removed = self
            .place(key)
            .and_then(|(directory, name)| directory.remove_file(name));
        match removed {
            Err(error) if !error.is(io::ErrorKind::NotFound) => {
                Err(BackendError::io(key, "delete it", plain(error)))
            }
            _ => Ok(()),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BackendError> {
        let mut keys = Vec::new();
        self.visit_from(folder, &mut |_, name, key| {
            if !is_temporary(name) {
                keys.push(key);
            }
            Ok(())
        })?;
        Ok(keys)
    }

    fn list_infos(
        &self,
        folder: &str,
    ) -> Result<Vec<(String, FileInfo)>, BackendError> {
        let mut infos = Vec::new();
        self.visit_from(folder, &mut |directory, name, key| {
            if is_temporary(name) {
                return Ok(());
            }
            match directory.stat(name, Links::Refuse) {
                Ok((_, metadata)) => infos.push((key, info(&metadata))),
                // It was deleted meanwhile.
                Err(error) if error.is(io::ErrorKind::NotFound) => {}
                Err(error) => return Err(error),
            }
            Ok(())
        })?;
        Ok(infos)
    }

    fn info(&self, key: &str) -> Result<FileInfo, BackendError> {
        let failed =
            |error| BackendError::io(key, "read its metadata", plain(error));
        let (directory, name) = self.place(key).map_err(failed)?;
        let (_, metadata) =
            directory.stat(name, Links::Refuse).map_err(failed)?;
        Ok(info(&metadata))
    }

    fn remove_leftovers(&self, older: Duration) -> Result<u64, BackendError> {
        let mut removed = 0;
        self.visit_from("", &mut |directory, name, _| {
            if !is_temporary(name) {
                return Ok(());
            }
            match directory.stat(name, Links::Refuse) {
                Ok((_, metadata)) if age(metadata.modified) >= older => {
                    match directory.remove_file(name) {
                        Ok(()) => removed += 1,
                        // Another collection was quicker.
                        Err(error) if error.is(io::ErrorKind::NotFound) => {}
                        Err(error) => return Err(error),
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(removed)
    }
}

/// So many bytes at an offset; fewer where the file ends before.
fn read_range(file: &File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(length).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    let filled = file.read_full_at(&mut bytes, offset)?;
    bytes.truncate(filled);
    Ok(bytes)
}
