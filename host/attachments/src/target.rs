//! Where downloads go: beneath a directory, by handles, so that no path of a
//! manifest and no link leads out of it.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use sanchay_core::attachments::copy_name;
use sanchay_storage::{
    Attributes, Directory, EntryKind, File, Links, LocalStorage, Metadata,
    Opened, Storage as _, StorageError, Timestamp, create_beneath,
};
use sanchay_sync::lock;

use crate::{AttachmentError, Conflict};

/// How many directories are kept open.
const OPEN: usize = 128;

/// How many names of copies are tried.
const MOST_COPIES: u64 = 1_000_000;

/// Directories that are open, by the names that lead to them.
type OpenDirectories = HashMap<Vec<Vec<u8>>, Arc<dyn Directory>>;

/// A directory that files are written beneath.
pub(crate) struct Target {
    pub(crate) path: PathBuf,
    root: Box<dyn Directory>,
    open: Mutex<OpenDirectories>,
    /// Distinguishes temporary names.
    mark: u64,
    count: AtomicU64,
}

impl Target {
    /// Opens a directory, and makes it if it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, AttachmentError> {
        if !path.is_absolute() {
            return Err(AttachmentError::Invalid(format!(
                "The provided root path is not an absolute path: {}",
                path.display()
            )));
        }
        std::fs::create_dir_all(path)
            .map_err(AttachmentError::file(path, "cannot make"))?;
        let opened = LocalStorage::new().open(path);
        let opened =
            opened.map_err(AttachmentError::stored(path, "cannot open"))?;
        let Opened::Directory(root, _) = opened else {
            let source = io::ErrorKind::NotADirectory.into();
            return Err(AttachmentError::file(path, "cannot open")(source));
        };
        let mut mark = [0; 8];
        getrandom::fill(&mut mark).ok();
        Ok(Self {
            path: path.to_owned(),
            root,
            open: Mutex::default(),
            mark: u64::from_ne_bytes(mark),
            count: AtomicU64::new(0),
        })
    }

    /// How many bytes there is room for, if the system tells.
    pub(crate) fn free(&self) -> Option<u64> {
        self.root.file_system().ok()?.free
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
        let made = create_beneath(&*self.root, way).map_err(|error| {
            let what = "cannot make the directory";
            let path = self.shown(names);
            match error {
                StorageError::Link => AttachmentError::file(path, what)(
                    io::Error::other("a symbolic link is in the way"),
                ),
                error => AttachmentError::stored(path, what)(error),
            }
        })?;
        let made: Arc<dyn Directory> = made.directory.into();
        let mut open = lock(&self.open);
        if open.len() >= OPEN {
            open.clear();
        }
        open.insert(names.to_vec(), Arc::clone(&made));
        Ok(made)
    }

    /// A path beneath it, for messages.
    pub(crate) fn shown(&self, names: &[Vec<u8>]) -> PathBuf {
        let names = names.iter().map(|name| {
            use std::os::unix::ffi::OsStrExt as _;
            std::ffi::OsStr::from_bytes(name)
        });
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

    /// Begins a file, under a temporary name.
    pub(crate) fn begin(
        &self,
        names: &[Vec<u8>],
    ) -> Result<Draft, AttachmentError> {
        let path = self.shown(names);
        let (name, way) = names.split_last().ok_or_else(|| {
            let why = "an entry without a name".to_owned();
            AttachmentError::Manifest(why)
        })?;
        let directory = self.directory(way)?;
        let number = self.count.fetch_add(1, Relaxed);
        let temporary =
            format!(".sanchay-{:016x}-{number}.part", self.mark).into_bytes();
        let file = directory
            .create(&temporary)
            .map_err(AttachmentError::stored(&path, "cannot create"))?;
        let name = name.clone();
        Ok(Draft { path, directory, name, temporary: Some(temporary), file })
    }

    /// Makes a link that says `target`, in place of a link or if there is
    /// nothing.
    pub(crate) fn link(
        &self,
        names: &[Vec<u8>],
        target: &[u8],
    ) -> Result<(), AttachmentError> {
        let path = self.shown(names);
        let Some((name, way)) = names.split_last() else { return Ok(()) };
        let directory = self.directory(way)?;
        let is_link = matches!(
            directory.stat(name, Links::Refuse),
            Ok((EntryKind::Symlink, _))
        );
        let replaced = match is_link {
            true => directory.remove_file(name),
            false => Ok(()),
        };
        replaced
            .and_then(|()| directory.symlink(target, name))
            .map_err(AttachmentError::stored(path, "cannot make the link"))
    }
}

/// A file that is written under a temporary name, which is removed unless the
/// file is finished.
pub(crate) struct Draft {
    path: PathBuf,
    directory: Arc<dyn Directory>,
    name: Vec<u8>,
    temporary: Option<Vec<u8>>,
    file: File,
}

/// What became of a file that was finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// It has its name, or that of a copy.
    Named(PathBuf),
    /// The name was taken.
    Skipped,
}

impl Draft {
    pub(crate) fn write(
        &self,
        bytes: &[u8],
        offset: u64,
    ) -> Result<(), AttachmentError> {
        let written = self.file.write_all_at(bytes, offset);
        written.map_err(AttachmentError::file(&self.path, "cannot write"))
    }

    /// Gives it its time and its name.
    pub(crate) fn finish(
        mut self,
        modified: Timestamp,
        runnable: bool,
        conflict: Conflict,
    ) -> Result<Placed, AttachmentError> {
        let mode = match runnable {
            true => {
                let metadata = self.file.metadata().map_err(
                    AttachmentError::file(&self.path, "cannot look at"),
                )?;
                // Those who may read it may execute it.
                let readers = metadata.mode & 0o444;
                Some(metadata.mode & 0o777 | readers >> 2)
            }
            false => None,
        };
        let attributes = Attributes {
            accessed: Some(modified),
            modified: Some(modified),
            mode,
            ..Attributes::default()
        };
        self.file.set_attributes(&attributes).map_err(
            AttachmentError::file(&self.path, "cannot set the time of"),
        )?;
        let Some(temporary) = self.temporary.clone() else {
            return Ok(Placed::Skipped);
        };
        let directory = &*self.directory;
        let failed =
            |error| AttachmentError::stored(&self.path, "cannot name")(error);
        let taken =
            |error: &StorageError| error.is(io::ErrorKind::AlreadyExists);
        let name = match conflict {
            Conflict::Overwrite => {
                directory
                    .replace(&temporary, directory, &self.name)
                    .map_err(failed)?;
                self.name.clone()
            }
            Conflict::Skip => {
                match directory.rename(&temporary, directory, &self.name) {
                    // What was written is dropped.
                    Err(error) if taken(&error) => return Ok(Placed::Skipped),
                    named => named.map_err(failed)?,
                }
                self.name.clone()
            }
            Conflict::CreateCopy => {
                let mut name = self.name.clone();
                let mut number = 0;
                loop {
                    match directory.rename(&temporary, directory, &name) {
                        Err(error)
                            if taken(&error) && number < MOST_COPIES =>
                        {
                            number += 1;
                            name = copy_name(&self.name, number);
                        }
                        named => {
                            named.map_err(failed)?;
                            break;
                        }
                    }
                }
                name
            }
        };
        self.temporary = None;
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(&name);
        Ok(Placed::Named(self.path.with_file_name(name)))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            self.directory.remove_file(temporary).ok();
        }
    }
}
