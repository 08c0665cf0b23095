//! What extractors tell of the files that have duplicates: only those are
//! looked at, some hundreds at a time, so that memory does not grow with
//! their number.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use sanchay_sandbox::plugin::Value;

use super::{
    collection::FileNumber,
    compare::Comparison,
    groups::{Duplicates, Group},
};
use crate::{
    engine::Engine,
    error::{Action, Cause, EntryError, Error},
    extract::{Extractors, Site, Told},
    monitor::Monitor,
    plugins::{Plugins, weight},
    run::Run,
};

/// Groups of so many files together are dealt with at a time.
const FILES: usize = 512;

/// What the values of one group's files may take up, in bytes.
const CEILING: usize = 64 << 20;

/// The values of the files of one group, in the order of its members.
#[derive(Clone, Copy, Debug)]
pub struct GroupValues<'a>(&'a [Told]);

impl<'a> GroupValues<'a> {
    /// The values of the file at an index in the group, one for each column
    /// of the extractors; empty where they have nothing to tell.
    #[must_use]
    pub fn of(&self, index: usize) -> &'a [Option<Value>] {
        self.0.get(index).map_or(&[], |told| &told.values)
    }
}

impl Engine {
    /// Goes through groups of equal files, in their order, with what the
    /// extractors among the plugins tell of each file. Returns how many files
    /// they failed on.
    ///
    /// A file that is not what it was when the group was found is not looked
    /// at. `on_error` is called from the worker threads, `visit` from the
    /// caller's; either ends the run by returning `Break`.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Threads`] if it could not begin. What is wrong with a file is
    /// told to `on_error`.
    pub fn describe_groups(
        &self,
        duplicates: &Duplicates,
        plugins: &Plugins,
        monitor: &Monitor,
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
        visit: &mut dyn FnMut(Group<'_>, GroupValues<'_>) -> ControlFlow<()>,
    ) -> Result<u64, Error> {
        plugins.begin();
        let run = Run::new(monitor);
        let comparison = Comparison {
            engine: self,
            run: &run,
            collection: &duplicates.collection,
            on_error,
        };
        let mut groups = duplicates.groups();
        let mut waiting: Vec<Group<'_>> = Vec::new();
        if plugins.columns().is_empty() {
            for group in groups.by_ref() {
                if run.is_over() {
                    break;
                }
                run.heed(visit(group, GroupValues(&[])));
            }
        }
        while !run.is_over() {
            let mut files: usize = waiting.iter().map(Group::len).sum();
            while files < FILES
                && let Some(group) = groups.next()
            {
                files += group.len();
                waiting.push(group);
            }
            if waiting.is_empty() {
                break;
            }
            let mut told = comparison.values(&waiting, plugins)?.into_iter();
            let mut dealt_with = 0;
            for group in &waiting {
                let own: Vec<_> = told.by_ref().take(group.len()).collect();
                // One that was not come to the end of is looked at again, but
                // for the first, whose values are too many.
                let is_whole = own.iter().all(Option::is_some);
                if run.is_over() || !(is_whole || dealt_with == 0) {
                    break;
                }
                let own = comparison.settle(*group, own);
                run.heed(visit(*group, GroupValues(&own)));
                dealt_with += 1;
            }
            waiting.drain(..dealt_with);
        }
        run.outcome().map(|summary| summary.errors)
    }
}

/// What extractors told of a file, or why it was not opened.
type Looked = Result<Told, Cause>;

impl Comparison<'_> {
    /// What extractors tell of the files of some groups, one behind the
    /// other; of those behind so many as fill the memory there is for it,
    /// nothing.
    fn values(
        &self,
        groups: &[Group<'_>],
        plugins: &Plugins,
    ) -> Result<Vec<Option<Looked>>, Error> {
        let tasks: Vec<FileNumber> =
            groups.iter().flat_map(|group| group.numbers()).copied().collect();
        let told: Vec<Mutex<Option<Looked>>> =
            tasks.iter().map(|_| Mutex::default()).collect();
        let (next, used) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let is_full = || used.load(Relaxed) > CEILING;
        let more = || next.load(Relaxed) < tasks.len() && !is_full();
        self.engine.crew(&more, |_, _| {
            let mut extractors = Extractors::new(plugins);
            while !self.run.is_over() && !is_full() {
                let index = next.fetch_add(1, Relaxed);
                let (Some(task), Some(slot)) =
                    (tasks.get(index), told.get(index))
                else {
                    return;
                };
                let looked = self.look(*task, &mut extractors);
                if let Ok(told) = &looked {
                    used.fetch_add(weight(&told.values), Relaxed);
                }
                *slot.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(looked);
                self.run.tick();
            }
        })?;
        let told = told.into_iter();
        Ok(told
            .map(|it| it.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect())
    }

    /// Has the extractors look at a file.
    fn look(&self, file: FileNumber, all: &mut Extractors) -> Looked {
        let name = self.collection.name(file);
        let node = self.collection.parent(file).map(|node| node.opened());
        let opened = node
            .transpose()
            .and_then(|node: Option<_>| self.open(file, node.as_ref()));
        let (opened, metadata) = opened?;
        // What the caller named has its whole path for a name.
        let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
        let directory = self
            .collection
            .parent(file)
            .map_or_else(Vec::new, |node| node.relative());
        let site = Site { directory: &directory, name: last };
        Ok(Told::of(all, &opened, site, &metadata))
    }

    /// The values of the files of a group, and an error for each of those that
    /// have none: of the first of them, as many as there is memory for. Files
    /// that were not looked at come after so many.
    fn settle(
        &self,
        group: Group<'_>,
        looked: Vec<Option<Looked>>,
    ) -> Vec<Told> {
        let mut used = 0;
        let each = group.numbers().iter().zip(looked);
        each.map(|(file, looked)| {
            let error = |action, cause| {
                self.error(self.collection.path(*file), action, cause);
            };
            match looked {
                Some(Ok(mut told)) => {
                    used += weight(&told.values);
                    for cause in told.causes.drain(..) {
                        error(Action::Extract, cause);
                    }
                    if used <= CEILING {
                        return told;
                    }
                }
                Some(Err(cause)) => {
                    error(Action::Open, cause);
                    return Told::default();
                }
                None => {}
            }
            let ceiling = CEILING;
            error(Action::Extract, Cause::TooManyValues { ceiling });
            Told::default()
        })
        .collect()
    }
}
