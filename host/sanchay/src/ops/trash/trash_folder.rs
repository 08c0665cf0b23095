//! One trash folder: what was thrown away, and what is known of it.

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use sanchay_core::trash_info::{numbered, trash_info};
use sanchay_names::OsStrExt as _;
use sanchay_storage::{
    Directory, KindSet, Links, Listing, Metadata, Opened, Storage,
    StorageError,
};

use super::recycle_bin;

/// What a trash is made with: it is its user's alone.
const PRIVATE: u32 = 0o700;

/// The suffix of the names of what is known.
const SUFFIX: &[u8] = b".trashinfo";

/// How many names are tried for one thing.
const TRIES: u32 = 10_000;

/// How a trash keeps things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// In `files`, and in `info` what is known of them: the specification of
    /// freedesktop.org.
    Freedesktop,
    /// As they are, and nothing else: macOS.
    Apple,
    /// Under other names, beside what is known of them: Windows.
    RecycleBin,
}

/// What is about to be thrown away.
#[derive(Clone, Copy)]
pub(super) struct Thrown<'t> {
    pub(super) from: &'t dyn Directory,
    pub(super) name: &'t [u8],
    /// Its path, as the trash records it.
    pub(super) path: &'t Path,
    /// Local time: `2026-01-31T12:00:00`.
    pub(super) deleted: &'t str,
}

/// An open trash folder.
#[derive(Debug)]
pub(super) struct TrashFolder {
    layout: Layout,
    files: Box<dyn Directory>,
    /// What is known of them, where that is elsewhere.
    info: Option<Box<dyn Directory>>,
    path: PathBuf,
}

impl TrashFolder {
    /// Opens the trash in a directory, and makes what it lacks.
    pub(super) fn make(
        directory: Box<dyn Directory>,
        path: PathBuf,
        layout: Layout,
    ) -> Result<Self, StorageError> {
        if layout == Layout::Freedesktop {
            enter(&*directory, b"files")?;
            enter(&*directory, b"info")?;
        }
        Self::within(directory, path, layout)
    }

    /// Opens a trash that is there.
    pub(super) fn open(
        storage: &dyn Storage,
        path: &Path,
        layout: Layout,
    ) -> Result<Self, StorageError> {
        let Opened::Directory(directory, _) = storage.open(path)? else {
            return Err(io::Error::from(io::ErrorKind::NotADirectory).into());
        };
        Self::within(directory, path.to_owned(), layout)
    }

    /// Opens the trash in a directory, if there is one.
    pub(super) fn within(
        directory: Box<dyn Directory>,
        path: PathBuf,
        layout: Layout,
    ) -> Result<Self, StorageError> {
        if layout != Layout::Freedesktop {
            return Ok(Self { layout, files: directory, info: None, path });
        }
        let files = directory.open_dir(b"files", Links::Refuse)?;
        let info = Some(directory.open_dir(b"info", Links::Refuse)?);
        Ok(Self { layout, files, info, path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The name for something, at the so-many-th try.
    fn name_for(&self, name: &[u8], number: u32) -> Vec<u8> {
        match self.layout {
            Layout::Freedesktop | Layout::Apple => numbered(name, number),
            Layout::RecycleBin => recycle_bin::name(name, number),
        }
    }

    /// Where it stands what is known of something, if it does.
    fn record_of(&self, name: &[u8]) -> Option<(&dyn Directory, Vec<u8>)> {
        match (self.layout, &self.info) {
            (Layout::RecycleBin, _) => {
                Some((&*self.files, recycle_bin::record_name(name)?))
            }
            (_, Some(info)) => Some((&**info, [name, SUFFIX].concat())),
            (_, None) => None,
        }
    }

    /// What is known of something.
    fn record(&self, thrown: &Thrown<'_>) -> Result<Vec<u8>, StorageError> {
        let Thrown { from, name, path, deleted } = *thrown;
        if self.layout == Layout::RecycleBin {
            let (_, metadata) = from.stat(name, Links::Refuse)?;
            let now = SystemTime::now();
            return Ok(recycle_bin::record(path, metadata.size, now));
        }
        Ok(trash_info(path.as_os_str().as_bytes(), deleted))
    }

    /// Puts an entry in, and returns its name there.
    pub(super) fn put(
        &self,
        thrown: &Thrown<'_>,
    ) -> Result<Vec<u8>, StorageError> {
        for number in 1..TRIES {
            let new_name = self.name_for(thrown.name, number);
            match self.try_put(thrown, &new_name) {
                // That name is taken, for the thing or for what is known of it.
                Err(error) if error.is(io::ErrorKind::AlreadyExists) => {}
                put => return put.map(|()| new_name),
            }
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists).into())
    }

    /// What is known of it comes first, so that nothing is in the trash of
    /// which nobody knows where it was.
    fn try_put(
        &self,
        thrown: &Thrown<'_>,
        new_name: &[u8],
    ) -> Result<(), StorageError> {
        let Thrown { from, name, .. } = *thrown;
        let Some((info, record)) = self.record_of(new_name) else {
            return from.rename(name, &*self.files, new_name);
        };
        let text = self.record(thrown)?;
        let file = info.create_with(&record, 0o600)?;
        let moved = file
            .write_all_at(&text, 0)
            .map_err(StorageError::from)
            .and_then(|()| from.rename(name, &*self.files, new_name));
        drop(file);
        if moved.is_err() {
            // It is this run's own, and says of nothing where it was.
            let _ = info.remove_file(&record);
        }
        moved
    }

    /// The name in it of something that had this name, and is the one that
    /// `is_it` knows by what it is now.
    pub(super) fn find(
        &self,
        name: &[u8],
        is_it: impl Fn(&Metadata) -> bool,
    ) -> Option<Vec<u8>> {
        let there = self.names().ok()?;
        // Names that were taken at that time may be free by now.
        (1..TRIES)
            .map(|number| self.name_for(name, number))
            .filter(|name| there.contains(name))
            .find(|name| self.stat(name).is_ok_and(|it| is_it(&it)))
    }

    /// The names of what was thrown away.
    fn names(&self) -> Result<HashSet<Vec<u8>>, StorageError> {
        let mut listing = Listing::new(KindSet::ALL, true, false);
        self.files.list(&mut listing)?;
        let names = (0..listing.len()).map(|at| listing.name(at).to_vec());
        Ok(names.collect())
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
        let Some((info, record)) = self.record_of(name) else { return Ok(()) };
        match info.remove_file(&record) {
            Err(error) if !error.is(io::ErrorKind::NotFound) => {
                tracing::debug!(%error, "what was known of it stays");
            }
            _ => {}
        }
        Ok(())
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
