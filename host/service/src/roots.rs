//! The folders that the service may look at. Each is opened once, when it
//! starts; whatever a request names is opened from there, name by name.

mod confined;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::{
    EntryKind, KindSet, LocalStorage, Metadata, Storage as _,
    storage::{Directory, File, Links, Listing, Opened, StorageError},
};
use sanchay_names::{OsStrExt as _, OsStringExt as _};
use xxhash_rust::xxh3::xxh3_64;

pub(crate) use self::confined::ConfinedStorage;
use crate::{
    below::{Below, outside},
    error::ServiceError,
    problem::Problem,
};

/// A root.
#[derive(Debug)]
pub(crate) struct Root {
    /// What requests name it by; the same after each start.
    pub(crate) id: String,
    /// Where it is: absolute, and without links.
    pub(crate) path: PathBuf,
    directory: Box<dyn Directory>,
}

/// All roots.
#[derive(Clone, Debug)]
pub(crate) struct Roots(Arc<Vec<Root>>);

/// A folder within a folder.
pub(crate) struct Folder {
    pub(crate) name: Vec<u8>,
    /// Whether there are folders in it, as far as that is known without a
    /// look.
    pub(crate) has_folders: bool,
}

impl Roots {
    /// Opens the roots.
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self, ServiceError> {
        let mut all: Vec<Root> = Vec::new();
        for path in paths {
            let root = open(path)?;
            if all.iter().all(|it| it.path != root.path) {
                all.push(root);
            }
        }
        match all.is_empty() {
            true => Err(ServiceError::NoRoot),
            false => Ok(Self(Arc::new(all))),
        }
    }

    /// Them, in the order in which they were given.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Root> {
        self.0.iter()
    }

    /// The root of that name.
    ///
    /// # Errors
    /// 404 where there is none.
    pub(crate) fn find(&self, id: &str) -> Result<&Root, Problem> {
        self.iter().find(|root| root.id == id).ok_or_else(|| {
            Problem::not_found(
                "There is no root of that name; GET /api/v1/roots lists them.",
            )
        })
    }

    /// The storage that has these roots, and nothing else.
    pub(crate) fn storage(&self) -> Arc<ConfinedStorage> {
        Arc::new(ConfinedStorage::new(self.clone()))
    }

    /// The root that an absolute path lies in, and the way down from there.
    pub(crate) fn containing<'p>(
        &self,
        path: &'p Path,
    ) -> Option<(&Root, &'p Path)> {
        let among = self.iter().filter_map(|root| {
            Some((root, path.strip_prefix(&root.path).ok()?))
        });
        // The innermost, where one lies in another.
        among.max_by_key(|(root, _)| root.path.as_os_str().len())
    }
}

impl Root {
    /// Where a path below it is.
    pub(crate) fn join(&self, below: &Below) -> PathBuf {
        match below.as_bytes() {
            b"" => self.path.clone(),
            bytes => {
                let rest = std::ffi::OsString::from_vec(bytes.to_vec());
                self.path.join(rest)
            }
        }
    }

    /// Opens a folder below it.
    ///
    /// # Errors
    /// 404 for whatever is no folder that names lead down to.
    pub(crate) fn folder(
        &self,
        below: &Below,
    ) -> Result<Box<dyn Directory>, Problem> {
        self.descend(below.names()).map_err(|error| refused(&error, below))
    }

    /// Opens a regular file below it.
    ///
    /// # Errors
    /// 404 for whatever is no file that names lead down to.
    pub(crate) fn file(
        &self,
        below: &Below,
    ) -> Result<(File, Metadata), Problem> {
        let mut names: Vec<&[u8]> = below.names().collect();
        let name = names.pop().ok_or_else(outside)?;
        let opened = self
            .descend(names.into_iter())
            .and_then(|folder| folder.open_file(name, Links::Refuse));
        opened.map_err(|error| refused(&error, below))
    }

    /// Whether there is anything of that path.
    ///
    /// # Errors
    /// As [`Self::folder`], for the folder that it would be in.
    pub(crate) fn is_there(&self, below: &Below) -> Result<bool, Problem> {
        let mut names: Vec<&[u8]> = below.names().collect();
        let Some(name) = names.pop() else { return Ok(true) };
        let found = self
            .descend(names.into_iter())
            .and_then(|folder| folder.stat(name, Links::Refuse));
        match found {
            Ok(_) => Ok(true),
            Err(error) if error.is(std::io::ErrorKind::NotFound) => Ok(false),
            Err(error) => Err(refused(&error, below)),
        }
    }

    fn descend<'n>(
        &self,
        names: impl Iterator<Item = &'n [u8]>,
    ) -> Result<Box<dyn Directory>, StorageError> {
        let mut folder = self.directory.try_clone()?;
        for name in names {
            folder = folder.open_dir(name, Links::Refuse)?;
        }
        Ok(folder)
    }

    /// The folders in a folder, by name.
    ///
    /// # Errors
    /// As [`Self::folder`], and what listing it failed with.
    pub(crate) fn folders(
        &self,
        below: &Below,
    ) -> Result<Vec<Folder>, Problem> {
        let folder = self.folder(below)?;
        let kinds = KindSet::default().with(EntryKind::Directory);
        let mut listing = Listing::new(kinds, false, false);
        folder.list(&mut listing).map_err(|error| refused(&error, below))?;
        let mut all = Vec::new();
        for index in 0..listing.len() {
            let name = listing.name(index);
            let Ok((kind, metadata)) = folder.stat(name, Links::Refuse) else {
                continue;
            };
            if kind == EntryKind::Directory {
                // Each folder in it is a link to it, but on file systems that
                // do not count them and say 1.
                let has_folders = metadata.links != 2;
                all.push(Folder { name: name.to_vec(), has_folders });
            }
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// Its bytes: how many there are on its file system, how many are free;
    /// and whether it can be written to.
    pub(crate) fn space(&self) -> Option<(u64, u64, bool)> {
        let found = self.directory.file_system().ok()?;
        Some((found.size?, found.free?, !found.read_only))
    }
}

fn open(path: &Path) -> Result<Root, ServiceError> {
    let wrong = |why: String| ServiceError::Root { path: path.into(), why };
    let whole = fs::canonicalize(path)
        .map_err(|error| wrong(sanchay::describe_io_error(&error)))?;
    let whole = sanchay_names::with_slashes(whole);
    match LocalStorage::new().open(&whole) {
        Ok(Opened::Directory(directory, _)) => {
            let hash = xxh3_64(whole.as_os_str().as_bytes());
            let id = format!("r{hash:016x}");
            Ok(Root { id, path: whole, directory })
        }
        Ok(_) => Err(wrong("it is no folder".to_owned())),
        Err(error) => Err(wrong(error.to_string())),
    }
}

/// What a request is told of something that cannot be opened. What is outside
/// looks like what is not there; the log tells them apart.
fn refused(error: &StorageError, below: &Below) -> Problem {
    let shown = sanchay::escaped(below.as_bytes()).to_string();
    match error {
        StorageError::Link | StorageError::Outside => {
            tracing::warn!(path = shown, "a link, which is not followed");
        }
        _ => tracing::debug!(path = shown, %error, "cannot be opened"),
    }
    match error {
        StorageError::Io(error)
            if error.kind() == std::io::ErrorKind::PermissionDenied =>
        {
            Problem::forbidden("The service itself may not read that.")
        }
        _ => outside(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn below(path: &str) -> Below {
        Below::new(path.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn what_lies_outside_or_behind_a_link_is_not_there() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/f"), "x").unwrap();
        symlink(outside.path(), folder.path().join("link")).unwrap();
        symlink("a", folder.path().join("inner")).unwrap();
        let roots = Roots::open(&[folder.path().to_owned()]).unwrap();
        let root = roots.iter().next().unwrap();
        let names = |path: &str| {
            let all = root.folders(&below(path)).map_err(|it| it.status())?;
            Ok::<_, http::StatusCode>(
                all.into_iter()
                    .map(|it| String::from_utf8(it.name).unwrap())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(names("").unwrap(), ["a"]);
        assert_eq!(names("a").unwrap(), ["b"]);
        for path in ["link", "inner", "a/f", "none", "link/secret"] {
            assert_eq!(names(path).unwrap_err(), 404, "{path}");
        }
        assert!(root.file(&below("a/f")).is_ok());
        for path in ["link/secret", "inner/f", "a", "a/b", ""] {
            let problem = root.file(&below(path)).unwrap_err();
            assert_eq!(problem.status(), 404, "{path}");
        }
    }

    #[test]
    fn a_root_that_is_replaced_stays_the_folder_that_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("root");
        fs::create_dir_all(place.join("mine")).unwrap();
        let roots = Roots::open(std::slice::from_ref(&place)).unwrap();
        fs::rename(&place, folder.path().join("moved")).unwrap();
        fs::create_dir_all(place.join("theirs")).unwrap();
        let root = roots.iter().next().unwrap();
        let found = root.folders(&Below::default()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, b"mine");
    }

    #[test]
    fn a_root_has_the_same_name_after_each_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = [folder.path().to_owned(), folder.path().join(".")];
        let [a, b] = [&path, &path].map(|it| Roots::open(it).unwrap());
        assert_eq!(a.iter().count(), 1);
        let id = |roots: &Roots| roots.iter().next().unwrap().id.clone();
        assert_eq!(id(&a), id(&b));
        assert!(a.find(&id(&a)).is_ok() && a.find("r1").is_err());
        assert!(Roots::open(&[]).is_err());
        assert!(Roots::open(&[folder.path().join("none")]).is_err());
    }
}
