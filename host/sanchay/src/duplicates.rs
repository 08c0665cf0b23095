//! Finding duplicates: which files have equal content.

pub(crate) mod collection;
pub(crate) mod compare;
mod extracting;
mod folders;
mod groups;
mod in_parallel;
mod members;
mod sharing;
mod verify;

use std::{
    collections::HashSet,
    fmt,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use self::{
    collection::{Collection, Collector, WorkerFiles},
    compare::Comparison,
    folders::{FolderTable, Search, Seen},
    groups::FoundFolders,
};
pub use self::{
    extracting::GroupValues,
    folders::FolderGroup,
    groups::{
        DuplicateGroup, DuplicateSummary, Duplicates, Group, GroupFile, Groups,
    },
    sharing::copies_by_extents,
};
pub(crate) use self::{extracting::extract_groups, members::Member};
use sanchay_core::{
    escape::escaped,
    grouping::{
        self, Candidates, END, FileNumber, FileTable as _, GroupOptions,
        GroupOrder, Origin,
    },
    size::total,
    summary::ListedFolder,
};
use sanchay_names::OsStrExt as _;
use sanchay_sandbox::Algorithm;
use sanchay_storage::EntryKind;
use sanchay_sync::lock;

use crate::{
    cache::DigestCache,
    entry::{Batch, join},
    error::{Action, Cause, EntryError, Error},
    folder_digest::OTHERS,
    monitor::{Monitor, Summary},
    options::{DuplicateOptions, Method, WalkOptions},
    pool::Pool,
    request::{monitor_methods, walk_methods},
    results::Results,
    run::RunState,
    walk::{Ignoring, Node, Reported, Visitor, Walk, WorkerVisitor},
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
    times: bool,
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
        Self { pool, cache, roots, options, monitor, times: false }
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

    /// Whether identical folders are found, and of each group of them the
    /// files of one only. [`find`](Self::find) tells of them.
    pub fn folders(mut self, folders: bool) -> Self {
        self.options.folders = folders;
        self
    }

    /// Whether hard links of one file count as duplicates of each other.
    pub fn hardlinks(mut self, hardlinks: bool) -> Self {
        self.options.hardlinks = hardlinks;
        self
    }

    /// Directories and files that the roots are compared with, besides those
    /// before: only groups that have a file of these count, and their files
    /// stay.
    pub fn against<P: Into<PathBuf>>(
        mut self,
        paths: impl IntoIterator<Item = P>,
    ) -> Self {
        self.options.against.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Directories and files whose files stay, besides those before.
    pub fn references<P: Into<PathBuf>>(
        mut self,
        paths: impl IntoIterator<Item = P>,
    ) -> Self {
        self.options.references.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Whether only files on one device are in one group.
    pub fn same_device(mut self, same_device: bool) -> Self {
        self.options.same_device = same_device;
        self
    }

    /// How many files a group has at least; less than two means two.
    pub fn min_group(mut self, files: usize) -> Self {
        self.options.min_group = files;
        self
    }

    /// Whether equal files are compared byte by byte as well.
    pub fn verify(mut self, verify: bool) -> Self {
        self.options.verify = verify;
        self
    }

    /// Whether the answer knows of each file what it was when it was found:
    /// [`GroupFile::state`].
    pub fn times(mut self, times: bool) -> Self {
        self.times = times;
        self
    }

    /// The order of the groups.
    pub fn order(mut self, order: GroupOrder) -> Self {
        self.options.order = order;
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
    /// [`Error::Option`] for an algorithm that cannot tell files apart, and
    /// for a reference that is not there;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin. What is wrong with a file goes to `on_error`.
    pub fn find(
        self,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
    ) -> Result<Duplicates, Error> {
        let times = self.times;
        self.find_keeping(times, &on_error)
    }

    /// The same; with `times`, the answer knows of each file when it was
    /// modified and changed.
    pub(crate) fn find_keeping(
        self,
        times: bool,
        on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
    ) -> Result<Duplicates, Error> {
        let request = Request {
            roots: &self.roots,
            options: &self.options,
            times: times || self.cache.is_some(),
        };
        let cache = self.cache.as_deref();
        find(&self.pool, cache, request, &self.monitor, on_error)
    }
}

/// What is searched, and what is kept of it.
#[derive(Clone, Copy)]
struct Request<'a> {
    roots: &'a [PathBuf],
    options: &'a DuplicateOptions,
    /// Whether the times of files are kept.
    times: bool,
}

/// Finds groups of files with equal content: by size first, then by reading
/// the ends of the large ones that share their size, and all of those that
/// may still be equal.
fn find(
    pool: &Pool,
    cache: Option<&dyn DigestCache>,
    request: Request<'_>,
    monitor: &Monitor,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<Duplicates, Error> {
    let options = request.options;
    if !options.algorithm.identifies() {
        return Err(Error::Option {
            option: "algorithm",
            why: format!("{} cannot tell files apart", options.algorithm),
        });
    }
    let against = options.against.iter().map(|path| ("against", path));
    let references = options.references.iter().map(|path| ("reference", path));
    check_references(&options.walk, against.chain(references))?;
    options.walk.plugins.begin();
    let run = RunState::new(monitor);
    let (collection, seen) = collect(pool, request, &run, on_error)?;
    let walked = run.outcome()?;
    let table = seen.map(|seen| FolderTable::new(seen, &collection));
    let wanted = GroupOptions {
        hardlinks: options.hardlinks,
        same_device: options.same_device,
        against: !options.against.is_empty(),
        least: options.min_group,
        order: options.order.clone(),
    };
    let candidates = Candidates::pick(pool, &collection, &wanted);
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
        run.count_decided(decided as u64, total(alike.iter().map(size)));
        whole.sort_unstable();
    }
    if let Some(table) = &table {
        whole.extend(table.linked(&collection, &whole));
        whole.sort_unstable();
    }
    let digests = comparison.read(&whole, Method::Whole(options.algorithm))?;
    run.outcome()?;
    let mut groups =
        grouping::Groups::gather(&collection, &digests, &candidates, |file| {
            collection.entry(file)
        });
    let mut unlike = HashSet::new();
    if options.verify {
        unlike = comparison.verify(&groups)?;
        groups = comparison.without(groups, &unlike);
    }
    let copies = comparison.shared_copies(&groups)?;
    let search = Search {
        pool,
        collection: &collection,
        digests: &digests,
        unlike: &unlike,
        copies: &copies,
        options: &wanted,
        algorithm: options.algorithm,
    };
    let folders = table.map(|table| search.find(table)).transpose()?;
    groups = comparison.revised(groups, &copies, folders.as_ref());
    let compared = run.outcome()?;
    let summary = Summary {
        errors: compared.errors,
        named_errors: compared.named_errors,
        ..walked
    };
    let (algorithm, scanned) = (options.algorithm, summary);
    let folders = folders.map(FoundFolders::from);
    Ok(Duplicates { collection, algorithm, groups, folders, scanned })
}

/// Refuses references that are not there: what was to stay would be taken
/// for a duplicate. Each comes with the option that names it.
pub(crate) fn check_references<'p>(
    walk: &WalkOptions,
    references: impl Iterator<Item = (&'static str, &'p PathBuf)>,
) -> Result<(), Error> {
    let storage = walk.storage();
    for (option, path) in references {
        storage.stat(path).map_err(|error| {
            let path = escaped(path.as_os_str().as_bytes()).to_string();
            let why = Cause::from(error);
            Error::Option { option, why: format!("{path}: {why}") }
        })?;
    }
    Ok(())
}

/// Walks the roots, after those that have references. What lies in several is
/// collected once.
fn collect(
    pool: &Pool,
    request: Request<'_>,
    run: &RunState<'_>,
    on_error: &(dyn Fn(EntryError) -> ControlFlow<()> + Sync),
) -> Result<(Collection, Option<Seen>), Error> {
    let Request { roots, options, times } = request;
    let storage = options.walk.storage();
    let mut wanted = options.walk.clone();
    let leaves_out_empty = options.folders && !wanted.filter.has("min-size");
    if options.folders {
        for kind in OTHERS.into_iter().chain([EntryKind::File]) {
            wanted.filter = wanted.filter.kind(kind);
        }
        (wanted.follow, wanted.read_links) = (false, true);
    } else {
        wanted.filter = wanted.filter.for_duplicates();
    }
    let visitor = Collect {
        seen: options.folders.then(Seen::default),
        collector: Collector::new(pool.workers(), times),
        origin: Mutex::default(),
        run,
        on_error,
    };
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
    let parts = [
        (Origin::Against, &*options.against),
        (Origin::Reference, &*options.references),
        (Origin::Root, roots),
    ];
    let parts: Vec<_> =
        parts.into_iter().filter(|(_, roots)| !roots.is_empty()).collect();
    let roots: Vec<&[PathBuf]> = parts.iter().map(|(_, it)| *it).collect();
    walk.run_distinct(&roots, &|number| {
        if let Some((origin, _)) = parts.get(number) {
            *lock(&visitor.origin) = *origin;
        }
    })?;
    let mut collection = visitor.collector.finish(storage);
    collection.leaves_out_empty = leaves_out_empty;
    Ok((collection, visitor.seen))
}

/// Collects what a walk finds.
struct Collect<'a> {
    collector: Collector,
    /// What there is besides files, where folders are compared.
    seen: Option<Seen>,
    /// Where the files come from that are found now.
    origin: Mutex<Origin>,
    run: &'a RunState<'a>,
    on_error: &'a (dyn Fn(EntryError) -> ControlFlow<()> + Sync),
}

impl<'a> Visitor for &'a Collect<'a> {
    type Worker = CollectWorker<'a>;

    fn worker(&self, number: usize) -> CollectWorker<'a> {
        let origin = *lock(&self.origin);
        let mut files = self.collector.worker(number, origin);
        files.leaves_out_others = self.seen.is_some();
        CollectWorker { collect: self, files, origin }
    }
}

/// A worker's part of it.
struct CollectWorker<'a> {
    collect: &'a Collect<'a>,
    files: WorkerFiles<'a>,
    origin: Origin,
}

impl WorkerVisitor for CollectWorker<'_> {
    fn files(&mut self, node: Option<&Arc<Node>>, batch: &Batch<'_>) {
        if let (Some(seen), Some(node)) = (&self.collect.seen, node) {
            let is_file = |kind| kind == EntryKind::File;
            let others = batch.iter().filter(|it| !is_file(it.metadata.kind));
            others.for_each(|it| seen.other(node, &it));
        }
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

    fn directory(&mut self, node: &Arc<Node>, listed: ListedFolder) {
        if let Some(seen) = &self.collect.seen {
            seen.folder(node, self.origin, listed.again);
        }
    }

    fn error(&mut self, error: EntryError) {
        if let Some(seen) = &self.collect.seen {
            seen.failed(&error.path);
        }
        let flow = (self.collect.on_error)(error);
        self.collect.run.stop_if_break(flow);
    }
}
