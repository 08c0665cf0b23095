//! Files that are not complete yet: under a temporary name, until they get
//! their own.
//!
//! The temporary name tells the content that is wanted, and a lock who is at
//! it: a run that finds the name and no lock goes on with what another left;
//! one that finds a lock begins anew under a name of its own.

use std::{
    ffi::OsStr,
    fs::TryLockError,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::Timestamp;
use sanchay_core::attachments::copy_name;
use sanchay_names::OsStrExt as _;
use sanchay_storage::{
    Attributes, Directory, File, Links, StorageError, TemporaryNames,
};

use crate::{AttachmentError, Conflict};

/// How many names of copies are tried.
const MOST_COPIES: u64 = 1_000_000;

/// A file that is written under a temporary name, which is removed unless the
/// file is finished or what there is of it is to be kept.
pub(crate) struct Draft {
    path: PathBuf,
    directory: Arc<dyn Directory>,
    name: Vec<u8>,
    temporary: Option<Vec<u8>>,
    file: Arc<File>,
    /// How many bytes an earlier run left.
    left: u64,
    /// Whether what there is of it stays if it is not finished.
    keep: bool,
    /// Whether another run would find it.
    known: bool,
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
    pub(crate) fn begin(
        path: PathBuf,
        directory: Arc<dyn Directory>,
        name: Vec<u8>,
        temporary: Vec<u8>,
        size: u64,
        names: &TemporaryNames,
    ) -> Result<Self, AttachmentError> {
        let refused = AttachmentError::stored(path.clone(), "cannot create");
        let found = match directory.create(&temporary) {
            Ok(file) => match lock_of(&file) {
                Lock::Mine => Some((file, 0)),
                Lock::Another => None,
                Lock::Impossible => {
                    directory.remove_file(&temporary).ok();
                    None
                }
            },
            Err(error) if error.is(io::ErrorKind::AlreadyExists) => {
                taken_up(&*directory, &temporary)
            }
            Err(error) => return Err(refused(error)),
        };
        let (file, left, temporary, known) = match found {
            Some((file, left)) => (file, left, temporary, true),
            None => {
                let temporary =
                    [names.next_name(), b".part".to_vec()].concat();
                let file = directory.create(&temporary).map_err(refused)?;
                (file, 0, temporary, false)
            }
        };
        let mut draft = Self {
            path,
            directory,
            name,
            temporary: Some(temporary),
            file: Arc::new(file),
            left,
            keep: false,
            known,
        };
        if left > size {
            draft.restart_at(0)?;
        }
        Ok(draft)
    }

    /// How many of its bytes are there since an earlier run.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// The path that it gets, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Forgets what there is of it from an offset on.
    pub(crate) fn restart_at(
        &mut self,
        offset: u64,
    ) -> Result<(), AttachmentError> {
        self.left = offset.min(self.left);
        let cut = self.file.set_size(self.left);
        cut.map_err(AttachmentError::file(&*self.path, "cannot write"))
    }

    /// Whether what there is of it stays if it is not finished, for the next
    /// run to go on with.
    pub(crate) fn keep(&mut self, keep: bool) {
        self.keep = keep && self.known;
    }

    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), AttachmentError> {
        let written = self.file.write_all_at(bytes, 0);
        written.map_err(AttachmentError::file(&*self.path, "cannot write"))
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
                    AttachmentError::file(&*self.path, "cannot look at"),
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
            AttachmentError::file(&*self.path, "cannot set the time of"),
        )?;
        let Some(temporary) = self.temporary.clone() else {
            return Ok(Placed::Skipped);
        };
        let named = self.take_name(&temporary, conflict);
        let named = named
            .map_err(AttachmentError::stored(&*self.path, "cannot name"))?;
        let Some(name) = named else {
            // What was written is dropped.
            self.keep = false;
            return Ok(Placed::Skipped);
        };
        self.temporary = None;
        let name = OsStr::from_bytes(&name);
        Ok(Placed::Named(self.path.with_file_name(name)))
    }

    /// The name that it got; `None` if that was taken.
    fn take_name(
        &self,
        temporary: &[u8],
        conflict: Conflict,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let directory = &*self.directory;
        let taken =
            |error: &StorageError| error.is(io::ErrorKind::AlreadyExists);
        let mut name = self.name.clone();
        if conflict == Conflict::Overwrite {
            directory.replace(temporary, directory, &name)?;
            return Ok(Some(name));
        }
        let mut number = 0;
        loop {
            match directory.rename(temporary, directory, &name) {
                Err(error) if taken(&error) => match conflict {
                    Conflict::Skip => return Ok(None),
                    _ if number >= MOST_COPIES => return Err(error),
                    _ => {
                        number += 1;
                        name = copy_name(&self.name, number);
                    }
                },
                named => return named.map(|()| Some(name)),
            }
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let Some(temporary) = self.temporary.as_deref() else { return };
        let is_empty = || self.file.metadata().is_ok_and(|it| it.size == 0);
        if !self.keep || is_empty() {
            self.directory.remove_file(temporary).ok();
        }
    }
}

/// What an earlier run left, and how many bytes; `None` if another is at it.
fn taken_up(directory: &dyn Directory, name: &[u8]) -> Option<(File, u64)> {
    let file = directory.reopen(name).ok()?;
    if lock_of(&file) != Lock::Mine {
        return None;
    }
    // Who had it may just have given it its own name.
    let (_, named) = directory.stat(name, Links::Refuse).ok()?;
    let metadata = file.metadata().ok()?;
    let same = named.id == metadata.id && metadata.links == 1;
    same.then_some((file, metadata.size))
}

/// Who has a file locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lock {
    /// This run, until it closes the file.
    Mine,
    /// Another run.
    Another,
    /// Nobody can, on this file system.
    Impossible,
}

/// Locks a file.
fn lock_of(file: &File) -> Lock {
    match file.as_local().map(std::fs::File::try_lock) {
        Some(Ok(())) => Lock::Mine,
        Some(Err(TryLockError::WouldBlock)) => Lock::Another,
        Some(Err(TryLockError::Error(_))) | None => Lock::Impossible,
    }
}
