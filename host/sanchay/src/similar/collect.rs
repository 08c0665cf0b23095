//! Collects the files to compare, and puts them in order.

use std::{collections::HashSet, ops::ControlFlow, path::PathBuf, sync::Arc};

use sanchay_core::grouping::{
    FileNumber, FileTable as _, Origin, Sorter as _,
};

use crate::{
    duplicates::collection::{Collection, Collector, WorkerFiles},
    entry::{Batch, join},
    error::{Action, Cause, EntryError, Error},
    options::WalkOptions,
    pool::Pool,
    run::RunState,
    walk::{Ignoring, Node, Reported, Visitor, Walk, WorkerVisitor},
};

/// Walks the roots. What lies in several is collected once.
pub(super) fn collect(
    pool: &Pool,
    roots: &[PathBuf],
    options: &WalkOptions,
    run: &RunState<'_>,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<Collection, Error> {
    let storage = options.storage();
    let mut wanted = options.clone();
    wanted.filter = wanted.filter.for_duplicates();
    let collector = Collector::new(pool.workers(), false);
    let visitor = Collect { collector, run, on_error };
    let ignoring = Ignoring::read(&wanted, &*storage, pool)?;
    let walk = Walk {
        pool,
        storage: &storage,
        run,
        options: &wanted,
        visitor: &visitor,
        counts: true,
        extracts: false,
        ignoring: &ignoring,
        reported: Some(Reported::default()),
    };
    walk.run_distinct(&[roots], &|_| {})?;
    Ok(visitor.collector.finish(storage))
}

/// The files to compare, in the order of their paths, each by the first of
/// its names; and how many are too large.
pub(super) fn chosen(
    pool: &Pool,
    collection: &Collection,
    max_size: u64,
) -> (Vec<FileNumber>, u64) {
    let mut files: Vec<FileNumber> = collection.files().collect();
    pool.sort(&mut files, |a, b| collection.by_path(*a, *b));
    let mut linked = HashSet::new();
    files.retain(|file| {
        let id = collection.identity(*file);
        !collection.is_linked(*file) || linked.insert(id)
    });
    let all = files.len();
    files.retain(|file| collection.size(*file) <= max_size);
    let too_large = all.saturating_sub(files.len());
    (files, too_large as u64)
}

/// Collects what a walk finds.
struct Collect<'a> {
    collector: Collector,
    run: &'a RunState<'a>,
    on_error: &'a (dyn Fn(EntryError) -> ControlFlow<()> + Sync),
}

impl<'a> Visitor for &'a Collect<'a> {
    type Worker = CollectWorker<'a>;

    fn worker(&self, number: usize) -> CollectWorker<'a> {
        let files = self.collector.worker(number, Origin::Root);
        CollectWorker { collect: self, files }
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
            let why = format!(
                "{left_out} files were left out: too many file systems"
            );
            let cause = Cause::Io(std::io::Error::other(why));
            let path = join(batch.parent, b"");
            let error = EntryError::new(path, Action::Stat, cause);
            self.collect.run.count_error(&error);
            self.error(error);
        }
    }

    fn error(&mut self, error: EntryError) {
        let flow = (self.collect.on_error)(error);
        self.collect.run.stop_if_break(flow);
    }
}
