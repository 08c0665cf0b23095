//! Copies a tree with all that is in it.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay_storage::{
    EntryKind, FileId, KindSet, Links, Listing, Metadata, Storage,
    StorageError,
};
use sanchay_sync::lock;

use super::{
    Copied, Copier, CopyItem, CopySummary, Folder, Place, folder,
    keep_directory,
};
use crate::{
    error::{Action, Cause, EntryError, Error, Problem},
    monitor::Monitor,
};

/// What a directory is created with: until all is in it, it is the user's own.
const PRIVATE: u32 = 0o700;

/// A tree to copy, directory by directory: what is in it comes out as items,
/// in no particular order.
#[derive(Debug)]
pub struct CopyTree {
    levels: Vec<Level>,
    /// The directories that were gone into, those above others first.
    entered: Vec<Entered>,
    /// The directory that the copy comes into: it is not copied into itself.
    target: FileId,
    errors: Vec<EntryError>,
}

/// A directory that is being listed.
#[derive(Debug)]
struct Level {
    source: Arc<Folder>,
    target: Arc<Folder>,
    listing: Listing,
    at: usize,
}

/// A directory that is to get what its original has.
#[derive(Debug)]
struct Entered {
    source: Place,
    target: Place,
    path: PathBuf,
    /// The path of the copy.
    copy: PathBuf,
    id: FileId,
}

impl CopyTree {
    /// Begins with what is in one directory, which comes into another.
    ///
    /// # Errors
    /// Why the directory cannot be listed, or the other not looked at.
    pub fn new(
        source: Arc<Folder>,
        target: Arc<Folder>,
    ) -> Result<Self, StorageError> {
        let id = target.directory().id()?;
        let mut tree = Self {
            levels: Vec::new(),
            entered: Vec::new(),
            target: id,
            errors: Vec::new(),
        };
        tree.enter(source, target)?;
        Ok(tree)
    }

    fn enter(
        &mut self,
        source: Arc<Folder>,
        target: Arc<Folder>,
    ) -> Result<(), StorageError> {
        let mut listing = Listing::new(KindSet::ALL, true, false);
        let listed = source.directory().list(&mut listing);
        self.entered.push(Entered {
            source: source.place().clone(),
            target: target.place().clone(),
            path: source.path().to_owned(),
            copy: target.path().to_owned(),
            id: source.directory().id()?,
        });
        // What was listed until then is copied all the same.
        self.levels.push(Level { source, target, listing, at: 0 });
        listed
    }

    /// What went wrong with directories, and with what is neither file, link
    /// nor directory, since this was asked.
    pub fn take_errors(&mut self) -> Vec<EntryError> {
        std::mem::take(&mut self.errors)
    }

    fn fail(&mut self, at: &Folder, name: &[u8], action: Action, why: Cause) {
        let path = at.path_of(name);
        self.errors.push(EntryError::new(path, action, why));
    }

    /// Goes down into a directory, and creates the one that it is copied to.
    fn descend(&mut self, source: &Folder, target: &Folder, name: &[u8]) {
        let entered = match source.enter(name) {
            Ok(entered) => entered,
            Err(error) => {
                let action = Action::OpenDirectory;
                return self.fail(source, name, action, error.into());
            }
        };
        if entered.directory().id().is_ok_and(|id| id == self.target) {
            return;
        }
        let created = match target.directory().create_dir(name, PRIVATE) {
            // A run that was ended left it.
            Err(error) if error.is(io::ErrorKind::AlreadyExists) => Ok(()),
            created => created,
        };
        let copy = created.and_then(|()| target.enter(name));
        let listed = copy.and_then(|copy| self.enter(entered, copy));
        if let Err(error) = listed {
            self.fail(source, name, Action::Copy, error.into());
        }
    }

    /// Removes what a killed run of the same name left.
    fn remove_leftovers(&mut self, copier: &Copier) {
        for entered in &self.entered {
            let folder = entered.target.open().map_err(Cause::from);
            let removed = match folder {
                Ok(directory) => {
                    let folder = Folder::new(directory, entered.copy.clone());
                    copier.remove_leftovers(&folder)
                }
                Err(cause) => {
                    let path = entered.copy.clone();
                    Err(EntryError::new(path, Action::OpenDirectory, cause))
                }
            };
            self.errors.extend(removed.err());
        }
    }

    /// Gives the directories what their originals have, those below others
    /// first: what is done in a directory changes its times.
    fn finish(&mut self) {
        while let Some(entered) = self.entered.pop() {
            if let Err(cause) = entered.finish() {
                let path = entered.path;
                self.errors.push(EntryError::new(path, Action::Copy, cause));
            }
        }
    }
}

impl Entered {
    fn finish(&self) -> Result<(), Cause> {
        let source = self.source.open()?;
        if source.id()? != self.id {
            return Err(Problem::Replaced.into());
        }
        let target = Folder::new(self.target.open()?, self.copy.clone());
        keep_directory(&*source, &target)?;
        Ok(())
    }
}

impl Iterator for CopyTree {
    type Item = CopyItem<()>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let level = self.levels.last_mut()?;
            let Some(kind) = level.listing.kinds().get(level.at).copied()
            else {
                self.levels.pop();
                continue;
            };
            let name = level.listing.name(level.at).to_vec();
            level.at += 1;
            let source = Arc::clone(&level.source);
            let target = Arc::clone(&level.target);
            let kind = match kind {
                EntryKind::Unknown => source
                    .directory()
                    .stat(&name, Links::Refuse)
                    .map_or(EntryKind::File, |(kind, _): (_, Metadata)| kind),
                kind => kind,
            };
            match kind {
                EntryKind::Directory => self.descend(&source, &target, &name),
                EntryKind::File | EntryKind::Symlink => {
                    return Some(CopyItem {
                        source,
                        name: name.clone(),
                        target,
                        new_name: name,
                        expected: None,
                        tag: (),
                    });
                }
                other => {
                    let why = Problem::NotRegular(other.describe()).into();
                    self.fail(&source, &name, Action::Copy, why);
                }
            }
        }
    }
}

impl Copier {
    /// Copies what is in a directory into another, which is created if it is
    /// missing, and calls back with what failed, from one thread at a time.
    ///
    /// # Errors
    /// [`Error::Option`] if one of the two cannot be opened, and as for
    /// [`Copier::copy_all`].
    pub fn copy_tree(
        &self,
        storage: &dyn Storage,
        source: &Path,
        target: &Path,
        monitor: &Monitor,
        on_error: impl Fn(EntryError) + Sync,
    ) -> Result<CopySummary, Error> {
        let open = |path: &Path, error: StorageError| Error::Option {
            option: "path",
            why: EntryError::new(path.to_owned(), Action::Root, error.into())
                .to_string(),
        };
        let from =
            Folder::open(storage, source).map_err(|it| open(source, it))?;
        let to = folder::open_or_create(storage, target)
            .map_err(|it| open(target, it))?;
        self.copy_folder(from, to, monitor, on_error)
    }

    /// The same of directories that are open, which may be of different
    /// storages.
    ///
    /// # Errors
    /// [`Error::Option`] if the first cannot be listed, and as for
    /// [`Copier::copy_all`].
    pub fn copy_folder(
        &self,
        from: Arc<Folder>,
        to: Arc<Folder>,
        monitor: &Monitor,
        on_error: impl Fn(EntryError) + Sync,
    ) -> Result<CopySummary, Error> {
        let path = from.path().to_owned();
        let tree = CopyTree::new(from, to).map_err(|error| {
            let why = EntryError::new(path, Action::Root, error.into());
            Error::Option { option: "path", why: why.to_string() }
        })?;
        let tree = Mutex::new(tree);
        let items = std::iter::from_fn(|| lock(&tree).next());
        let each = |(), result: Result<Copied, EntryError>| {
            if let Err(error) = result {
                on_error(error);
            }
        };
        let mut summary = self.copy_all(items, monitor, each)?;
        let mut tree = lock(&tree);
        if self.run.is_some() {
            tree.remove_leftovers(self);
        }
        tree.finish();
        for error in tree.take_errors() {
            summary.errors += 1;
            on_error(error);
        }
        Ok(summary)
    }
}
