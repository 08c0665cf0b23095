//! The directory that relative paths are taken from. A run that begins later
//! than it was asked for holds the one of that time, so that a `chdir` in
//! between changes nothing.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::system::Place;

/// A directory that relative paths are taken from. Clones share it.
///
/// ```
/// use sanchay_storage::{LocalStorage, WorkingDirectory};
///
/// let here = WorkingDirectory::current()?;
/// let storage = LocalStorage::from_directory(here);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct WorkingDirectory(Arc<Place>);

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
        Ok(Self(Arc::new(Place::at(path)?)))
    }

    /// Whether the process has the same one now.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.0.is_current()
    }

    /// A path with that of this directory before it, if it is relative and
    /// there is one.
    pub(super) fn absolute(from: Option<&Self>, path: &Path) -> PathBuf {
        let own = from.and_then(|from| from.0.path().ok());
        own.map_or_else(|| path.to_owned(), |own| own.join(path))
    }

    /// As the system has it.
    #[cfg(unix)]
    pub(super) fn place(&self) -> &Place {
        &self.0
    }
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
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let root = WorkingDirectory::at(&folder).unwrap();
        let path = WorkingDirectory::absolute(Some(&root), Path::new("x"));
        assert_eq!(path, folder.join("x"));
    }
}
