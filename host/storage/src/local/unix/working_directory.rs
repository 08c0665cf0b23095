//! The directory that relative paths are taken from: a handle of it.

use std::{
    io,
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, Mode, OFlags, fstat, open, stat};

use crate::WorkingDirectory;

/// A directory that is held open.
#[derive(Debug)]
pub(crate) struct Place(OwnedFd);

impl Place {
    /// The one at a path.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        // It need not be readable where the system knows a handle without
        // that.
        #[cfg(target_os = "linux")]
        let access = OFlags::PATH;
        #[cfg(not(target_os = "linux"))]
        let access = OFlags::RDONLY;
        let flags = access | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(open(path, flags, Mode::empty())?))
    }

    /// Whether the process has the same one now.
    pub(crate) fn is_current(&self) -> bool {
        match (fstat(&self.0), stat(".")) {
            (Ok(this), Ok(now)) => {
                (this.st_dev, this.st_ino) == (now.st_dev, now.st_ino)
            }
            _ => false,
        }
    }

    /// Where it is now.
    #[cfg(target_os = "linux")]
    pub(crate) fn path(&self) -> io::Result<PathBuf> {
        use std::os::fd::AsRawFd as _;
        let handle = self.0.as_raw_fd();
        std::fs::read_link(format!("/proc/self/fd/{handle}"))
    }

    #[cfg(target_vendor = "apple")]
    pub(crate) fn path(&self) -> io::Result<PathBuf> {
        use std::os::unix::ffi::OsStringExt as _;
        let path = rustix::fs::getpath(&self.0)?.into_bytes();
        Ok(std::ffi::OsString::from_vec(path).into())
    }

    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    pub(crate) fn path(&self) -> io::Result<PathBuf> {
        std::env::current_dir()
    }
}

/// What relative paths are opened from: what the process has at the moment
/// where nothing else is asked for.
pub(super) fn directory_of(
    given: Option<&WorkingDirectory>,
) -> BorrowedFd<'_> {
    given.map_or(CWD, |directory| directory.place().0.as_fd())
}
