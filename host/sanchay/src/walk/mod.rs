//! The walk: directories in parallel, each listed once, its names judged in
//! one crossing, its survivors' metadata read relative to its handle.

mod beneath;
pub(crate) mod handle;
mod jury;
mod links;
mod listing;
mod measure;
mod mounts;
mod named;
mod node;
mod open;
mod scout;
mod stat;
mod unit;
mod values;

use std::{
    collections::HashSet,
    os::{
        fd::{AsFd as _, BorrowedFd},
        unix::ffi::OsStrExt as _,
    },
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
};

pub(crate) use sanchay_core::order::by_path as by_name;
use sanchay_sandbox::FilterError;

pub(crate) use self::{
    handle::Links,
    listing::slice,
    named::Named,
    node::{Node, by_path},
    open::{KeptOpen, Open, Parent, open_limit},
    scout::{Scout, Span},
};
pub use self::{mounts::LeftOut, node::MAX_PATH};
use crate::{
    engine::Engine,
    entry::{Batch, FileId},
    error::{Action, Cause, EntryError, Error},
    frontier::{Frontier, Spot},
    options::WalkOptions,
    run::Run,
};

/// How many files of one directory are dealt with in one piece: a larger
/// directory is shared between workers.
const FILES_A_PART: usize = 2048;

/// What a walk is for. Called by several workers at once.
pub(crate) trait Visitor: Sync {
    /// Files were found. `node` is their directory; `None` for a file that
    /// the caller named, whose whole path is its name.
    fn files(&self, node: Option<&Arc<Node>>, batch: &Batch<'_>);

    /// An entry failed.
    fn error(&self, error: EntryError);
}

/// A walk over roots.
pub(crate) struct Walk<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) run: &'a Run<'a>,
    pub(crate) options: &'a WalkOptions,
    pub(crate) visitor: &'a dyn Visitor,
    /// Whether the files found count as done in the run's progress.
    pub(crate) counts: bool,
    /// Whether extractors look at the files found.
    pub(crate) extracts: bool,
    /// The directories that were visited, where none may be visited twice.
    pub(crate) visited: Option<Mutex<HashSet<FileId>>>,
}

/// Where what comes of a piece of work goes.
#[derive(Clone, Copy)]
struct Line<'a> {
    frontier: &'a Frontier<Unit>,
    spot: Spot,
}

impl Line<'_> {
    fn push(self, units: impl IntoIterator<Item = Unit>) {
        self.frontier.push(self.spot, units);
    }
}

/// A piece of work.
enum Unit {
    /// A root.
    Root(Parent),
    /// A directory in another.
    Child(Parent, Box<[u8]>),
    /// Some of the files of a large directory.
    Part(Parent, Box<[u8]>, Vec<Span>),
}

impl WalkOptions {
    pub(crate) fn links(&self) -> Links {
        match (self.follow, self.beneath) {
            (false, _) => Links::Refuse,
            (true, false) => Links::Follow,
            (true, true) => Links::Beneath,
        }
    }
}

/// How the paths of what lies in a root begin; an empty path stands for the
/// current directory and begins with nothing.
pub(crate) fn shown(root: &Path) -> &[u8] {
    root.as_os_str().as_bytes()
}

/// Who an open file or directory is.
pub(crate) fn identity(open: BorrowedFd<'_>) -> Option<FileId> {
    stat::stat_open(open).ok().map(|(_, metadata)| metadata.id)
}

/// What to open for a root.
pub(crate) fn location(root: &Path) -> &Path {
    if root.as_os_str().is_empty() { Path::new(".") } else { root }
}

impl Walk<'_> {
    /// Walks roots.
    pub(crate) fn go(&self, roots: &[PathBuf]) -> Result<(), Error> {
        let kept = KeptOpen::default();
        let mut all = Vec::new();
        for root in roots {
            all.extend(self.enter(root, &kept).map(Open::waiting));
        }
        let walked = if self.options.follow {
            self.go_following(all)
        } else {
            self.work(all.into_iter().map(Unit::Root).collect(), None)
        };
        // Whoever remembers a directory need not keep others open.
        *kept.lock().unwrap_or_else(PoisonError::into_inner) =
            open::Kept::default();
        walked
    }

    /// Opens a root. A file is reported at once, whatever its name: the
    /// caller chose it.
    fn enter(&self, root: &Path, kept: &KeptOpen) -> Option<Open> {
        let from = self.options.working_directory.as_ref();
        let links = self.options.links();
        let named =
            Named::open(from, location(root), shown(root), links, kept);
        let cause = match named {
            Ok(Named::Directory(open)) => return Some(open),
            Ok(Named::File(file, metadata)) => {
                if !self.options.admits(metadata.size) {
                    return None;
                }
                let values = self.values_of_named(root, &file, &metadata);
                let name = shown(root);
                let end = u32::try_from(name.len()).unwrap_or(u32::MAX);
                self.report(
                    None,
                    &Batch {
                        parent: b"",
                        names: name,
                        spans: &[(0, end)],
                        metadata: &[metadata],
                        values: &values,
                        worker: 0,
                    },
                );
                return None;
            }
            Ok(Named::Special(_, word)) => Cause::NotRegular(word),
            Err(cause) => cause,
        };
        self.error(
            EntryError::new(root.to_owned(), Action::Root, cause).named(),
        );
        None
    }

    fn error(&self, error: EntryError) {
        self.run.count_error(&error);
        self.visitor.error(error);
    }

    fn report(&self, node: Option<&Arc<Node>>, batch: &Batch<'_>) {
        if batch.is_empty() {
            return;
        }
        if self.counts {
            let bytes = batch.metadata.iter().map(|found| found.size).sum();
            self.run.files.fetch_add(batch.len() as u64, Relaxed);
            self.run.bytes.fetch_add(bytes, Relaxed);
        }
        self.visitor.files(node, batch);
    }

    /// Has the workers do these units and all that come of them. Where links
    /// are followed, the directories found are left in `below` instead.
    fn work(
        &self,
        units: Vec<Unit>,
        below: Option<&links::Below>,
    ) -> Result<(), Error> {
        if units.is_empty() {
            return Ok(());
        }
        let frontier = Frontier::new(units);
        self.engine.crew(&|| frontier.has_more(), |index, inspector| {
            let mut scout = match Scout::new(index, inspector, self.options) {
                Ok(scout) => scout,
                Err(error) => {
                    self.run.fail(error);
                    frontier.close();
                    return;
                }
            };
            while let Some(mut taken) = frontier.take() {
                if self.run.is_over() {
                    frontier.close();
                    return;
                }
                if let Some(unit) = taken.unit() {
                    let line =
                        Line { frontier: &frontier, spot: taken.spot() };
                    self.deal_with(unit, &mut scout, line, below);
                    self.run.tick();
                }
            }
        })
    }

    /// Whether a directory was visited before, where that matters.
    fn is_repeated(&self, open: &Open) -> bool {
        let Some(visited) = &self.visited else { return false };
        match identity(open.as_fd()) {
            Some(id) => !visited
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(id),
            None => false,
        }
    }
}

/// A filter that could not be set ends the run before it begins.
pub(crate) fn filter_error(error: FilterError) -> Error {
    match error {
        FilterError::Fault(fault) => Error::Sandbox(fault),
        // A program that we made ourselves is compiled by the same code.
        error => Error::Option { option: "filter", why: error.to_string() },
    }
}
