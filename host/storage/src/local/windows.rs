//! Directories by their handles, as Windows has them. Win32 knows only paths;
//! what lies beneath it opens relative to a handle, by names of any length
//! that are taken as they are: `con`, `a.` and `A` are names like others.

mod attributes;
mod confined;
mod contents;
mod directory;
pub(crate) mod extents;
mod facts;
mod file_system;
mod handle;
mod list;
mod names;
mod nt;
mod path;
mod reparse;
mod space;
mod working_directory;

use std::{
    ffi::OsStr,
    fs::File as LocalFile,
    io::{self, ErrorKind},
    os::windows::io::{AsHandle as _, OwnedHandle},
    path::{Path, PathBuf},
};

use sanchay_names::OsStrExt as _;

pub(crate) use self::{
    attributes::{
        extended_attributes, remove_extended_attribute, set_attributes,
        set_extended_attribute,
    },
    contents::{
        copy_range, data_from, read, read_at, share, sync, write_at, write_out,
    },
    working_directory::Place,
};
use self::{directory::LocalDirectory, facts::Facts, handle::Access};
use crate::{
    EntryKind, FileId, FileSystemId, LocalStorage, Metadata, Opened, Storage,
    StorageError, WorkingDirectory,
};

/// Whether files have owners that are numbers.
pub(crate) const KEEPS_OWNERS: bool = false;

/// An absolute path, with every name as it is: Win32 itself would change
/// some.
pub(crate) fn absolute(path: &Path) -> io::Result<PathBuf> {
    if path.as_os_str().is_empty() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let path = path::Absolute::new(path)?.verbatim();
    Ok(sanchay_names::with_slashes(path))
}

/// What the system says of links that lead in a circle
/// (`ERROR_CANT_RESOLVE_FILENAME`).
pub(crate) fn too_many_links() -> io::Error {
    io::Error::from_raw_os_error(1921)
}

impl Storage for LocalStorage {
    fn open(&self, path: &Path) -> Result<Opened, StorageError> {
        let path = self.absolute(path)?;
        opened(handle::open_path(&path, Access::Read)?)
    }

    fn stat(
        &self,
        path: &Path,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let path = self.absolute(path)?;
        let held = handle::open_path(&path, Access::Look)?;
        let facts = Facts::of(held.as_handle())?;
        Ok((facts.kind(), facts.metadata()))
    }

    fn locate(&self, path: &Path) -> Result<(FileId, Vec<u8>), StorageError> {
        let path = self.canonical(path)?;
        let (Some(parent), Some(name)) = (path.parent(), path.file_name())
        else {
            return Err(io::Error::from(ErrorKind::InvalidInput).into());
        };
        let (_, metadata) = Storage::stat(self, parent)?;
        Ok((metadata.id, OsStr::as_bytes(name).to_vec()))
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, StorageError> {
        let path = self.absolute(path)?.verbatim();
        let found = std::fs::canonicalize(path)?;
        Ok(sanchay_names::with_slashes(found))
    }
}

impl LocalStorage {
    fn absolute(&self, path: &Path) -> io::Result<path::Absolute> {
        let path = WorkingDirectory::absolute(self.from.as_ref(), path);
        path::Absolute::new(&path)
    }
}

/// The metadata of an open file.
pub(crate) fn metadata(file: &LocalFile) -> io::Result<Metadata> {
    Ok(Facts::of(file.as_handle())?.metadata())
}

/// The same of what need not be a file.
pub(crate) fn metadata_of_any(file: &LocalFile) -> io::Result<Metadata> {
    Facts::of_any(file.as_handle())
}

/// The file system of an open file, if what it says can be relied on.
pub(crate) fn file_system_id(file: &LocalFile) -> Option<FileSystemId> {
    file_system::identify(file.as_handle())
}

/// What a handle is of.
fn opened(handle: OwnedHandle) -> Result<Opened, StorageError> {
    if let Some(special) = facts::special(handle.as_handle()) {
        return Ok(Opened::Special(LocalFile::from(handle).into(), special));
    }
    let facts = Facts::of(handle.as_handle())?;
    let metadata = facts.metadata();
    Ok(match facts.kind() {
        EntryKind::Directory => Opened::Directory(
            Box::new(LocalDirectory::new(handle)),
            metadata.id,
        ),
        EntryKind::File => {
            facts.refuse_elsewhere()?;
            Opened::File(LocalFile::from(handle).into(), metadata)
        }
        other => Opened::Special(LocalFile::from(handle).into(), other),
    })
}
