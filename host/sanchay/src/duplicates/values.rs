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
    entry::join,
    error::{Action, Cause, EntryError, Error},
    extract::{Extractors, Told},
    monitor::Monitor,
    plugins::{Plugins, weight},
    run::Run,
    walk::Node,
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
        let mut groups = duplicates.groups().peekable();
        while groups.peek().is_some() && !run.is_over() {
            let mut some: Vec<Group<'_>> = Vec::new();
            let mut files = 0;
            while files < FILES
                && let Some(group) = groups.next()
            {
                files += group.len();
                some.push(group);
            }
            let told = comparison.values(&some, plugins)?;
            let mut rest = told.as_slice();
            for group in some {
                if run.is_over() {
                    break;
                }
                let (own, others) =
                    rest.split_at_checked(group.len()).unwrap_or((rest, &[]));
                rest = others;
                run.heed(visit(group, GroupValues(own)));
            }
        }
        run.outcome().map(|summary| summary.errors)
    }
}

/// A file to be looked at, and how much the values of its group take up.
type Task<'a> = (FileNumber, &'a AtomicUsize);

impl Comparison<'_> {
    /// What extractors tell of the files of some groups, one behind the
    /// other.
    fn values(
        &self,
        groups: &[Group<'_>],
        plugins: &Plugins,
    ) -> Result<Vec<Told>, Error> {
        if plugins.columns().is_empty() {
            return Ok(Vec::new());
        }
        let used: Vec<AtomicUsize> =
            groups.iter().map(|_| AtomicUsize::new(0)).collect();
        let tasks: Vec<Task<'_>> = groups
            .iter()
            .zip(&used)
            .flat_map(|(group, used)| {
                group.numbers().iter().map(move |file| (*file, used))
            })
            .collect();
        let told: Vec<Mutex<Told>> =
            tasks.iter().map(|_| Mutex::default()).collect();
        let next = AtomicUsize::new(0);
        let more = || next.load(Relaxed) < tasks.len();
        self.engine.crew(&more, |_, _| {
            let mut extractors = Extractors::new(plugins);
            while !self.run.is_over() {
                let index = next.fetch_add(1, Relaxed);
                let (Some(task), Some(slot)) =
                    (tasks.get(index), told.get(index))
                else {
                    return;
                };
                let told = self.look(*task, &mut extractors);
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = told;
                self.run.tick();
            }
        })?;
        let told = told.into_iter();
        Ok(told
            .map(|it| it.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect())
    }

    /// Has the extractors look at a file.
    fn look(&self, (file, used): Task<'_>, all: &mut Extractors) -> Told {
        let (parent, name) = self.collection.path(file);
        let node = self.collection.parent(file).map(|node| node.opened());
        let opened = node.transpose().and_then(|node: Option<_>| {
            self.open(file, node.as_deref().map(|node: &Node| node))
        });
        let (opened, metadata) = match opened {
            Ok(opened) => opened,
            Err(cause) => {
                self.error(join(parent, name), Action::Open, cause);
                return Told::default();
            }
        };
        // What the caller named has its whole path for a name.
        let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
        let mut told = Told::of(all, &opened, last, &metadata);
        for cause in told.causes.drain(..) {
            self.error(join(parent, name), Action::Extract, cause);
        }
        let bytes = weight(&told.values);
        if used.fetch_add(bytes, Relaxed) + bytes > CEILING {
            let cause = Cause::TooManyValues { ceiling: CEILING };
            self.error(join(parent, name), Action::Extract, cause);
            return Told::default();
        }
        told
    }
}
