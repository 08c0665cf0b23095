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

use super::handle::Kind;
use crate::{
    entry::{FileId, Metadata},
    error::Cause,
};
use sanchay_core::time::Timestamp;

/// The root of a walk, against which paths of several components resolve.
#[derive(Debug)]
pub(crate) struct Beneath(Dir);

impl Beneath {
    pub(crate) fn new(root: OwnedFd) -> Self {
        Self(Dir::from_std_file(File::from(root)))
    }

    /// Opens a directory or file beneath the root; links that stay beneath it
    /// are followed.
    pub(crate) fn open(&self, relative: &[u8]) -> Result<OwnedFd, Cause> {
        if relative.is_empty() {
            return Ok(self.0.try_clone()?.into_std_file().into());
        }
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(
            i32::try_from((OFlags::NOCTTY | OFlags::NONBLOCK).bits())
                .unwrap_or(0),
        );
        let path = Path::new(OsStr::from_bytes(relative));
        match self.0.open_with(path, &options) {
            Ok(file) => Ok(file.into_std().into()),
            Err(error) => Err(escape_or(error)),
        }
    }

    /// The kind and metadata of what a path beneath the root leads to.
    pub(crate) fn stat(
        &self,
        relative: &[u8],
    ) -> Result<(Kind, Metadata), Cause> {
        use cap_std::fs::{FileTypeExt as _, MetadataExt as _};
        let path = Path::new(OsStr::from_bytes(relative));
        let facts = self.0.metadata(path).map_err(escape_or)?;
        let file_type = facts.file_type();
        let kind = if file_type.is_file() {
            Kind::File
        } else if file_type.is_dir() {
            Kind::Directory
        } else if file_type.is_fifo() {
            Kind::Special("a FIFO")
        } else {
            Kind::Special("a special file")
        };
        let metadata = Metadata {
            size: facts.size(),
            modified: Timestamp {
                seconds: facts.mtime(),
                nanoseconds: u32::try_from(facts.mtime_nsec()).unwrap_or(0),
            },
            id: FileId { device: facts.dev(), inode: facts.ino() },
            links: u32::try_from(facts.nlink()).unwrap_or(u32::MAX),
            mode: facts.mode(),
        };
        Ok((kind, metadata))
    }
}

/// `cap-std` reports a path that leaves the root as a refused access; the
/// system's own refusal carries an error number.
fn escape_or(error: io::Error) -> Cause {
    let escapes = error.kind() == io::ErrorKind::PermissionDenied
        && error.raw_os_error().is_none();
    let crosses = error.raw_os_error() == Some(Errno::XDEV.raw_os_error());
    if escapes || crosses { Cause::OutsideRoot } else { Cause::Io(error) }
}
