//! Finding duplicates: which files have equal content.

mod candidates;
mod collection;
mod compare;
mod groups;
mod hits;
mod names;
mod values;

use std::{
    collections::HashSet,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use self::{
    collection::{Collection, Collector, FileNumber},
    compare::{Comparison, END, SMALL},
};
pub use self::{
    groups::{DuplicateSummary, Duplicates, Group, Member},
    values::GroupValues,
};
use crate::{
    engine::Engine,
    entry::{Batch, join},
    error::{Action, Cause, EntryError, Error},
    monitor::Monitor,
    options::{DuplicateOptions, Method},
    run::Run,
    walk::{Node, Visitor, Walk},
};

impl Engine {
    /// Finds groups of files with equal content: by size first, then by
    /// reading the ends of the large ones that share their size, and all of
    /// those that may still be equal.
    ///
    /// Names of one file (hard links) count as one, unless the options say
    /// otherwise. Roots may overlap; no file is its own duplicate. The answer
    /// is the same on every run over the same files.
    ///
    /// `on_error` is called from the worker threads, from several at once,
    /// and ends the run by returning `Break`. Memory grows by some sixty
    /// bytes a file, names included.
    ///
    /// ```
    /// use sanchay::{DuplicateOptions, Engine, EngineOptions, Monitor};
    /// use std::ops::ControlFlow;
    ///
    /// let folder = tempfile::tempdir()?;
    /// for name in ["a", "b", "c"] {
    ///     let content = if name == "b" { "other" } else { "equal" };
    ///     std::fs::write(folder.path().join(name), content)?;
    /// }
    /// let engine = Engine::new(EngineOptions::default())?;
    /// let found = engine.duplicates(
    ///     &[folder.path().to_owned()],
    ///     &DuplicateOptions::default(),
    ///     &Monitor::default(),
    ///     &|error| {
    ///         eprintln!("{error}");
    ///         ControlFlow::Continue(())
    ///     },
    /// )?;
    /// assert_eq!(found.summary().reclaimable_bytes, 5);
    /// for group in found.groups() {
    ///     let names: Vec<_> = group.members().map(|it| it.name).collect();
    ///     assert_eq!(names, [b"a", b"c"]);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Option`] for an algorithm that cannot tell files apart;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin. What is wrong with a file is told to `on_error`.
    pub fn duplicates(
        &self,
        roots: &[PathBuf],
        options: &DuplicateOptions,
        monitor: &Monitor,
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
    ) -> Result<Duplicates, Error> {
        if !options.algorithm.identifies() {
            return Err(Error::Option {
                option: "algorithm",
                why: format!("{} cannot tell files apart", options.algorithm),
            });
        }
        options.walk.plugins.begin();
        let run = Run::new(monitor);
        let collection = self.collect(roots, options, &run, on_error)?;
        let walked = run.outcome()?;
        let candidates =
            candidates::pick(self, &collection, options.hardlinks);
        let (small, large): (Vec<_>, Vec<_>) = candidates
            .files
            .iter()
            .copied()
            .partition(|file| collection.size(*file) <= SMALL);
        let size = |file: &FileNumber| collection.size(*file);
        // Of large files, the ends are read first: how many of them are read
        // to the end is not known before that.
        let bytes = small.iter().map(size).sum::<u64>()
            + large
                .iter()
                .map(|it| size(it).min(2 * u64::from(END)))
                .sum::<u64>();
        run.begin_comparing(candidates.files.len() as u64, bytes);
        let comparison = Comparison {
            engine: self,
            run: &run,
            collection: &collection,
            on_error,
        };
        let mut whole = small;
        if !large.is_empty() {
            let ends =
                comparison.read(&large, Method::Partial { chunk: END })?;
            run.outcome()?;
            let alike = ends.groups(&collection).filter(|group| {
                group.len() > 1
                    || options.hardlinks
                        && group.first().is_some_and(|hit| {
                            candidates::stands(&candidates.aliases, hit.file)
                        })
            });
            let first = whole.len();
            whole.extend(alike.flatten().map(|hit| hit.file));
            let alike = whole.get(first..).unwrap_or_default();
            let settled = large.len().saturating_sub(alike.len());
            run.settle(settled as u64, alike.iter().map(size).sum());
            whole.sort_unstable();
        }
        let hits =
            comparison.read(&whole, Method::Whole(options.algorithm))?;
        let compared = run.outcome()?;
        let summary = crate::Summary {
            errors: compared.errors,
            named_errors: compared.named_errors,
            ..walked
        };
        Ok(groups::gather(
            collection,
            &hits,
            &candidates.aliases,
            options,
            summary,
        ))
    }

    /// Walks the roots. Where there are several, they are walked one after
    /// the other and no directory twice.
    fn collect(
        &self,
        roots: &[PathBuf],
        options: &DuplicateOptions,
        run: &Run<'_>,
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
    ) -> Result<Collection, Error> {
        let mut wanted = options.walk.clone();
        wanted.min_size = Some(wanted.min_size.unwrap_or(1));
        let visitor = Collect {
            collector: Collector::new(self.workers()),
            run,
            on_error,
        };
        let together = wanted.follow || roots.len() < 2;
        let walk = Walk {
            engine: self,
            run,
            options: &wanted,
            visitor: &visitor,
            counts: true,
            extracts: false,
            visited: (!together).then(|| Mutex::new(HashSet::new())),
        };
        if together {
            walk.go(roots)?;
        } else {
            for root in roots {
                walk.go(std::slice::from_ref(root))?;
            }
        }
        Ok(visitor.collector.finish(wanted.working_directory.clone()))
    }
}

/// Collects what a walk finds.
struct Collect<'a> {
    collector: Collector,
    run: &'a Run<'a>,
    on_error: &'a (dyn Fn(EntryError) -> ControlFlow<()> + Sync),
}

impl Visitor for Collect<'_> {
    fn files(&self, node: Option<&Arc<Node>>, batch: &Batch<'_>) {
        let left_out = self.collector.add(node, batch);
        if left_out > 0 {
            let error = EntryError::new(
                join(batch.parent, b""),
                Action::Stat,
                Cause::Io(std::io::Error::other(format!(
                    "{left_out} files were left out: too many file systems"
                ))),
            );
            self.run.count_error(&error);
            self.error(error);
        }
    }

    fn error(&self, error: EntryError) {
        self.run.heed((self.on_error)(error));
    }
}
