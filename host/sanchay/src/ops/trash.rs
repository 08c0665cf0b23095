//! The trash, as desktops have it: what is put into it can be put back, by this
//! program and by theirs.
//!
//! What is put into a trash is renamed, never copied, so it goes to a trash on
//! its own file system: the user's own, or one at the top of the file system,
//! where [`TrashKind`] says. Where none of these can be had, it goes to one
//! beneath the root that is worked on.

mod find;
mod recycle_bin;
mod trash_folder;

use std::{
    ffi::OsStr,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay_names::OsStrExt as _;
use sanchay_storage::{FileId, Links, Storage, StorageError};
use sanchay_sync::lock;
use sanchay_system::{accounts, host::HOME};

use self::{
    find::BENEATH,
    trash_folder::{Layout, Thrown, TrashFolder},
};
use super::copy::{Expected, Folder};
use crate::error::{Action, Cause, EntryError, Problem};

/// Which trash a desktop has, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrashKind {
    /// That of the Desktop Trash Specification of freedesktop.org:
    /// `$XDG_DATA_HOME/Trash`, and `.Trash/UID` or `.Trash-UID` at the top of
    /// other file systems.
    Freedesktop {
        /// The user's folder for data: `$XDG_DATA_HOME`, or `~/.local/share`.
        /// None where the user has no home.
        data_home: Option<PathBuf>,
        /// The user's number.
        user: u32,
    },
    /// That of macOS: `~/.Trash`, and `.Trashes/UID` at the top of other
    /// volumes, where the system made it.
    Apple {
        /// The user's home, if there is one.
        home: Option<PathBuf>,
        /// The user's number.
        user: u32,
    },
    /// The recycle bin of Windows: `$Recycle.Bin\USER` at the top of a volume
    /// that has bins.
    RecycleBin {
        /// The user's security identifier, as text.
        user: String,
    },
}

impl TrashKind {
    /// That of the user that this process runs as, by its environment.
    fn of_process() -> Option<Self> {
        if cfg!(windows) {
            let user = accounts::security_identifier()?;
            return Some(Self::RecycleBin { user });
        }
        let user = accounts::user()?;
        // The specification of base directories: a relative path is none.
        let absolute = |name: &str| {
            let path = std::env::var_os(name).map(PathBuf::from);
            path.filter(|path| path.is_absolute())
        };
        if cfg!(target_vendor = "apple") {
            return Some(Self::Apple { home: absolute(HOME), user });
        }
        let data_home = absolute("XDG_DATA_HOME")
            .or_else(|| absolute(HOME).map(|home| home.join(".local/share")));
        Some(Self::Freedesktop { data_home, user })
    }

    fn layout(&self) -> Layout {
        match self {
            Self::Freedesktop { .. } => Layout::Freedesktop,
            Self::Apple { .. } => Layout::Apple,
            Self::RecycleBin { .. } => Layout::RecycleBin,
        }
    }
}

/// Whose trash it is, and where that may be.
#[derive(Clone)]
pub struct TrashOptions {
    /// The trash of the user's desktop. Where there is none, what is thrown
    /// away stays beneath the root that is worked on.
    pub kind: Option<TrashKind>,
    /// What time it is, in the local zone, as `2026-01-31T12:00:00`.
    pub now: Arc<dyn Fn() -> String + Send + Sync>,
}

impl fmt::Debug for TrashOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrashOptions")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl TrashOptions {
    /// Those of the user that this process runs as, by its environment.
    #[must_use]
    pub fn of_process(
        now: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        Self { kind: TrashKind::of_process(), now: Arc::new(now) }
    }

    /// How a trash that is at a path keeps things: that beneath a root always
    /// does it as the specification has it.
    fn layout_of(&self, trash: &Path) -> Layout {
        let beneath = trash.file_name().is_some_and(|it| it == BENEATH);
        match &self.kind {
            Some(kind) if !beneath => kind.layout(),
            _ => Layout::Freedesktop,
        }
    }
}

/// Where something is in the trash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trashed {
    /// The trash: of freedesktop.org's, the folder that has `files` and `info`
    /// in it.
    pub trash: PathBuf,
    /// Its name there.
    pub name: Vec<u8>,
}

/// Moves things to the trash, and back.
#[derive(Debug)]
pub struct Trash {
    storage: Arc<dyn Storage>,
    options: TrashOptions,
    /// The folder that was last thrown away from, and its trash.
    last: Mutex<Option<Last>>,
}

#[derive(Clone, Debug)]
struct Last {
    folder: FileId,
    root: FileId,
    /// The folder's path, as the trash records it.
    path: PathBuf,
    trash: Arc<TrashFolder>,
}

/// Looks at what went to the trash: what somebody else had put in its place
/// right before that goes back.
fn confirm(
    last: &Last,
    trashed: Trashed,
    folder: &Folder,
    name: &[u8],
    expected: Option<Expected>,
) -> Result<Trashed, Cause> {
    let Some(expected) = expected else { return Ok(trashed) };
    if last.trash.stat(&trashed.name).map(|it| Expected::of(&it))? == expected
    {
        return Ok(trashed);
    }
    last.trash.take(&trashed.name, folder.directory(), name)?;
    Err(Problem::NotAsExpected.into())
}

impl Trash {
    /// The trashes of a user.
    #[must_use]
    pub fn new(storage: Arc<dyn Storage>, options: TrashOptions) -> Self {
        Self { storage, options, last: Mutex::default() }
    }

    /// Moves an entry to the trash, a directory with all that is in it.
    /// `root` is what is worked on, for where there is no other trash.
    ///
    /// # Errors
    /// Why it stays.
    pub fn put(
        &self,
        folder: &Folder,
        name: &[u8],
        root: &Folder,
        expected: Option<Expected>,
    ) -> Result<Trashed, EntryError> {
        self.try_put(folder, name, root, expected).map_err(|cause| {
            EntryError::new(folder.path_of(name), Action::Trash, cause)
        })
    }

    fn try_put(
        &self,
        folder: &Folder,
        name: &[u8],
        root: &Folder,
        expected: Option<Expected>,
    ) -> Result<Trashed, Cause> {
        if let Some(expected) = expected {
            let (_, now) = folder.directory().stat(name, Links::Refuse)?;
            if Expected::of(&now) != expected {
                return Err(Problem::NotAsExpected.into());
            }
        }
        let last = self.can_for(folder, root)?;
        match self.put_into(&last, folder, name) {
            // The trash is on another part of the same device.
            Err(error) if error.is(std::io::ErrorKind::CrossesDevices) => {
                let last = self.beneath(folder, root)?;
                let trashed = self.put_into(&last, folder, name)?;
                confirm(&last, trashed, folder, name, expected)
            }
            result => confirm(&last, result?, folder, name, expected),
        }
    }

    fn put_into(
        &self,
        last: &Last,
        folder: &Folder,
        name: &[u8],
    ) -> Result<Trashed, StorageError> {
        let path = last.path.join(as_path(name));
        let path = sanchay_names::with_slashes(path);
        let deleted = (self.options.now)();
        let new_name = last.trash.put(&Thrown {
            from: folder.directory(),
            name,
            path: &path,
            deleted: &deleted,
        })?;
        let trash = last.trash.path().to_owned();
        Ok(Trashed { trash, name: new_name })
    }

    /// Puts something back that is in the trash. Never replaces what is there.
    ///
    /// # Errors
    /// Why it stays in the trash.
    pub fn restore(
        &self,
        trashed: &Trashed,
        folder: &Folder,
        name: &[u8],
    ) -> Result<(), EntryError> {
        let restore = || -> Result<(), StorageError> {
            let trash = self.open(&trashed.trash)?;
            trash.take(&trashed.name, folder.directory(), name)
        };
        restore().map_err(|error| {
            let path = folder.path_of(name);
            EntryError::new(path, Action::Restore, error.into())
        })
    }

    /// Where in the trash something is that was in a folder under that name: for
    /// who was killed before it could be written down. Makes nothing.
    #[must_use]
    pub fn search(
        &self,
        folder: &Folder,
        name: &[u8],
        root: &Folder,
        id: FileId,
    ) -> Option<Trashed> {
        self.existing(folder, root).into_iter().find_map(|trash| {
            let name = trash.find(name, |it| it.id == id)?;
            Some(Trashed { trash: trash.path().to_owned(), name })
        })
    }

    /// What something in the trash is now.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn look(
        &self,
        trashed: &Trashed,
    ) -> Result<sanchay_storage::Metadata, StorageError> {
        self.open(&trashed.trash)?.stat(&trashed.name)
    }

    /// Opens a trash that is there.
    fn open(&self, path: &Path) -> Result<TrashFolder, StorageError> {
        TrashFolder::open(&*self.storage, path, self.options.layout_of(path))
    }

    /// The trash for what is in a folder.
    fn can_for(&self, folder: &Folder, root: &Folder) -> Result<Last, Cause> {
        let id = folder.directory().id()?;
        let root_id = root.directory().id()?;
        let mut last = lock(&self.last);
        if let Some(last) = &*last
            && (last.folder, last.root) == (id, root_id)
        {
            return Ok(last.clone());
        }
        let found = self.find(folder, root)?;
        *last = Some(found.clone());
        Ok(found)
    }
}

/// A name as a path.
fn as_path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}
