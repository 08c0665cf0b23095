//! Listing: the files below roots in the order of their paths, without reading
//! them. Workers list directories in nearly that order, and what they find
//! waits in an [`OrderedEmitter`] for its turn: memory does not grow with the
//! number of files.

use std::{
    ops::{ControlFlow, Range},
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay_core::size::total;
use sanchay_names::OsStrExt as _;
use sanchay_storage::{File, Metadata, Span, Storage};

use crate::{
    entry::Batch,
    error::{Action, Cause, EntryError, Error, Problem},
    extract::Site,
    hash::Divided,
    monitor::{Monitor, Summary},
    named_filter::NamedFilter,
    options::WalkOptions,
    ordered::{OrderedEmitter, Ticket},
    pool::Pool,
    queue::WorkQueue,
    run::RunState,
    scan::ScanEvent,
    span::{offset, slice},
    walk::{
        Ignoring, Names, Open, Operation, RootEntry, SharedDirectoryCache,
        Task, Traversal, Worker,
    },
};

/// How many files may wait for an earlier one before workers pause.
const MAX_HELD: usize = 65_536;

/// Directories of more files are shared by workers.
const FILES_PER_TASK: usize = 2048;

/// Lists roots.
pub(crate) fn list(
    pool: &Pool,
    roots: &[PathBuf],
    options: &WalkOptions,
    monitor: &Monitor,
    visit: &mut (dyn FnMut(ScanEvent<'_>) -> ControlFlow<()> + Send),
) -> Result<Summary, Error> {
    if options.follow {
        return Err(Error::Option {
            option: "follow",
            why: "where links are followed, the order is not known before \
                  all files are"
                .to_owned(),
        });
    }
    let run = RunState::new(monitor);
    let storage = options.storage();
    let named = NamedFilter::new(options)?;
    let ignoring = Ignoring::read(options, &*storage, pool)?;
    let mut emit = |found: Found| found.report(&run, visit);
    let (emitter, tickets) =
        OrderedEmitter::new(roots.len(), MAX_HELD, &mut emit);
    let tasks = tickets.into_iter().enumerate();
    let tasks = tasks.map(|(index, ticket)| Task::Source(index, ticket));
    let queue = WorkQueue::new(tasks.collect());
    let tree = ListTree {
        pool,
        run: &run,
        storage: &storage,
        roots,
        options,
        named,
        queue: &queue,
        emitter,
        open_directories: SharedDirectoryCache::default(),
    };
    Traversal {
        pool,
        run: &run,
        options,
        ignoring: &ignoring,
        operation: &tree,
        queue: &queue,
    }
    .run()?;
    drop(tree);
    run.outcome()
}

/// Files of a directory, or errors, that wait for their turn.
#[derive(Default)]
struct Found {
    /// What precedes every name in the paths.
    parent: Vec<u8>,
    root: Vec<u8>,
    names: Vec<u8>,
    spans: Vec<Span>,
    metadata: Vec<Metadata>,
    errors: Vec<EntryError>,
}

impl Found {
    /// How much memory it takes, in files.
    fn weight(&self) -> usize {
        let bytes = self.parent.len() + self.root.len() + self.names.len();
        self.metadata.len() + self.errors.len() + bytes / 256
    }

    fn report(
        self,
        run: &RunState<'_>,
        visit: &mut (dyn FnMut(ScanEvent<'_>) -> ControlFlow<()> + Send),
    ) {
        for error in self.errors {
            if run.is_over() {
                return;
            }
            run.stop_if_break(visit(ScanEvent::Error(error)));
        }
        if self.metadata.is_empty() || run.is_over() {
            return;
        }
        run.stop_if_break(visit(ScanEvent::Files(Batch {
            parent: &self.parent,
            root: &self.root,
            names: &self.names,
            spans: &self.spans,
            metadata: &self.metadata,
            targets: &[],
            values: &[],
        })));
    }
}

/// The operation.
struct ListTree<'a> {
    pool: &'a Pool,
    run: &'a RunState<'a>,
    storage: &'a Arc<dyn Storage>,
    roots: &'a [PathBuf],
    options: &'a WalkOptions,
    named: NamedFilter,
    queue: &'a WorkQueue<Task<usize, Ticket>>,
    emitter: OrderedEmitter<'a, Found>,
    /// The directories that the roots keep open.
    open_directories: SharedDirectoryCache,
}

impl Operation for ListTree<'_> {
    type Source = usize;
    type Ticket = Ticket;
    type State = ();

    fn prepare(&self, _: usize) {}

    fn source(
        &self,
        index: usize,
        ticket: Ticket,
        _: &mut Worker<'_, Self>,
    ) -> Option<(Open, Ticket)> {
        let Some(root) = self.roots.get(index) else {
            debug_assert!(false, "there is no root {index}");
            self.fill(ticket, Found::default());
            return None;
        };
        let links = self.options.link_policy();
        let opened =
            RootEntry::open(self.storage, root, links, &self.open_directories);
        let found = match opened {
            Ok(RootEntry::Directory(open)) => return Some((open, ticket)),
            Ok(RootEntry::File(file, metadata)) => {
                self.named_file(root, &file, metadata)
            }
            Ok(RootEntry::Special(_, kind)) => {
                let cause = Problem::NotRegular(kind.describe());
                Err((Action::Root, Cause::Problem(cause)))
            }
            Err(cause) => Err((Action::Root, cause)),
        };
        self.fill(
            ticket,
            found.unwrap_or_else(|(action, cause)| {
                let error =
                    EntryError::new(root.clone(), action, cause).named();
                self.run.count_error(&error);
                Found { errors: vec![error], ..Found::default() }
            }),
        );
        None
    }

    fn directory(
        &self,
        open: &Open,
        ticket: Ticket,
        worker: &mut Worker<'_, Self>,
    ) {
        self.run.count_directory();
        let Divided { errors, names, mine, .. } =
            Divided::new(open, ticket, FILES_PER_TASK, &self.emitter, worker);
        if let Some(ticket) = errors {
            self.fill_errors(ticket, worker);
        }
        for (ticket, range) in mine {
            self.list_files(open, &names, range, ticket, worker);
        }
    }

    fn files(
        &self,
        open: &Open,
        names: &Names,
        ticket: Ticket,
        worker: &mut Worker<'_, Self>,
    ) {
        self.list_files(open, names, 0..names.len(), ticket, worker);
    }

    fn not_entered(&self, ticket: Ticket, worker: &mut Worker<'_, Self>) {
        self.fill_errors(ticket, worker);
    }
}

impl ListTree<'_> {
    /// Fills a slot; workers pause where too much waits.
    fn fill(&self, ticket: Ticket, found: Found) {
        let bytes = total(found.metadata.iter().map(|it| it.size));
        self.run.count_files(found.metadata.len() as u64, bytes);
        let weight = found.weight();
        let found = (weight > 0).then_some(found);
        self.emitter.fill(ticket, found, weight, self.queue);
    }

    /// Takes the reader's errors.
    fn errors(&self, worker: &mut Worker<'_, Self>) -> Vec<EntryError> {
        let errors: Vec<_> = worker.reader.drain_errors().collect();
        errors.iter().for_each(|error| self.run.count_error(error));
        errors
    }

    fn fill_errors(&self, ticket: Ticket, worker: &mut Worker<'_, Self>) {
        let errors = self.errors(worker);
        self.fill(ticket, Found { errors, ..Found::default() });
    }

    /// A file that the caller named, if it is wanted.
    fn named_file(
        &self,
        path: &Path,
        file: &File,
        metadata: Metadata,
    ) -> Result<Found, (Action, Cause)> {
        let name = path.file_name().unwrap_or_default().as_bytes();
        let site = Site::named(name);
        let failed = |cause| (Action::Extract, cause);
        let wanted = self.named.wants(&metadata)
            && self
                .named
                .wants_contents(self.pool, file, site, &metadata)
                .map_err(failed)?;
        if !wanted {
            return Ok(Found::default());
        }
        let path = path.as_os_str().as_bytes();
        Ok(Found {
            root: path.to_vec(),
            names: path.to_vec(),
            spans: vec![(0, offset(path.len()))],
            metadata: vec![metadata],
            ..Found::default()
        })
    }

    /// Lists some of a directory's files.
    fn list_files(
        &self,
        open: &Open,
        names: &Names,
        range: Range<usize>,
        ticket: Ticket,
        worker: &mut Worker<'_, Self>,
    ) {
        if self.run.is_over() {
            self.fill(ticket, Found::default());
            return;
        }
        let names = names.part(range);
        let Worker { reader, inspector, .. } = &mut *worker;
        reader.read_metadata(*inspector, open, Some(&names), self.run);
        let errors = self.errors(worker);
        let matched = worker.reader.matched();
        let mut found = Found {
            parent: open.node.path(),
            root: open.node.root_path().to_vec(),
            metadata: matched.metadata.to_vec(),
            errors,
            ..Found::default()
        };
        for span in matched.spans {
            let start = offset(found.names.len());
            found.names.extend_from_slice(slice(names.bytes(), *span));
            found.spans.push((start, offset(found.names.len())));
        }
        self.fill(ticket, found);
    }
}

#[cfg(test)]
mod tests {
    use std::{ops::ControlFlow, sync::Arc};

    use sanchay_storage::MemoryStorage;

    use crate::{Engine, PathRange, ScanEvent, WalkOptions};

    fn tree() -> Arc<MemoryStorage> {
        let storage = Arc::new(MemoryStorage::new());
        for path in [
            "r/a/b/x",
            "r/a-b",
            "r/a/b0",
            "r/a0",
            "r/b/c/d/e",
            "r/z/1",
            "r/z/2",
            "r/z/3",
            "one",
        ] {
            storage.write(path, path.as_bytes());
        }
        for number in 0..5000 {
            storage.write(format!("r/many/{number:05}"), b"");
        }
        storage
    }

    fn listed(range: Option<PathRange>, threads: usize) -> Vec<String> {
        let engine = Engine::builder().threads(threads).build().unwrap();
        let storage = Some(tree() as _);
        let options = WalkOptions { storage, range, ..WalkOptions::default() };
        let mut paths = Vec::new();
        let summary = engine
            .scan(["r", "one"])
            .options(options)
            .for_each_in_order(|event| {
                let ScanEvent::Files(batch) = event else { panic!() };
                let own = batch.iter().map(|file| file.path());
                paths.extend(own.map(|it| it.to_str().unwrap().to_owned()));
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(summary.files, paths.len() as u64);
        paths
    }

    #[test]
    fn files_are_listed_in_the_order_of_their_paths() {
        let all = listed(None, 1);
        assert_eq!(all.len(), 5009);
        assert_eq!(all.last().unwrap(), "one");
        assert!(all[..5008].is_sorted());
        assert_eq!(listed(None, 4), all);
    }

    #[test]
    fn ranges_that_follow_each_other_have_every_file_once() {
        let all = listed(None, 2);
        let ends = ["a/", "a/b/x", "a0", "many/00002", "many/04999x", "z/2"];
        let mut parts = Vec::new();
        for at in 0..=ends.len() {
            let bytes = |end: &&str| end.as_bytes().to_vec();
            let from = at.checked_sub(1).map(|at| bytes(&ends[at]));
            let from = from.unwrap_or_default();
            let to = ends.get(at).map(bytes);
            let mut some = listed(Some(PathRange { from, to }), 2);
            // What was named itself is in the first.
            if at == 0 {
                assert_eq!(some.pop().unwrap(), "one");
            }
            parts.append(&mut some);
        }
        parts.push("one".to_owned());
        assert_eq!(parts, all);
    }
}
