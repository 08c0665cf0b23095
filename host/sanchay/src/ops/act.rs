//! One step: done, looked at, or undone. Each acts relative to the handles of
//! the folders concerned, and only while the entry is the one that is meant.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    io,
    os::unix::ffi::OsStringExt as _,
    sync::Arc,
    time::SystemTime,
};

use sanchay_core::{
    kind::EntryKind,
    plan::{Expectation, Made, Operation},
    time::{Timestamp, Zone, strftime},
};
use sanchay_sandbox::Algorithm;
use sanchay_storage::{
    Attributes, Directory, FileId, Links, Metadata, StorageError,
};

use super::{
    copy::{Copied, Copier, CopyItem, CopyOptions, Expected, Folder},
    folders::{FolderId, join},
    handles::Handles,
    places::Places,
    renamed::Renames,
    replace::Known,
    replacing::{Replacing, Separated},
    rows::{Row, Spot},
    siblings::Siblings,
    trash::{Trash, TrashOptions, Trashed},
};
use crate::{
    engine::Engine,
    error::{Cause, Problem},
};

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done.
    Done(Done),
    /// There was no need.
    Skipped(String),
    Failed(String),
}

/// What is known of a step that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// What it made, if that has to be known to undo it.
    pub(super) made: Option<Made>,
    /// What it could not keep or do, in words, if anything.
    pub(super) note: Option<String>,
}

impl Done {
    /// What a copy is, and what it lacks.
    pub(super) fn copied(row: &Row, copied: &Copied) -> Self {
        let size = copied.metadata.size;
        let made_up = row.kind == EntryKind::File && row.size != size;
        let lost = copied.lost.describe();
        let note = match lost.map(|lost| format!("it does not have {lost}")) {
            _ if made_up => Some(format!(
                "{size} bytes were copied: its file system does not tell its \
                 size"
            )),
            lost => lost,
        };
        Self { made: Some(made(&copied.metadata)), note }
    }
}

/// What is found of a step of which nobody wrote what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    NotDone,
    Done,
    /// It was half done: a copy of what is moved is there, and so is the
    /// original.
    Copied,
    /// It cannot be told.
    Neither(String),
}

/// Does steps.
#[derive(Debug)]
pub(super) struct Actor {
    handles: Handles,
    /// The folders of the last steps.
    recent: [Option<(FolderId, Arc<dyn Directory>)>; 2],
    /// Where only looked at is what would be done: what would then be where.
    supposed: Option<Supposed>,
    trash: Trash,
    /// Moves what has to go to another file system.
    mover: Copier,
    /// When the run began that is undone.
    begun: Option<Timestamp>,
    /// Files that made way for equal ones.
    pub(super) replaced: Separated,
    /// When files with several names were last changed by a step of this run,
    /// where that is known.
    changed: HashMap<FileId, Option<Timestamp>>,
    /// Steps by files with several names.
    siblings: Siblings,
    /// Files with several names that are one again.
    linked_back: HashSet<FileId>,
    /// Keeps the known digests of files that are renamed.
    renames: Renames,
}

/// What would be where if steps were undone.
#[derive(Debug, Default)]
struct Supposed {
    entries: HashMap<(FolderId, Vec<u8>), Option<Metadata>>,
    /// Folders that would have other paths: a root, the path that it would
    /// have, and the one that it has.
    folders: Vec<(u32, Vec<u8>, Vec<u8>)>,
}

impl Supposed {
    /// The path that a folder has which would have this one.
    fn actual(&self, root: u32, path: &[u8]) -> Vec<u8> {
        let mut path = path.to_vec();
        for (of, supposed, actual) in self.folders.iter().rev() {
            let rest = path.strip_prefix(supposed.as_slice());
            let rest = rest.filter(|rest| {
                *of == root && (rest.is_empty() || rest.starts_with(b"/"))
            });
            if let Some(rest) = rest {
                path = [actual, rest].concat();
            }
        }
        path
    }
}

pub(super) type Tried<T> = Result<T, String>;

/// Why a name could not be given.
pub(super) const TAKEN: &str = "something has that name by now";

/// Why an entry is not the one that is meant.
pub(super) const ANOTHER: &str = "another entry has taken its place";

/// Why an entry is not undone.
pub(super) const GONE: &str = "it is no longer there";

/// Why a copy stays.
const CHANGED: &str = "the copy was changed since";

pub(super) fn why(error: StorageError) -> String {
    Cause::from(error).to_string()
}

impl Actor {
    pub(super) fn new(
        handles: Handles,
        engine: &Engine,
        zone: Zone,
        run: &str,
    ) -> Self {
        let now = move || {
            let now = Timestamp::from(SystemTime::now());
            strftime("%Y-%m-%dT%H:%M:%S", now, &zone).unwrap_or_default()
        };
        let storage = Arc::clone(handles.storage());
        let trash = Trash::new(storage, TrashOptions::of_process(now));
        let mover = engine.copier(CopyOptions {
            verify: Some(Algorithm::Xxh3_128),
            remove_originals: true,
            ..CopyOptions::default()
        });
        Self {
            handles,
            recent: [None, None],
            supposed: None,
            trash,
            mover: mover.named(run),
            begun: None,
            changed: HashMap::new(),
            siblings: Siblings::default(),
            linked_back: HashSet::new(),
            replaced: Separated::of_run(run),
            renames: Renames::new(engine.digest_cache()),
        }
    }

    /// Tells of the steps that are done to files with several names: one that
    /// was moved to another file system becomes a name of the others again.
    pub(super) fn know_siblings(&mut self, siblings: Siblings) {
        self.siblings = siblings;
    }

    /// Whether the names of a file that were moved back are its names again.
    pub(super) fn is_linked_back(&self, id: FileId) -> bool {
        self.linked_back.contains(&id)
    }

    /// From now on, a file with several names has this change time: a step of
    /// this run left it. `None` where that is not known.
    pub(super) fn expect_change(
        &mut self,
        id: FileId,
        changed: Option<Timestamp>,
    ) {
        self.changed.insert(id, changed);
    }

    /// Notes the change time that a step left on a file, by another name of
    /// it: one of these rows. Returns it.
    pub(super) fn note_change<'r>(
        &mut self,
        places: &Places,
        id: FileId,
        others: impl IntoIterator<Item = &'r Row>,
    ) -> Option<Timestamp> {
        let changed = others.into_iter().find_map(|row| {
            let found = self.at(places, row.from).ok().flatten()?;
            (found.id == id).then_some(found.changed)
        });
        self.changed.insert(id, changed);
        changed
    }

    /// Says where the copy of a file with several names is that was moved to
    /// another file system before: the names that are left become names of it.
    pub(super) fn remember_moved(
        &mut self,
        places: &Places,
        row: &Row,
        id: FileId,
        copy: Spot,
    ) {
        if let Ok(folder) = self.known(places, copy.folder) {
            let was = (row.size, row.modified);
            let name = places.rows.name(copy);
            self.mover.remember(id, was, &folder, name);
        }
    }

    /// Removes what this run left that was killed while it copied.
    pub(super) fn remove_leftovers(&mut self, places: &Places, steps: &[u32]) {
        let mut seen = HashSet::new();
        for at in steps {
            let Some(row) = places.rows.get(*at) else { continue };
            if Replacing::does(row) {
                continue;
            }
            let folders = match row.operation {
                Operation::Copy | Operation::Reflink => [row.to.folder; 2],
                Operation::Move => [row.to.folder, row.from.folder],
                _ => continue,
            };
            // Within a file system nothing is copied.
            let copies = row.operation != Operation::Move;
            if !seen.insert((folders, copies, row.id.device)) {
                continue;
            }
            let opened = self.known(places, row.to.folder);
            let device = opened.ok().and_then(|it| it.directory().id().ok());
            let within = device.is_some_and(|it| it.device == row.id.device);
            if within && !copies {
                continue;
            }
            for folder in folders {
                let Ok(folder) = self.known(places, folder) else { continue };
                if let Err(error) = self.mover.remove_leftovers(&folder) {
                    tracing::debug!(%error, "half a copy stays");
                }
            }
        }
    }

    /// From now on, an entry that was created later is none that the run found,
    /// though it has the same inode: file systems use these again.
    pub(super) fn expect_older_than(&mut self, begun: Option<Timestamp>) {
        self.begun = begun;
    }

    /// Whether an entry was created after the run began that is undone.
    fn is_newer(&self, found: &Metadata) -> bool {
        let times = found.created.zip(self.begun);
        times.is_some_and(|(created, begun)| created > begun)
    }

    /// A folder as copies and the trash know it.
    pub(super) fn known(
        &mut self,
        places: &Places,
        folder: FolderId,
    ) -> Result<Arc<Folder>, StorageError> {
        let directory = self.folder(places, folder)?;
        let (root, below) = places.folders.get(folder);
        let above = self.handles.open(root, b"")?;
        let path = join(self.handles.root(root), below);
        let path = OsString::from_vec(path).into();
        Ok(Folder::beneath(above, below, directory, path))
    }

    /// The root that a folder is beneath.
    fn root_of(
        &mut self,
        places: &Places,
        folder: FolderId,
    ) -> Result<Arc<Folder>, StorageError> {
        let (root, _) = places.folders.get(folder);
        let directory = self.handles.open(root, b"")?;
        let path = OsString::from_vec(self.handles.root(root).to_vec());
        Ok(Folder::new(directory, path.into()))
    }

    /// Whether steps are undone in thought only.
    pub(super) const fn supposes(&self) -> bool {
        self.supposed.is_some()
    }

    /// From now on, steps are undone in thought only.
    pub(super) fn only_suppose(&mut self) {
        self.supposed = Some(Supposed::default());
    }

    /// Supposes that something is at a place, or nothing; whether that is all
    /// that is to be done.
    fn suppose(
        &mut self,
        places: &Places,
        spot: Spot,
        what: Option<Metadata>,
    ) -> bool {
        let Some(supposed) = &mut self.supposed else { return false };
        let name = places.rows.name(spot).to_vec();
        supposed.entries.insert((spot.folder, name), what);
        true
    }

    /// Whether what is at a place is only supposed.
    fn is_supposed(&self, places: &Places, spot: Spot) -> bool {
        self.supposed.as_ref().is_some_and(|supposed| {
            let name = places.rows.name(spot).to_vec();
            supposed.entries.contains_key(&(spot.folder, name))
        })
    }

    /// Supposes that a folder was renamed back.
    fn suppose_folder(&mut self, places: &Places, row: &Row) {
        let (root, _) = places.folders.get(row.from.folder);
        let (other, _) = places.folders.get(row.to.folder);
        if let Some(supposed) = &mut self.supposed
            && row.kind == EntryKind::Directory
            && root == other
        {
            let paths = (places.below(row.from), places.below(row.to));
            supposed.folders.push((root, paths.0, paths.1));
        }
    }

    /// A folder, open.
    pub(super) fn folder(
        &mut self,
        places: &Places,
        folder: FolderId,
    ) -> Result<Arc<dyn Directory>, StorageError> {
        let mut recent = self.recent.iter().flatten();
        if let Some((_, open)) = recent.find(|(it, _)| *it == folder) {
            return Ok(Arc::clone(open));
        }
        let (root, path) = places.folders.get(folder);
        let open = match &self.supposed {
            Some(supposed) => {
                let path = supposed.actual(root, path);
                return self.handles.open(root, &path);
            }
            None => self.handles.open(root, path)?,
        };
        self.recent.swap(0, 1);
        if let Some(first) = self.recent.first_mut() {
            *first = Some((folder, Arc::clone(&open)));
        }
        Ok(open)
    }

    /// Forgets folders that may have other paths now.
    fn forget(&mut self) {
        self.recent = [None, None];
        self.handles.forget();
    }

    /// The entry of a row, in its folder, if it is what it was.
    fn source(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<Arc<dyn Directory>> {
        let folder = self.folder(places, row.from.folder).map_err(why)?;
        let name = places.rows.name(row.from);
        let (_, found) = folder.stat(name, Links::Refuse).map_err(why)?;
        match self.is_same(row, &found) {
            true => Ok(folder),
            false => Err(unlike(row, &found).to_owned()),
        }
    }

    /// Does a step.
    pub(super) fn act(&mut self, places: &Places, row: &Row) -> Outcome {
        match self.try_act(places, row) {
            Ok(outcome) => outcome,
            Err(why) => Outcome::Failed(why),
        }
    }

    fn try_act(&mut self, places: &Places, row: &Row) -> Tried<Outcome> {
        let (from, to) =
            (places.rows.name(row.from), places.rows.name(row.to));
        if row.kept.is_some() {
            self.compare_with_kept(places, row)?;
        }
        match row.operation {
            Operation::CreateFolder => {
                let above = self.folder(places, row.to.folder).map_err(why)?;
                return match above.create_dir(to, 0o777) {
                    Ok(()) => Ok(Outcome::Done(Done::default())),
                    Err(error) if error.is(io::ErrorKind::AlreadyExists) => {
                        above.open_dir(to, Links::Refuse).map_err(why)?;
                        let why = "it is there by now";
                        Ok(Outcome::Skipped(why.to_owned()))
                    }
                    Err(error) => Err(why(error)),
                };
            }
            Operation::Rename | Operation::Move => {
                let source = self.source(places, row)?;
                let target =
                    self.folder(places, row.to.folder).map_err(why)?;
                let known = self.renames.begin(&*source, from, row.id);
                match source.rename(from, &*target, to) {
                    Err(error)
                        if error.is(io::ErrorKind::CrossesDevices)
                            && row.operation == Operation::Move =>
                    {
                        let (from, to) = (row.from, row.to);
                        let expected = Some(expected(row));
                        let copied = self.carry(places, from, to, expected)?;
                        return Ok(Outcome::Done(Done::copied(row, &copied)));
                    }
                    renamed => renamed.map_err(taken)?,
                }
                self.renames.end(known, &target, to);
                if row.kind == EntryKind::Directory {
                    self.forget();
                }
            }
            Operation::HardLink => {
                let source = self.source(places, row)?;
                let target =
                    self.folder(places, row.to.folder).map_err(why)?;
                source.hard_link(from, &*target, to).map_err(taken)?;
            }
            Operation::Symlink => {
                self.source(places, row)?;
                let target =
                    self.folder(places, row.to.folder).map_err(why)?;
                let text = self.text_of_link(places, row.from);
                target.symlink(&text, to).map_err(taken)?;
            }
            Operation::Delete => {
                let source = self.source(places, row)?;
                match row.kind {
                    EntryKind::Directory => source.remove_dir(from),
                    _ => source.remove_file(from),
                }
                .map_err(why)?;
            }
            Operation::Trash => {
                self.source(places, row)?;
                let folder =
                    self.known(places, row.from.folder).map_err(why)?;
                let root =
                    self.root_of(places, row.from.folder).map_err(why)?;
                // What is in a folder may have gone before it.
                let expected = match row.kind {
                    EntryKind::Directory => None,
                    _ => Some(expected(row)),
                };
                let put = self.trash.put(&folder, from, &root, expected);
                let put = put.map_err(|error| error.cause.to_string())?;
                if row.kind == EntryKind::Directory {
                    self.forget();
                }
                let at = put.trash.into_os_string().into_vec();
                let at = [&at, &b"/files/"[..], &put.name].concat();
                let expect = row.expectation();
                let made = Made { expect, at: Some(at), was: None };
                return Ok(Outcome::Done(Done {
                    made: Some(made),
                    note: None,
                }));
            }
            // Many at a time: see `copies` and `replacing`.
            Operation::Copy | Operation::Reflink => {
                return Err("it is copied with others".to_owned());
            }
        }
        Ok(Outcome::Done(Done::default()))
    }

    /// Moves a file to another file system: copies it, compares, and removes
    /// the original.
    fn carry(
        &mut self,
        places: &Places,
        from: Spot,
        to: Spot,
        expected: Option<Expected>,
    ) -> Tried<Copied> {
        let item = CopyItem {
            source: self.known(places, from.folder).map_err(why)?,
            name: places.rows.name(from).to_vec(),
            target: self.known(places, to.folder).map_err(why)?,
            new_name: places.rows.name(to).to_vec(),
            expected,
            tag: (),
        };
        self.mover.copy(&item).map_err(|error| match error.kind() {
            Some(io::ErrorKind::AlreadyExists) => TAKEN.to_owned(),
            _ => error.cause.to_string(),
        })
    }

    /// Whether an entry is what a row expects.
    fn is_same(&self, row: &Row, found: &Metadata) -> bool {
        if found.id != row.id || found.kind != row.kind {
            return false;
        }
        if row.kind == EntryKind::Directory {
            return true;
        }
        let changed = match self.changed.get(&row.id) {
            Some(changed) => *changed,
            None => row.changed,
        };
        (found.size, found.modified) == (row.size, row.modified)
            && changed.is_none_or(|changed| changed == found.changed)
    }

    /// Whether an entry is a copy that a move to another file system made of a
    /// row's entry, as far as can be seen.
    fn is_moved_copy(
        &self,
        places: &Places,
        row: &Row,
        found: &Metadata,
    ) -> bool {
        let is_source =
            |other: &Row| other.operation.has_source() && other.id == found.id;
        row.operation == Operation::Move
            && found.id.device != row.id.device
            && is_copy_of(row, found)
            && found
                .created
                .zip(self.begun)
                .is_none_or(|(created, begun)| created >= begun)
            && !places.rows.all.iter().any(is_source)
    }

    /// Removes the copy of an entry whose move to another file system was ended
    /// before the original was removed.
    pub(super) fn remove_half(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<()> {
        let Some(copy) = self.at(places, row.to)? else { return Ok(()) };
        if !self.is_moved_copy(places, row, &copy) {
            return Err(TAKEN.to_owned());
        }
        self.check_original(places, row, &copy)?;
        self.remove(places, row.to)
    }

    /// Removes what is at a place, or supposes so.
    fn remove(&mut self, places: &Places, spot: Spot) -> Tried<()> {
        if self.suppose(places, spot, None) {
            return Ok(());
        }
        let folder = self.folder(places, spot.folder).map_err(why)?;
        folder.remove_file(places.rows.name(spot)).map_err(why)
    }

    /// What a symbolic link to a place says: the path from the top.
    pub(super) fn text_of_link(&self, places: &Places, spot: Spot) -> Vec<u8> {
        let (root, _) = places.folders.get(spot.folder);
        join(self.handles.root(root), &places.below(spot))
    }

    /// What is at a place, if anything is.
    pub(super) fn at(
        &mut self,
        places: &Places,
        spot: Spot,
    ) -> Tried<Option<Metadata>> {
        let gone = |error: &StorageError| {
            error.is(io::ErrorKind::NotFound)
                || error.is(io::ErrorKind::NotADirectory)
        };
        if let Some(supposed) = &self.supposed {
            let key = (spot.folder, places.rows.name(spot).to_vec());
            if let Some(what) = supposed.entries.get(&key) {
                return Ok(*what);
            }
        }
        let folder = match self.folder(places, spot.folder) {
            Ok(folder) => folder,
            Err(error) if gone(&error) => return Ok(None),
            Err(error) => return Err(why(error)),
        };
        match folder.stat(places.rows.name(spot), Links::Refuse) {
            Ok((_, found)) => Ok(Some(found)),
            Err(error) if gone(&error) => Ok(None),
            Err(error) => Err(why(error)),
        }
    }

    /// Whether a symbolic link is the one that a row made.
    fn is_own_link(&mut self, places: &Places, row: &Row) -> bool {
        let text = self.text_of_link(places, row.from);
        let folder = self.folder(places, row.to.folder).ok();
        let found =
            folder.and_then(|it| it.read_link(places.rows.name(row.to)).ok());
        found.is_some_and(|found| found == text)
    }

    /// Supposes that a step is done, or says why it could not be.
    pub(super) fn try_out(&mut self, places: &Places, row: &Row) -> Tried<()> {
        let mut found = None;
        if let Some(kept) = places.rows.kept(row) {
            let there = self.at(places, kept.from)?.ok_or(GONE)?;
            if Expected::of(&there) != expected(kept) {
                return Err("the file that stays was changed since".into());
            }
        }
        if row.operation.has_source() {
            let there = self.at(places, row.from)?.ok_or(GONE)?;
            if !self.is_same(row, &there) {
                return Err(unlike(row, &there).to_owned());
            }
            found = Some(there);
        }
        if row.has_to {
            let folder = self.directory(places, row.to.folder)?;
            let is_folder = row.operation == Operation::CreateFolder;
            match self.at(places, row.to)? {
                None => {}
                Some(it) if is_folder && it.kind == EntryKind::Directory => {}
                Some(_) => return Err(TAKEN.to_owned()),
            }
            self.suppose(places, row.to, found.or(Some(folder)));
        }
        if row.operation.takes_away() {
            self.suppose(places, row.from, None);
        }
        Ok(())
    }

    /// What a folder is, if it is there or supposed to be.
    fn directory(
        &mut self,
        places: &Places,
        folder: FolderId,
    ) -> Tried<Metadata> {
        let found = self
            .folder(places, folder)
            .and_then(|it| Ok(it.as_file()?.metadata()?));
        let error = match found {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let (root, path) = places.folders.get(folder);
        let (above, name) = super::folders::split(path);
        let supposed = places.folders.find(root, above).and_then(|above| {
            let supposed = self.supposed.as_ref()?;
            *supposed.entries.get(&(above, name.to_vec()))?
        });
        supposed.ok_or_else(|| why(error))
    }

    /// Looks whether a step was done.
    pub(super) fn look(&mut self, places: &Places, row: &Row) -> Found {
        self.try_look(places, row).unwrap_or_else(Found::Neither)
    }

    fn try_look(&mut self, places: &Places, row: &Row) -> Tried<Found> {
        if Replacing::does(row) {
            return self.look_replaced(places, row);
        }
        let is_it = |found: &Option<Metadata>| {
            found.as_ref().is_some_and(|found| found.id == row.id)
        };
        let done = |is_done: bool| match is_done {
            true => Found::Done,
            false => Found::NotDone,
        };
        Ok(match row.operation {
            Operation::CreateFolder => {
                let found = self.at(places, row.to)?;
                done(found.is_some_and(|it| it.kind == EntryKind::Directory))
            }
            Operation::HardLink => done(is_it(&self.at(places, row.to)?)),
            Operation::Symlink => done(self.is_own_link(places, row)),
            Operation::Delete => done(!is_it(&self.at(places, row.from)?)),
            Operation::Rename | Operation::Move => {
                let is_there = is_it(&self.at(places, row.from)?);
                let moves = row.operation == Operation::Move;
                if is_there && !moves {
                    return Ok(Found::NotDone);
                }
                let found = self.at(places, row.to)?;
                let is_copy = found
                    .is_some_and(|it| self.is_moved_copy(places, row, &it));
                match (is_there, is_copy) {
                    (true, true) => Found::Copied,
                    (true, false) => Found::NotDone,
                    (false, copied) if copied || is_it(&found) => Found::Done,
                    (false, _) => {
                        let why = "it is at neither of its places";
                        Found::Neither(why.to_owned())
                    }
                }
            }
            Operation::Trash => done(!is_it(&self.at(places, row.from)?)),
            Operation::Copy | Operation::Reflink => {
                // The original itself may have been moved there.
                let found = self.at(places, row.to)?;
                let is_copy = |found: Metadata| {
                    found.id != row.id && is_copy_of(row, &found)
                };
                done(found.is_some_and(is_copy))
            }
        })
    }

    /// What is known of a step that was found done: of a move to another file
    /// system, what it made there.
    pub(super) fn found_done(&mut self, places: &Places, row: &Row) -> Done {
        let copy = match row.operation {
            Operation::Move => self.at(places, row.to).ok().flatten(),
            _ => None,
        };
        let copy = copy.filter(|copy| copy.id.device != row.id.device);
        Done { made: copy.as_ref().map(made), note: None }
    }

    /// Undoes a step that was done, or says why not.
    pub(super) fn undo(
        &mut self,
        places: &Places,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<()> {
        if Replacing::does(row) {
            return self.separate(places, row, made);
        }
        match row.operation {
            Operation::Rename | Operation::Move => {
                self.move_back(places, row, made)
            }
            Operation::CreateFolder => {
                match self.at(places, row.to)? {
                    None => return Ok(()),
                    Some(it) if it.kind != EntryKind::Directory => {
                        return Err("it is no folder any more".into());
                    }
                    Some(_) if self.suppose(places, row.to, None) => {
                        return Ok(());
                    }
                    Some(_) => {}
                }
                let above = self.folder(places, row.to.folder).map_err(why)?;
                self.forget();
                let name = places.rows.name(row.to);
                above.remove_dir(name).map_err(|error| {
                    match error.is(io::ErrorKind::DirectoryNotEmpty) {
                        true => "it is not empty".to_owned(),
                        false => why(error),
                    }
                })
            }
            Operation::HardLink => match self.at(places, row.to)? {
                None => Ok(()),
                Some(found) if found.id != row.id || self.is_newer(&found) => {
                    Err(ANOTHER.into())
                }
                Some(found) if found.links < 2 => {
                    Err("it is the last name of its file".into())
                }
                Some(_) => self.remove(places, row.to),
            },
            Operation::Symlink => match self.at(places, row.to)? {
                None => Ok(()),
                Some(_) if !self.is_own_link(places, row) => {
                    Err(ANOTHER.into())
                }
                Some(_) => self.remove(places, row.to),
            },
            Operation::Delete => Err("it was deleted for good".into()),
            Operation::Copy | Operation::Reflink => {
                let Some(found) = self.at(places, row.to)? else {
                    return Ok(());
                };
                let own = match made {
                    Some(made) => is_made(made, &found),
                    None => is_copy_of(row, &found),
                };
                if !own {
                    return Err(CHANGED.into());
                }
                self.check_original(places, row, &found)?;
                self.remove(places, row.to)
            }
            Operation::Trash => self.take_out(places, row, made),
        }
    }

    /// Moves an entry back that was renamed or moved.
    fn move_back(
        &mut self,
        places: &Places,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<()> {
        let found = self.at(places, row.to)?;
        let back = self.at(places, row.from)?;
        if found.is_some_and(|it| it.id == row.id && self.is_newer(&it)) {
            return Err(ANOTHER.into());
        }
        let is_copy = found.is_some_and(|found| match made {
            _ if found.id == row.id => false,
            Some(made) => is_made(made, &found),
            None => self.is_moved_copy(places, row, &found),
        });
        match (found, back) {
            (found, Some(back)) if back.id == row.id => {
                if self.is_newer(&back) {
                    return Err(match found {
                        Some(_) => "its old name is taken".into(),
                        None => GONE.into(),
                    });
                }
                // It never left, or came back: its copy is one too many.
                match is_copy {
                    true => self.remove_half(places, row),
                    false if found.is_some_and(|it| it.id == row.id) => {
                        Err("its old name is taken".into())
                    }
                    false => Ok(()),
                }
            }
            // It was copied back before.
            (Some(found), Some(back))
                if is_copy
                    && is_copy_of(row, &back)
                    && back.id.device == row.id.device =>
            {
                self.check_equal(places, row, &back, &found)?;
                if row.has_other_names() {
                    self.remember_moved(places, row, found.id, row.from);
                }
                self.remove(places, row.to)
            }
            (None, Some(back))
                if row.operation == Operation::Move
                    && is_copy_of(row, &back)
                    && made.is_none_or(|made| crosses(row, made)) =>
            {
                // It was moved back before.
                if let Some(made) = made.filter(|_| row.has_other_names()) {
                    self.remember_moved(places, row, id_of(made), row.from);
                }
                Ok(())
            }
            (None, _) => Err(GONE.into()),
            (Some(_), Some(_)) => Err("its old name is taken".into()),
            (Some(found), None) => {
                if found.id != row.id && !is_copy {
                    return Err(ANOTHER.into());
                }
                let other =
                    self.original_name(places, row).filter(|_| is_copy);
                if let Some((other, original)) = other {
                    let copied = Row { from: other, ..*row };
                    self.check_equal(places, &copied, &original, &found)?;
                    self.linked_back.insert(row.id);
                    return self.link_back(places, row, other, original);
                }
                if self.suppose(places, row.to, None) {
                    self.suppose(places, row.from, Some(found));
                    if !is_copy {
                        self.suppose_folder(places, row);
                    }
                    return Ok(());
                }
                if is_copy {
                    return self.carry_back(places, row, &found);
                }
                let now = self.folder(places, row.to.folder).map_err(why)?;
                let old = self.folder(places, row.from.folder).map_err(why)?;
                let (from, to) =
                    (places.rows.name(row.from), places.rows.name(row.to));
                let known = self.renames.begin(&*now, to, row.id);
                now.rename(to, &*old, from).map_err(taken)?;
                self.renames.end(known, &old, from);
                if row.kind == EntryKind::Directory {
                    self.forget();
                }
                Ok(())
            }
        }
    }

    /// Where another name of a row's file is that did not go to another file
    /// system with it, or came back, and what is there.
    fn original_name(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Option<(Spot, Metadata)> {
        let siblings = std::mem::take(&mut self.siblings);
        let found = siblings.all(places, row).find_map(|other| {
            let found = self.at(places, other.from).ok().flatten()?;
            (found.id == row.id && !self.is_newer(&found))
                .then_some((other.from, found))
        });
        self.siblings = siblings;
        found
    }

    /// Gives a file its old name back, whose copy on another file system goes.
    fn link_back(
        &mut self,
        places: &Places,
        row: &Row,
        other: Spot,
        original: Metadata,
    ) -> Tried<()> {
        if self.suppose(places, row.from, Some(original)) {
            self.suppose(places, row.to, None);
            return Ok(());
        }
        let from = self.folder(places, other.folder).map_err(why)?;
        let to = self.folder(places, row.from.folder).map_err(why)?;
        let (name, new) =
            (places.rows.name(other), places.rows.name(row.from));
        from.hard_link(name, &*to, new).map_err(taken)?;
        self.remove(places, row.to)
    }

    /// Moves a copy on another file system back, with the time that it should
    /// have.
    fn carry_back(
        &mut self,
        places: &Places,
        row: &Row,
        copy: &Metadata,
    ) -> Tried<()> {
        self.carry(places, row.to, row.from, None)?;
        if copy.modified != row.modified {
            let modified = Some(row.modified);
            let times = Attributes { modified, ..Attributes::default() };
            let folder = self.folder(places, row.from.folder).map_err(why)?;
            let set =
                folder.set_attributes(places.rows.name(row.from), &times);
            if let Err(error) = set {
                tracing::debug!(%error, "a file keeps another time");
            }
        }
        Ok(())
    }

    /// Fails unless the original of a copy is there and has the same content:
    /// what is removed is never the only one.
    fn check_original(
        &mut self,
        places: &Places,
        row: &Row,
        copy: &Metadata,
    ) -> Tried<()> {
        // Its bytes are compared: when it was changed otherwise is no matter.
        match self.at(places, row.from)? {
            Some(original)
                if original.id == row.id && is_copy_of(row, &original) =>
            {
                self.check_equal(places, row, &original, copy)
            }
            _ => Err("its original is not what it was".into()),
        }
    }

    /// Fails unless what is at both places of a row is not the same and has
    /// the same content.
    fn check_equal(
        &mut self,
        places: &Places,
        row: &Row,
        original: &Metadata,
        copy: &Metadata,
    ) -> Tried<()> {
        if original.id == copy.id {
            return Err("it is the only one".into());
        }
        if self.is_supposed(places, row.from)
            || self.is_supposed(places, row.to)
        {
            // There is nothing to compare.
            return Ok(());
        }
        if row.kind == EntryKind::Symlink {
            let mut says = |spot: Spot| {
                let folder = self.folder(places, spot.folder)?;
                folder.read_link(places.rows.name(spot))
            };
            let same =
                says(row.from).map_err(why)? == says(row.to).map_err(why)?;
            return same.then_some(()).ok_or_else(|| CHANGED.into());
        }
        if row.kind != EntryKind::File {
            return Ok(());
        }
        if original.size == 0 && copy.size > 0 {
            let why = "its original does not tell its size: the two cannot \
                       be compared";
            return Err(why.into());
        }
        let source = self.known(places, row.from.folder).map_err(why)?;
        let target = self.known(places, row.to.folder).map_err(why)?;
        let known = |folder, name| Known { folder, name, expected: None };
        let original = known(&source, places.rows.name(row.from));
        let copy = known(&target, places.rows.name(row.to));
        match original.is_equal_to(&copy) {
            Ok(()) => Ok(()),
            Err(Cause::Problem(Problem::NotEqual)) => Err(CHANGED.into()),
            Err(cause) => Err(cause.to_string()),
        }
    }

    /// Takes an entry out of the trash.
    fn take_out(
        &mut self,
        places: &Places,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<()> {
        let name = places.rows.name(row.from);
        match self.at(places, row.from)? {
            Some(found) if found.id == row.id => return Ok(()),
            Some(_) => return Err("its old name is taken".into()),
            None => {}
        }
        let folder = self.known(places, row.from.folder).map_err(why)?;
        let at = made.and_then(|made| made.at.as_deref()).and_then(trashed);
        let trashed = match at {
            Some(at) => at,
            // Nobody wrote where it is.
            None => {
                let root =
                    self.root_of(places, row.from.folder).map_err(why)?;
                let found = self.trash.search(&folder, name, &root, row.id);
                found.ok_or("it is not in the trash any more")?
            }
        };
        let found = self.trash.look(&trashed).map_err(|error| match error
            .is(io::ErrorKind::NotFound)
        {
            true => "it is not in the trash any more".to_owned(),
            false => why(error),
        })?;
        if found.id != row.id {
            return Err("another entry has its place in the trash".into());
        }
        if self.suppose(places, row.from, Some(found)) {
            return Ok(());
        }
        let restored = self.trash.restore(&trashed, &folder, name);
        restored.map_err(|error| error.cause.to_string())
    }
}

/// Where something is in the trash, by the path that a journal has.
fn trashed(at: &[u8]) -> Option<Trashed> {
    let (files, name) = super::folders::split(at);
    let trash = files.strip_suffix(b"/files")?;
    let trash = OsString::from_vec(trash.to_vec()).into();
    Some(Trashed { trash, name: name.to_vec() })
}

/// Why an entry is not what a row expects.
fn unlike(row: &Row, found: &Metadata) -> &'static str {
    match found.id == row.id {
        true => "it was changed since the plan was made",
        false => ANOTHER,
    }
}

/// What a copy made.
pub(super) fn made(copy: &Metadata) -> Made {
    let expect = Expectation {
        kind: copy.kind,
        device: copy.id.device,
        inode: copy.id.inode,
        size: copy.size,
        links: None,
        modified: copy.modified,
        changed: None,
        hash: None,
    };
    Made { expect, at: None, was: None }
}

/// What identifies what a step made.
pub(super) fn id_of(made: &Made) -> FileId {
    let Expectation { device, inode, .. } = made.expect;
    FileId { device, inode }
}

/// Whether a step made something on another file system than its entry's.
pub(super) fn crosses(row: &Row, made: &Made) -> bool {
    row.operation == Operation::Move && made.expect.device != row.id.device
}

/// What an entry has to be for who copies it.
pub(super) fn expected(row: &Row) -> Expected {
    Expected { id: row.id, size: row.size, modified: row.modified }
}

/// Whether an entry is what a step made.
fn is_made(made: &Made, found: &Metadata) -> bool {
    let Expectation { size, modified, .. } = made.expect;
    (id_of(made), size, modified) == (found.id, found.size, found.modified)
}

/// Whether an entry looks like the copy of a row's entry.
fn is_copy_of(row: &Row, found: &Metadata) -> bool {
    (row.kind, row.size, row.modified)
        == (found.kind, found.size, found.modified)
}

/// Why a name could not be given.
fn taken(error: StorageError) -> String {
    match error.is(io::ErrorKind::AlreadyExists) {
        true => TAKEN.to_owned(),
        false => why(error),
    }
}
