//! One step: done, looked at, or undone. Each acts relative to the handles of
//! the folders concerned, and only while the entry is the one that is meant.

mod look;
mod similar;
mod suppose;
mod undo;

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    io,
    sync::Arc,
    time::SystemTime,
};

use sanchay_core::{
    kind::EntryKind,
    plan::{Expectation, Made, Operation},
    time::{Timestamp, Zone, strftime},
};
use sanchay_names::OsStringExt as _;
use sanchay_sandbox::Algorithm;
use sanchay_storage::{Directory, FileId, Links, Metadata, StorageError};

use self::suppose::Supposed;
use super::{
    copy::{Copied, Copier, CopyItem, CopyOptions, Expected, Folder},
    folders::{FolderId, join},
    handles::Handles,
    places::Places,
    renamed::Renames,
    replaced::Separated,
    replacing::Replacing,
    rows::{Row, Spot},
    siblings::Siblings,
    trash::{Trash, TrashOptions},
};
use crate::{engine::Engine, error::Cause};

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done.
    Done(Done),
    /// There was no need.
    Skipped(String),
    Failed(String),
    /// It was not done, and the entry has another name: somebody else has its
    /// own by now.
    Left(String),
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

pub(super) type Tried<T> = Result<T, String>;

/// Why a name could not be given.
pub(super) const TAKEN: &str = "something has that name by now";

/// Why an entry is not the one that is meant.
pub(super) const ANOTHER: &str = "another entry has taken its place";

/// Why an entry is not undone.
pub(super) const GONE: &str = "it is no longer there";

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
            replaced: Separated::of_run(run, engine),
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

    /// Whether an entry that has the number of a row's is another all the same:
    /// it was created after the run began that is undone. One that has the size
    /// and the time of the row's is not told from it, nor one that was created
    /// in the future: then the clock was wrong at one of these times.
    fn is_newer(&self, row: &Row, found: &Metadata) -> bool {
        let now = || Timestamp::from(SystemTime::now());
        let times = found.created.zip(self.begun);
        !is_copy_of(row, found)
            && times.is_some_and(|(created, begun)| {
                created > begun && created <= now()
            })
    }

    /// Whether an entry is a row's, by all that is known of it.
    pub(super) fn is_it(&self, row: &Row, found: &Metadata) -> bool {
        found.id == row.id && !self.is_newer(row, found)
    }

    /// Renames an entry. A file keeps its known digests.
    fn rename(
        &mut self,
        row: &Row,
        (source, name): (&dyn Directory, &[u8]),
        (target, new): (&Arc<dyn Directory>, &[u8]),
    ) -> Result<(), StorageError> {
        let known = self.renames.begin(source, name, row.id);
        source.rename(name, &**target, new)?;
        self.renames.end(known, target, new);
        if row.kind == EntryKind::Directory {
            self.forget();
        }
        Ok(())
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
        match row.kept {
            Some(_) if row.is_like => self.check_similar(places, row)?,
            Some(_) => self.compare_with_kept(places, row)?,
            None => {}
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
                match self.rename(row, (&*source, from), (&target, to)) {
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

    /// What is known of files that made way, and the folders to look for them.
    pub(super) fn replaced_and_handles(
        &mut self,
    ) -> (&mut Separated, &mut Handles) {
        (&mut self.replaced, &mut self.handles)
    }

    /// What a symbolic link says that comes for an equal file.
    pub(super) fn way(
        &mut self,
        places: &Places,
        at: Spot,
        to: Spot,
    ) -> Vec<u8> {
        self.handles.text_of_link(places, at, to)
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
