//! Finding duplicates: which files have equal content.

mod collection;
mod compare;
mod extracting;
mod groups;

use std::{
    collections::HashSet,
    fmt,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
};

pub(crate) use self::extracting::extract_groups;
use self::{
    collection::{Collection, Collector, WorkerFiles},
    compare::Comparison,
};
pub use self::{
    extracting::GroupValues,
    groups::{
        DuplicateGroup, DuplicateSummary, Duplicates, Group, GroupFile, Groups,
    },
};
use sanchay_core::grouping::{
    self, Candidates, END, FileNumber, FileTable as _,
};
use sanchay_sandbox::Algorithm;

use crate::{
    cache::DigestCache,
    entry::{Batch, join},
    error::{Action, Cause, EntryError, Error},
    monitor::{Monitor, Summary},
    options::{DuplicateOptions, Method, WalkOptions},
    pool::Pool,
    request::{monitor_methods, walk_methods},
    results::Results,
    run::RunState,
    walk::{Node, Visitor, Walk, WorkerVisitor},
};

/// A search for duplicates to be made:
/// [`Engine::duplicates`](crate::Engine::duplicates) begins one.
#[derive(Clone)]
#[must_use = "a request does nothing until it is started"]
pub struct DuplicatesRequest {
    pool: Arc<Pool>,
    cache: Option<Arc<dyn DigestCache>>,
    roots: Vec<PathBuf>,
    options: DuplicateOptions,
    monitor: Monitor,
}

impl fmt::Debug for DuplicatesRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DuplicatesRequest")
            .field("roots", &self.roots)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl DuplicatesRequest {
    pub(crate) fn new(
        pool: Arc<Pool>,
        cache: Option<Arc<dyn DigestCache>>,
        roots: Vec<PathBuf>,
    ) -> Self {
        let (options, monitor) =
            (DuplicateOptions::default(), Monitor::default());
        Self { pool, cache, roots, options, monitor }
    }

    fn walk(&mut self) -> &mut WalkOptions {
        &mut self.options.walk
    }

    /// Takes all of these options, in place of those before.
    pub fn options(mut self, options: DuplicateOptions) -> Self {
        self.options = options;
        self
    }

    walk_methods!();

    monitor_methods!();

    /// The digest that equal files share; by default XXH3 with 128 bits.
    /// CRC-32, whose 32 bits are too few for that, is refused.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.options.algorithm = algorithm;
        self
    }

    /// Whether hard links of one file count as duplicates of each other.
    pub fn hardlinks(mut self, hardlinks: bool) -> Self {
        self.options.hardlinks = hardlinks;
        self
    }

    /// Starts the search in the background. Errors come as they occur, and
    /// then the groups: the ones that most can be reclaimed of first.
    ///
    /// ```
    /// use sanchay::Engine;
    ///
    /// let folder = tempfile::tempdir()?;
    /// for name in ["a", "b", "c"] {
    ///     let content = if name == "b" { "other" } else { "equal" };
    ///     std::fs::write(folder.path().join(name), content)?;
    /// }
    /// let engine = Engine::builder().build()?;
    /// let mut groups = engine.duplicates([folder.path()]).start()?;
    /// for group in &mut groups {
    ///     let group = group?;
    ///     let names: Vec<_> =
    ///         group.paths.iter().map(|path| path.file_name()).collect();
    ///     assert_eq!(names, [Some("a".as_ref()), Some("c".as_ref())]);
    /// }
    /// assert_eq!(groups.finish()?.reclaimable_bytes, 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Threads`] if there is no thread for it. What else may keep it
    /// from beginning, [`Results::finish`] returns.
    pub fn start(
        mut self,
    ) -> Result<Results<DuplicateGroup, DuplicateSummary>, Error> {
        let cancel = self.monitor.cancel.child();
        self.monitor.cancel = cancel.clone();
        Results::start(cancel, move |sender| {
            let found = self.find(|error| sender.send(Err(error)))?;
            match sender.send_all(found.groups().map(DuplicateGroup::from)) {
                ControlFlow::Continue(()) => Ok(found.summary()),
                ControlFlow::Break(()) => Err(Error::Cancelled),
            }
        })
    }

    /// Searches. The answer keeps all groups compactly: some sixty bytes a
    /// file that was looked at, names included.
    ///
    /// `on_error` is called from the worker threads, from several at once,
    /// and ends the run by returning `Break`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sanchay::Engine;
    ///
    /// let engine = Engine::builder().build()?;
    /// let found = engine.duplicates(["src"]).find(|error| {
    ///     eprintln!("{error}");
    ///     ControlFlow::Continue(())
    /// })?;
    /// for group in &found {
    ///     println!("{} files of {} bytes", group.len(), group.size());
    /// }
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Option`] for an algorithm that cannot tell files apart;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin. What is wrong with a file goes to `on_error`.
    pub fn find(
        self,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
    ) -> Result<Duplicates, Error> {
        find(
            &self.pool,
            self.cache.as_deref(),
            &self.roots,
            &self.options,
            &self.monitor,
            &on_error,
        )
    }
}

/// Finds groups of files with equal content: by size first, then by reading
/// the ends of the large ones that share their size, and all of those that
/// may still be equal.
fn find(
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
    let remembers = cache.is_some();
    let collection = collect(pool, roots, options, &run, remembers, on_error)?;
    let walked = run.outcome()?;
    let candidates = Candidates::pick(pool, &collection, options.hardlinks);
    let (small, large) = candidates.split(&collection);
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
        let first = whole.len();
        whole.extend(ends.undecided(&collection, &candidates));
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
    let groups =
        grouping::Groups::gather(&collection, &digests, &candidates, |file| {
            collection.entry(file)
        });
    let (algorithm, scanned) = (options.algorithm, summary);
    Ok(Duplicates { collection, algorithm, groups, scanned })
}

/// Walks the roots. Where there are several, they are walked one after
/// the other and no directory twice.
fn collect(
    pool: &Pool,
    roots: &[PathBuf],
    options: &DuplicateOptions,
    run: &RunState<'_>,
    remembers: bool,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<Collection, Error> {
    let storage = options.walk.storage();
    let mut wanted = options.walk.clone();
    wanted.filter = wanted.filter.for_duplicates();
    let collector = Collector::new(pool.workers(), remembers);
    let visitor = Collect { collector, run, on_error };
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
        walk.run(roots)?;
    } else {
        for root in roots {
            walk.run(std::slice::from_ref(root))?;
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

impl<'a> Visitor for &'a Collect<'a> {
    type Worker = CollectWorker<'a>;

    fn worker(&self, number: usize) -> CollectWorker<'a> {
        let files = self.collector.worker(number);
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
