//! Directories that a copy reads from and writes to: open, and found again
//! later without keeping all of them open.

use std::{
    ffi::OsStr,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use sanchay_names::OsStrExt as _;
use sanchay_storage::{
    Directory, Links, Opened, Storage, StorageError, create_beneath,
};

/// The extended attribute that holds the access control list that new entries
/// of a directory get.
pub(super) const DEFAULT_ACL: &[u8] = b"system.posix_acl_default";

/// An open directory, which knows how it was reached.
#[derive(Debug)]
pub struct Folder {
    place: Place,
    directory: Arc<dyn Directory>,
    path: PathBuf,
    /// Whether new entries get an access control list of their own.
    passes_acl: OnceLock<bool>,
}

/// Where a directory is: an open one above it, and the names from there.
#[derive(Clone)]
pub(super) struct Place {
    above: Arc<dyn Directory>,
    /// The names, with slashes between or behind them.
    names: Arc<[u8]>,
}

impl Folder {
    /// Opens what a path that the user named leads to.
    ///
    /// # Errors
    /// Why it cannot be opened, or is no directory.
    pub fn open(
        storage: &dyn Storage,
        path: &Path,
    ) -> Result<Arc<Self>, StorageError> {
        match storage.open(path)? {
            Opened::Directory(directory, _) => {
                Ok(Self::new(directory.into(), path.to_owned()))
            }
            _ => {
                Err(std::io::Error::from(std::io::ErrorKind::NotADirectory)
                    .into())
            }
        }
    }

    /// A directory that is open already, with its path for messages.
    #[must_use]
    pub fn new(directory: Arc<dyn Directory>, path: PathBuf) -> Arc<Self> {
        let above = Arc::clone(&directory);
        let place = Place { above, names: Arc::from([]) };
        let passes_acl = OnceLock::new();
        Arc::new(Self { place, directory, path, passes_acl })
    }

    /// The same for one that can be found again beneath another: by its path
    /// from there, which is empty for the other itself.
    pub(in crate::ops) fn beneath(
        above: Arc<dyn Directory>,
        below: &[u8],
        directory: Arc<dyn Directory>,
        path: PathBuf,
    ) -> Arc<Self> {
        let place = Place { above, names: Arc::from(below) };
        let passes_acl = OnceLock::new();
        Arc::new(Self { place, directory, path, passes_acl })
    }

    /// Opens a directory in it. No link is followed.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn enter(&self, name: &[u8]) -> Result<Arc<Self>, StorageError> {
        let directory = self.directory.open_dir(name, Links::Refuse)?;
        Ok(self.below([name], directory.into()))
    }

    /// Goes down to a directory beneath it, and creates those that are
    /// missing. No link is followed.
    ///
    /// # Errors
    /// Why one of them can be neither opened nor created.
    pub fn create(&self, names: &[&[u8]]) -> Result<Arc<Self>, StorageError> {
        let names = names.iter().copied();
        let descent = create_beneath(&*self.directory, names.clone())?;
        Ok(self.below(names, descent.directory.into()))
    }

    fn below<'n>(
        &self,
        names: impl IntoIterator<Item = &'n [u8]>,
        directory: Arc<dyn Directory>,
    ) -> Arc<Self> {
        let mut path = self.path.clone();
        let mut all = self.place.names.to_vec();
        for name in names {
            path.push(OsStr::from_bytes(name));
            all.extend_from_slice(name);
            all.push(b'/');
        }
        let above = Arc::clone(&self.place.above);
        let place = Place { above, names: all.into() };
        let passes_acl = OnceLock::new();
        Arc::new(Self { place, directory, path, passes_acl })
    }

    /// The open directory.
    #[must_use]
    pub fn directory(&self) -> &dyn Directory {
        &*self.directory
    }

    /// Its path, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its path as the system has it by now, where that is told: it may have
    /// got another since it was opened.
    pub(in crate::ops) fn path_now(&self) -> PathBuf {
        let file = self.directory.as_file().ok();
        let file = file.and_then(sanchay_storage::File::into_local);
        let now = file.and_then(|file| sanchay_system::files::path_of(&file));
        now.filter(|it| it.is_absolute()).unwrap_or_else(|| self.path.clone())
    }

    /// The path of an entry, for messages.
    #[must_use]
    pub fn path_of(&self, name: &[u8]) -> PathBuf {
        self.path.join(OsStr::from_bytes(name))
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Whether new entries get an access control list of their own.
    pub(super) fn passes_acl(&self) -> bool {
        *self.passes_acl.get_or_init(|| {
            let file = self.directory.as_file();
            let found = file.ok().and_then(|it| it.extended_attributes().ok());
            let found = found.unwrap_or_default();
            found.iter().any(|attribute| attribute.name == DEFAULT_ACL)
        })
    }
}

/// Opens a directory that a user named, and creates it if it is missing: that
/// above it has to be there.
pub(super) fn open_or_create(
    storage: &dyn Storage,
    path: &Path,
) -> Result<Arc<Folder>, StorageError> {
    match Folder::open(storage, path) {
        Err(error) if error.is(std::io::ErrorKind::NotFound) => {
            let (Some(above), Some(name)) = (path.parent(), path.file_name())
            else {
                return Err(error);
            };
            let above = Folder::open(storage, above)?;
            let made = above.create(&[name.as_bytes()])?;
            // What is missing is created, but no link is taken for it.
            Ok(Folder::new(Arc::clone(&made.directory), path.to_owned()))
        }
        opened => opened,
    }
}

impl Place {
    /// Opens the directory again. No link is followed.
    pub(super) fn open(&self) -> Result<Arc<dyn Directory>, StorageError> {
        let names: Vec<&[u8]> = self
            .names
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty())
            .collect();
        if names.is_empty() {
            return Ok(Arc::clone(&self.above));
        }
        if let Some(directory) = self.above.open_descendant(&names) {
            return Ok(directory.into());
        }
        let mut at: Option<Box<dyn Directory>> = None;
        for name in names {
            let above = at.as_deref().unwrap_or(&*self.above);
            at = Some(above.open_dir(name, Links::Refuse)?);
        }
        Ok(at.map_or_else(|| Arc::clone(&self.above), Arc::from))
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place")
            .field(&String::from_utf8_lossy(&self.names))
            .finish()
    }
}
