//! The directory that relative paths are taken from. A run that begins later
//! than it was asked for holds the one of that time open, so that a `chdir`
//! in between changes nothing.

use std::{
    io,
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::fs::{CWD, Mode, OFlags, fstat, open, stat};

/// A directory that relative paths are taken from. Clones share one handle.
///
/// ```
/// use sanchay_storage::{LocalStorage, WorkingDirectory};
///
/// let here = WorkingDirectory::current()?;
/// let storage = LocalStorage::from_directory(here);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct WorkingDirectory(Arc<OwnedFd>);

impl WorkingDirectory {
    /// The one that the process has now.
    ///
    /// # Errors
    /// What the system says where it cannot be opened: for want of
    /// descriptors, or because it may not be searched.
    pub fn current() -> io::Result<Self> {
        Self::at(Path::new("."))
    }

    /// The one at a path.
    ///
    /// # Errors
    /// What the system says where it cannot be opened.
    pub fn at(path: &Path) -> io::Result<Self> {
        // It need not be readable where the system knows a handle without
        // that.
        #[cfg(target_os = "linux")]
        let access = OFlags::PATH;
        #[cfg(not(target_os = "linux"))]
        let access = OFlags::RDONLY;
        let flags = access | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(Arc::new(open(path, flags, Mode::empty())?)))
    }

    /// Whether the process has the same one now.
    #[must_use]
    pub fn is_current(&self) -> bool {
        match (fstat(&self.0), stat(".")) {
            (Ok(this), Ok(now)) => {
                (this.st_dev, this.st_ino) == (now.st_dev, now.st_ino)
            }
            _ => false,
        }
    }

    /// A path with that of this directory before it, if it is relative and
    /// there is one.
    pub(super) fn absolute(from: Option<&Self>, path: &Path) -> PathBuf {
        let own = from.and_then(|from| from.path().ok());
        own.map_or_else(|| path.to_owned(), |own| own.join(path))
    }

    #[cfg(target_os = "linux")]
    fn path(&self) -> io::Result<PathBuf> {
        use std::os::fd::AsRawFd as _;
        let handle = self.0.as_raw_fd();
        std::fs::read_link(format!("/proc/self/fd/{handle}"))
    }

    #[cfg(target_vendor = "apple")]
    fn path(&self) -> io::Result<PathBuf> {
        use std::os::unix::ffi::OsStringExt as _;
        let path = rustix::fs::getpath(&self.0)?.into_bytes();
        Ok(std::ffi::OsString::from_vec(path).into())
    }

    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    fn path(&self) -> io::Result<PathBuf> {
        std::env::current_dir()
    }
}

/// What relative paths are opened from: what the process has at the moment
/// where nothing else is asked for.
pub(super) fn directory_of(
    given: Option<&WorkingDirectory>,
) -> BorrowedFd<'_> {
    given.map_or(CWD, |directory| directory.0.as_fd())
}

#[cfg(test)]
mod tests {
    use super::WorkingDirectory;
    use std::path::Path;

    #[test]
    fn another_directory_is_not_the_current_one() {
        assert!(WorkingDirectory::current().unwrap().is_current());
        assert!(!WorkingDirectory::at(Path::new("/")).unwrap().is_current());
    }

    #[test]
    fn relative_paths_are_taken_from_it() {
        let root = WorkingDirectory::at(Path::new("/usr")).unwrap();
        let path = WorkingDirectory::absolute(Some(&root), Path::new("x"));
        assert_eq!(path, Path::new("/usr/x"));
    }
}
