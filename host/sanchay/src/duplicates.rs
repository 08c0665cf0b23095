//! Finding duplicates: which files have equal content.

mod candidates;
mod collection;
mod compare;
mod digests;
mod distinct;
mod extracting;
mod groups;

use std::{
    collections::HashSet,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
};

pub(crate) use self::extracting::extract_groups;
use self::{
    collection::{Collection, Collector, FileNumber, WorkerFiles},
    compare::{Comparison, END, SMALL},
};
pub use self::{
    extracting::GroupValues,
    groups::{DuplicateSummary, Duplicates, Group, GroupFile},
};
use crate::{
    cache::DigestCache,
    entry::{Batch, join},
    error::{Action, Cause, EntryError, Error},
    monitor::{Monitor, Summary},
    options::{DuplicateOptions, Method},
    pool::Pool,
    run::RunState,
    walk::{Node, Visitor, Walk, WorkerVisitor},
};

/// Finds groups of files with equal content: by size first, then by reading
/// the ends of the large ones that share their size, and all of those that
/// may still be equal.
pub(crate) fn find(
    pool: &Pool,
    cache: Option<&dyn DigestCache>,
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
    let run = RunState::new(monitor);
    let collection = collect(pool, roots, options, &run, on_error)?;
    let walked = run.outcome()?;
    let candidates = candidates::pick(pool, &collection, options.hardlinks);
    let (small, large): (Vec<_>, Vec<_>) = candidates
        .files
        .iter()
        .copied()
        .partition(|file| collection.size(*file) <= SMALL);
    let size = |file: &FileNumber| collection.size(*file);
    // Of large files, the ends are read first: how many of them are read
    // to the end is not known before that.
    let bytes = small.iter().map(size).sum::<u64>()
        + large.iter().map(|it| size(it).min(2 * u64::from(END))).sum::<u64>();
    run.begin_comparing(candidates.files.len() as u64, bytes);
    let comparison = Comparison {
        pool,
        cache,
        run: &run,
        collection: &collection,
        on_error,
    };
    let mut whole = small;
    if !large.is_empty() {
        let ends = comparison.read(&large, Method::Partial { chunk: END })?;
        run.outcome()?;
        let alike = ends.groups(&collection).filter(|group| {
            group.len() > 1
                || options.hardlinks
                    && group.first().is_some_and(|hit| {
                        candidates::is_representative(
                            &candidates.aliases,
                            hit.file,
                        )
                    })
        });
        let first = whole.len();
        whole.extend(alike.flatten().map(|row| row.file));
        let alike = whole.get(first..).unwrap_or_default();
        let decided = large.len().saturating_sub(alike.len());
        run.count_decided(decided as u64, alike.iter().map(size).sum());
        whole.sort_unstable();
    }
    let digests = comparison.read(&whole, Method::Whole(options.algorithm))?;
    let compared = run.outcome()?;
    let summary = Summary {
        errors: compared.errors,
        named_errors: compared.named_errors,
        ..walked
    };
    Ok(groups::gather(
        collection,
        &digests,
        &candidates.aliases,
        options,
        summary,
    ))
}

/// Walks the roots. Where there are several, they are walked one after
/// the other and no directory twice.
fn collect(
    pool: &Pool,
    roots: &[PathBuf],
    options: &DuplicateOptions,
    run: &RunState<'_>,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<Collection, Error> {
    let storage = options.walk.storage();
    let mut wanted = options.walk.clone();
    wanted.filter = wanted.filter.files_only();
    if !wanted.filter.has("min-size") {
        wanted.filter = wanted.filter.min_size(1);
    }
    let visitor =
        Collect { collector: Collector::new(pool.workers()), run, on_error };
    let together = wanted.follow || roots.len() < 2;
    let walk = Walk {
        pool,
        storage: &storage,
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
    Ok(visitor.collector.finish(storage))
}

/// Collects what a walk finds.
struct Collect<'a> {
    collector: Collector,
    run: &'a RunState<'a>,
    on_error: &'a (dyn Fn(EntryError) -> ControlFlow<()> + Sync),
}

impl Visitor for Collect<'_> {
    fn worker(&self, number: usize) -> Box<dyn WorkerVisitor + '_> {
        let files = self.collector.worker(number);
        Box::new(CollectWorker { collect: self, files })
    }
}

/// A worker's part of it.
struct CollectWorker<'a> {
    collect: &'a Collect<'a>,
    files: WorkerFiles<'a>,
}

impl WorkerVisitor for CollectWorker<'_> {
    fn files(&mut self, node: Option<&Arc<Node>>, batch: &Batch<'_>) {
        let left_out = self.files.add(node, batch);
        if left_out > 0 {
            let error = EntryError::new(
                join(batch.parent, b""),
                Action::Stat,
                Cause::Io(std::io::Error::other(format!(
                    "{left_out} files were left out: too many file systems"
                ))),
            );
            self.collect.run.count_error(&error);
            self.error(error);
        }
    }

    fn error(&mut self, error: EntryError) {
        let flow = (self.collect.on_error)(error);
        self.collect.run.stop_if_break(flow);
    }
}
