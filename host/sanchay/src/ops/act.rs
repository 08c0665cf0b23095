//! One step: done, looked at, or undone. Each acts relative to the handles of
//! the folders concerned, and only while the entry is the one that is meant.

use std::{
    collections::HashMap, ffi::OsString, io, os::unix::ffi::OsStringExt as _,
    sync::Arc, time::SystemTime,
};

use sanchay_core::{
    kind::EntryKind,
    plan::{Expectation, Made, Operation},
    time::{Timestamp, strftime},
};
use sanchay_sandbox::Algorithm;
use sanchay_storage::{Directory, FileId, Links, Metadata, StorageError};

use super::{
    copy::{Copier, CopyItem, CopyOptions, Expected, Folder},
    folders::{FolderId, join},
    handles::Handles,
    places::Places,
    renamed::Renames,
    replace::Known,
    rows::{Row, Spot},
    runs::Runs,
    trash::{Trash, TrashOptions, Trashed},
};
use crate::{
    engine::Engine,
    error::{Cause, Problem},
};

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done, and made this, if that has to be known to undo it.
    Done(Option<Made>),
    /// There was no need.
    Skipped(String),
    Failed(String),
}

/// What is found of a step of which nobody wrote what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    NotDone,
    Done,
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

type Tried<T> = Result<T, String>;

fn why(error: StorageError) -> String {
    Cause::from(error).to_string()
}

impl Actor {
    pub(super) fn new(handles: Handles, engine: &Engine, runs: &Runs) -> Self {
        let zone = runs.time_zone();
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
        let recent = [None, None];
        let renames = Renames::new(engine.digest_cache());
        let (supposed, begun) = (None, None);
        Self { handles, recent, supposed, trash, mover, begun, renames }
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
        let (root, path) = places.folders.get(folder);
        let path = join(self.handles.root(root), path);
        Ok(Folder::new(directory, OsString::from_vec(path).into()))
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
        match is_same(row, &found) {
            true => Ok(folder),
            false if found.id != row.id => {
                Err("another entry has taken its place".to_owned())
            }
            false => Err("it was changed since the plan was made".to_owned()),
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
        match row.operation {
            Operation::CreateFolder => {
                let above = self.folder(places, row.to.folder).map_err(why)?;
                return match above.create_dir(to, 0o777) {
                    Ok(()) => Ok(Outcome::Done(None)),
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
                        let expected = expected(row);
                        let made =
                            self.carry(places, from, to, Some(expected))?;
                        return Ok(Outcome::Done(Some(made)));
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
                return Ok(Outcome::Done(Some(Made { expect, at: Some(at) })));
            }
            // Many at a time: see `copies`.
            Operation::Copy | Operation::Reflink => {
                return Err("it is copied with others".to_owned());
            }
        }
        Ok(Outcome::Done(None))
    }

    /// Moves a file to another file system: copies it, compares, and removes
    /// the original.
    fn carry(
        &mut self,
        places: &Places,
        from: Spot,
        to: Spot,
        expected: Option<Expected>,
    ) -> Tried<Made> {
        let item = CopyItem {
            source: self.known(places, from.folder).map_err(why)?,
            name: places.rows.name(from).to_vec(),
            target: self.known(places, to.folder).map_err(why)?,
            new_name: places.rows.name(to).to_vec(),
            expected,
            tag: (),
        };
        let copied = self.mover.copy(&item);
        let copied = copied.map_err(|error| error.cause.to_string())?;
        Ok(made(&copied.metadata))
    }

    /// What a symbolic link to a place says: the path from the top.
    fn text_of_link(&self, places: &Places, spot: Spot) -> Vec<u8> {
        let (root, _) = places.folders.get(spot.folder);
        join(self.handles.root(root), &places.below(spot))
    }

    /// What is at a place, if anything is.
    fn at(&mut self, places: &Places, spot: Spot) -> Tried<Option<Metadata>> {
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

    /// Looks whether a step was done.
    pub(super) fn look(&mut self, places: &Places, row: &Row) -> Found {
        self.try_look(places, row).unwrap_or_else(Found::Neither)
    }

    fn try_look(&mut self, places: &Places, row: &Row) -> Tried<Found> {
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
                if is_it(&self.at(places, row.from)?) {
                    Found::NotDone
                } else if self.at(places, row.to)?.is_some_and(|found| {
                    found.id == row.id || is_moved_copy(row, &found)
                }) {
                    Found::Done
                } else {
                    let why = "it is at neither of its places";
                    Found::Neither(why.to_owned())
                }
            }
            Operation::Trash => done(!is_it(&self.at(places, row.from)?)),
            Operation::Copy | Operation::Reflink => {
                // The original itself may have been moved there.
                let found = self.at(places, row.to)?;
                let is_copy = |found: Metadata| {
                    found.id != row.id && is_copy(row, &found)
                };
                done(found.is_some_and(is_copy))
            }
        })
    }

    /// Undoes a step that was done, or says why not.
    pub(super) fn undo(
        &mut self,
        places: &Places,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<()> {
        let (from, to) =
            (places.rows.name(row.from), places.rows.name(row.to));
        match row.operation {
            Operation::Rename | Operation::Move => {
                let found = self.at(places, row.to)?;
                let back = self.at(places, row.from)?;
                let is_back = back
                    .as_ref()
                    .is_some_and(|it| it.id == row.id && !self.is_newer(it));
                if found
                    .as_ref()
                    .is_some_and(|it| it.id == row.id && self.is_newer(it))
                {
                    return Err("another entry has taken its place".into());
                }
                match (found, back) {
                    (found, _)
                        if is_back
                            && found.is_none_or(|it| it.id != row.id) =>
                    {
                        return Ok(());
                    }
                    (None, _) => return Err("it is no longer there".into()),
                    (Some(_), Some(_)) => {
                        return Err("its old name is taken".into());
                    }
                    (Some(found), None) if found.id != row.id => {
                        let own = match made {
                            Some(made) => is_made(made, &found),
                            None => is_moved_copy(row, &found),
                        };
                        if !own {
                            let why = "another entry has taken its place";
                            return Err(why.into());
                        }
                        if self.suppose(places, row.to, None) {
                            self.suppose(places, row.from, Some(found));
                            return Ok(());
                        }
                        self.carry(places, row.to, row.from, None)?;
                        return Ok(());
                    }
                    (Some(found), None) => {
                        if self.suppose(places, row.to, None) {
                            self.suppose(places, row.from, Some(found));
                            self.suppose_folder(places, row);
                            return Ok(());
                        }
                    }
                }
                let now = self.folder(places, row.to.folder).map_err(why)?;
                let old = self.folder(places, row.from.folder).map_err(why)?;
                let known = self.renames.begin(&*now, to, row.id);
                now.rename(to, &*old, from).map_err(taken)?;
                self.renames.end(known, &old, from);
                if row.kind == EntryKind::Directory {
                    self.forget();
                }
                Ok(())
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
                above.remove_dir(to).map_err(|error| {
                    match error.is(io::ErrorKind::DirectoryNotEmpty) {
                        true => "it is not empty".to_owned(),
                        false => why(error),
                    }
                })
            }
            Operation::HardLink => match self.at(places, row.to)? {
                None => Ok(()),
                Some(found) if found.id != row.id || self.is_newer(&found) => {
                    Err("another entry has taken its place".into())
                }
                Some(found) if found.links < 2 => {
                    Err("it is the last name of its file".into())
                }
                Some(_) if self.suppose(places, row.to, None) => Ok(()),
                Some(_) => {
                    let folder =
                        self.folder(places, row.to.folder).map_err(why)?;
                    folder.remove_file(to).map_err(why)
                }
            },
            Operation::Symlink => match self.at(places, row.to)? {
                None => Ok(()),
                Some(_) if !self.is_own_link(places, row) => {
                    Err("another entry has taken its place".into())
                }
                Some(_) if self.suppose(places, row.to, None) => Ok(()),
                Some(_) => {
                    let folder =
                        self.folder(places, row.to.folder).map_err(why)?;
                    folder.remove_file(to).map_err(why)
                }
            },
            Operation::Delete => Err("it was deleted for good".into()),
            Operation::Copy | Operation::Reflink => {
                let Some(found) = self.at(places, row.to)? else {
                    return Ok(());
                };
                let own = match made {
                    Some(made) => is_made(made, &found),
                    None => is_copy(row, &found),
                };
                if !own {
                    return Err("the copy was changed since".into());
                }
                self.check_original(places, row, &found)?;
                if self.suppose(places, row.to, None) {
                    return Ok(());
                }
                let folder =
                    self.folder(places, row.to.folder).map_err(why)?;
                folder.remove_file(to).map_err(why)
            }
            Operation::Trash => self.take_out(places, row, made),
        }
    }

    /// Fails unless the original of a copy is there and has the same content:
    /// what is removed is never the only one.
    fn check_original(
        &mut self,
        places: &Places,
        row: &Row,
        copy: &Metadata,
    ) -> Tried<()> {
        let original = self.at(places, row.from)?;
        let there =
            original.is_some_and(|it| is_same(row, &it) && it.id != copy.id);
        if !there {
            return Err("its original is not what it was".into());
        }
        if row.kind != EntryKind::File {
            return Ok(());
        }
        let source = self.known(places, row.from.folder).map_err(why)?;
        let target = self.known(places, row.to.folder).map_err(why)?;
        let known = |folder, name| Known { folder, name, expected: None };
        let original = known(&source, places.rows.name(row.from));
        let copy = known(&target, places.rows.name(row.to));
        match original.is_equal_to(&copy) {
            Ok(()) => Ok(()),
            Err(Cause::Problem(Problem::NotEqual)) => {
                Err("the copy was changed since".into())
            }
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

/// What a copy made.
pub(super) fn made(copy: &Metadata) -> Made {
    let expect = Expectation {
        kind: copy.kind,
        device: copy.id.device,
        inode: copy.id.inode,
        size: copy.size,
        modified: copy.modified,
        changed: None,
        hash: None,
    };
    Made { expect, at: None }
}

/// What an entry has to be for who copies it.
pub(super) fn expected(row: &Row) -> Expected {
    Expected { id: row.id, size: row.size, modified: row.modified }
}

/// Whether an entry is what a step made.
fn is_made(made: &Made, found: &Metadata) -> bool {
    let Expectation { device, inode, size, modified, .. } = made.expect;
    let id = FileId { device, inode };
    (id, size, modified) == (found.id, found.size, found.modified)
}

/// Whether an entry looks like the copy of a row's entry.
fn is_copy(row: &Row, found: &Metadata) -> bool {
    (row.kind, row.size, row.modified)
        == (found.kind, found.size, found.modified)
}

/// The same on another file system.
fn is_moved_copy(row: &Row, found: &Metadata) -> bool {
    row.operation == Operation::Move
        && found.id.device != row.id.device
        && is_copy(row, found)
}

/// Why a name could not be given.
fn taken(error: StorageError) -> String {
    match error.is(io::ErrorKind::AlreadyExists) {
        true => "something has that name by now".to_owned(),
        false => why(error),
    }
}

/// Whether an entry is what a row expects.
fn is_same(row: &Row, found: &Metadata) -> bool {
    if found.id != row.id || found.kind != row.kind {
        return false;
    }
    if row.kind == EntryKind::Directory {
        return true;
    }
    found.size == row.size
        && found.modified == row.modified
        && row.changed.is_none_or(|changed| changed == found.changed)
}
