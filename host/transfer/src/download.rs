//! Copies in a folder: under temporary names until they are complete and would
//! survive a loss of power.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use sanchay_objects::unlikely_name;
use sanchay_storage::{
    Attributes, Directory, Links, LocalStorage, Opened, Storage as _,
    StorageError, create_beneath,
};
use sanchay_sync::lock;

use crate::plan::TransferStep;
use crate::source::{Source, other};

/// So many copies get their names together: waiting for a disk costs the same
/// for one and for many.
const TOGETHER: usize = 256;

/// A folder that copies go into.
pub(crate) struct Folder {
    root: Box<dyn Directory>,
    /// The directories that were opened, by their names below the root.
    open: Mutex<HashMap<Vec<u8>, Arc<dyn Directory>>>,
    staged: Mutex<Vec<Staged>>,
}

/// A copy that is complete and has a temporary name.
pub(crate) struct Staged {
    directory: Arc<dyn Directory>,
    temporary: Vec<u8>,
    name: Vec<u8>,
    size: u64,
    from: Vec<u8>,
}

/// A copy that did not get its name: what it is of, its size, and why.
type Unnamed = (Vec<u8>, u64, io::Error);

impl Folder {
    /// Opens a folder, and creates it and those above it if they are missing.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        let Opened::Directory(root, _) =
            LocalStorage::new().open(path).map_err(failed)?
        else {
            return Err(io::ErrorKind::NotADirectory.into());
        };
        let (open, staged) = (Mutex::default(), Mutex::default());
        Ok(Self { root, open, staged })
    }

    /// The directory of a name's components, created where it is missing.
    fn directory(&self, parts: &[&[u8]]) -> io::Result<Arc<dyn Directory>> {
        let key = parts.join(&b'/');
        let mut open = lock(&self.open);
        if let Some(directory) = open.get(&key) {
            return Ok(Arc::clone(directory));
        }
        let made = create_beneath(&*self.root, parts.iter().copied());
        let directory: Arc<dyn Directory> =
            made.map_err(failed)?.directory.into();
        if open.len() >= TOGETHER {
            open.clear();
        }
        open.insert(key, Arc::clone(&directory));
        Ok(directory)
    }

    /// Makes a copy under a temporary name.
    pub(crate) fn stage(
        &self,
        parts: &[&[u8]],
        source: &mut Source,
        verify: bool,
        (interrupted, read): (&dyn Fn() -> bool, &dyn Fn(u64)),
    ) -> io::Result<Staged> {
        let Some((name, above)) = parts.split_last() else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let directory = self.directory(above)?;
        // What is there is told before all is read.
        if let Ok(_there) = directory.stat(name, Links::Refuse) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let temporary =
            format!(".sanchay-copy-{}", unlikely_name()).into_bytes();
        let staged = Staged {
            directory,
            temporary,
            name: name.to_vec(),
            size: source.size,
            from: Vec::new(),
        };
        match staged.fill(source, verify, interrupted, read) {
            Ok(()) => Ok(staged),
            Err(error) => {
                staged.remove();
                Err(error)
            }
        }
    }

    /// Takes a copy that is complete. When there are many, they get their
    /// names; what does not is returned.
    pub(crate) fn push(
        &self,
        mut staged: Staged,
        step: &TransferStep,
    ) -> Vec<Unnamed> {
        staged.from.clone_from(&step.from);
        let mut all = lock(&self.staged);
        all.push(staged);
        if all.len() < TOGETHER {
            return Vec::new();
        }
        let all = std::mem::take(&mut *all);
        self.name(all)
    }

    /// Gives all copies their names, and waits until these are durable.
    pub(crate) fn finish(&self) -> Vec<Unnamed> {
        let all = std::mem::take(&mut *lock(&self.staged));
        let failed = self.name(all);
        // What could not be made durable may have to be copied again.
        if let Err(error) = sync(&*self.root) {
            tracing::warn!(%error, "the folder cannot be synchronized");
        }
        failed
    }

    /// Removes the copies that have no names yet. How many there were.
    pub(crate) fn abandon(&self) -> u64 {
        let all = std::mem::take(&mut *lock(&self.staged));
        all.iter().for_each(Staged::remove);
        all.len() as u64
    }

    fn name(&self, all: Vec<Staged>) -> Vec<Unnamed> {
        if all.is_empty() {
            return Vec::new();
        }
        let durable = match self.root.sync_file_system() {
            Err(error) if error.is(io::ErrorKind::Unsupported) => None,
            synced => Some(synced),
        };
        let unsynced = match &durable {
            Some(Err(error)) => Some(error.to_string()),
            _ => None,
        };
        all.into_iter()
            .filter_map(|staged| {
                let named = match (&durable, &unsynced) {
                    (_, Some(why)) => Err(io::Error::other(why.clone())),
                    (None, _) => staged.sync().and_then(|()| staged.rename()),
                    _ => staged.rename(),
                };
                let error = named.err()?;
                staged.remove();
                Some((staged.from, staged.size, error))
            })
            .collect()
    }
}

fn sync(directory: &dyn Directory) -> io::Result<()> {
    match directory.sync_file_system() {
        Err(error) if error.is(io::ErrorKind::Unsupported) => {
            directory.sync().map_err(failed)
        }
        synced => synced.map_err(failed),
    }
}

fn failed(error: StorageError) -> io::Error {
    match error {
        StorageError::Io(error) => error,
        error => other(error),
    }
}

impl Staged {
    fn fill(
        &self,
        source: &mut Source,
        verify: bool,
        interrupted: &dyn Fn() -> bool,
        read: &dyn Fn(u64),
    ) -> io::Result<()> {
        let file = self.directory.create(&self.temporary).map_err(failed)?;
        let mut at = 0;
        while let Some(piece) = source.piece()? {
            if interrupted() {
                return Err(io::Error::other("interrupted"));
            }
            file.write_all_at(&piece, at)?;
            at += piece.len() as u64;
            read(piece.len() as u64);
        }
        if at != source.size {
            let why = "it was cut off while it was read";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        if verify && !source.same_as_file(&file)? {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the copy does not have the same bytes",
            ));
        }
        let modified = Some(source.modified);
        file.set_attributes(&Attributes { modified, ..Attributes::default() })
    }

    fn sync(&self) -> io::Result<()> {
        let opened = self.directory.open_file(&self.temporary, Links::Refuse);
        opened.map_err(failed)?.0.sync()
    }

    fn rename(&self) -> io::Result<()> {
        self.directory
            .rename(&self.temporary, &*self.directory, &self.name)
            .map_err(failed)
    }

    fn remove(&self) {
        // It may not have been created.
        let _ = self.directory.remove_file(&self.temporary);
    }
}
