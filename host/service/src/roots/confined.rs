//! A storage that has the roots and nothing else: what the engine opens by a
//! path, it opens here from the handle of a root, and no link on the way is
//! followed. A folder that is replaced by a link while a job waits is an error
//! of the job.

use std::{
    io,
    path::{Path, PathBuf},
};

use sanchay::{
    EntryKind, FileId, Metadata, Storage, StorageError,
    storage::{Directory, Links, Opened},
};
use sanchay_names::OsStrExt as _;

use super::{Root, Roots};

/// A folder, and the name of an entry in it; no name for a root itself.
type Entry<'p> = (Box<dyn Directory>, Option<&'p [u8]>);

/// The roots as a storage.
#[derive(Clone, Debug)]
pub(crate) struct ConfinedStorage(Roots);

impl ConfinedStorage {
    pub(crate) fn new(roots: Roots) -> Self {
        Self(roots)
    }

    /// The root that has a path, and the names that lead down to it.
    fn place<'p>(
        &self,
        path: &'p Path,
    ) -> Result<(&Root, Vec<&'p [u8]>), StorageError> {
        let found = self.0.containing(path).ok_or(StorageError::Outside)?;
        let (root, rest) = found;
        let names: Vec<&[u8]> = rest
            .as_os_str()
            .as_bytes()
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty() && *name != b".")
            .collect();
        match names.contains(&&b".."[..]) {
            true => Err(StorageError::Outside),
            false => Ok((root, names)),
        }
    }

    /// The folder that an entry is in, and its name there; no name for a root
    /// itself.
    fn parent<'p>(&self, path: &'p Path) -> Result<Entry<'p>, StorageError> {
        let (root, mut names) = self.place(path)?;
        let name = names.pop();
        Ok((root.descend(names.into_iter())?, name))
    }
}

impl Storage for ConfinedStorage {
    fn open(&self, path: &Path) -> Result<Opened, StorageError> {
        let (folder, name) = self.parent(path)?;
        let Some(name) = name else {
            let id = folder.id()?;
            return Ok(Opened::Directory(folder, id));
        };
        match folder.stat(name, Links::Refuse)?.0 {
            EntryKind::Directory => {
                let folder = folder.open_dir(name, Links::Refuse)?;
                let id = folder.id()?;
                Ok(Opened::Directory(folder, id))
            }
            EntryKind::Symlink => Err(StorageError::Link),
            _ => {
                let (file, metadata) =
                    folder.open_file(name, Links::Refuse)?;
                Ok(Opened::File(file, metadata))
            }
        }
    }

    fn stat(
        &self,
        path: &Path,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let (folder, name) = self.parent(path)?;
        match name {
            Some(name) => folder.stat(name, Links::Refuse),
            None => {
                let metadata = folder.as_file()?.metadata()?;
                Ok((EntryKind::Directory, metadata))
            }
        }
    }

    fn locate(&self, path: &Path) -> Result<(FileId, Vec<u8>), StorageError> {
        let (folder, name) = self.parent(path)?;
        match name {
            Some(name) => Ok((folder.id()?, name.to_vec())),
            // What is above a root is nobody's business.
            None => Err(io::Error::from(io::ErrorKind::InvalidInput).into()),
        }
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, StorageError> {
        let (root, names) = self.place(path)?;
        let mut whole = root.path.clone();
        for name in names {
            whole.push(std::ffi::OsStr::from_bytes(name));
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use sanchay::{Engine, Storage as _};

    use crate::roots::Roots;

    #[test]
    fn an_engine_walks_the_roots_and_nothing_that_a_link_leads_to() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(path.join("sub")).unwrap();
        fs::write(path.join("sub/file"), "x").unwrap();
        symlink(outside.path(), path.join("away")).unwrap();
        let roots = Roots::open(std::slice::from_ref(&path)).unwrap();
        let engine = Engine::builder().threads(1).build().unwrap();
        let found = |root: &std::path::Path| -> Vec<_> {
            let request = engine.scan([root]).storage(roots.storage());
            let files = request.start().unwrap();
            files.map(|it| it.ok().map(|it| it.into_path())).collect()
        };
        let file = path.join("sub/file");
        assert_eq!(found(&path), [Some(file.clone())]);
        assert_eq!(found(&file), [Some(file)]);
        for other in [
            outside.path().to_owned(),
            path.join("away"),
            path.join("away/secret"),
            path.join("sub/../../x"),
        ] {
            assert_eq!(found(&other), [None], "{other:?}");
            assert!(roots.storage().open(&other).is_err());
        }
    }
}
