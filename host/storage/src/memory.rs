//! A tree in memory, for tests: with faults that a test injects, and counts of
//! what was asked for.

use std::{
    any::Any,
    collections::BTreeMap,
    io,
    os::unix::ffi::OsStrExt as _,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use sanchay_sync::lock;

use crate::{
    Confined, Directory, EntryKind, File, FileId, FileSystemId, Links,
    Listing, Metadata, Opened, RandomAccess, Storage, StorageError, Timestamp,
};

/// Its file system: there is one.
const IN_MEMORY: FileSystemId = FileSystemId { kind: 0, id: 0 };

/// The root directory's inode, and that of no other.
const ROOT: usize = 0;

/// How many links a path may lead through.
const MAX_LINKS: usize = 40;

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
}

#[derive(Debug)]
struct Tree {
    inodes: Vec<Inode>,
    clock: i64,
    counts: Counts,
}

#[derive(Debug)]
struct Inode {
    content: Content,
    /// The directory above; its own inode for the root.
    parent: usize,
    links: u32,
    modified: i64,
    changed: i64,
    faults: Vec<Fault>,
}

#[derive(Debug)]
enum Content {
    Directory(BTreeMap<Vec<u8>, usize>),
    File(Vec<u8>),
    Link(Vec<u8>),
    Special(EntryKind),
}

impl Default for Tree {
    fn default() -> Self {
        let root = Inode::new(Content::Directory(BTreeMap::new()), ROOT, 0);
        Self { inodes: vec![root], clock: 0, counts: Counts::default() }
    }
}

impl Inode {
    fn new(content: Content, parent: usize, now: i64) -> Self {
        let faults = Vec::new();
        let (modified, changed) = (now, now);
        Self { content, parent, links: 1, modified, changed, faults }
    }

    fn kind(&self) -> EntryKind {
        match &self.content {
            Content::Directory(_) => EntryKind::Directory,
            Content::File(_) => EntryKind::File,
            Content::Link(_) => EntryKind::Symlink,
            Content::Special(kind) => *kind,
        }
    }

    /// The error of the first fault that a choice picks.
    fn check(
        &self,
        pick: impl Fn(Fault) -> Option<io::ErrorKind>,
    ) -> io::Result<()> {
        match self.faults.iter().find_map(|fault| pick(*fault)) {
            Some(kind) => Err(kind.into()),
            None => Ok(()),
        }
    }
}

fn error(kind: io::ErrorKind) -> StorageError {
    io::Error::from(kind).into()
}

fn missing() -> StorageError {
    error(io::ErrorKind::NotFound)
}

impl Tree {
    fn inode(&self, index: usize) -> Result<&Inode, StorageError> {
        self.inodes.get(index).ok_or_else(missing)
    }

    fn inode_mut(&mut self, index: usize) -> Result<&mut Inode, StorageError> {
        self.inodes.get_mut(index).ok_or_else(missing)
    }

    fn now(&mut self) -> i64 {
        self.clock += 1;
        self.clock
    }

    /// The entries of a directory.
    fn entries(
        &self,
        index: usize,
    ) -> Result<&BTreeMap<Vec<u8>, usize>, StorageError> {
        match &self.inode(index)?.content {
            Content::Directory(entries) => Ok(entries),
            _ => Err(error(io::ErrorKind::NotADirectory)),
        }
    }

    fn entries_mut(
        &mut self,
        index: usize,
    ) -> Result<&mut BTreeMap<Vec<u8>, usize>, StorageError> {
        match &mut self.inode_mut(index)?.content {
            Content::Directory(entries) => Ok(entries),
            _ => Err(error(io::ErrorKind::NotADirectory)),
        }
    }

    fn child(&self, at: usize, name: &[u8]) -> Result<usize, StorageError> {
        self.entries(at)?.get(name).copied().ok_or_else(missing)
    }

    /// What a path leads to from a directory, links followed; in `confines`,
    /// if that is given.
    fn resolve(
        &self,
        from: usize,
        path: &[u8],
        confines: Option<usize>,
        links: &mut usize,
    ) -> Result<usize, StorageError> {
        let mut at = match (path.first(), confines) {
            (Some(b'/'), Some(_)) => return Err(StorageError::Outside),
            (Some(b'/'), None) => ROOT,
            _ => from,
        };
        let names = path.split(|byte| *byte == b'/');
        for name in names.filter(|name| !matches!(*name, b"" | b".")) {
            if name == b".." {
                if Some(at) == confines {
                    return Err(StorageError::Outside);
                }
                at = self.inode(at)?.parent;
                continue;
            }
            let child = self.child(at, name)?;
            at = match &self.inode(child)?.content {
                Content::Link(target) => {
                    *links += 1;
                    if *links > MAX_LINKS {
                        let circle = io::Error::from_raw_os_error(
                            rustix::io::Errno::LOOP.raw_os_error(),
                        );
                        return Err(circle.into());
                    }
                    self.resolve(at, target, confines, links)?
                }
                _ => child,
            };
        }
        Ok(at)
    }

    /// An entry of a directory, through links where they are followed.
    fn entry(
        &self,
        at: usize,
        name: &[u8],
        links: Links,
    ) -> Result<usize, StorageError> {
        match links {
            Links::Refuse => self.child(at, name),
            Links::Follow => self.resolve(at, name, None, &mut 0),
        }
    }

    fn stat(
        &mut self,
        index: usize,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        self.counts.stats += 1;
        let inode = self.inode(index)?;
        inode.check(|fault| match fault {
            Fault::Stat(kind) => Some(kind),
            _ => None,
        })?;
        Ok((inode.kind(), self.metadata(index)?))
    }

    fn metadata(&self, index: usize) -> Result<Metadata, StorageError> {
        let inode = self.inode(index)?;
        let (size, mode) = match &inode.content {
            Content::Directory(_) => (0, 0o040_755),
            Content::File(bytes) => (bytes.len() as u64, 0o100_644),
            Content::Link(target) => (target.len() as u64, 0o120_777),
            Content::Special(_) => (0, 0o010_644),
        };
        let time = |seconds| Timestamp { seconds, nanoseconds: 0 };
        Ok(Metadata {
            kind: inode.kind(),
            size,
            modified: time(inode.modified),
            changed: time(inode.changed),
            accessed: None,
            created: None,
            allocated: size,
            uid: 0,
            gid: 0,
            id: FileId { device: 1, inode: index as u64 + 1 },
            links: inode.links,
            mode,
        })
    }

    /// Puts an inode under a path, making the directories above. Returns its
    /// index.
    fn put(
        &mut self,
        path: &[u8],
        make: impl FnOnce(&mut Self, usize, Vec<u8>) -> usize,
    ) -> Option<usize> {
        let names: Vec<&[u8]> = path
            .split(|byte| *byte == b'/')
            .filter(|it| !it.is_empty())
            .collect();
        let (last, above) = names.split_last()?;
        let mut at = ROOT;
        for name in above {
            at = match self.child(at, name) {
                Ok(child) => child,
                Err(_) => self.add(
                    at,
                    name.to_vec(),
                    Content::Directory(BTreeMap::new()),
                ),
            };
        }
        Some(make(self, at, last.to_vec()))
    }

    fn add(&mut self, at: usize, name: Vec<u8>, content: Content) -> usize {
        let now = self.now();
        let index = self.inodes.len();
        self.inodes.push(Inode::new(content, at, now));
        if let Ok(entries) = self.entries_mut(at) {
            entries.insert(name, index);
        }
        index
    }
}

impl MemoryStorage {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Tree> {
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
                        (inode.modified, inode.changed) = (now, now);
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
            let empty = Content::Directory(BTreeMap::new());
            tree.child(at, &name).unwrap_or_else(|_| tree.add(at, name, empty))
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
}

/// An open file or directory.
#[derive(Clone, Debug)]
struct MemoryHandle {
    storage: MemoryStorage,
    index: usize,
}

impl RandomAccess for MemoryHandle {
    fn read_at(&self, space: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut tree = self.storage.lock();
        let now = tree.now();
        let inode = tree.inode_mut(self.index).map_err(io::Error::other)?;
        inode.check(|fault| match fault {
            Fault::Read(kind) => Some(kind),
            _ => None,
        })?;
        let Content::File(bytes) = &mut inode.content else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        let grows =
            inode.faults.iter().position(|it| matches!(it, Fault::Grow(_)));
        if let Some(at) = grows
            && let Fault::Grow(by) = inode.faults.swap_remove(at)
        {
            bytes.resize(bytes.len() + by, b'+');
            (inode.modified, inode.changed) = (now, now);
        }
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = bytes.get(from..).unwrap_or_default();
        let mut got = 0;
        for (to, byte) in space.iter_mut().zip(rest) {
            *to = *byte;
            got += 1;
        }
        tree.counts.bytes_read += got as u64;
        Ok(got)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut tree = self.storage.lock();
        let now = tree.now();
        let inode = tree.inode_mut(self.index).map_err(io::Error::other)?;
        let Content::File(content) = &mut inode.content else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        let from = usize::try_from(offset).map_err(io::Error::other)?;
        let end = from
            .checked_add(bytes.len())
            .ok_or(io::ErrorKind::FileTooLarge)?;
        if content.len() < end {
            content.resize(end, 0);
        }
        if let Some(space) = content.get_mut(from..end) {
            space.copy_from_slice(bytes);
        }
        (inode.modified, inode.changed) = (now, now);
        Ok(bytes.len())
    }

    fn metadata(&self) -> io::Result<Metadata> {
        let tree = self.storage.lock();
        tree.metadata(self.index).map_err(io::Error::other)
    }

    fn file_system(&self) -> Option<FileSystemId> {
        Some(IN_MEMORY)
    }
}

impl Directory for MemoryHandle {
    fn list(&self, listing: &mut Listing) -> Result<(), StorageError> {
        let mut tree = self.storage.lock();
        tree.counts.listed += 1;
        for (name, child) in tree.entries(self.index)? {
            if !listing.push(name, tree.inode(*child)?.kind()) {
                return Err(error(io::ErrorKind::FileTooLarge));
            }
        }
        tree.inode(self.index)?.check(|fault| match fault {
            Fault::List(kind) => Some(kind),
            _ => None,
        })?;
        Ok(())
    }

    fn stat(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let mut tree = self.storage.lock();
        let index = tree.entry(self.index, name, links)?;
        tree.stat(index)
    }

    fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, StorageError> {
        let tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        match &tree.inode(index)?.content {
            Content::Link(target) => Ok(target.clone()),
            _ => Err(error(io::ErrorKind::InvalidInput)),
        }
    }

    fn open_file(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(File, Metadata), StorageError> {
        let index = self.storage.lock().entry(self.index, name, links)?;
        let kind = self.storage.lock().inode(index)?.kind();
        match (kind, self.storage.open_inode(index)?) {
            (EntryKind::Symlink, _) => Err(StorageError::Link),
            (_, Opened::File(file, metadata)) => Ok((file, metadata)),
            (kind, _) => Err(StorageError::NotRegular(kind.describe())),
        }
    }

    fn open_dir(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<Box<dyn Directory>, StorageError> {
        let index = self.storage.lock().entry(self.index, name, links)?;
        let kind = self.storage.lock().inode(index)?.kind();
        match (kind, self.storage.open_inode(index)?) {
            (EntryKind::Symlink, _) => Err(StorageError::Link),
            (_, Opened::Directory(directory, _)) => Ok(directory),
            _ => Err(error(io::ErrorKind::NotADirectory)),
        }
    }

    fn id(&self) -> Result<FileId, StorageError> {
        Ok(self.storage.lock().metadata(self.index)?.id)
    }

    fn file_system(&self) -> Option<FileSystemId> {
        Some(IN_MEMORY)
    }

    fn confined(&self) -> Result<Box<dyn Confined>, StorageError> {
        Ok(Box::new(MemoryConfined(self.clone())))
    }

    fn create(&self, name: &[u8]) -> Result<File, StorageError> {
        let mut tree = self.storage.lock();
        if tree.entries(self.index)?.contains_key(name) {
            return Err(error(io::ErrorKind::AlreadyExists));
        }
        let empty = Content::File(Vec::new());
        let index = tree.add(self.index, name.to_vec(), empty);
        let storage = self.storage.clone();
        Ok(File::new(Box::new(Self { storage, index })))
    }

    fn rename(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let to = to.as_any().downcast_ref::<Self>();
        let to =
            to.filter(|to| Arc::ptr_eq(&to.storage.tree, &self.storage.tree));
        let Some(to) = to else {
            return Err(error(io::ErrorKind::CrossesDevices));
        };
        let mut tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        if tree.entries(to.index)?.contains_key(new_name) {
            return Err(error(io::ErrorKind::AlreadyExists));
        }
        // A directory cannot be moved into itself.
        let mut above = to.index;
        while above != ROOT {
            if above == index {
                return Err(error(io::ErrorKind::InvalidInput));
            }
            above = tree.inode(above)?.parent;
        }
        let now = tree.now();
        tree.entries_mut(self.index)?.remove(name);
        tree.entries_mut(to.index)?.insert(new_name.to_vec(), index);
        let inode = tree.inode_mut(index)?;
        (inode.parent, inode.changed) = (to.index, now);
        Ok(())
    }

    fn remove_file(&self, name: &[u8]) -> Result<(), StorageError> {
        let mut tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        if tree.inode(index)?.kind() == EntryKind::Directory {
            return Err(error(io::ErrorKind::IsADirectory));
        }
        tree.entries_mut(self.index)?.remove(name);
        let now = tree.now();
        let inode = tree.inode_mut(index)?;
        inode.links = inode.links.saturating_sub(1);
        inode.changed = now;
        Ok(())
    }

    fn remove_dir(&self, name: &[u8]) -> Result<(), StorageError> {
        let mut tree = self.storage.lock();
        let index = tree.child(self.index, name)?;
        if !tree.entries(index)?.is_empty() {
            return Err(error(io::ErrorKind::DirectoryNotEmpty));
        }
        tree.entries_mut(self.index)?.remove(name);
        Ok(())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A directory that paths may not leave.
#[derive(Debug)]
struct MemoryConfined(MemoryHandle);

impl MemoryConfined {
    fn resolve(&self, path: &[u8]) -> Result<usize, StorageError> {
        let MemoryHandle { storage, index } = &self.0;
        storage.lock().resolve(*index, path, Some(*index), &mut 0)
    }
}

impl Confined for MemoryConfined {
    fn open(&self, path: &[u8]) -> Result<Opened, StorageError> {
        self.0.storage.open_inode(self.resolve(path)?)
    }

    fn stat(
        &self,
        path: &[u8],
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let index = self.resolve(path)?;
        self.0.storage.lock().stat(index)
    }
}
