//! Collects the files to compare, and puts them in order.

use std::{
    collections::HashSet,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sanchay_core::grouping::{
    FileNumber, FileTable as _, Origin, Role, Sorter as _,
};
use sanchay_sync::lock;

use crate::{
    duplicates::{
        check_references,
        collection::{Collection, Collector, WorkerFiles},
    },
    entry::{Batch, join},
    error::{Action, Cause, EntryError, Error},
    options::WalkOptions,
    pool::Pool,
    run::RunState,
    walk::{Ignoring, Node, Reported, Visitor, Walk, WorkerVisitor},
};

/// Where to look, and what is kept of what is found.
#[derive(Clone, Copy)]
pub(super) struct Sites<'a> {
    pub(super) roots: &'a [PathBuf],
    /// What is looked at as well: its files stay.
    pub(super) references: &'a [PathBuf],
    /// Whether it is kept when files were modified and changed.
    pub(super) times: bool,
}

impl<'a> Sites<'a> {
    /// Roots, for an answer that nobody acts upon.
    pub(super) const fn of(roots: &'a [PathBuf]) -> Self {
        Self { roots, references: &[], times: false }
    }
}

/// Walks the roots, after those whose files stay. What lies in several is
/// collected once.
pub(super) fn collect(
    pool: &Pool,
    sites: Sites<'_>,
    options: &WalkOptions,
    run: &RunState<'_>,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<Collection, Error> {
    let Sites { roots, references, times } = sites;
    let named = references.iter().map(|path| ("reference", path));
    check_references(options, named)?;
    let storage = options.storage();
    let mut wanted = options.clone();
    wanted.filter = wanted.filter.for_duplicates();
    let collector = Collector::new(pool.workers(), times);
    let origin = Mutex::default();
    let visitor = Collect { collector, origin, run, on_error };
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
    let parts = [(Origin::Reference, references), (Origin::Root, roots)];
    let parts: Vec<_> =
        parts.into_iter().filter(|(_, sites)| !sites.is_empty()).collect();
    let roots: Vec<&[PathBuf]> = parts.iter().map(|(_, it)| *it).collect();
    walk.run_distinct(&roots, &|number| {
        if let Some((origin, _)) = parts.get(number) {
            *lock(&visitor.origin) = *origin;
        }
    })?;
    Ok(visitor.collector.finish(storage))
}

/// The files to compare, in the order of their paths, each by the first of
/// its names, or of those that stay; and how many are too large. A file that
/// stays is known by any path: a mount shows it under another one without a
/// second name.
pub(super) fn chosen(
    pool: &Pool,
    collection: &Collection,
    max_size: u64,
) -> (Vec<FileNumber>, u64) {
    let mut files: Vec<FileNumber> = collection.files().collect();
    pool.sort(&mut files, |a, b| collection.by_path(*a, *b));
    let stays =
        |file: &FileNumber| collection.origin(*file).role() == Role::Reference;
    let id = |file: &FileNumber| collection.identity(*file);
    let kept: HashSet<_> =
        files.iter().filter(|it| stays(it)).map(id).collect();
    let mut seen = HashSet::new();
    files.retain(|file| {
        (stays(file) || !kept.contains(&id(file)))
            && (!collection.is_linked(*file) || seen.insert(id(file)))
    });
    let all = files.len();
    files.retain(|file| collection.size(*file) <= max_size);
    let too_large = all.saturating_sub(files.len());
    (files, too_large as u64)
}

/// Collects what a walk finds.
struct Collect<'a> {
    collector: Collector,
    /// Where the files come from that are found now.
    origin: Mutex<Origin>,
    run: &'a RunState<'a>,
    on_error: &'a (dyn Fn(EntryError) -> ControlFlow<()> + Sync),
}

impl<'a> Visitor for &'a Collect<'a> {
    type Worker = CollectWorker<'a>;

    fn worker(&self, number: usize) -> CollectWorker<'a> {
        let origin = *lock(&self.origin);
        let files = self.collector.worker(number, origin);
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
