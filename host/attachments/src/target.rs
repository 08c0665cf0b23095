//! Where downloads go: beneath a directory, by handles, so that no path of a
//! manifest and no link leads out of it.

use std::{
    collections::HashMap,
    io,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay_names::OsStrExt as _;
use sanchay_storage::{
    Directory, EntryKind, Links, LocalStorage, Metadata, Opened, Storage as _,
    StorageError, TemporaryNames, create_beneath,
};
use sanchay_sync::lock;

use crate::{
    AttachmentError, Conflict, draft::Draft, plan::Wanted, reader::in_the_way,
};

/// How many directories are kept open.
const OPEN: usize = 128;

/// Directories that are open, by the names that lead to them.
type OpenDirectories = HashMap<Vec<Vec<u8>>, Arc<dyn Directory>>;

/// Goes down by names, and makes the directories that are missing. No link is
/// followed.
fn beneath<'n>(
    top: &dyn Directory,
    names: impl Iterator<Item = &'n [u8]>,
    shown: impl FnOnce() -> PathBuf,
) -> Result<Box<dyn Directory>, AttachmentError> {
    let made = create_beneath(top, names).map_err(|error| {
        let error = match error {
            StorageError::Link => in_the_way(),
            error => error,
        };
        AttachmentError::stored(shown(), "cannot make the directory")(error)
    })?;
    Ok(made.directory)
}

/// A directory that files are written beneath.
pub(crate) struct Target {
    pub(crate) path: PathBuf,
    root: Box<dyn Directory>,
    open: Mutex<OpenDirectories>,
    /// For files whose usual temporary name another run has.
    names: TemporaryNames,
}

impl Target {
    /// Opens a directory, and makes it if it is missing. If it lies within
    /// another one, no link beneath that is followed.
    pub(crate) fn open(
        path: &Path,
        within: Option<&Path>,
    ) -> Result<Self, AttachmentError> {
        if !path.is_absolute() {
            return Err(AttachmentError::Invalid(format!(
                "The provided root path is not an absolute path: {}",
                sanchay::escaped_path(path)
            )));
        }
        let is_name = |part| matches!(part, Component::Normal(_));
        let below = within.and_then(|it| path.strip_prefix(it).ok());
        let below = below.filter(|it| it.components().all(is_name));
        let (top, below) = match (within, below) {
            (Some(top), Some(below)) => (top, below),
            _ => (path, Path::new("")),
        };
        std::fs::create_dir_all(top)
            .map_err(AttachmentError::file(top, "cannot make"))?;
        let opened = LocalStorage::new().open(top);
        let opened =
            opened.map_err(AttachmentError::stored(top, "cannot open"))?;
        let Opened::Directory(top, _) = opened else {
            let source = io::ErrorKind::NotADirectory.into();
            return Err(AttachmentError::file(top, "cannot open")(source));
        };
        let names = below.iter().map(|name| name.as_bytes());
        let root = beneath(&*top, names, || path.to_owned())?;
        Ok(Self {
            path: path.to_owned(),
            root,
            open: Mutex::default(),
            names: TemporaryNames::new("download-"),
        })
    }

    /// How many bytes there is room for, if the system tells.
    pub(crate) fn free(&self) -> Option<u64> {
        self.root.file_system().ok()?.free
    }

    /// How many bytes a name may have, if the system tells.
    pub(crate) fn longest_name(&self) -> Option<u64> {
        self.root.file_system().ok()?.longest_name
    }

    /// The device that it is on.
    pub(crate) fn device(&self) -> Result<u64, AttachmentError> {
        let id = self.root.id();
        let id = id
            .map_err(AttachmentError::stored(&*self.path, "cannot look at"))?;
        Ok(id.device)
    }

    /// A directory beneath it, made if it is missing. No link is followed.
    pub(crate) fn directory(
        &self,
        names: &[Vec<u8>],
    ) -> Result<Arc<dyn Directory>, AttachmentError> {
        if let Some(open) = lock(&self.open).get(names) {
            return Ok(Arc::clone(open));
        }
        let way = names.iter().map(Vec::as_slice);
        let made = beneath(&*self.root, way, || self.shown(names))?;
        let made: Arc<dyn Directory> = made.into();
        let mut open = lock(&self.open);
        if open.len() >= OPEN {
            open.clear();
        }
        open.insert(names.to_vec(), Arc::clone(&made));
        Ok(made)
    }

    /// A path beneath it, for messages.
    pub(crate) fn shown(&self, names: &[Vec<u8>]) -> PathBuf {
        let names = names.iter().map(|name| std::ffi::OsStr::from_bytes(name));
        names.fold(self.path.clone(), |path, name| path.join(name))
    }

    /// The file that a name leads to, if it is a regular one.
    pub(crate) fn existing(
        directory: &dyn Directory,
        name: &[u8],
    ) -> Option<Metadata> {
        match directory.stat(name, Links::Follow) {
            Ok((EntryKind::File, metadata)) => Some(metadata),
            _ => None,
        }
    }

    /// Begins a file under a temporary name, or goes on with what an earlier
    /// run left of it.
    pub(crate) fn begin(
        &self,
        file: &Wanted,
    ) -> Result<Draft, AttachmentError> {
        let (way, name) = file.names();
        let path = self.shown(&way).join(std::ffi::OsStr::from_bytes(&name));
        let directory = self.directory(&way)?;
        let temporary = file.temporary();
        Draft::begin(path, directory, name, temporary, file.size, &self.names)
    }

    /// Makes a link that says `target`, in place of a link or if there is
    /// nothing; one that is to be kept stays.
    pub(crate) fn link(
        &self,
        names: &[Vec<u8>],
        target: &[u8],
        conflict: Conflict,
    ) -> Result<(), AttachmentError> {
        let path = self.shown(names);
        let Some((name, way)) = names.split_last() else { return Ok(()) };
        let directory = self.directory(way)?;
        let there = directory.stat(name, Links::Refuse);
        let replaced = match there {
            Ok(_) if conflict == Conflict::Skip => return Ok(()),
            Ok((EntryKind::Symlink, _)) => directory.remove_file(name),
            _ => Ok(()),
        };
        replaced
            .and_then(|()| directory.symlink(target, name))
            .map_err(AttachmentError::stored(path, "cannot make the link"))
    }
}
