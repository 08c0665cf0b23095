//! Files that made way for equal ones: looked at after a kill, put back where a
//! run left them aside, and given back.

use std::{
    collections::{HashMap, HashSet},
    io,
    sync::Arc,
};

use sanchay_core::{
    kind::EntryKind,
    plan::{Made, Operation, Original, State},
};
use sanchay_sandbox::Algorithm;
use sanchay_storage::{
    Directory, ExtendedAttribute, FileId, Metadata, StorageError,
};

use super::{
    act::{ANOTHER, Actor, Found, GONE, Tried, expected, why},
    copy::{Expected, Folder},
    folders::FolderId,
    leftovers::Leftovers,
    parallel::each,
    places::Places,
    replace::{
        Contents, Known, Replaced, Staged, before, beside, confirm_equal,
        link, put_back, stage,
    },
    replacing::{Replacing, aside, known, left_at, prefix, stat},
    rows::{Row, Spot},
    runs::Loaded,
};
use crate::{
    engine::Engine,
    error::{Cause, Problem},
    inspect::Inspect,
    limits::max_held_directories,
};

/// How many files are given back at a time, and how many bytes: what makes
/// them durable costs the same for one as for many.
const MOST: usize = 4096;
const MOST_BYTES: u64 = 256 << 20;

/// What is known of files that made way.
#[derive(Debug)]
pub(super) struct Separated {
    engine: Engine,
    /// What the names begin with of those that are left aside.
    prefix: String,
    leftovers: Leftovers,
    /// Whether folders may have got other paths while the run went on.
    may_stray: bool,
    /// How many are left aside for good: something else has their places.
    left: u64,
    /// Those that were given back, by what they were: where each is, and what
    /// it is now. Other names of the same file become names of it.
    given_back: HashMap<FileId, (Spot, FileId)>,
    waiting: Waiting,
}

/// Files that wait to be given back.
#[derive(Debug, Default)]
struct Waiting {
    all: Vec<Return>,
    /// The first of each file.
    first: HashMap<FileId, usize>,
    folders: HashSet<FolderId>,
    bytes: u64,
}

/// A file that is to be given back.
#[derive(Debug)]
struct Return {
    number: u64,
    row: Row,
    folder: Arc<Folder>,
    name: Vec<u8>,
    source: (Arc<Folder>, Vec<u8>),
    kept: Row,
    was: Replaced,
    /// What its contents have to be.
    contents: Option<(Algorithm, String)>,
    /// An earlier one that it is another name of.
    other: Option<usize>,
    temporary: Vec<u8>,
    had: Vec<u8>,
}

/// What became of a file that is to be given back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Separation {
    /// It is back, or would be.
    Done,
    /// It waits for others: [`Actor::give_back`].
    Waits,
}

/// A file that waited, by the number of its step, and what became of it: what it
/// lacks now, if anything.
pub(super) type GivenBack = (u64, Row, Tried<Option<String>>);

impl Separated {
    /// Of a run, nothing was given back so far.
    pub(super) fn of_run(run: &str, engine: &Engine) -> Self {
        let prefix = prefix(run);
        Self {
            engine: engine.clone(),
            leftovers: Leftovers::new(&prefix),
            prefix,
            may_stray: false,
            left: 0,
            given_back: HashMap::new(),
            waiting: Waiting::default(),
        }
    }

    /// Says that the run was ended before its time: files may be left aside in
    /// folders that have other paths by now.
    pub(super) fn expect_strays(&mut self) {
        self.may_stray = true;
    }

    /// How many files are left aside, since something else has their places.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }

    /// Whether enough wait to be given back.
    pub(super) fn is_enough(&self) -> bool {
        let Waiting { all, folders, bytes, .. } = &self.waiting;
        all.len() >= MOST
            || folders.len() >= max_held_directories()
            || *bytes >= MOST_BYTES
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
        let is_aside = self.is_aside(places, row)?;
        let has_made_way = match &found {
            Some(found) => self.is_replacement(places, row, found),
            None => row.operation == Operation::Delete,
        };
        Ok(match is_aside || has_made_way {
            true => Found::Done,
            false => Found::Neither(ANOTHER.to_owned()),
        })
    }

    /// Whether a row's file is left aside.
    fn is_aside(&mut self, places: &Places, row: &Row) -> Tried<bool> {
        let Some(folder) = self.site(places, row)? else { return Ok(false) };
        let name = aside(&self.replaced.prefix, places, row);
        let found = stat(folder.directory(), &name).map_err(why)?;
        Ok(found.is_some_and(|it| it.id == row.id))
    }

    /// The folder in which the run left something for a row: that of its file,
    /// wherever it is by now. `None` where nothing was left.
    fn site(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<Option<Arc<Folder>>> {
        let name = aside(&self.replaced.prefix, places, row);
        match self.known(places, row.from.folder) {
            Ok(folder) => {
                let id = row.from.folder;
                let leftovers = &mut self.replaced.leftovers;
                if leftovers.are_in(id, &folder, &name).map_err(why)? {
                    return Ok(Some(folder));
                }
                if !self.replaced.may_stray || self.is_in_order(places, row)? {
                    return Ok(None);
                }
            }
            Err(error)
                if matches!(error, StorageError::Link)
                    || error.is(io::ErrorKind::NotFound)
                    || error.is(io::ErrorKind::NotADirectory) => {}
            Err(error) => return Err(why(error)),
        }
        let (replaced, handles) = self.replaced_and_handles();
        Ok(replaced.leftovers.find(handles, &name))
    }

    /// Whether what is in the place of a row's file is it, or came for it.
    fn is_in_order(&mut self, places: &Places, row: &Row) -> Tried<bool> {
        Ok(match self.at(places, row.from)? {
            Some(found) => {
                found.id == row.id || self.is_replacement(places, row, &found)
            }
            None => false,
        })
    }

    /// Whether what is in the place of a row's file came for it.
    fn is_replacement(
        &mut self,
        places: &Places,
        row: &Row,
        found: &Metadata,
    ) -> bool {
        let Ok(folder) = self.folder(places, row.from.folder) else {
            return false;
        };
        let name = places.rows.name(row.from);
        self.came_for(places, row, (found, &*folder, name))
    }

    /// Whether an entry came for a row's file.
    fn came_for(
        &mut self,
        places: &Places,
        row: &Row,
        (found, directory, name): (&Metadata, &dyn Directory, &[u8]),
    ) -> bool {
        let Some(kept) = places.rows.kept(row) else { return false };
        match row.operation {
            Operation::HardLink => found.id == kept.id,
            Operation::Symlink => {
                let says = directory.read_link(name).ok();
                let text = self.way(places, row.from, kept.from);
                says.is_some_and(|it| it == text)
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
        let Some(folder) = self.site(places, row)? else { return Ok(false) };
        let aside = aside(&self.replaced.prefix, places, row);
        let directory = folder.directory();
        let name = places.rows.name(row.from);
        let had = before(&aside);
        if let Some(found) = stat(directory, &had).map_err(why)? {
            let taken = stat(directory, name).map_err(why)?.is_some();
            let came = (&found, directory, had.as_slice());
            match (taken, self.came_for(places, row, came)) {
                (false, _) => directory.rename(&had, directory, name),
                (true, true) => directory.remove_file(&had),
                (true, false) => {
                    let cause = Problem::Replaced.into();
                    return Err(self.is_left(&folder, &had, &cause));
                }
            }
            .map_err(why)?;
        }
        let other = beside(&aside);
        if stat(directory, &other).map_err(why)?.is_some() {
            directory.remove_file(&other).map_err(why)?;
        }
        let Some(left) = stat(directory, &aside).map_err(why)? else {
            return Ok(false);
        };
        let now = stat(directory, name).map_err(why)?;
        let in_place = now.is_some_and(|it| it.id == row.id);
        // What shares contents looks as others do that were saved there.
        let is_made = left.id != row.id
            && row.operation != Operation::Reflink
            && self.came_for(places, row, (&left, directory, &aside));
        if in_place || is_made {
            directory.remove_file(&aside).map_err(why)?;
            return Ok(false);
        }
        // Otherwise it is the row's file, or what somebody else put in its
        // place before the two changed places.
        let is_ours = match &now {
            None => true,
            Some(now) => self.came_for(places, row, (now, directory, name)),
        };
        let file = known(name, &folder, row);
        let back = match is_ours {
            true => put_back(&file, &aside, now),
            false => Err(Problem::Replaced.into()),
        };
        back.map_err(|cause| self.is_left(&folder, &aside, &cause))?;
        Ok(left.id == row.id)
    }

    /// Counts an entry that cannot be given its place back, and says where it
    /// is.
    fn is_left(
        &mut self,
        folder: &Folder,
        name: &[u8],
        cause: &Cause,
    ) -> String {
        self.replaced.left += 1;
        left_at(folder, name, cause)
    }

    /// Removes what was made for a row's file that did not make way.
    pub(super) fn clear(&mut self, places: &Places, row: &Row) {
        if Replacing::does(row)
            && let Err(why) = self.recover(places, row)
        {
            tracing::debug!(why, "a temporary file stays");
        }
    }

    /// Begins to give a file back that made way for an equal one, or says why
    /// it is not given back.
    pub(super) fn separate(
        &mut self,
        places: &Places,
        number: u64,
        row: &Row,
        made: Option<&Made>,
    ) -> Tried<Separation> {
        let kept = places.rows.kept(row).ok_or("it has no equal")?;
        if self.supposes() {
            if self.is_aside(places, row)? {
                return Ok(Separation::Done);
            }
        } else if self.recover(places, row)? {
            self.is_given_back(row, row.id);
            return Ok(Separation::Done);
        }
        let found = self.at(places, row.from)?;
        match &found {
            Some(found) if found.id == row.id => {
                self.is_given_back(row, row.id);
                return Ok(Separation::Done);
            }
            // An undoing was killed before the journal said so.
            Some(found) if is_given(row, kept, made, found) => {
                self.is_given_back(row, found.id);
                return Ok(Separation::Done);
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
        let source = self.source_of(places, row, kept)?;
        if self.supposes() || self.link_again(places, row, &found) {
            return Ok(Separation::Done);
        }
        self.add_return(places, number, (row, kept), source, was, found)?;
        Ok(Separation::Waits)
    }

    /// Where the contents are of a file that made way.
    fn source_of(
        &mut self,
        places: &Places,
        row: &Row,
        kept: &Row,
    ) -> Tried<Spot> {
        let is_there = |actor: &mut Self, spot| -> Tried<bool> {
            let found = actor.at(places, spot)?;
            let is_it = |it: Metadata| Expected::of(&it) == expected(kept);
            Ok(found.is_some_and(is_it))
        };
        if is_there(self, kept.from)? {
            return Ok(kept.from);
        }
        // A hard link has the contents, wherever the other name is by now.
        if row.operation == Operation::HardLink && is_there(self, row.from)? {
            return Ok(row.from);
        }
        Err("the file with its contents was changed".into())
    }

    fn add_return(
        &mut self,
        places: &Places,
        number: u64,
        (row, kept): (&Row, &Row),
        source: Spot,
        was: &Original,
        found: Option<Metadata>,
    ) -> Tried<()> {
        let folder = self.known(places, row.from.folder).map_err(why)?;
        let source_in = self.known(places, source.folder).map_err(why)?;
        let aside = aside(&self.replaced.prefix, places, row);
        let contents = match places.rows.kept_hash(row) {
            Some(hash) => Some(contents_of(hash)?),
            None => None,
        };
        let waiting = &mut self.replaced.waiting;
        let other = waiting.first.get(&row.id).copied();
        waiting.first.entry(row.id).or_insert(waiting.all.len());
        waiting.folders.extend([row.from.folder, source.folder]);
        waiting.bytes = waiting.bytes.saturating_add(row.size);
        waiting.all.push(Return {
            number,
            row: *row,
            folder,
            name: places.rows.name(row.from).to_vec(),
            source: (source_in, places.rows.name(source).to_vec()),
            kept: *kept,
            was: replaced(row, was, found),
            contents,
            other,
            temporary: beside(&aside),
            had: before(&aside),
        });
        Ok(())
    }

    /// Gives the files back that wait for it, and says what became of each.
    pub(super) fn give_back(&mut self) -> Vec<GivenBack> {
        let waiting = std::mem::take(&mut self.replaced.waiting).all;
        if waiting.is_empty() {
            return Vec::new();
        }
        let pool = self.replaced.engine.pool();
        let begin = || pool.inspector();
        let mut staged = each(
            pool.threads(),
            &waiting,
            begin,
            |inspector, _, it| match it.other {
                // Once the other is there.
                Some(_) => Err(String::new()),
                None => it.stage(&mut **inspector),
            },
            |inspector| pool.give_back(inspector),
        );
        for (at, it) in waiting.iter().enumerate() {
            let Some(other) = it.other else { continue };
            let first = staged.get(other).and_then(|it| it.as_ref().ok());
            let linked = match first {
                Some(first) => it.stage_again(first),
                None => it.stage(&mut *pool.inspector()),
            };
            if let Some(place) = staged.get_mut(at) {
                *place = linked;
            }
        }
        make_durable(&mut staged);
        let mut given = Vec::with_capacity(waiting.len());
        for (it, staged) in waiting.iter().zip(staged) {
            let back = staged.and_then(|staged| {
                let lost = staged.lost.describe();
                let back = staged.commit(&it.name, &it.had);
                let back = back.map_err(|cause| cause.to_string())?;
                Ok((back, lost))
            });
            given.push((it.number, it.row, back));
        }
        let mut outcomes = Vec::with_capacity(given.len());
        for (number, row, back) in given {
            if let Ok((back, _)) = &back {
                self.is_given_back(&row, back.id);
            }
            outcomes.push((number, row, back.map(|(_, lost)| lost)));
        }
        outcomes
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
        let Ok(Some(first)) = self.at(places, spot) else { return false };
        if first.id != id {
            return false;
        }
        let aside = aside(&self.replaced.prefix, places, row);
        let folders = self
            .folder(places, spot.folder)
            .and_then(|it| Ok((it, self.known(places, row.from.folder)?)));
        let Ok((from, folder)) = folders else { return false };
        let name = places.rows.name(row.from);
        let file = Known { folder: &folder, name, expected: None };
        let old = (&*from, places.rows.name(spot), first);
        link(old, &file, now.as_ref(), beside(&aside))
            .and_then(|staged| staged.commit(name, &before(&aside)))
            .is_ok()
    }
}

impl Return {
    fn file(&self) -> Known<'_> {
        let Self { folder, name, .. } = self;
        Known { folder, name, expected: None }
    }

    /// Makes the file under a temporary name.
    fn stage(&self, inspector: &mut dyn Inspect) -> Tried<Staged<'_>> {
        let (folder, name) = &self.source;
        let equal = known(name, folder, &self.kept);
        let contents = self.contents.as_ref();
        let contents = contents.map(|(algorithm, digest)| Contents {
            inspector,
            algorithm: *algorithm,
            digest,
        });
        let temporary = self.temporary.clone();
        stage(&self.file(), &equal, &self.was, temporary, contents)
            .map_err(|cause| cause.to_string())
    }

    /// Makes it another name of one that was made.
    fn stage_again(&self, first: &Staged<'_>) -> Tried<Staged<'_>> {
        let now = self.was.now.as_ref();
        link(first.place(), &self.file(), now, self.temporary.clone())
            .map_err(|cause| cause.to_string())
    }
}

/// The algorithm and the digest of contents, as a plan has them.
fn contents_of(hash: &str) -> Tried<(Algorithm, String)> {
    let parts = hash.split_once(':');
    let known = parts.and_then(|(algorithm, digest)| {
        Some((algorithm.parse().ok()?, digest.to_owned()))
    });
    known.ok_or_else(|| "the journal has an unknown digest of it".to_owned())
}

/// Waits until files would survive a loss of power: those of a file system
/// together, where that is possible. Those of which that is not known are no
/// longer among them.
fn make_durable(all: &mut [Tried<Staged<'_>>]) {
    let mut devices: HashMap<u64, Tried<()>> = HashMap::new();
    for place in all {
        let Ok(staged) = place else { continue };
        let device = staged.metadata.id.device;
        let together = devices.entry(device).or_insert_with(|| {
            staged.directory().sync_file_system().map_err(|error| match error
                .is(io::ErrorKind::Unsupported)
            {
                true => String::new(),
                false => why(error),
            })
        });
        let durable = match together {
            Err(it) if it.is_empty() => staged.sync().map_err(why),
            synced => synced.clone(),
        };
        if let Err(why) = durable {
            *place = Err(why);
        }
    }
}

impl Loaded {
    /// Puts the files back that were left aside when the run was killed, and
    /// forgets what is written of their steps: they are done again. Returns
    /// those that cannot be put back, and why.
    pub(super) fn recover(&mut self, actor: &mut Actor) -> Vec<(Row, String)> {
        let Self { places, steps, states, made, .. } = self;
        let (mut back, mut left) = (Vec::new(), Vec::new());
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
                Err(why) => left.push((*row, why)),
            }
        }
        for at in back {
            if let Some(row) = places.rows.all.get_mut(at as usize) {
                row.changed = None;
            }
        }
        left
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
