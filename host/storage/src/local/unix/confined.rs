//! Links that are followed and must stay beneath the root: `cap-std` resolves
//! every path against the root's handle, and refuses one that leads out of it.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    os::{fd::OwnedFd, unix::ffi::OsStrExt as _},
    path::Path,
};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _};
use rustix::{fs::OFlags, io::Errno};

use super::opened;
use crate::{
    Confined, EntryKind, FileId, Metadata, Opened, StorageError, Timestamp,
};

/// A directory against which paths of several components resolve.
#[derive(Debug)]
pub(super) struct LocalConfined(Dir);

impl LocalConfined {
    pub(super) fn new(directory: OwnedFd) -> Self {
        Self(Dir::from_std_file(File::from(directory)))
    }
}

impl Confined for LocalConfined {
    fn open(&self, path: &[u8]) -> Result<Opened, StorageError> {
        if path.is_empty() {
            return opened(self.0.try_clone()?.into_std_file().into());
        }
        let flags = (OFlags::NOCTTY | OFlags::NONBLOCK).bits();
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.cast_signed());
        let path = Path::new(OsStr::from_bytes(path));
        match self.0.open_with(path, &options) {
            Ok(file) => opened(file.into_std().into()),
            Err(error) => Err(escape_or(error)),
        }
    }

    fn stat(
        &self,
        path: &[u8],
    ) -> Result<(EntryKind, Metadata), StorageError> {
        use cap_std::fs::{FileTypeExt as _, MetadataExt as _};
        let path = Path::new(OsStr::from_bytes(path));
        let facts = self.0.metadata(path).map_err(escape_or)?;
        let file_type = facts.file_type();
        let kind = if file_type.is_file() {
            EntryKind::File
        } else if file_type.is_dir() {
            EntryKind::Directory
        } else if file_type.is_fifo() {
            EntryKind::Fifo
        } else if file_type.is_socket() {
            EntryKind::Socket
        } else if file_type.is_block_device() {
            EntryKind::BlockDevice
        } else {
            EntryKind::CharacterDevice
        };
        let metadata = Metadata {
            kind,
            size: facts.size(),
            modified: Timestamp {
                seconds: facts.mtime(),
                nanoseconds: u32::try_from(facts.mtime_nsec()).unwrap_or(0),
            },
            changed: Timestamp {
                seconds: facts.ctime(),
                nanoseconds: u32::try_from(facts.ctime_nsec()).unwrap_or(0),
            },
            accessed: Some(Timestamp {
                seconds: facts.atime(),
                nanoseconds: u32::try_from(facts.atime_nsec()).unwrap_or(0),
            }),
            created: None,
            allocated: facts.blocks().saturating_mul(512),
            uid: facts.uid(),
            gid: facts.gid(),
            id: FileId { device: facts.dev(), inode: facts.ino() },
            links: u32::try_from(facts.nlink()).unwrap_or(u32::MAX),
            mode: facts.mode(),
            object: None,
        };
        Ok((kind, metadata))
    }
}

/// `cap-std` reports a path that leaves the root as a refused access; the
/// system's own refusal carries an error number.
fn escape_or(error: io::Error) -> StorageError {
    let escapes = error.kind() == io::ErrorKind::PermissionDenied
        && error.raw_os_error().is_none();
    let crosses = error.raw_os_error() == Some(Errno::XDEV.raw_os_error());
    if escapes || crosses {
        StorageError::Outside
    } else {
        StorageError::Io(error)
    }
}
