//! One trash folder: what was thrown away, and what is known of it.

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay_core::trash_info::trash_info;
use sanchay_names::OsStrExt as _;
use sanchay_storage::{
    Directory, KindSet, Links, Listing, Metadata, Opened, Storage,
    StorageError,
};

/// What a trash is made with: it is its user's alone.
const PRIVATE: u32 = 0o700;

/// The suffix of the names of what is known.
const SUFFIX: &[u8] = b".trashinfo";

/// An open trash folder.
#[derive(Debug)]
pub(super) struct TrashFolder {
    files: Box<dyn Directory>,
    info: Box<dyn Directory>,
    path: PathBuf,
}

impl TrashFolder {
    /// Opens the trash in a directory, and makes what it lacks.
    pub(super) fn make(
        directory: &dyn Directory,
        path: PathBuf,
    ) -> Result<Arc<Self>, StorageError> {
        let files = enter(directory, b"files")?;
        let info = enter(directory, b"info")?;
        Ok(Arc::new(Self { files, info, path }))
    }

    /// Opens a trash that is there.
    pub(super) fn open(
        storage: &dyn Storage,
        path: &Path,
    ) -> Result<Self, StorageError> {
        let Opened::Directory(directory, _) = storage.open(path)? else {
            return Err(io::Error::from(io::ErrorKind::NotADirectory).into());
        };
        Self::within(&*directory, path.to_owned())
    }

    /// Opens the trash in a directory, if there is one.
    pub(super) fn within(
        directory: &dyn Directory,
        path: PathBuf,
    ) -> Result<Self, StorageError> {
        let files = directory.open_dir(b"files", Links::Refuse)?;
        let info = directory.open_dir(b"info", Links::Refuse)?;
        Ok(Self { files, info, path })
    }

    /// The names of what was thrown away.
    pub(super) fn names(&self) -> Result<HashSet<Vec<u8>>, StorageError> {
        let mut listing = Listing::new(KindSet::ALL, true, false);
        self.files.list(&mut listing)?;
        let names = (0..listing.len()).map(|at| listing.name(at).to_vec());
        Ok(names.collect())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts an entry in. What is known of it comes first, so that nothing is
    /// in the trash of which nobody knows where it was.
    pub(super) fn put(
        &self,
        from: &dyn Directory,
        name: &[u8],
        new_name: &[u8],
        path: &Path,
        deleted: &str,
    ) -> Result<(), StorageError> {
        let info = [new_name, SUFFIX].concat();
        let file = self.info.create_with(&info, 0o600)?;
        let text = trash_info(path.as_os_str().as_bytes(), deleted);
        let moved = file
            .write_all_at(&text, 0)
            .map_err(StorageError::from)
            .and_then(|()| from.rename(name, &*self.files, new_name));
        if moved.is_err() {
            // It is this run's own, and says of nothing where it was.
            let _ = self.info.remove_file(&info);
        }
        moved
    }

    /// What an entry is.
    pub(super) fn stat(&self, name: &[u8]) -> Result<Metadata, StorageError> {
        Ok(self.files.stat(name, Links::Refuse)?.1)
    }

    /// Takes an entry out.
    pub(super) fn take(
        &self,
        name: &[u8],
        to: &dyn Directory,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        self.files.rename(name, to, new_name)?;
        let info = [name, SUFFIX].concat();
        match self.info.remove_file(&info) {
            Err(error) if !error.is(io::ErrorKind::NotFound) => {
                tracing::debug!(%error, "what was known of it stays");
            }
            _ => {}
        }
        Ok(())
    }

    /// What an entry is now.
    pub(super) fn look(&self, name: &[u8]) -> Result<Metadata, StorageError> {
        Ok(self.files.stat(name, Links::Refuse)?.1)
    }
}

/// Opens a directory in another, made if it is missing. No link is followed.
pub(super) fn enter(
    directory: &dyn Directory,
    name: &[u8],
) -> Result<Box<dyn Directory>, StorageError> {
    match directory.create_dir(name, PRIVATE) {
        Err(error) if !error.is(io::ErrorKind::AlreadyExists) => Err(error),
        _ => directory.open_dir(name, Links::Refuse),
    }
}
