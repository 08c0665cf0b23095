//! The steps by which files make way for equal ones that stay: done by all
//! threads, thousands at a time.
//!
//! A batch has two halves. First each file is compared with the one that
//! stays, changes places with what comes for it, and is left aside in its
//! folder. Then the journal says what each of them was, and is on disk. Only
//! then are they removed, each if it and the file that stays are what was
//! compared. So at any instant either the file itself is still there, or all
//! that makes another one of it; and while one is removed, none of its batch
//! that stays is on its way elsewhere.
//!
//! The folders of the files are open from the first half to the end of the
//! second: one that gets another path meanwhile is no other folder.
#![allow(
    clippy::result_large_err,
    reason = "what became of a step is passed on as it is, and seldom an error"
)]

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    sync::Arc,
};

use sanchay_core::{
    hashing,
    plan::{Made, Operation, Original, TEMPORARY},
};
use sanchay_names::OsStringExt as _;
use sanchay_sandbox::Algorithm;
use sanchay_storage::{
    Directory, ExtendedAttribute, Links, Metadata, Storage, StorageError,
};

use super::{
    act::{Done, Outcome, expected, made},
    copy::Folder,
    error::OpsError,
    folders::{FolderId, join},
    handles::Handles,
    journal::Journal,
    parallel::each,
    places::Places,
    replace::{
        Known, Open, Replaced, Replacement, Stays, Swapped, remove, swap,
    },
    rows::{KeptId, Row},
};
use crate::{
    engine::Engine, error::Cause, limits::max_held_directories, run::RunState,
};

/// How many files are left aside at a time.
const MOST: usize = 8 << 10;

/// How many folders a thread keeps open, besides those of a batch.
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
    /// The folders that they are in, and how many there may be.
    folders: HashSet<FolderId>,
    most_folders: usize,
}

/// What became of a file: nothing where the run was ended.
type Attempt = Option<Result<Option<Swapped>, Outcome>>;

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
            folders: HashSet::new(),
            most_folders: max_held_directories(),
        }
    }

    /// Whether a step is done here.
    pub(super) const fn does(row: &Row) -> bool {
        row.kept.is_some()
            && !row.is_like
            && matches!(
                row.operation,
                Operation::HardLink
                    | Operation::Symlink
                    | Operation::Reflink
                    | Operation::Delete
            )
    }

    /// Adds a step.
    pub(super) fn add(&mut self, number: u64, at: u32, row: &Row) {
        self.folders.insert(row.from.folder);
        self.waiting.push((number, at));
    }

    /// Whether enough wait.
    pub(super) fn is_enough(&self) -> bool {
        self.waiting.len() >= MOST || self.folders.len() >= self.most_folders
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
        self.folders.clear();
        let mut handles = Handles::new(&self.storage, &places.roots);
        let items: Vec<Item<'_>> = waiting
            .iter()
            .filter_map(|(number, at)| {
                self.item(&mut handles, places, *number, *at)
            })
            .collect();
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let folders = Held::new(&mut handles, places, &items);
        let begin = || Worker::new(&self.storage, places, &folders);
        let mut attempts = each(
            self.threads,
            &items,
            begin,
            |worker, _, item| {
                if run.is_over() {
                    return None;
                }
                let swapped = worker.swap(item);
                run.count_files(1, 0);
                run.tick();
                Some(swapped)
            },
            drop,
        );
        write_down(&items, &mut attempts, journal)?;
        let removed = each(
            self.threads,
            &items,
            begin,
            |worker, index, item| {
                let attempt: Option<&Attempt> = attempts.get(index);
                match attempt {
                    Some(Some(Ok(Some(swapped)))) => {
                        worker.remove(item, swapped)
                    }
                    _ => Ok(()),
                }
            },
            drop,
        );
        let ended = items.iter().zip(attempts).zip(removed);
        let outcome = |((item, attempt), removed): ((&Item<'_>, _), _)| {
            let attempt: Attempt = attempt;
            Some((item.number, outcome(attempt?, removed)))
        };
        Ok(ended.filter_map(outcome).collect())
    }

    fn item<'a>(
        &self,
        handles: &mut Handles,
        places: &'a Places,
        number: u64,
        at: u32,
    ) -> Option<Item<'a>> {
        let row = places.rows.get(at)?;
        let kept = places.rows.kept(row)?;
        let by = match row.operation {
            Operation::HardLink => Replacement::HardLink,
            Operation::Reflink => Replacement::Reflink,
            Operation::Symlink => Replacement::Symlink(
                handles.text_of_link(places, row.from, kept.from),
            ),
            _ => Replacement::Nothing,
        };
        let aside = aside(&self.prefix, places, row);
        Some(Item { number, row, kept, by, aside })
    }
}

/// Has the journal say what those were that were left aside.
fn write_down(
    items: &[Item<'_>],
    attempts: &mut [Attempt],
    journal: &mut Journal,
) -> Result<(), OpsError> {
    for (item, attempt) in items.iter().zip(attempts) {
        let Some(Ok(Some(swapped))) = attempt else { continue };
        match original(&swapped.replaced) {
            Some(was) => {
                let made = item.made(swapped, was);
                journal.replaced(item.number, made)?;
            }
            // It goes back.
            None => swapped.forbid(),
        }
    }
    journal.sync()
}

fn outcome(
    attempt: Result<Option<Swapped>, Outcome>,
    removed: Result<(), Outcome>,
) -> Outcome {
    match (attempt, removed) {
        (Err(failed), _) | (Ok(_), Err(failed)) => failed,
        (Ok(Some(_)), Ok(())) => Outcome::Done(Done::default()),
        (Ok(None), Ok(())) => {
            let why = "both are names of one file already";
            Outcome::Skipped(why.to_owned())
        }
    }
}

impl Item<'_> {
    /// What the journal says of it.
    fn made(&self, swapped: &Swapped, was: Original) -> Made {
        let expect = match &swapped.replaced.now {
            Some(now) => made(now).expect,
            None => self.row.expectation(),
        };
        Made { expect, at: None, was: Some(was) }
    }

    /// What became of it where it did not make way.
    fn failed(&self, folder: &Folder, stays: Stays) -> Outcome {
        let cause = match stays {
            Stays::InPlace(cause) => {
                return Outcome::Failed(cause.to_string());
            }
            Stays::Aside(cause) => cause,
        };
        match stat(folder.directory(), &self.aside) {
            Ok(None) => Outcome::Failed(cause.to_string()),
            _ => Outcome::Left(left_at(folder, &self.aside, &cause)),
        }
    }
}

/// Why a file is not where it should be, and where it is.
pub(super) fn left_at(folder: &Folder, name: &[u8], cause: &Cause) -> String {
    let path = folder.path_now().join(OsString::from_vec(name.to_vec()));
    let path = path.into_os_string().into_vec();
    let path = sanchay_core::escape::escaped(&path);
    format!("{cause}; what was there is {path} now")
}

pub(super) fn known<'f>(
    name: &'f [u8],
    folder: &'f Folder,
    row: &Row,
) -> Known<'f> {
    Known { folder, name, expected: Some(expected(row)) }
}

/// The folders of a batch, open, or why they are not.
struct Held(HashMap<FolderId, Result<Arc<Folder>, String>>);

impl Held {
    fn new(
        handles: &mut Handles,
        places: &Places,
        items: &[Item<'_>],
    ) -> Self {
        let mut all = HashMap::new();
        for item in items {
            let id = item.row.from.folder;
            all.entry(id).or_insert_with(|| {
                let folder = open(handles, places, id);
                folder.map_err(|error| Cause::from(error).to_string())
            });
        }
        Self(all)
    }
}

fn open(
    handles: &mut Handles,
    places: &Places,
    id: FolderId,
) -> Result<Arc<Folder>, StorageError> {
    let (root, path) = places.folders.get(id);
    let directory = handles.open(root, path)?;
    let path = join(handles.root(root), path);
    Ok(Folder::new(directory, OsString::from_vec(path).into()))
}

/// What a thread has open.
struct Worker<'a> {
    handles: Handles,
    places: &'a Places,
    held: &'a Held,
    /// Folders of files that stay.
    open: HashMap<FolderId, Arc<Folder>>,
    /// The last file that stays: others make way for it in a row.
    kept: Option<(KeptId, Open)>,
}

impl<'a> Worker<'a> {
    fn new(
        storage: &Arc<dyn Storage>,
        places: &'a Places,
        held: &'a Held,
    ) -> Self {
        let handles = Handles::new(storage, &places.roots);
        Self { handles, places, held, open: HashMap::new(), kept: None }
    }

    /// The folder of a file that makes way.
    fn held(&self, item: &Item<'_>) -> Result<&'a Folder, Outcome> {
        let held = self.held.0.get(&item.row.from.folder);
        match held {
            Some(Ok(folder)) => Ok(&**folder),
            Some(Err(why)) => Err(Outcome::Failed(why.clone())),
            None => Err(Outcome::Failed("its folder is unknown".to_owned())),
        }
    }

    /// The folder of a file that stays.
    fn folder(&mut self, id: FolderId) -> Result<Arc<Folder>, StorageError> {
        if let Some(Ok(folder)) = self.held.0.get(&id) {
            return Ok(Arc::clone(folder));
        }
        if let Some(open) = self.open.get(&id) {
            return Ok(Arc::clone(open));
        }
        let folder = open(&mut self.handles, self.places, id)?;
        if self.open.len() >= OPEN {
            self.open.clear();
        }
        self.open.insert(id, Arc::clone(&folder));
        Ok(folder)
    }

    /// Has a file change places with what comes for it.
    fn swap(&mut self, item: &Item<'_>) -> Result<Option<Swapped>, Outcome> {
        let folder = self.held(item)?;
        self.try_swap(item, folder).map_err(|stays| item.failed(folder, stays))
    }

    fn try_swap(
        &mut self,
        item: &Item<'_>,
        folder: &Folder,
    ) -> Result<Option<Swapped>, Stays> {
        let places = self.places;
        let rows = &places.rows;
        let kept_in = self.folder(item.kept.from.folder)?;
        let file = known(rows.name(item.row.from), folder, item.row);
        let equal = known(rows.name(item.kept.from), &kept_in, item.kept);
        let last = self.kept.take();
        let (id, kept) = match (last, item.row.kept) {
            (Some((last, kept)), Some(id)) if last == id => (id, kept),
            (_, Some(id)) => (id, equal.open()?),
            (_, None) => return Ok(None),
        };
        let changed = item.row.changed;
        let swapped =
            swap(&file, (&equal, &kept), changed, &item.by, &item.aside);
        self.kept = Some((id, kept));
        swapped
    }

    /// Removes a file that was left aside.
    fn remove(
        &mut self,
        item: &Item<'_>,
        swapped: &Swapped,
    ) -> Result<(), Outcome> {
        let folder = self.held(item)?;
        let places = self.places;
        let rows = &places.rows;
        let kept_in = self.folder(item.kept.from.folder).ok();
        let file = known(rows.name(item.row.from), folder, item.row);
        let name = rows.name(item.kept.from);
        let equal =
            kept_in.as_deref().map(|folder| known(name, folder, item.kept));
        remove(&file, equal.as_ref(), &item.by, &item.aside, swapped)
            .map_err(|stays| item.failed(folder, stays))
    }
}

/// What the names begin with of files that a run leaves aside.
pub(super) fn prefix(run: &str) -> String {
    format!("{TEMPORARY}aside-{run}-")
}

/// What a row's file is called while it is left aside: the same whoever asks,
/// and another for each place.
pub(super) fn aside(prefix: &str, places: &Places, row: &Row) -> Vec<u8> {
    let (root, _) = places.folders.get(row.from.folder);
    let mut place = root.to_le_bytes().to_vec();
    place.extend(places.below(row.from));
    let mut name = prefix.as_bytes().to_vec();
    for byte in hashing::digest(Algorithm::Xxh3_64, &place) {
        name.extend_from_slice(format!("{byte:02x}").as_bytes());
    }
    name
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

/// What has a name, if anything has.
pub(super) fn stat(
    directory: &dyn Directory,
    name: &[u8],
) -> Result<Option<Metadata>, StorageError> {
    match directory.stat(name, Links::Refuse) {
        Ok((_, found)) => Ok(Some(found)),
        Err(error) if error.is(std::io::ErrorKind::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
