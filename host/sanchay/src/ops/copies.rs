//! The copies among the steps of a plan: made by all workers, thousands at a
//! time, since what makes them durable costs the same for one as for many.

use std::{
    collections::HashSet,
    io::ErrorKind::Interrupted,
    sync::{Arc, Mutex, PoisonError},
};

use sanchay_core::plan::Operation;
use sanchay_names::OsStringExt as _;
use sanchay_sandbox::Algorithm;
use sanchay_sync::lock;

use super::{
    act::{Actor, Done, Outcome, expected},
    conflict::ConflictKind,
    copy::{Copier, CopyItem, CopyOptions, Folder, Sharing},
    error::OpsError,
    folders::{FolderId, join},
    handles::Handles,
    places::Places,
    rows::Row,
};
use crate::{
    engine::Engine,
    error::{Cause, Error},
    monitor::Monitor,
};

/// How many copies are made at a time.
const MOST: usize = 16 << 10;

/// Copies that wait to be made: each by the number of its step, and its row.
#[derive(Debug)]
pub(super) struct Copies {
    copier: Option<Copier>,
    waiting: Vec<(u64, u32)>,
}

impl Copies {
    /// Those of a run.
    pub(super) fn new(
        engine: &Engine,
        places: &Places,
        steps: &[u32],
    ) -> Self {
        let rows = steps.iter().filter_map(|at| places.rows.get(*at));
        let mut any = rows.filter(|row| Self::does(row));
        // A plan has copies of one kind.
        let copier = any.next().map(|row| {
            let sharing = match row.operation {
                Operation::Reflink => Sharing::Always,
                _ => Sharing::Auto,
            };
            let verify = places.verify.then_some(Algorithm::Xxh3_128);
            let options =
                CopyOptions { sharing, verify, ..CopyOptions::default() };
            engine.copier(options)
        });
        Self { copier, waiting: Vec::new() }
    }

    /// The same of a run that may be taken up.
    pub(super) fn named(self, run: &str) -> Self {
        let copier = self.copier.map(|copier| copier.named(run));
        Self { copier, ..self }
    }

    /// Fails where files are to share blocks and their file system cannot: that
    /// is tried with files that go again.
    pub(super) fn check_sharing(
        &self,
        handles: &mut Handles,
        places: &Places,
        steps: &[u32],
    ) -> Result<(), OpsError> {
        let Some(copier) = &self.copier else { return Ok(()) };
        let mut tried = HashSet::new();
        for at in steps {
            let row = places.rows.get(*at);
            let Some(row) = row.filter(|it| {
                Self::does(it) && it.operation == Operation::Reflink
            }) else {
                continue;
            };
            let (root, path) = places.folders.get(row.to.folder);
            // One that will be made is on the file system of its root.
            let folder = handles.open(root, path);
            let Ok(folder) = folder.or_else(|_| handles.open(root, b""))
            else {
                continue;
            };
            let device = folder.id().map_or(row.id.device, |id| id.device);
            if tried.insert(device) && !copier.can_share(&*folder) {
                let path = join(handles.root(root), path);
                let path = std::ffi::OsString::from_vec(path).into();
                let why = ConflictKind::NoReflinks.to_string();
                return Err(OpsError::Destination { path, why });
            }
        }
        Ok(())
    }

    /// Whether a step is done here.
    pub(super) const fn does(row: &Row) -> bool {
        row.kept.is_none()
            && matches!(row.operation, Operation::Copy | Operation::Reflink)
    }

    /// Adds a step.
    pub(super) fn add(&mut self, number: u64, row: u32) {
        self.waiting.push((number, row));
    }

    /// Whether enough wait.
    pub(super) fn is_enough(&self) -> bool {
        self.waiting.len() >= MOST
    }

    /// Those that wait, which no longer do.
    pub(super) fn take(&mut self) -> Vec<(u64, u32)> {
        std::mem::take(&mut self.waiting)
    }

    /// Makes copies, and passes on what became of each.
    pub(super) fn make(
        &self,
        places: &Places,
        actor: &mut Actor,
        waiting: &[(u64, u32)],
        monitor: &Monitor,
        each: &mut (dyn FnMut(u64, Outcome) + Send),
    ) -> Result<(), Error> {
        let Some(copier) = &self.copier else { return Ok(()) };
        let unopened = Mutex::new(Vec::new());
        let mut folders = Recent::default();
        let items = waiting.iter().filter_map(|(number, at)| {
            let row = places.rows.get(*at)?;
            let mut open =
                |folder| folders.get(folder, || actor.known(places, folder));
            let opened = open(row.from.folder)
                .and_then(|source| Ok((source, open(row.to.folder)?)));
            match opened {
                Ok((source, target)) => Some(CopyItem {
                    source,
                    name: places.rows.name(row.from).to_vec(),
                    target,
                    new_name: places.rows.name(row.to).to_vec(),
                    expected: Some(expected(row)),
                    tag: (*number, *at),
                }),
                Err(error) => {
                    let why = Cause::from(error).to_string();
                    lock(&unopened).push((*number, why));
                    None
                }
            }
        });
        let copied = copier.copy_all(items, monitor, |tag, result| {
            let (number, at): (u64, u32) = tag;
            let outcome = match (result, places.rows.get(at)) {
                (Ok(copied), Some(row)) => {
                    Outcome::Done(Done::copied(row, &copied))
                }
                (Ok(_), None) => Outcome::Done(Done::default()),
                // The run was ended, and may be gone on with.
                (Err(error), _) if error.kind() == Some(Interrupted) => {
                    return;
                }
                (Err(error), _) => Outcome::Failed(error.cause.to_string()),
            };
            each(number, outcome);
        });
        let unopened = unopened.into_inner();
        for (number, why) in unopened.unwrap_or_else(PoisonError::into_inner) {
            each(number, Outcome::Failed(why));
        }
        copied.map(drop)
    }
}

/// The folders of the last copies.
#[derive(Default)]
struct Recent([Option<(FolderId, Arc<Folder>)>; 2]);

impl Recent {
    fn get<E>(
        &mut self,
        folder: FolderId,
        open: impl FnOnce() -> Result<Arc<Folder>, E>,
    ) -> Result<Arc<Folder>, E> {
        let mut known = self.0.iter().flatten();
        if let Some((_, open)) = known.find(|(it, _)| *it == folder) {
            return Ok(Arc::clone(open));
        }
        let open = open()?;
        self.0.swap(0, 1);
        if let Some(first) = self.0.first_mut() {
            *first = Some((folder, Arc::clone(&open)));
        }
        Ok(open)
    }
}
