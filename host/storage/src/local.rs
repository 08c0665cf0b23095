//! This machine's file system, by directory handles. Everything is opened
//! relative to the handle of the directory that listed it, by a name of one
//! component and without following links: whatever is swapped in between walk
//! and read, nothing outside the tree is reached.

mod confined;
mod file_system;
mod handle;
mod list;
mod pseudo;
mod stat;
mod working_directory;

use std::{
    any::Any,
    ffi::OsString,
    fs::File as LocalFile,
    io,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStringExt as _,
    },
    path::Path,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use rustix::{
    fs::{
        AtFlags, Mode, OFlags, RenameFlags, SeekFrom, openat, readlinkat,
        renameat_with, seek, unlinkat,
    },
    io::Errno,
};

pub use self::working_directory::WorkingDirectory;
use self::{confined::LocalConfined, working_directory::directory_of};
use crate::{
    Confined, Directory, EntryKind, File, FileId, FileSystemId, Links,
    Listing, Metadata, Opened, Storage, StorageError,
};

/// This machine's file system.
///
/// ```
/// use std::path::Path;
/// use sanchay_storage::{Links, LocalStorage, Opened, Storage as _};
///
/// let Opened::Directory(here, _) = LocalStorage::new().open(Path::new(""))?
/// else {
///     panic!("the current directory is one");
/// };
/// let (file, metadata) = here.open_file(b"Cargo.toml", Links::Refuse)?;
/// let mut head = [0; 9];
/// file.read_at(&mut head, 0)?;
/// assert_eq!(&head, b"[package]");
/// assert!(metadata.size > 9);
/// # Ok::<(), sanchay_storage::StorageError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct LocalStorage {
    /// Where relative paths are taken from, if not from the process's own
    /// directory.
    from: Option<WorkingDirectory>,
}

impl LocalStorage {
    /// Relative paths are taken from the directory that the process has at
    /// the time.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Relative paths are taken from a directory that is held open.
    #[must_use]
    pub fn from_directory(directory: WorkingDirectory) -> Self {
        Self { from: Some(directory) }
    }
}

/// The path to open for a path that a user named.
fn location(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

impl Storage for LocalStorage {
    fn open(&self, path: &Path) -> Result<Opened, StorageError> {
        let from = directory_of(self.from.as_ref());
        let fd = handle::open_path(from, location(path)).map_err(|errno| {
            match errno {
                // What an open without waiting says of a socket.
                Errno::NXIO => StorageError::NotRegular("a socket"),
                errno => errno.into(),
            }
        })?;
        opened(fd)
    }

    fn stat(
        &self,
        path: &Path,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let from = directory_of(self.from.as_ref());
        let path = location(path);
        let found = rustix::fs::statat(from, path, AtFlags::empty())?;
        Ok(stat::portable(&found))
    }

    fn locate(&self, path: &Path) -> Result<(FileId, Vec<u8>), StorageError> {
        let from = self.from.as_ref();
        let path = WorkingDirectory::absolute(from, location(path));
        let path = std::fs::canonicalize(path)?;
        let (Some(parent), Some(name)) = (path.parent(), path.file_name())
        else {
            return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
        };
        let directory = LocalFile::open(parent)?;
        let (_, metadata) = stat::open(directory.as_fd())?;
        let name: OsString = name.to_owned();
        Ok((metadata.id, name.into_vec()))
    }
}

/// The metadata of an open file.
pub(crate) fn local_metadata(file: &LocalFile) -> Result<Metadata, Errno> {
    Ok(stat::open(file.as_fd())?.1)
}

/// The file system of an open file, if what it says can be relied on.
pub(crate) fn local_file_system(file: &LocalFile) -> Option<FileSystemId> {
    file_system::identify(file.as_fd())
}

/// What a descriptor is of.
fn opened(fd: OwnedFd) -> Result<Opened, StorageError> {
    let (kind, metadata) = stat::open(fd.as_fd())?;
    Ok(match kind {
        EntryKind::Directory => {
            Opened::Directory(Box::new(LocalDirectory::new(fd)), metadata.id)
        }
        EntryKind::File => Opened::File(LocalFile::from(fd).into(), metadata),
        other => Opened::Special(LocalFile::from(fd).into(), other),
    })
}

/// A directory's handle.
#[derive(Debug)]
struct LocalDirectory {
    fd: OwnedFd,
    /// Whether it was listed: then its position is not the beginning.
    listed: AtomicBool,
}

impl LocalDirectory {
    fn new(fd: OwnedFd) -> Self {
        Self { fd, listed: AtomicBool::new(false) }
    }
}

impl AsFd for LocalDirectory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Directory for LocalDirectory {
    fn list(&self, listing: &mut Listing) -> Result<(), StorageError> {
        if self.listed.swap(true, Relaxed) {
            seek(self, SeekFrom::Start(0))?;
        }
        list::list(self.as_fd(), listing)
    }

    fn stat(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        Ok(stat::entry(self.as_fd(), name, links)?)
    }

    fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, StorageError> {
        Ok(readlinkat(self, name, Vec::new())?.into_bytes())
    }

    fn open_file(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<(File, Metadata), StorageError> {
        handle::open_file(self.as_fd(), name, links)
    }

    fn open_dir(
        &self,
        name: &[u8],
        links: Links,
    ) -> Result<Box<dyn Directory>, StorageError> {
        let fd = handle::open_directory(self.as_fd(), name, links)?;
        Ok(Box::new(Self::new(fd)))
    }

    #[cfg(target_os = "linux")]
    fn open_descendant(&self, names: &[&[u8]]) -> Option<Box<dyn Directory>> {
        let fd = handle::open_descendant(self.as_fd(), names)?;
        Some(Box::new(Self::new(fd)))
    }

    fn id(&self) -> Result<FileId, StorageError> {
        Ok(stat::open(self.as_fd())?.1.id)
    }

    fn pseudo_file_system(&self) -> Option<&'static str> {
        pseudo::kind(self.as_fd())
    }

    fn file_system(&self) -> Option<FileSystemId> {
        file_system::identify(self.as_fd())
    }

    fn confined(&self) -> Result<Box<dyn Confined>, StorageError> {
        Ok(Box::new(LocalConfined::new(self.fd.try_clone()?)))
    }

    fn create(&self, name: &[u8]) -> Result<File, StorageError> {
        let flags = OFlags::RDWR
            | OFlags::CREATE
            | OFlags::EXCL
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC;
        let fd = openat(self, name, flags, Mode::from_raw_mode(0o666))?;
        Ok(LocalFile::from(fd).into())
    }

    fn rename(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let Some(to) = to.as_any().downcast_ref::<Self>() else {
            return Err(io::Error::from(io::ErrorKind::CrossesDevices).into());
        };
        let flags = RenameFlags::NOREPLACE;
        Ok(renameat_with(self, name, to, new_name, flags)?)
    }

    fn remove_file(&self, name: &[u8]) -> Result<(), StorageError> {
        Ok(unlinkat(self, name, AtFlags::empty())?)
    }

    fn remove_dir(&self, name: &[u8]) -> Result<(), StorageError> {
        Ok(unlinkat(self, name, AtFlags::REMOVEDIR)?)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
