//! The steps by which files make way for equal ones that stay: done by all
//! threads, thousands at a time, looked at after a kill, and undone.
//!
//! A batch has two halves. First each file is compared with the one that
//! stays, changes places with what comes for it, and is left aside in its
//! folder. Then the journal says what each of them was, and is on disk. Only
//! then are they removed, each if it and the file that stays are what was
//! compared. So at any instant either the file itself is still there, or all
//! that makes another one of it; and while one is removed, none of its batch
//! that stays is on its way elsewhere.

use std::{
    collections::HashMap, ffi::OsString, io, os::unix::ffi::OsStringExt as _,
    sync::Arc, thread,
};

use sanchay_core::{
    hashing,
    kind::EntryKind,
    plan::{Made, Operation, Original, State},
};
use sanchay_sandbox::Algorithm;
use sanchay_storage::{
    Directory, ExtendedAttribute, FileId, Links, Metadata, Storage,
    StorageError,
};

use super::{
    act::{
        ANOTHER, Actor, Done, Found, GONE, Outcome, Tried, expected, made, why,
    },
    copy::{Expected, Folder},
    error::OpsError,
    folders::{FolderId, join},
    handles::Handles,
    journal::Journal,
    order::TEMPORARY,
    places::Places,
    replace::{
        Known, Replaced, Replacement, Swapped, beside, confirm_equal,
        put_back, remove, separate, swap,
    },
    rows::{Row, Spot},
    runs::Loaded,
};
use crate::{
    engine::Engine,
    error::{Cause, Problem},
    run::RunState,
};

/// How many files are left aside at a time.
const MOST: usize = 8 << 10;

/// Fewer are not worth a thread.
const LEAST: usize = 16;

/// How many folders a thread keeps open.
const OPEN: usize = 64;

/// The most bytes of extended attributes that a line of a journal holds.
const MOST_EXTENDED: usize = 96 << 10;

/// Files that wait to make way: each by the number of its step, and its row.
#[derive(Debug)]
pub(super) struct Replacing {
    storage: Arc<dyn Storage>,
    threads: usize,
    /// What the names begin with of files that are left aside.
    prefix: String,
    waiting: Vec<(u64, u32)>,
}

/// What became of a file: nothing where the run was ended.
type Attempt = Option<Result<Option<Swapped>, String>>;

/// A step with what is needed to do it.
struct Item<'a> {
    number: u64,
    row: &'a Row,
    kept: &'a Row,
    by: Replacement,
    aside: Vec<u8>,
}

impl Replacing {
    /// Those of a run.
    pub(super) fn new(
        engine: &Engine,
        storage: &Arc<dyn Storage>,
        run: &str,
    ) -> Self {
        Self {
            storage: Arc::clone(storage),
            threads: engine.threads(),
            prefix: prefix(run),
            waiting: Vec::new(),
        }
    }

    /// Whether a step is done here.
    pub(super) const fn does(row: &Row) -> bool {
        row.kept.is_some()
            && matches!(
                row.operation,
                Operation::HardLink
                    | Operation::Symlink
                    | Operation::Reflink
                    | Operation::Delete
            )
    }

    /// Adds a step.
    pub(super) fn add(&mut self, number: u64, row: u32) {
        self.waiting.push((number, row));
    }

    /// Whether enough wait.
    pub(super) fn is_enough(&self) -> bool {
        self.waiting.len() >= MOST
    }

    /// Has the files make way that wait for it, and returns what became of
    /// each, in order. What those were that did is in the journal then.
    pub(super) fn replace(
        &mut self,
        places: &Places,
        journal: &mut Journal,
        run: &RunState<'_>,
    ) -> Result<Vec<(u64, Outcome)>, OpsError> {
        let waiting = std::mem::take(&mut self.waiting);
        let items: Vec<Item<'_>> = waiting
            .iter()
            .filter_map(|(number, at)| self.item(places, *number, *at))
            .collect();
        let mut outcomes = Vec::with_capacity(items.len());
        if items.is_empty() {
            return Ok(outcomes);
        }
        let mut attempts = self.each(places, &items, |opener, _, item| {
            if run.is_over() {
                return None;
            }
            let swapped = item.with(opener, |file, kept| {
                let changed = item.row.changed;
                swap(file, kept, changed, &item.by, &item.aside)
            });
            let swapped = swapped.map_err(|it| item.why(opener, &it));
            run.count_files(1, 0);
            run.tick();
            Some(swapped)
        });
        for (item, attempt) in items.iter().zip(&mut attempts) {
            if let Some(Ok(Some(swapped))) = attempt {
                match original(&swapped.replaced) {
                    Some(was) => {
                        let made = item.made(swapped, was);
                        journal.replaced(item.number, made)?;
                    }
                    // It goes back below.
                    None => swapped.forbid(),
                }
            }
        }
        journal.sync()?;
        let removed = self.each(places, &items, |opener, index, item| {
            let attempt: Option<&Attempt> = attempts.get(index);
            let Some(Some(Ok(Some(swapped)))) = attempt else { return Ok(()) };
            let removed = item.with(opener, |file, kept| {
                remove(file, kept, &item.by, &item.aside, swapped)
            });
            removed.map_err(|it| item.why(opener, &it))
        });
        for ((item, attempt), removed) in
            items.iter().zip(attempts).zip(removed)
        {
            let Some(attempt) = attempt else { continue };
            let outcome = match (attempt, removed) {
                (Err(why), _) | (Ok(_), Err(why)) => Outcome::Failed(why),
                (Ok(Some(_)), Ok(())) => Outcome::Done(Done::default()),
                (Ok(None), Ok(())) => {
                    let why = "both are names of one file already";
                    Outcome::Skipped(why.to_owned())
                }
            };
            outcomes.push((item.number, outcome));
        }
        Ok(outcomes)
    }

    fn item<'a>(
        &self,
        places: &'a Places,
        number: u64,
        at: u32,
    ) -> Option<Item<'a>> {
        let row = places.rows.get(at)?;
        let kept = places.rows.kept(row)?;
        let by = match row.operation {
            Operation::HardLink => Replacement::HardLink,
            Operation::Reflink => Replacement::Reflink,
            Operation::Symlink => {
                Replacement::Symlink(text_of_link(places, kept.from))
            }
            _ => Replacement::Nothing,
        };
        let aside = aside(&self.prefix, places, row);
        Some(Item { number, row, kept, by, aside })
    }

    /// Does something with each item, in several threads where there are many.
    fn each<'a, R: Send>(
        &self,
        places: &'a Places,
        items: &[Item<'a>],
        work: impl Fn(&mut Opener<'a>, usize, &Item<'a>) -> R + Sync,
    ) -> Vec<R> {
        let size = items.len().div_ceil(self.threads.max(1)).max(LEAST);
        let part = |first: usize, part: &[Item<'a>]| -> Vec<R> {
            let mut opener = Opener::new(&self.storage, places);
            let numbered = (first..).zip(part);
            numbered.map(|(at, item)| work(&mut opener, at, item)).collect()
        };
        if items.len() <= size {
            return part(0, items);
        }
        thread::scope(|scope| {
            let part = &part;
            let parts = items.chunks(size).enumerate();
            let started: Vec<_> = parts
                .map(|(number, items)| {
                    let first = number * size;
                    let thread = thread::Builder::new()
                        .name(format!("sanchay-replace-{number}"))
                        .spawn_scoped(scope, move || part(first, items));
                    // Where there is no thread, this one does it.
                    thread.map_err(|_| part(first, items))
                })
                .collect();
            let ended = started.into_iter().flat_map(|part| match part {
                Ok(thread) => thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(done) => done,
            });
            ended.collect()
        })
    }
}

impl Item<'_> {
    /// Opens the folders of both files.
    fn with<R>(
        &self,
        opener: &mut Opener<'_>,
        act: impl FnOnce(&Known<'_>, &Known<'_>) -> Result<R, Cause>,
    ) -> Result<R, Cause> {
        let folder = opener.folder(self.row.from.folder)?;
        let kept = opener.folder(self.kept.from.folder)?;
        let rows = &opener.places.rows;
        act(
            &known(rows.name(self.row.from), &folder, self.row),
            &known(rows.name(self.kept.from), &kept, self.kept),
        )
    }

    /// Why it failed, and what its file is called if it is left aside.
    fn why(&self, opener: &mut Opener<'_>, cause: &Cause) -> String {
        let (name, row) = (&self.aside, self.row);
        let folder = opener.folder(row.from.folder);
        let path = match &folder {
            Ok(folder) => match stat(folder.directory(), name) {
                Ok(None) => return cause.to_string(),
                _ => folder.path_of(name).into_os_string().into_vec(),
            },
            // Its folder is somewhere else by now, or cannot be opened.
            Err(_) => name.clone(),
        };
        let path = sanchay_core::escape::escaped(&path);
        format!("{cause}; what was there may be {path} now")
    }

    /// What the journal says of it.
    fn made(&self, swapped: &Swapped, was: Original) -> Made {
        let expect = match &swapped.replaced.now {
            Some(now) => made(now).expect,
            None => self.row.expectation(),
        };
        Made { expect, at: None, was: Some(was) }
    }
}

fn known<'f>(name: &'f [u8], folder: &'f Folder, row: &Row) -> Known<'f> {
    Known { folder, name, expected: Some(expected(row)) }
}

/// The folders of a thread.
struct Opener<'a> {
    handles: Handles,
    places: &'a Places,
    open: HashMap<FolderId, Arc<Folder>>,
}

impl<'a> Opener<'a> {
    fn new(storage: &Arc<dyn Storage>, places: &'a Places) -> Self {
        let handles = Handles::new(storage, &places.roots);
        Self { handles, places, open: HashMap::new() }
    }

    fn folder(&mut self, id: FolderId) -> Result<Arc<Folder>, StorageError> {
        if let Some(open) = self.open.get(&id) {
            return Ok(Arc::clone(open));
        }
        let (root, path) = self.places.folders.get(id);
        let directory = self.handles.open(root, path)?;
        let path = join(self.handles.root(root), path);
        let folder = Folder::new(directory, OsString::from_vec(path).into());
        if self.open.len() >= OPEN {
            self.open.clear();
        }
        self.open.insert(id, Arc::clone(&folder));
        Ok(folder)
    }
}

/// What the names begin with of files that a run leaves aside.
fn prefix(run: &str) -> String {
    format!("{TEMPORARY}aside-{run}-")
}

/// What a row's file is called while it is left aside: the same whoever asks,
/// and another for each place.
fn aside(prefix: &str, places: &Places, row: &Row) -> Vec<u8> {
    let (root, _) = places.folders.get(row.from.folder);
    let mut place = root.to_le_bytes().to_vec();
    place.extend(places.below(row.from));
    let mut name = prefix.as_bytes().to_vec();
    for byte in hashing::digest(Algorithm::Xxh3_64, &place) {
        name.extend_from_slice(format!("{byte:02x}").as_bytes());
    }
    name
}

/// What a symbolic link to a place says: the path from the top.
fn text_of_link(places: &Places, spot: Spot) -> Vec<u8> {
    places.absolute(spot)
}

/// What the journal has to know of a file, unless that is too much.
fn original(replaced: &Replaced) -> Option<Original> {
    let Replaced { original, extended, .. } = replaced;
    let size: usize =
        extended.iter().map(|it| it.name.len() + it.value.len()).sum();
    let pair = |it: &ExtendedAttribute| (it.name.clone(), it.value.clone());
    (size <= MOST_EXTENDED).then(|| Original {
        mode: original.mode,
        uid: original.uid,
        gid: original.gid,
        accessed: original.accessed,
        extended: extended.iter().map(pair).collect(),
    })
}

/// What is known of files that made way.
#[derive(Debug)]
pub(super) struct Separated {
    /// What the names begin with of those that are left aside.
    prefix: String,
    /// Those that were given back, by what they were: where each is, and what
    /// it is now. Other names of the same file become names of it.
    given_back: HashMap<FileId, (Spot, FileId)>,
}

impl Separated {
    /// Of a run, nothing was given back so far.
    pub(super) fn of_run(run: &str) -> Self {
        Self { prefix: prefix(run), given_back: HashMap::new() }
    }
}

impl Actor {
    /// Fails unless a row's file and the one that stays for it are what they
    /// were, and have the same contents.
    pub(super) fn compare_with_kept(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<()> {
        let kept = places.rows.kept(row).ok_or("it has no equal")?;
        let folder = self.known(places, row.from.folder).map_err(why)?;
        let other = self.known(places, kept.from.folder).map_err(why)?;
        let file = known(places.rows.name(row.from), &folder, row);
        let equal = known(places.rows.name(kept.from), &other, kept);
        confirm_equal(&file, &equal).map_err(|cause| cause.to_string())
    }

    /// Looks whether a file made way.
    pub(super) fn look_replaced(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<Found> {
        let found = self.at(places, row.from)?;
        if found.is_some_and(|it| it.id == row.id) {
            return Ok(Found::NotDone);
        }
        let is_aside = self.aside(places, row)?.is_some();
        let has_made_way = match &found {
            Some(found) => self.is_replacement(places, row, found),
            None => row.operation == Operation::Delete,
        };
        Ok(match is_aside || has_made_way {
            true => Found::Done,
            false => Found::Neither(ANOTHER.to_owned()),
        })
    }

    /// What has the name of a row's file while it is left aside, if it is
    /// that file.
    fn aside(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<Option<Metadata>> {
        let name = aside(&self.replaced.prefix, places, row);
        let Ok(folder) = self.folder(places, row.from.folder) else {
            return Ok(None);
        };
        let found = stat(&*folder, &name).map_err(why)?;
        Ok(found.filter(|it| it.id == row.id))
    }

    /// Whether what is in the place of a row's file came for it.
    fn is_replacement(
        &mut self,
        places: &Places,
        row: &Row,
        found: &Metadata,
    ) -> bool {
        let Some(kept) = places.rows.kept(row) else { return false };
        match row.operation {
            Operation::HardLink => found.id == kept.id,
            Operation::Symlink => {
                let name = places.rows.name(row.from);
                let folder = self.folder(places, row.from.folder).ok();
                let says = folder.and_then(|it| it.read_link(name).ok());
                says.is_some_and(|it| it == text_of_link(places, kept.from))
            }
            Operation::Reflink => {
                found.kind == EntryKind::File
                    && (found.size, found.modified) == (row.size, row.modified)
            }
            _ => false,
        }
    }

    /// Puts a file back that a run left aside when it was killed, and removes
    /// what it made for that; whether there was one. What somebody else has
    /// put in its place stays, and so does the file then.
    fn recover(&mut self, places: &Places, row: &Row) -> Tried<bool> {
        let aside = aside(&self.replaced.prefix, places, row);
        let folder = match self.known(places, row.from.folder) {
            Ok(folder) => folder,
            Err(error) if error.is(io::ErrorKind::NotFound) => {
                return Ok(false);
            }
            Err(error) => return Err(why(error)),
        };
        let directory = folder.directory();
        let other = beside(&aside);
        if stat(directory, &other).map_err(why)?.is_some() {
            directory.remove_file(&other).map_err(why)?;
        }
        let Some(left) = stat(directory, &aside).map_err(why)? else {
            return Ok(false);
        };
        let now = self.at(places, row.from)?;
        let in_place = now.is_some_and(|it| it.id == row.id);
        let made = left.id != row.id
            && (in_place || self.was_made(places, row, &left, directory));
        if made || in_place {
            directory.remove_file(&aside).map_err(why)?;
            return Ok(false);
        }
        // Otherwise it is the row's file, or what somebody else put in its
        // place before the two changed places.
        let is_ours = now
            .as_ref()
            .is_none_or(|now| self.is_replacement(places, row, now));
        let file = known(places.rows.name(row.from), &folder, row);
        let back = match is_ours {
            true => put_back(&file, &aside, now),
            false => Err(Problem::Replaced.into()),
        };
        back.map_err(|cause| {
            let path = folder.path_of(&aside);
            let path = path.into_os_string().into_vec();
            let path = sanchay_core::escape::escaped(&path);
            format!("{cause}; what was there is {path} now")
        })?;
        Ok(left.id == row.id)
    }

    /// Whether what was left aside was made to take a row's place.
    fn was_made(
        &self,
        places: &Places,
        row: &Row,
        left: &Metadata,
        directory: &dyn Directory,
    ) -> bool {
        let Some(kept) = places.rows.kept(row) else { return false };
        match row.operation {
            Operation::HardLink => left.id == kept.id,
            Operation::Symlink => {
                let name = aside(&self.replaced.prefix, places, row);
                let says = directory.read_link(&name).ok();
                says.is_some_and(|it| it == text_of_link(places, kept.from))
            }
            _ => false,
        }
    }

    /// Removes what was made for a row's file that did not make way.
    pub(super) fn clear(&mut self, places: &Places, row: &Row) {
        if Replacing::does(row)
            && let Err(why) = self.recover(places, row)
        {
            tracing::debug!(why, "a temporary file stays");
        }
    }

    /// Gives a file back that made way for an equal one, or says why not.
    pub(super) fn separate(
        &mut self,
        places: &Places,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<()> {
        let kept = places.rows.kept(row).ok_or("it has no equal")?;
        if self.supposes() {
            if self.aside(places, row)?.is_some() {
                return Ok(());
            }
        } else if self.recover(places, row)? {
            self.is_given_back(row, row.id);
            return Ok(());
        }
        let found = self.at(places, row.from)?;
        match &found {
            Some(found) if found.id == row.id => {
                self.is_given_back(row, row.id);
                return Ok(());
            }
            // An undoing was killed before the journal said so.
            Some(found) if is_given(row, kept, made, found) => {
                self.is_given_back(row, found.id);
                return Ok(());
            }
            Some(_) if row.operation == Operation::Delete => {
                return Err("its old name is taken".into());
            }
            None if row.operation == Operation::Delete => {}
            None => return Err(GONE.into()),
            Some(found) => {
                let is_it = made.is_none_or(|made| {
                    found.id.device == made.expect.device
                        && found.id.inode == made.expect.inode
                });
                if !is_it || !self.is_replacement(places, row, found) {
                    return Err(ANOTHER.into());
                }
            }
        }
        let was = made.and_then(|made| made.was.as_ref());
        let was = was.ok_or("the journal does not say what it was")?;
        // A hard link has the contents, wherever the other name is by now.
        let is_there = |actor: &mut Self, spot| -> Tried<bool> {
            let found = actor.at(places, spot)?;
            let is_it = |it: Metadata| Expected::of(&it) == expected(kept);
            Ok(found.is_some_and(is_it))
        };
        let source = match is_there(self, kept.from)? {
            true => kept.from,
            false
                if row.operation == Operation::HardLink
                    && is_there(self, row.from)? =>
            {
                row.from
            }
            false => {
                return Err("the file with its contents was changed".into());
            }
        };
        if self.supposes() || self.link_again(places, row, &found) {
            return Ok(());
        }
        let folder = self.known(places, row.from.folder).map_err(why)?;
        let other = self.known(places, source.folder).map_err(why)?;
        let name = places.rows.name(row.from);
        let file = Known { folder: &folder, name, expected: None };
        let equal = known(places.rows.name(source), &other, kept);
        let replaced = replaced(row, was, found);
        let prefix = &self.replaced.prefix;
        let temporary = beside(&aside(prefix, places, row));
        let given = separate(&file, &equal, &replaced, &temporary);
        let given = given.map_err(|cause| cause.to_string())?;
        self.is_given_back(row, given.id);
        Ok(())
    }

    fn is_given_back(&mut self, row: &Row, now: FileId) {
        self.replaced.given_back.insert(row.id, (row.from, now));
    }

    /// Notes a file that was given back before an undoing was ended.
    pub(super) fn was_given_back(&mut self, places: &Places, row: &Row) {
        if !Replacing::does(row) {
            return;
        }
        if let Ok(Some(found)) = self.at(places, row.from)
            && found.kind == EntryKind::File
            && (found.size, found.modified) == (row.size, row.modified)
            && !self.is_kept(places, row, found.id)
        {
            self.is_given_back(row, found.id);
        }
    }

    fn is_kept(&self, places: &Places, row: &Row, id: FileId) -> bool {
        places.rows.kept(row).is_some_and(|kept| kept.id == id)
    }

    /// Gives a row's file back as a name of one that was given back before, if
    /// both were names of one file.
    fn link_again(
        &mut self,
        places: &Places,
        row: &Row,
        now: &Option<Metadata>,
    ) -> bool {
        let given = self.replaced.given_back.get(&row.id).copied();
        // It may have been a name of the file that stays.
        let kept = places.rows.kept(row).filter(|kept| kept.id == row.id);
        let of_kept = kept.map(|kept| (kept.from, kept.id));
        let Some((spot, id)) = given.or(of_kept) else { return false };
        let is_it =
            |found: Option<Metadata>| found.is_some_and(|it| it.id == id);
        if !self.at(places, spot).is_ok_and(is_it) {
            return false;
        }
        let prefix = self.replaced.prefix.clone();
        let folders = self
            .folder(places, spot.folder)
            .and_then(|it| Ok((it, self.folder(places, row.from.folder)?)));
        let Ok((from, to)) = folders else { return false };
        let (old, name) = (places.rows.name(spot), places.rows.name(row.from));
        if now.is_none() {
            return from.hard_link(old, &*to, name).is_ok();
        }
        let temporary = beside(&aside(&prefix, places, row));
        from.hard_link(old, &*to, &temporary)
            .and_then(|()| to.replace(&temporary, &*to, name))
            .is_ok()
    }
}

impl Loaded {
    /// Puts the files back that were left aside when the run was killed, and
    /// forgets what is written of their steps: they are done again.
    pub(super) fn recover(&mut self, actor: &mut Actor) {
        let Self { places, steps, states, made, .. } = self;
        let mut back = Vec::new();
        for (index, at) in steps.iter().enumerate() {
            let Some(row) = places.rows.get(*at) else { continue };
            if !Replacing::does(row) {
                continue;
            }
            match actor.recover(places, row) {
                Ok(false) => {}
                Ok(true) => {
                    made.remove(&index);
                    // Its two ways show in the time of the last change.
                    back.push(*at);
                    if let Some(state) = states.get_mut(index)
                        && *state == Some(State::Done)
                    {
                        *state = None;
                    }
                }
                Err(why) => tracing::warn!(why, "a file was left aside"),
            }
        }
        for at in back {
            if let Some(row) = places.rows.all.get_mut(at as usize) {
                row.changed = None;
            }
        }
    }
}

/// Whether what is in a row's place looks like the file that was given back.
fn is_given(
    row: &Row,
    kept: &Row,
    made: Option<&Made>,
    found: &Metadata,
) -> bool {
    let is_made = |made: &Made| {
        (made.expect.device, made.expect.inode)
            == (found.id.device, found.id.inode)
    };
    found.kind == EntryKind::File
        && (found.size, found.modified) == (row.size, row.modified)
        && found.id != kept.id
        && !made.is_some_and(is_made)
}

fn stat(
    directory: &dyn Directory,
    name: &[u8],
) -> Result<Option<Metadata>, StorageError> {
    match directory.stat(name, Links::Refuse) {
        Ok((_, found)) => Ok(Some(found)),
        Err(error) if error.is(io::ErrorKind::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a file was, as a journal tells.
fn replaced(row: &Row, was: &Original, now: Option<Metadata>) -> Replaced {
    let extended = was.extended.iter().map(|(name, value)| {
        ExtendedAttribute { name: name.clone(), value: value.clone() }
    });
    Replaced {
        original: Metadata {
            kind: row.kind,
            size: row.size,
            modified: row.modified,
            changed: row.changed.unwrap_or_default(),
            accessed: was.accessed,
            created: None,
            allocated: 0,
            uid: was.uid,
            gid: was.gid,
            id: row.id,
            links: 1,
            mode: was.mode,
            object: None,
        },
        extended: extended.collect(),
        now,
    }
}
