//! Directories by their descriptors, as POSIX and Linux have them.

mod attributes;
mod confined;
mod contents;
pub(crate) mod extents;
mod file_system;
mod handle;
mod list;
mod rename;
mod stat;
mod working_directory;

use std::{
    any::Any,
    ffi::OsString,
    fs::File as LocalFile,
    io::{self, ErrorKind},
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStringExt as _,
    },
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use rustix::{
    fs::{
        AtFlags, OFlags, SeekFrom, linkat, mkdirat, openat, readlinkat,
        renameat, seek, symlinkat, unlinkat,
    },
    io::Errno,
};

pub(crate) use std::path::absolute;

pub(crate) use self::attributes::{
    extended_attributes, remove_extended_attribute, set_attributes,
    set_extended_attribute,
};
pub(crate) use self::contents::{
    copy_range, data_from, read, read_at, share, sync, write_at, write_out,
};
pub(crate) use self::working_directory::Place;
use self::{confined::LocalConfined, working_directory::directory_of};
use crate::{
    Attributes, Confined, Directory, EntryKind, ExtendedAttribute, File,
    FileId, FileSystem, FileSystemId, Links, Listing, LocalStorage, Metadata,
    Opened, Storage, StorageError, WorkingDirectory,
};

/// Whether files have owners that are numbers.
pub(crate) const KEEPS_OWNERS: bool = true;

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
        let path = self.canonical(path)?;
        let (Some(parent), Some(name)) = (path.parent(), path.file_name())
        else {
            return Err(io::Error::from(ErrorKind::InvalidInput).into());
        };
        let directory = LocalFile::open(parent)?;
        let (_, metadata) = stat::open(directory.as_fd())?;
        let name: OsString = name.to_owned();
        Ok((metadata.id, name.into_vec()))
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, StorageError> {
        let from = self.from.as_ref();
        let path = WorkingDirectory::absolute(from, location(path));
        Ok(std::fs::canonicalize(path)?)
    }
}

/// The metadata of an open file.
pub(crate) fn metadata(file: &LocalFile) -> Result<Metadata, Errno> {
    Ok(stat::open(file.as_fd())?.1)
}

/// The same of what need not be a file.
pub(crate) use self::metadata as metadata_of_any;

/// What the system says of links that lead in a circle.
pub(crate) fn too_many_links() -> io::Error {
    Errno::LOOP.into()
}

/// The file system of an open file, if what it says can be relied on.
pub(crate) fn file_system_id(file: &LocalFile) -> Option<FileSystemId> {
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

    /// A directory as one of this storage.
    fn of(directory: &dyn Directory) -> Result<&Self, StorageError> {
        let local = directory.as_any().downcast_ref();
        local.ok_or_else(|| io::Error::from(ErrorKind::CrossesDevices).into())
    }

    fn create_new(
        &self,
        name: &[u8],
        mode: u32,
    ) -> Result<File, StorageError> {
        let flags = OFlags::RDWR
            | OFlags::CREATE
            | OFlags::EXCL
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC;
        let fd = openat(self, name, flags, attributes::mode(mode))?;
        Ok(LocalFile::from(fd).into())
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
        file_system::pseudo(self.as_fd())
    }

    fn file_system_id(&self) -> Option<FileSystemId> {
        file_system::identify(self.as_fd())
    }

    fn may_share_bytes(&self) -> bool {
        extents::may_be_shared(self.as_fd())
    }

    fn confined(&self) -> Result<Box<dyn Confined>, StorageError> {
        Ok(Box::new(LocalConfined::new(self.fd.try_clone()?)))
    }

    fn create(&self, name: &[u8]) -> Result<File, StorageError> {
        self.create_new(name, 0o666)
    }

    fn create_with(
        &self,
        name: &[u8],
        mode: u32,
    ) -> Result<File, StorageError> {
        let file = self.create_new(name, mode)?;
        // What the mask leaves of the usual modes is all of them.
        if mode & 0o077 != 0 {
            let mode = Some(mode);
            file.set_attributes(&Attributes { mode, ..Default::default() })?;
        }
        Ok(file)
    }

    #[cfg(target_vendor = "apple")]
    fn create_sharing(
        &self,
        name: &[u8],
        mode: u32,
        from: &File,
    ) -> Result<(File, bool), StorageError> {
        let shared = match from.as_local() {
            Some(from) => contents::clone_to(from, self.as_fd(), name)?,
            None => false,
        };
        if !shared {
            return Ok((self.create_with(name, mode)?, false));
        }
        let open = || -> Result<File, StorageError> {
            // One that may not be written to is cloned as that.
            let mode = Some(mode);
            let attributes = Attributes { mode, ..Default::default() };
            self.set_attributes(name, &attributes)?;
            handle::reopen_file(self.as_fd(), name)
        };
        open().map(|file| (file, true)).inspect_err(|_| {
            let _ = self.remove_file(name);
        })
    }

    fn reopen(&self, name: &[u8]) -> Result<File, StorageError> {
        handle::reopen_file(self.as_fd(), name)
    }

    fn create_dir(&self, name: &[u8], mode: u32) -> Result<(), StorageError> {
        Ok(mkdirat(self, name, attributes::mode(mode))?)
    }

    fn symlink(&self, target: &[u8], name: &[u8]) -> Result<(), StorageError> {
        Ok(symlinkat(target, self, name)?)
    }

    fn hard_link(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let to = Self::of(to)?;
        Ok(linkat(self, name, to, new_name, AtFlags::empty())?)
    }

    fn exchange(
        &self,
        name: &[u8],
        with: &dyn Directory,
        other: &[u8],
    ) -> Result<(), StorageError> {
        let with = Self::of(with)?;
        Ok(rename::exchange(self.as_fd(), name, with.as_fd(), other)?)
    }

    fn replace(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        Ok(renameat(self, name, Self::of(to)?, new_name)?)
    }

    fn set_attributes(
        &self,
        name: &[u8],
        attributes: &Attributes,
    ) -> Result<(), StorageError> {
        Ok(attributes::set_of_entry(self.as_fd(), name, attributes)?)
    }

    fn extended_attributes(
        &self,
        name: &[u8],
    ) -> Result<Vec<ExtendedAttribute>, StorageError> {
        Ok(attributes::extended_of_entry(self.as_fd(), name)?)
    }

    fn set_extended_attribute(
        &self,
        name: &[u8],
        attribute: &ExtendedAttribute,
    ) -> Result<(), StorageError> {
        Ok(attributes::set_extended_of_entry(self.as_fd(), name, attribute)?)
    }

    fn as_file(&self) -> Result<File, StorageError> {
        Ok(LocalFile::from(self.fd.try_clone()?).into())
    }

    fn try_clone(&self) -> Result<Box<dyn Directory>, StorageError> {
        // Not a second descriptor of the same opening: the two would share the
        // position at which they list.
        let fd = handle::open_directory(self.as_fd(), b".", Links::Refuse)?;
        Ok(Box::new(Self::new(fd)))
    }

    #[cfg(target_os = "linux")]
    fn sync_file_system(&self) -> Result<(), StorageError> {
        Ok(rustix::fs::syncfs(self)?)
    }

    fn file_system(&self) -> Result<FileSystem, StorageError> {
        Ok(file_system::of(self.as_fd())?)
    }

    fn rename(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let to = Self::of(to)?;
        Ok(rename::rename(self.as_fd(), name, to.as_fd(), new_name)?)
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
