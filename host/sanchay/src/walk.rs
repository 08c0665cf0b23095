//! The walk: directories in parallel. Each is listed once and its names are
//! matched in one call; the metadata of the matches is read relative to its
//! handle.
//!
//! The modules `node`, `open` and `root` are one tree of handles and name each
//! other: a node reopens its directory from its root, which descends through
//! nodes. They are three files because they are three concepts.

mod dir_reader;
mod extracting;
mod following;
mod ignoring;
mod names;
mod node;
mod open;
mod overlap;
mod plugin_filters;
mod root;
mod traverse;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay_core::size::total;
use sanchay_names::OsStrExt as _;
use sanchay_storage::{EntryKind, File, Metadata, Storage};
use sanchay_sync::lock;

use self::following::NextLevel;
pub(crate) use self::{
    dir_reader::{DirReader, Directory, MatchedFiles},
    ignoring::Ignoring,
    names::Names,
    node::{Node, by_path},
    open::{Open, Parent},
    overlap::Reported,
    root::{OpenDirectoryCache, RootEntry, SharedDirectoryCache},
    traverse::{Operation, Task, TaskSink, Traversal, Worker},
};
use crate::{
    entry::Batch,
    error::{Action, Cause, EntryError, Error, Problem},
    extract::Site,
    named_filter::NamedFilter,
    options::WalkOptions,
    pool::Pool,
    queue::WorkQueue,
    run::RunState,
    span::{offset, slice},
};
pub(crate) use sanchay_core::order::by_path as by_name;
use sanchay_core::summary::ListedFolder;

/// The most files in one task. Workers share larger directories.
const FILES_PER_TASK: usize = 2048;

/// Takes what a walk finds.
pub(crate) trait Visitor: Sync {
    /// A worker's own part.
    type Worker: WorkerVisitor;

    /// Makes a worker's part, on its thread, where it stays. No two have one
    /// number at the same time.
    fn worker(&self, number: usize) -> Self::Worker;
}

/// A worker's own part of a [`Visitor`].
pub(crate) trait WorkerVisitor {
    /// Files were found. `node` is their directory; `None` for a root, whose
    /// name is its whole path.
    fn files(&mut self, node: Option<&Arc<Node>>, batch: &Batch<'_>);

    /// A directory was listed.
    fn directory(&mut self, node: &Arc<Node>, listed: ListedFolder) {
        let _ = (node, listed);
    }

    /// An entry failed. It is counted already.
    fn error(&mut self, error: EntryError);
}

/// A walk over roots.
pub(crate) struct Walk<'a, V> {
    pub(crate) pool: &'a Pool,
    pub(crate) run: &'a RunState<'a>,
    pub(crate) storage: &'a Arc<dyn Storage>,
    pub(crate) options: &'a WalkOptions,
    pub(crate) visitor: V,
    /// Whether the files found count as done in the run's progress.
    pub(crate) counts: bool,
    /// Whether extractors look at the files found.
    pub(crate) extracts: bool,
    /// The ignore files of the run.
    pub(crate) ignoring: &'a Arc<Ignoring>,
    /// What was reported, if nothing may be reported twice.
    pub(crate) reported: Option<Reported>,
}

/// Where a walk starts.
type Start = Task<Parent, ()>;

impl<V: Visitor> Walk<'_, V> {
    /// Walks roots, part by part, and reports once what several of them have:
    /// in a part, files that were named come first, and then what is in the
    /// root that comes first. `begin` is told of each part by its number.
    pub(crate) fn run_distinct(
        &self,
        parts: &[&[PathBuf]],
        begin: &dyn Fn(usize),
    ) -> Result<(), Error> {
        let storage = &**self.storage;
        let is_file = |root: &PathBuf| {
            let found = storage.stat(root);
            found.is_ok_and(|(kind, _)| kind == EntryKind::File)
        };
        let several = parts.iter().copied().flatten().nth(1).is_some();
        let reported = self.reported.as_ref().filter(|_| several);
        let parts = parts.iter().map(|roots| {
            let roots = roots.iter().cloned();
            match reported {
                Some(_) => roots.partition(is_file),
                None => (Vec::new(), roots.collect()),
            }
        });
        let parts: Vec<(Vec<PathBuf>, Vec<PathBuf>)> = parts.collect();
        let directories = parts.iter().flat_map(|(_, it)| it);
        // Where links are followed, no directory of one part is visited twice.
        let overlap = match self.options.follow {
            true => parts.len() > 1,
            false => {
                reported.is_some() && overlap::overlap(storage, directories)
            }
        };
        for (number, (files, directories)) in parts.iter().enumerate() {
            begin(number);
            if let Some(reported) = reported {
                reported.remember(true);
                self.run(files)?;
                reported.remember(overlap);
            }
            if overlap && !self.options.follow {
                for root in directories {
                    self.run(std::slice::from_ref(root))?;
                }
            } else {
                self.run(directories)?;
            }
        }
        Ok(())
    }

    /// Walks roots.
    pub(crate) fn run(&self, roots: &[PathBuf]) -> Result<(), Error> {
        let cache = SharedDirectoryCache::default();
        let named = NamedFilter::new(self.options)?;
        let ignoring = self.ignoring;
        let mut all = Vec::new();
        {
            let mut visitor = self.visitor.worker(0);
            for root in roots {
                let open = self.enter(root, &named, &cache, &mut visitor);
                all.extend(open.map(Open::into_parent));
            }
        }
        let walked = if self.options.follow {
            self.run_following(all, ignoring)
        } else {
            let tasks = all.into_iter().map(|root| Task::Source(root, ()));
            self.work(tasks.collect(), ignoring, None)
        };
        // Remembered nodes need no open directories.
        *lock(&cache) = OpenDirectoryCache::default();
        walked
    }

    /// Opens a root. A file is reported at once, whatever its name: the
    /// caller chose it.
    fn enter(
        &self,
        root: &Path,
        named: &NamedFilter,
        cache: &SharedDirectoryCache,
        visitor: &mut dyn WorkerVisitor,
    ) -> Option<Open> {
        let links = self.options.link_policy();
        let cause = match RootEntry::open(self.storage, root, links, cache) {
            Ok(RootEntry::Directory(open)) => return Some(open),
            Ok(RootEntry::File(file, metadata)) => {
                if self.wants_named(root, &file, &metadata, named, visitor) {
                    let values =
                        self.extract_root(root, &file, &metadata, visitor);
                    let name = root.as_os_str().as_bytes();
                    let batch = Batch {
                        parent: b"",
                        root: name,
                        names: name,
                        spans: &[(0, offset(name.len()))],
                        metadata: &[metadata],
                        targets: &[],
                        values: &values,
                    };
                    self.report(None, &batch, visitor);
                }
                return None;
            }
            Ok(RootEntry::Special(_, kind)) => {
                Cause::Problem(Problem::NotRegular(kind.describe()))
            }
            Err(cause) => cause,
        };
        let error = EntryError::new(root.to_owned(), Action::Root, cause);
        self.error(error.named(), visitor);
        None
    }

    /// Whether a file that the caller named is wanted.
    fn wants_named(
        &self,
        root: &Path,
        file: &File,
        metadata: &Metadata,
        named: &NamedFilter,
        visitor: &mut dyn WorkerVisitor,
    ) -> bool {
        if !named.wants(metadata) {
            return false;
        }
        let name = root.file_name().unwrap_or_default();
        let site = Site::named(name.as_bytes());
        named.wants_contents(self.pool, file, site, metadata).unwrap_or_else(
            |cause| {
                let path = root.to_owned();
                let error = EntryError::new(path, Action::Extract, cause);
                self.error(error.named(), visitor);
                false
            },
        )
    }

    fn error(&self, error: EntryError, visitor: &mut dyn WorkerVisitor) {
        self.run.count_error(&error);
        visitor.error(error);
    }

    fn report(
        &self,
        node: Option<&Arc<Node>>,
        batch: &Batch<'_>,
        visitor: &mut dyn WorkerVisitor,
    ) {
        let reported = self.reported.as_ref();
        let new =
            reported.and_then(|it| it.new_ones(&**self.storage, node, batch));
        let Some(new) = new else {
            return self.pass_on(node, batch, visitor);
        };
        debug_assert!(batch.values.is_empty(), "values of some files");
        let spans: Vec<_> = pick(&new, batch.spans);
        let metadata: Vec<_> = pick(&new, batch.metadata);
        let targets: Vec<_> = pick(&new, batch.targets);
        let (spans, metadata, targets) = (&*spans, &*metadata, &*targets);
        let batch = Batch { spans, metadata, targets, ..*batch };
        self.pass_on(node, &batch, visitor);
    }

    fn pass_on(
        &self,
        node: Option<&Arc<Node>>,
        batch: &Batch<'_>,
        visitor: &mut dyn WorkerVisitor,
    ) {
        if batch.is_empty() {
            return;
        }
        if self.counts {
            let bytes = total(batch.metadata.iter().map(|found| found.size));
            self.run.count_files(batch.len() as u64, bytes);
        }
        visitor.files(node, batch);
    }

    /// Runs these tasks and their follow-ups. If links are followed,
    /// directories are left for the next level.
    fn work(
        &self,
        tasks: Vec<Start>,
        ignoring: &Arc<Ignoring>,
        next_level: Option<&NextLevel>,
    ) -> Result<(), Error> {
        if tasks.is_empty() {
            return Ok(());
        }
        Traversal {
            pool: self.pool,
            run: self.run,
            options: self.options,
            ignoring,
            operation: &Level { walk: self, next_level },
            queue: &WorkQueue::new(tasks),
        }
        .run()
    }
}

/// The items at these places.
fn pick<T: Clone>(places: &[usize], items: &[T]) -> Vec<T> {
    let items = places.iter().filter_map(|at| items.get(*at));
    items.cloned().collect()
}

/// A walk's operation: files are reported, and directories are walked, now or
/// with the next level.
struct Level<'a, V> {
    walk: &'a Walk<'a, V>,
    next_level: Option<&'a NextLevel>,
}

/// A worker of a walk.
struct State<W> {
    visitor: W,
    /// Room for the path of a directory.
    path: Vec<u8>,
}

impl<V: Visitor> Operation for Level<'_, V> {
    type Source = Parent;
    type Ticket = ();
    type State = State<V::Worker>;

    fn prepare(&self, number: usize) -> State<V::Worker> {
        let visitor = self.walk.visitor.worker(number);
        State { visitor, path: Vec::new() }
    }

    fn source(
        &self,
        root: Parent,
        (): (),
        worker: &mut Worker<'_, Self>,
    ) -> Option<(Open, ())> {
        let open = worker.reader.reopen(&root);
        self.flush_errors(worker);
        open.map(|open| (open, ()))
    }

    fn directory(&self, open: &Open, (): (), worker: &mut Worker<'_, Self>) {
        let reported = self.walk.reported.as_ref();
        let is_new = reported.is_none_or(|it| it.is_new_directory(open));
        if is_new {
            self.walk.run.count_directory();
        }
        let listed = worker.reader.listed(&open.node);
        let listed = ListedFolder { again: !is_new, ..listed };
        worker.state.visitor.directory(&open.node, listed);
        if let Some(next_level) = self.next_level {
            next_level.collect(worker.reader, open);
        } else if !worker.reader.directory().directories.is_empty() {
            let parent = open.parent();
            let Directory { names, directories, .. } =
                worker.reader.directory();
            worker.tasks().push(directories.iter().map(|(span, _)| {
                let name = slice(names, *span).into();
                Task::Child(parent.clone(), name, ())
            }));
        }
        if worker.reader.directory().files.len() > FILES_PER_TASK {
            let rest = worker.reader.split_off_files(FILES_PER_TASK);
            let parent = open.parent();
            let names = worker.reader.directory().names;
            worker.tasks().push(rest.chunks(FILES_PER_TASK).map(|files| {
                Task::Files(parent.clone(), Names::of(names, files), ())
            }));
        }
        self.report_files(open, None, worker);
    }

    fn files(
        &self,
        open: &Open,
        names: &Names,
        (): (),
        worker: &mut Worker<'_, Self>,
    ) {
        self.report_files(open, Some(names), worker);
    }

    fn not_entered(&self, (): (), worker: &mut Worker<'_, Self>) {
        self.flush_errors(worker);
    }
}

impl<V: Visitor> Level<'_, V> {
    fn flush_errors(&self, worker: &mut Worker<'_, Self>) {
        for error in worker.reader.drain_errors() {
            self.walk.error(error, &mut worker.state.visitor);
        }
    }

    /// Reads and matches the metadata of the directory's files, or of some of
    /// them, and reports those that are left.
    fn report_files(
        &self,
        open: &Open,
        others: Option<&Names>,
        worker: &mut Worker<'_, Self>,
    ) {
        let Worker { reader, inspector, .. } = &mut *worker;
        reader.read_metadata(*inspector, open, others, self.walk.run);
        self.flush_errors(worker);
        let Worker { reader, extractors, state, .. } = worker;
        let matched = reader.matched();
        if let Some(next_level) = self.next_level {
            next_level.note(matched.metadata);
        }
        if matched.metadata.is_empty() {
            return;
        }
        let names = others.map_or(reader.directory().names, Names::bytes);
        let State { visitor, path } = &mut **state;
        if self.walk.extracts && !extractors.is_empty() {
            let node = &open.node;
            self.walk
                .report_extracted(node, names, matched, extractors, visitor);
            return;
        }
        path.clear();
        open.node.write_path(path);
        let batch = Batch {
            parent: path,
            root: open.node.root_path(),
            names,
            spans: matched.spans,
            metadata: matched.metadata,
            targets: matched.targets,
            values: &[],
        };
        self.walk.report(Some(&open.node), &batch, visitor);
    }
}
