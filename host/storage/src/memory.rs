//! A tree in memory, for tests: with faults and changes by others that a test
//! injects, and counts of what was asked for.

mod handle;
mod meddling;
mod tree;

use std::{
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use sanchay_names::OsStrExt as _;
use sanchay_sync::lock;

use self::{
    handle::MemoryHandle,
    meddling::Meddling,
    tree::{Content, Outage, ROOT, Tree, missing},
};
use crate::{
    EntryKind, File, FileId, Metadata, Opened, Storage, StorageError,
    Timestamp,
};

/// What goes wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be listed.
    List(io::ErrorKind),
    /// Its metadata cannot be read.
    Stat(io::ErrorKind),
    /// It cannot be opened.
    Open(io::ErrorKind),
    /// It cannot be read.
    Read(io::ErrorKind),
    /// When it is first read, it has grown by this many bytes since it was
    /// opened.
    Grow(usize),
}

/// How often a storage was asked for something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Directories listed.
    pub listed: u64,
    /// Entries whose metadata was read by name.
    pub stats: u64,
    /// Files opened.
    pub opened: u64,
    /// Bytes read of files.
    pub bytes_read: u64,
    /// Changes made through directories and files: names, contents,
    /// attributes.
    pub changes: u64,
    /// Waits for something to be durable.
    pub syncs: u64,
}

/// A tree in memory. Clones share it.
///
/// Paths are taken from its root, with or without a slash before them. Its
/// clock advances by a second with each change, so that every change shows.
///
/// ```
/// use std::{io, path::Path};
/// use sanchay_storage::{Fault, MemoryStorage, Storage as _, StorageError};
///
/// let storage = MemoryStorage::new();
/// storage.write("a/file", b"content");
/// storage.fail("a/file", Fault::Open(io::ErrorKind::PermissionDenied));
/// let error = storage.open(Path::new("a/file")).unwrap_err();
/// assert!(matches!(error, StorageError::Io(_)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage {
    tree: Arc<Mutex<Tree>>,
    meddling: Arc<Mutex<Meddling>>,
}

impl MemoryStorage {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Tree> {
        let due = lock(&self.meddling).due();
        if let Some(deed) = due {
            deed(self);
        }
        lock(&self.tree)
    }

    /// Writes a file, and makes the directories above it. One that is there
    /// keeps its identity and gets other contents.
    pub fn write(&self, path: impl AsRef<Path>, bytes: &[u8]) {
        let path = path.as_ref().as_os_str().as_bytes();
        self.lock().put(path, |tree, at, name| {
            let now = tree.now();
            let known = tree.child(at, &name).ok();
            let known = known.filter(|known| {
                tree.inode(*known).is_ok_and(|it| it.kind() == EntryKind::File)
            });
            match known {
                Some(index) => {
                    if let Ok(inode) = tree.inode_mut(index) {
                        inode.content = Content::File(bytes.to_vec());
                        inode.wrote(now);
                    }
                    index
                }
                None => tree.add(at, name, Content::File(bytes.to_vec())),
            }
        });
    }

    /// Makes an empty directory, and those above it.
    pub fn make_dir(&self, path: impl AsRef<Path>) {
        let path = path.as_ref().as_os_str().as_bytes();
        self.lock().put(path, |tree, at, name| {
            let empty = Content::Directory(Default::default());
            tree.child(at, &name).unwrap_or_else(|_| tree.add(at, name, empty))
        });
    }

    /// Makes a directory that is on a device of its own, with all that will be
    /// in it, and those above it. One that is there stays as it is.
    pub fn mount(&self, path: impl AsRef<Path>) {
        let path = path.as_ref().as_os_str().as_bytes();
        self.lock().put(path, |tree, at, name| {
            let empty = Content::Directory(Default::default());
            tree.child(at, &name).unwrap_or_else(|_| {
                let index = tree.add(at, name, empty);
                let devices = tree.inodes.iter().map(|inode| inode.device);
                let device = devices.max().unwrap_or_default() + 1;
                if let Ok(inode) = tree.inode_mut(index) {
                    inode.device = device;
                }
                index
            })
        });
    }

    /// Makes a symbolic link.
    pub fn link(&self, target: impl AsRef<Path>, path: impl AsRef<Path>) {
        let target = target.as_ref().as_os_str().as_bytes().to_vec();
        let path = path.as_ref().as_os_str().as_bytes();
        self.lock().put(path, |tree, at, name| {
            tree.add(at, name, Content::Link(target))
        });
    }

    /// Makes a special file.
    pub fn special(&self, path: impl AsRef<Path>, kind: EntryKind) {
        let path = path.as_ref().as_os_str().as_bytes();
        self.lock().put(path, |tree, at, name| {
            tree.add(at, name, Content::Special(kind))
        });
    }

    /// Gives a file another name, so that it has both. Does nothing where
    /// there is no such file.
    pub fn hard_link(&self, file: impl AsRef<Path>, path: impl AsRef<Path>) {
        let mut tree = self.lock();
        let file = file.as_ref().as_os_str().as_bytes();
        let Ok(index) = tree.resolve(ROOT, file, None, &mut 0) else { return };
        let now = tree.now();
        if let Ok(inode) = tree.inode_mut(index) {
            inode.links += 1;
            inode.changed = now;
        }
        tree.put(path.as_ref().as_os_str().as_bytes(), |tree, at, name| {
            if let Ok(entries) = tree.entries_mut(at) {
                entries.insert(name, index);
            }
            index
        });
    }

    /// Makes a copy of a file that shares its bytes, as file systems do that
    /// have reflinks. Does nothing where there is no such file.
    pub fn reflink(&self, file: impl AsRef<Path>, path: impl AsRef<Path>) {
        let mut tree = self.lock();
        let file = file.as_ref().as_os_str().as_bytes();
        let Ok(index) = tree.resolve(ROOT, file, None, &mut 0) else { return };
        let Ok(inode) = tree.inode_mut(index) else { return };
        let Content::File(bytes) = &inode.content else { return };
        let content = Content::File(bytes.clone());
        let place = *inode.shared.get_or_insert(index as u64);
        tree.has_reflinks = true;
        tree.put(path.as_ref().as_os_str().as_bytes(), |tree, at, name| {
            let copy = tree.add(at, name, content);
            if let Ok(inode) = tree.inode_mut(copy) {
                inode.shared = Some(place);
            }
            copy
        });
    }

    /// Has something go wrong with what is at a path from now on. Does
    /// nothing where nothing is there.
    pub fn fail(&self, path: impl AsRef<Path>, fault: Fault) {
        let mut tree = self.lock();
        let path = path.as_ref().as_os_str().as_bytes();
        if let Ok(index) = tree.resolve(ROOT, path, None, &mut 0)
            && let Ok(inode) = tree.inode_mut(index)
        {
            inode.faults.push(fault);
        }
    }

    /// Has a change fail, for this reason: the one after so many others that
    /// are made through directories and files. Those behind it succeed again.
    pub fn fail_change(&self, after: u64, kind: io::ErrorKind) {
        self.lock().outage = Some(Outage { after, kind, lasts: false });
    }

    /// Has all changes fail after so many others, as if the program were
    /// killed there, until [`MemoryStorage::revive`] is called.
    pub fn stop_after(&self, changes: u64) {
        let kind = io::ErrorKind::ConnectionAborted;
        let outage = Outage { after: changes, kind, lasts: true };
        self.lock().outage = Some(outage);
    }

    /// Has changes succeed again.
    pub fn revive(&self) {
        self.lock().outage = None;
    }

    /// Has somebody else do something after it was asked for so many more
    /// things: between any two steps of whoever works with it.
    pub fn meddle_after(
        &self,
        calls: u64,
        deed: impl FnOnce(&Self) + Send + 'static,
    ) {
        lock(&self.meddling).plan(calls, Box::new(deed));
    }

    /// Whether that was done; forgets it otherwise.
    #[must_use]
    pub fn has_meddled(&self) -> bool {
        lock(&self.meddling).forget()
    }

    /// Has an entry say that it has this number and was created then: file
    /// systems give new files the numbers of those that are gone. Does nothing
    /// where there is no entry.
    pub fn set_identity(
        &self,
        path: impl AsRef<Path>,
        number: u64,
        created: Timestamp,
    ) {
        let mut tree = self.lock();
        let path = path.as_ref().as_os_str().as_bytes();
        if let Ok(index) = tree.resolve(ROOT, path, None, &mut 0)
            && let Ok(inode) = tree.inode_mut(index)
        {
            inode.number = Some(number);
            inode.created = Some(created);
        }
    }

    /// Has it refuse to have entries change places, as file systems do that do
    /// not know how.
    pub fn refuse_exchanges(&self) {
        self.lock().has_exchange = false;
    }

    /// Has it say that it has room for so many bytes.
    pub fn set_free(&self, bytes: u64) {
        self.lock().free = Some(bytes);
    }

    /// Has it say that it gives so many bytes to a file at a time.
    pub fn set_block(&self, bytes: u64) {
        self.lock().block = Some(bytes);
    }

    /// What a loss of power leaves. Of a file that was written and not synced,
    /// half of the contents are lost. Names and other metadata are kept up to
    /// the last sync of anything; those of later, all or none.
    pub fn lose_power(&self, keeps_names: bool) {
        self.lock().lose_power(keeps_names);
    }

    /// How often it was asked for something so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    fn open_inode(&self, index: usize) -> Result<Opened, StorageError> {
        let mut tree = self.lock();
        let inode = tree.inode(index)?;
        inode.check(|fault| match fault {
            Fault::Open(kind) => Some(kind),
            _ => None,
        })?;
        let kind = inode.kind();
        let metadata = tree.metadata(index)?;
        let handle = MemoryHandle { storage: self.clone(), index };
        Ok(match kind {
            EntryKind::Directory => {
                Opened::Directory(Box::new(handle), metadata.id)
            }
            EntryKind::File => {
                tree.counts.opened += 1;
                Opened::File(File::new(Box::new(handle)), metadata)
            }
            other => Opened::Special(File::new(Box::new(handle)), other),
        })
    }
}

impl Storage for MemoryStorage {
    fn open(&self, path: &Path) -> Result<Opened, StorageError> {
        let path = path.as_os_str().as_bytes();
        let index = self.lock().resolve(ROOT, path, None, &mut 0)?;
        self.open_inode(index)
    }

    fn stat(
        &self,
        path: &Path,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let mut tree = self.lock();
        let path = path.as_os_str().as_bytes();
        let index = tree.resolve(ROOT, path, None, &mut 0)?;
        tree.stat(index)
    }

    fn locate(&self, path: &Path) -> Result<(FileId, Vec<u8>), StorageError> {
        let tree = self.lock();
        let path = path.as_os_str().as_bytes();
        let index = tree.resolve(ROOT, path, None, &mut 0)?;
        let parent = tree.inode(index)?.parent;
        let mut names = tree.entries(parent)?.iter();
        let name = names.find(|(_, child)| **child == index);
        let name = name.map(|(name, _)| name.clone()).ok_or_else(missing)?;
        Ok((tree.metadata(parent)?.id, name))
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, StorageError> {
        let tree = self.lock();
        let path = path.as_os_str().as_bytes();
        let mut at = tree.resolve(ROOT, path, None, &mut 0)?;
        let mut names = Vec::new();
        while at != ROOT {
            let parent = tree.inode(at)?.parent;
            let mut entries = tree.entries(parent)?.iter();
            let name = entries.find(|(_, child)| **child == at);
            let (name, _) = name.ok_or_else(missing)?;
            names.push(OsStr::from_bytes(name).to_owned());
            at = parent;
        }
        Ok(Path::new("/").join(names.iter().rev().collect::<PathBuf>()))
    }
}
