//! This machine's file system, by directory handles. Everything is opened
//! relative to the handle of the directory that listed it, by a name of one
//! component and without following links: whatever is swapped in between walk
//! and read, nothing outside the tree is reached.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
mod working_directory;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use std::{
    io,
    path::{Path, PathBuf},
};

pub use self::working_directory::WorkingDirectory;
use crate::{Metadata, Storage as _, StorageError};
pub(crate) use system::{
    KEEPS_OWNERS, copy_range, data_from, extended_attributes, extents,
    file_system_id, metadata, metadata_of_any, read, read_at,
    remove_extended_attribute, set_attributes, set_extended_attribute, share,
    sync, too_many_links, write_at, write_out,
};

/// What a path leads to on this machine.
///
/// # Errors
/// Why it cannot be determined.
pub fn stat(path: &Path) -> io::Result<Metadata> {
    match LocalStorage::new().stat(path) {
        Ok((_, metadata)) => Ok(metadata),
        Err(StorageError::Io(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// What is known of an open file of this machine.
///
/// # Errors
/// Why it cannot be determined.
pub fn stat_open(file: &std::fs::File) -> io::Result<Metadata> {
    Ok(metadata_of_any(file)?)
}

/// A path from the top, with slashes, of one that may be relative to the
/// current directory. Nothing is looked at, and links stay as they are.
///
/// # Errors
/// The path is empty, the system has no such path, or the current directory is
/// not known.
pub fn absolute(path: &Path) -> io::Result<PathBuf> {
    system::absolute(path)
}

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
