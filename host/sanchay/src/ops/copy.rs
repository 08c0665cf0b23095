//! Copying: each file appears under its name at once and complete, with all
//! that the file system keeps of it.
//!
//! A copy is made under a temporary name beside its own and gets all its
//! attributes there. Copies are made durable together, one call for hundreds
//! of them, and only then get their names, none of which is ever taken from
//! something else. So a run that is killed, or a machine that loses power,
//! leaves no half-written file under its name.

mod attributes;
mod contents;
mod devices;
mod folder;
mod links;
mod run;
mod staged;
mod tree;
mod waiting;

use std::{io, path::PathBuf, sync::Arc};

use sanchay_sandbox::{Algorithm, Digest};
use sanchay_storage::{
    Attributes, Directory, EntryKind, ExtendedAttribute, FileId, KindSet,
    Links, Listing, Metadata, StorageError, TEMPORARY, TemporaryNames,
    Timestamp,
};
use sanchay_sync::lock;

pub use self::{
    attributes::Lost, contents::Transfer, folder::Folder, run::CopySummary,
    tree::CopyTree,
};
use self::{
    attributes::Target,
    contents::Contents,
    devices::Devices,
    folder::Place,
    links::{Home, LinkedFiles, Slot},
    staged::{Committed, Staged},
};
pub(super) use self::{attributes::keep, contents::read_exact};
use crate::{
    error::{Action, Cause, EntryError, Problem},
    pool::Pool,
};

/// The permissions of a file that is being copied: others may not read it
/// before it has those of its original.
const PRIVATE: u32 = 0o600;

/// What becomes of a copy whose name is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Existing {
    /// It is an error.
    #[default]
    Refuse,
    /// What looks the same (size and time of a file, and its contents where
    /// copies are verified; what a link says) stays as it is, and all else is
    /// an error: so a run that was ended is taken up.
    Complete,
    /// The same, but a file or link that differs is replaced by the copy.
    Update,
}

/// Whether copies share what their originals take on disk (reflinks).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sharing {
    /// Where the file system can.
    #[default]
    Auto,
    /// Nowhere.
    Never,
    /// Everywhere; where it cannot be had, the copy fails.
    Always,
}

/// How to copy.
#[derive(Clone, Copy, Debug)]
pub struct CopyOptions {
    /// What becomes of a copy whose name is taken.
    pub existing: Existing,
    /// Whether contents are shared.
    pub sharing: Sharing,
    /// Digests the bytes while they are copied, by this algorithm, reads the
    /// copy again, and compares.
    pub verify: Option<Algorithm>,
    /// Whether copies are durable before they get their names. Without this,
    /// a loss of power (not of the process) may leave incomplete files.
    pub durable: bool,
    /// Whether the names of one file become names of one copy.
    pub hard_links: bool,
    /// Whether to remove each original, once its copy and the name of that are
    /// durable and unless it changed: what makes a copy to another device a
    /// move. Set `verify` too.
    pub remove_originals: bool,
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            existing: Existing::default(),
            sharing: Sharing::default(),
            verify: None,
            durable: true,
            hard_links: true,
            remove_originals: false,
        }
    }
}

/// What a file was when a copy was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// What identified it.
    pub id: FileId,
    /// Its size in bytes.
    pub size: u64,
    /// When it was modified.
    pub modified: Timestamp,
}

impl Expected {
    /// What a file is now.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let Metadata { id, size, modified, .. } = *metadata;
        Self { id, size, modified }
    }
}

/// One thing to copy: a file or a link.
#[derive(Clone, Debug)]
pub struct CopyItem<T> {
    /// The directory that it is in.
    pub source: Arc<Folder>,
    /// Its name there.
    pub name: Vec<u8>,
    /// The directory that the copy comes into.
    pub target: Arc<Folder>,
    /// The copy's name.
    pub new_name: Vec<u8>,
    /// What it must be, or it is not copied.
    pub expected: Option<Expected>,
    /// What the caller knows it by.
    pub tag: T,
}

/// A copy that was made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Copied {
    /// How its contents came about.
    pub transfer: Transfer,
    /// What the copy was when it got its name; its change time may be later.
    pub metadata: Metadata,
    /// The digest of its contents, where that was asked for.
    pub digest: Option<Digest>,
    /// What it does not have of the original.
    pub lost: Lost,
}

/// Copies files and links, for any number of threads. It remembers the files
/// with several names, so one run has one.
#[derive(Debug)]
pub struct Copier {
    pool: Arc<Pool>,
    options: CopyOptions,
    /// What the run is called, if a later one may take it up.
    run: Option<String>,
    names: TemporaryNames,
    linked: LinkedFiles,
    /// Devices whose files cannot share contents.
    unshared: Devices,
}

impl Copier {
    pub(crate) fn new(pool: Arc<Pool>, options: CopyOptions) -> Self {
        let names = TemporaryNames::new("copy-");
        let (linked, unshared) = (LinkedFiles::default(), Devices::default());
        Self { pool, options, run: None, names, linked, unshared }
    }

    /// Gives the run a name, without slashes, by which a later one takes it up:
    /// it knows what a killed one of the same name left behind, and removes
    /// that.
    #[must_use]
    pub fn named(self, run: &str) -> Self {
        let run = run.replace('/', "_");
        let names = TemporaryNames::new(&format!("{run}-"));
        Self { run: Some(run), names, ..self }
    }

    fn temporary_name(&self) -> Vec<u8> {
        self.names.next_name()
    }

    /// Says where the copy of a file with several names is that an earlier run
    /// made, so that the names that are left become names of it.
    pub(super) fn remember(
        &self,
        id: FileId,
        was: (u64, Timestamp),
        folder: &Folder,
        name: &[u8],
    ) {
        let home = Home { place: folder.place().clone(), name: name.to_vec() };
        self.linked.remember(id, was, home);
    }

    /// Removes what a killed run of the same name left in a folder. Returns how
    /// many files and links. While such a run goes on, this would take its
    /// files away.
    ///
    /// # Errors
    /// Why the folder cannot be listed, or something not be removed.
    pub fn remove_leftovers(
        &self,
        folder: &Folder,
    ) -> Result<u64, EntryError> {
        let Some(run) = &self.run else { return Ok(0) };
        let start = format!("{TEMPORARY}{run}-").into_bytes();
        let directory = folder.directory();
        let kinds = KindSet::FILES.with(EntryKind::Symlink);
        let mut listing = Listing::new(kinds, true, false);
        let remove = |listing: &mut Listing| -> Result<u64, StorageError> {
            directory.list(listing)?;
            let mut removed = 0;
            for at in 0..listing.len() {
                if listing.name(at).starts_with(&start) {
                    directory.remove_file(listing.name(at))?;
                    removed += 1;
                }
            }
            Ok(removed)
        };
        remove(&mut listing).map_err(|error| {
            let path = folder.path().to_owned();
            EntryError::new(path, Action::Remove, error.into())
        })
    }

    /// Whether files in a directory can share contents, as far as can be found
    /// out: two are made for it, and removed.
    pub(super) fn can_share(&self, directory: &dyn Directory) -> bool {
        let names = [self.temporary_name(), self.temporary_name()];
        let [one, other] = &names;
        let share = || -> Result<bool, StorageError> {
            let from = directory.create_with(one, PRIVATE)?;
            from.write_all_at(&[1; 4096], 0)?;
            let (_, shared) =
                directory.create_sharing(other, PRIVATE, &from)?;
            Ok(shared)
        };
        let shared = share();
        for name in &names {
            // What was not made is not there.
            let _ = directory.remove_file(name);
        }
        // What forbids the trial forbids the copies too, and will say why.
        shared.unwrap_or(true)
    }

    /// Copies one file or link, and returns when it has its name.
    ///
    /// # Errors
    /// Why it was not copied. Nothing is left of it then.
    pub fn copy<T>(&self, item: &CopyItem<T>) -> Result<Copied, EntryError> {
        let mut inspector = self.pool.inspector();
        let mut contents = Contents {
            copier: self,
            inspector: &mut *inspector,
            buffer: &mut Vec::new(),
            goes_on: &|_| true,
        };
        let staged = self.stage(item, &mut contents);
        self.pool.give_back(inspector);
        let staged = staged?;
        self.make_durable([&staged])
            .map_err(|cause| failure(item, Action::Copy, cause))?;
        self.name(item, staged, true).map(|named| named.copied)
    }

    /// Makes a copy under a temporary name.
    fn stage<T>(
        &self,
        item: &CopyItem<T>,
        contents: &mut Contents<'_>,
    ) -> Result<Staged, EntryError> {
        self.stage_any(item, contents)
            .map_err(|cause| failure(item, Action::Copy, cause))
    }

    fn stage_any<T>(
        &self,
        item: &CopyItem<T>,
        contents: &mut Contents<'_>,
    ) -> Result<Staged, Cause> {
        let source = item.source.directory();
        match source.open_file(&item.name, Links::Refuse) {
            Ok((file, metadata)) => {
                check(item, &metadata)?;
                self.stage_file(item, &file, &metadata, contents)
            }
            Err(StorageError::Link) => self.stage_link(item),
            Err(error) => Err(error.into()),
        }
    }

    fn stage_file<T>(
        &self,
        item: &CopyItem<T>,
        file: &sanchay_storage::File,
        metadata: &Metadata,
        contents: &mut Contents<'_>,
    ) -> Result<Staged, Cause> {
        let slot = match self.options.hard_links {
            true => self.linked.slot(metadata, self.options.remove_originals),
            false => None,
        };
        let Some(slot) = slot else {
            return self.stage_contents(item, file, metadata, contents);
        };
        // Whoever comes upon another name of this file waits here.
        let mut home = lock(&slot);
        if let Some(first) = &*home
            && let Some(staged) =
                self.stage_name(item, metadata, first, &slot)?
        {
            return Ok(staged);
        }
        let mut staged =
            self.stage_contents(item, file, metadata, contents)?;
        if home.is_some() {
            staged.stands_alone();
        }
        let name = staged.current_name().to_vec();
        *home = Some(Home { place: item.target.place().clone(), name });
        drop(home);
        staged.link(slot);
        Ok(staged)
    }

    /// Gives an earlier copy another, temporary name. `None` where that is not
    /// possible: it is gone, or has as many names as it may have.
    fn stage_name<T>(
        &self,
        item: &CopyItem<T>,
        metadata: &Metadata,
        first: &Home,
        slot: &Slot,
    ) -> Result<Option<Staged>, Cause> {
        let replaces = match self.look(item, metadata, None)? {
            Found::Same(copied) => {
                return Ok(Some(Staged::kept(item, *metadata, *copied)));
            }
            Found::Nothing => false,
            Found::Other => true,
        };
        let temporary = self.temporary_name();
        let target = item.target.directory();
        let Ok(place) = first.place.open() else { return Ok(None) };
        if place.hard_link(&first.name, target, &temporary).is_err() {
            return Ok(None);
        }
        let staged = Staged::new(item, *metadata, temporary, replaces);
        let (_, metadata) =
            target.stat(staged.current_name(), Links::Refuse)?;
        let copied = Copied {
            transfer: Transfer::Linked,
            metadata,
            digest: None,
            lost: Lost::default(),
        };
        let mut staged = staged.with(copied);
        staged.link(Arc::clone(slot));
        Ok(Some(staged))
    }

    fn stage_contents<T>(
        &self,
        item: &CopyItem<T>,
        file: &sanchay_storage::File,
        metadata: &Metadata,
        contents: &mut Contents<'_>,
    ) -> Result<Staged, Cause> {
        let replaces =
            match self.look(item, metadata, Some((file, contents)))? {
                Found::Same(copied) => {
                    return Ok(Staged::kept(item, *metadata, *copied));
                }
                Found::Nothing => false,
                Found::Other => true,
            };
        let temporary = self.temporary_name();
        let target = item.target.directory();
        let (copy, shared) =
            contents.create(target, &temporary, file, metadata)?;
        // From here on, dropping it removes the file.
        let staged = Staged::new(item, *metadata, temporary, replaces);
        let passed = contents.copy(file, &copy, metadata, shared)?;
        let extended = file.extended_attributes()?;
        let lost = keep(metadata, &extended, &copy, &item.target)?;
        let copied = Copied {
            transfer: passed.transfer,
            metadata: copy.metadata()?,
            digest: passed.digest,
            lost,
        };
        Ok(staged.with(copied))
    }

    fn stage_link<T>(&self, item: &CopyItem<T>) -> Result<Staged, Cause> {
        let source = item.source.directory();
        let (kind, metadata) = source.stat(&item.name, Links::Refuse)?;
        if kind != EntryKind::Symlink {
            return Err(Problem::Replaced.into());
        }
        check(item, &metadata)?;
        let says = source.read_link(&item.name)?;
        let replaces = match self.look(item, &metadata, None)? {
            Found::Same(copied) => {
                return Ok(Staged::kept(item, metadata, *copied));
            }
            Found::Nothing => false,
            Found::Other => true,
        };
        let extended = source.extended_attributes(&item.name)?;
        let temporary = self.temporary_name();
        let target = item.target.directory();
        target.symlink(&says, &temporary)?;
        let staged = Staged::new(item, metadata, temporary, replaces);
        let copy = Link { directory: target, name: staged.current_name() };
        let lost = keep(&metadata, &extended, &copy, &item.target)?;
        let metadata = copy.metadata()?;
        let (transfer, digest) = (Transfer::Written, None);
        let copied = Copied { transfer, metadata, digest, lost };
        Ok(staged.with(copied))
    }

    /// Looks what has the copy's name.
    fn look<T>(
        &self,
        item: &CopyItem<T>,
        original: &Metadata,
        contents: Option<(&sanchay_storage::File, &mut Contents<'_>)>,
    ) -> Result<Found, Cause> {
        if self.options.existing == Existing::Refuse {
            // Giving it its name will tell.
            return Ok(Found::Nothing);
        }
        let target = item.target.directory();
        let metadata = match target.stat(&item.new_name, Links::Refuse) {
            Ok((_, metadata)) => metadata,
            Err(error) if error.is(io::ErrorKind::NotFound) => {
                return Ok(Found::Nothing);
            }
            Err(error) => return Err(error.into()),
        };
        let same = metadata.kind == original.kind
            && metadata.size == original.size
            && metadata.modified == original.modified
            && self.is_same(item, &metadata, contents)?;
        if same {
            return Ok(Found::Same(Box::new(Copied {
                transfer: Transfer::Kept,
                metadata,
                digest: None,
                lost: Lost::default(),
            })));
        }
        let replaceable =
            matches!(metadata.kind, EntryKind::File | EntryKind::Symlink);
        if self.options.existing == Existing::Update && replaceable {
            return Ok(Found::Other);
        }
        Err(Problem::Different.into())
    }

    /// Whether what is there says the same as the original, as far as that is
    /// to be looked at.
    fn is_same<T>(
        &self,
        item: &CopyItem<T>,
        there: &Metadata,
        contents: Option<(&sanchay_storage::File, &mut Contents<'_>)>,
    ) -> Result<bool, Cause> {
        let (source, target) =
            (item.source.directory(), item.target.directory());
        if there.kind == EntryKind::Symlink {
            return Ok(source.read_link(&item.name)?
                == target.read_link(&item.new_name)?);
        }
        let Some((original, contents)) = contents else { return Ok(true) };
        if self.options.verify.is_none() {
            return Ok(true);
        }
        let (copy, _) = target.open_file(&item.new_name, Links::Refuse)?;
        let wanted = contents.digest_of(original, there.size)?;
        Ok(contents.digest_of(&copy, there.size)? == wanted)
    }

    /// Waits until copies, which have temporary names, would survive a loss
    /// of power.
    fn make_durable<'s>(
        &self,
        staged: impl IntoIterator<Item = &'s Staged>,
    ) -> Result<(), Cause> {
        if !self.options.durable {
            return Ok(());
        }
        let devices = Devices::default();
        for copy in staged.into_iter().filter(|copy| copy.is_new()) {
            if devices.contains(copy.device()) {
                continue;
            }
            match copy.directory().sync_file_system() {
                Ok(()) => devices.insert(copy.device()),
                Err(error) if error.is(io::ErrorKind::Unsupported) => {
                    copy.sync()?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Removes an original whose copy has its name, if that was asked for.
    /// `alone`: nobody removes other names of it meanwhile.
    fn remove_original<T>(
        &self,
        item: &CopyItem<T>,
        committed: &Committed,
        alone: bool,
    ) -> Result<(), EntryError> {
        if !self.options.remove_originals {
            return Ok(());
        }
        let remove = || -> Result<(), Cause> {
            sync_names(item.target.directory())?;
            let source = item.source.directory();
            let (_, now) = source.stat(&item.name, Links::Refuse)?;
            let was = &committed.original;
            let same = Expected::of(&now) == Expected::of(was)
                && (now.changed == was.changed || was.links > 1 && !alone);
            if !same {
                return Err(Problem::Modified.into());
            }
            Ok(source.remove_file(&item.name)?)
        };
        remove().map_err(|cause| failure(item, Action::Remove, cause))
    }

    /// Takes a copy back whose original could not be removed, and is there.
    fn take_back<T>(&self, item: &CopyItem<T>, committed: &Committed) {
        let (source, target) =
            (item.source.directory(), item.target.directory());
        let is = |directory: &dyn Directory, name: &[u8], id: FileId| {
            let found = directory.stat(name, Links::Refuse);
            found.is_ok_and(|(_, found)| found.id == id)
        };
        let copy = committed.copied.metadata.id;
        if is(source, &item.name, committed.original.id)
            && is(target, &item.new_name, copy)
            && let Err(error) = target.remove_file(&item.new_name)
        {
            tracing::debug!(%error, "the copy stays");
        }
    }

    /// Gives a directory what its original has, once all is in it.
    ///
    /// # Errors
    /// Why its attributes cannot be read, or those of the original.
    pub fn finish_directory(
        &self,
        original: &Folder,
        copy: &Folder,
    ) -> Result<Lost, EntryError> {
        keep_directory(original.directory(), copy).map_err(|cause| {
            let path = original.path().to_owned();
            EntryError::new(path, Action::Copy, cause)
        })
    }
}

/// Gives a directory what another has.
fn keep_directory(
    original: &dyn Directory,
    copy: &Folder,
) -> Result<Lost, Cause> {
    let from = original.as_file()?;
    let to = copy.directory().as_file()?;
    let extended = from.extended_attributes()?;
    Ok(keep(&from.metadata()?, &extended, &to, copy)?)
}

/// What has a copy's name.
enum Found {
    Nothing,
    Same(Box<Copied>),
    /// Something that the copy is to replace.
    Other,
}

/// Fails where a file is not what it was.
fn check<T>(item: &CopyItem<T>, now: &Metadata) -> Result<(), Cause> {
    match item.expected {
        Some(expected) if expected != Expected::of(now) => {
            Err(Problem::NotAsExpected.into())
        }
        _ => Ok(()),
    }
}

/// Waits until names in a directory would survive a loss of power.
fn sync_names(directory: &dyn Directory) -> Result<(), StorageError> {
    match directory.sync_file_system() {
        Err(error) if error.is(io::ErrorKind::Unsupported) => directory.sync(),
        result => result,
    }
}

fn failure<T>(item: &CopyItem<T>, action: Action, cause: Cause) -> EntryError {
    let path: PathBuf = item.source.path_of(&item.name);
    EntryError::new(path, action, cause)
}

/// A link that is being copied.
struct Link<'l> {
    directory: &'l dyn Directory,
    name: &'l [u8],
}

/// An error of a storage as one of the system.
fn plain(error: StorageError) -> io::Error {
    match error {
        StorageError::Io(error) => error,
        other => io::Error::other(other),
    }
}

impl Target for Link<'_> {
    fn metadata(&self) -> io::Result<Metadata> {
        let found = self.directory.stat(self.name, Links::Refuse);
        found.map(|(_, metadata)| metadata).map_err(plain)
    }

    fn set(&self, attributes: &Attributes) -> io::Result<()> {
        self.directory.set_attributes(self.name, attributes).map_err(plain)
    }

    fn set_extended(&self, attribute: &ExtendedAttribute) -> io::Result<()> {
        let set = self.directory.set_extended_attribute(self.name, attribute);
        set.map_err(plain)
    }

    fn remove_extended(&self, _: &[u8]) -> io::Result<()> {
        // Links have no access control lists.
        Ok(())
    }
}
