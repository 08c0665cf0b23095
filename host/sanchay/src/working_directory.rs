//! The directory that relative paths are taken from. A run that begins later
//! than it was asked for holds the one of that time open, so that a `chdir`
//! in between changes nothing.

use std::{
    io,
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, fstat, open, stat, statat,
};

/// A directory that relative paths are taken from. Clones share one handle.
///
/// ```
/// use sanchay::{WalkOptions, WorkingDirectory};
///
/// let options = WalkOptions {
///     working_directory: Some(WorkingDirectory::current()?),
///     ..WalkOptions::default()
/// };
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
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
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

    /// The size in bytes of the regular file that a path leads to, from the
    /// process's own directory where there is no other; `None` where it leads
    /// to something else.
    ///
    /// # Errors
    /// What the system says where it leads nowhere.
    pub fn file_size(
        from: Option<&Self>,
        path: &Path,
    ) -> io::Result<Option<u64>> {
        let found = statat(directory_of(from), path, AtFlags::empty())?;
        let kind = FileType::from_raw_mode(found.st_mode);
        let size = u64::try_from(found.st_size).ok();
        Ok(size.filter(|_| kind == FileType::RegularFile))
    }
}

impl WorkingDirectory {
    /// A path with that of this directory before it, if it is relative and
    /// there is one.
    pub(crate) fn absolute(from: Option<&Self>, path: &Path) -> PathBuf {
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
pub(crate) fn directory_of(
    given: Option<&WorkingDirectory>,
) -> BorrowedFd<'_> {
    given.map_or(CWD, |directory| directory.0.as_fd())
}

#[cfg(test)]
mod tests {
    use super::WorkingDirectory;
    use std::path::Path;

    #[test]
    fn only_regular_files_have_a_size() {
        let here = WorkingDirectory::current().unwrap();
        assert!(here.is_current());
        let size = |path| {
            let path = Path::new(path);
            let size = WorkingDirectory::file_size(Some(&here), path).ok();
            let same = WorkingDirectory::file_size(None, path).ok();
            assert_eq!(size, same);
            size
        };
        let expected = std::fs::metadata("Cargo.toml").unwrap().len();
        assert_eq!(size("Cargo.toml"), Some(Some(expected)));
        assert_eq!(size("src"), Some(None));
        assert_eq!(size("missing"), None);
        assert_eq!(size("/dev/null"), Some(None));
    }
}
