//! Hashing sources in parallel with the results in order. Every source, and
//! every run of files between two directories, owns a ticket of an
//! [`OrderedEmitter`]; workers take tasks in nearly the order in which results
//! are wanted, and pause when too many results wait for an earlier one.

use std::{
    io::{self, Read},
    ops::{ControlFlow, Range},
    panic::resume_unwind,
    path::Path,
    sync::Arc,
    thread,
};

use sanchay_names::OsStrExt as _;
use sanchay_sandbox::plugin::Value;
use sanchay_storage::{
    EntryKind, File, FileSystemId, Metadata, Opened, Storage,
};

use super::{
    Failure, Files, HashEvent, HashResult, Reader, Seen, Source,
    by_digest::{ByDigest, Hashed},
    pipe::{blocking, is_handed_down, stdin_turn},
    results::ResultBatch,
    segments::{Divided, FILES_PER_TASK, Found},
};
use crate::{
    cache::{DigestCache, FileState},
    error::{Action, Cause, EntryError, Error, Problem},
    extract::{Extracted, Extractors, Site},
    inspect::Inspect,
    monitor::{Monitor, Summary},
    named_filter::NamedFilter,
    options::{HashOptions, Method},
    ordered::{OrderedEmitter, Ticket},
    plugins::weight,
    pool::Pool,
    queue::WorkQueue,
    run::RunState,
    walk::{
        Ignoring, Names, Open, Operation, Parent, RootEntry,
        SharedDirectoryCache, Task, TaskSink, Traversal, Walk, Worker,
    },
};

/// How many results may wait for an earlier one before workers pause: some
/// ten megabytes of them.
const MAX_HELD: usize = 65_536;

/// Hashing a file of this many bytes takes longer than it takes another worker
/// to begin with the files behind it.
const LARGE: u64 = 4 << 20;

/// When the values that plugins extracted from its files take up so many
/// bytes, the rest of a directory is another task.
const MAX_VALUES: usize = 4 << 20;

/// Hashes sources.
pub(super) fn hash(
    pool: &Pool,
    cache: Option<&dyn DigestCache>,
    sources: &[Source],
    options: &HashOptions,
    monitor: &Monitor,
    visit: &mut (dyn FnMut(HashEvent<'_>) -> ControlFlow<()> + Send),
) -> Result<Summary, Error> {
    let run = RunState::new(monitor);
    let storage = options.walk.storage();
    let mut options = options.clone();
    options.walk.filter = options.walk.filter.files_only();
    options.walk.plugins = options.walk.plugins.with_digests();
    let named = NamedFilter::new(&options.walk)?;
    let (columns, program) = (named.columns(), named.program());
    if !program.results().is_empty() && !columns.of_media().is_empty() {
        // What they say is asked for again, beside the digest.
        options.walk.plugins = options.walk.plugins.with_media()?;
    }
    let by_digest = ByDigest::new(columns, program, &options.walk.plugins);
    let options = &options;
    let ignoring = Ignoring::read(&options.walk, &*storage, pool)?;
    if monitor.progress.is_some()
        && let Some((files, bytes)) =
            expected(&*storage, sources, options, &named)
    {
        run.begin_hashing(files, bytes);
    }
    let mut path = Vec::new();
    let mut emit = |batch: ResultBatch| batch.report(&run, &mut path, visit);
    let (emitter, tickets) =
        OrderedEmitter::new(sources.len(), MAX_HELD, &mut emit);
    let tasks = tickets.into_iter().enumerate();
    let tasks = tasks.map(|(index, ticket)| Task::Source(index, ticket));
    let queue = WorkQueue::new(tasks.collect());
    let tree = HashTree {
        pool,
        cache,
        run: &run,
        storage: &storage,
        sources,
        options,
        named,
        by_digest,
        ignoring: &ignoring,
        queue: &queue,
        emitter,
        open_directories: SharedDirectoryCache::default(),
    };
    Traversal {
        pool,
        run: &run,
        options: &options.walk,
        ignoring: &ignoring,
        operation: &tree,
        queue: &queue,
    }
    .run()?;
    drop(tree);
    run.outcome()
}

/// How many files and bytes will be hashed, where all sources are files.
/// What cannot be found out about is not among them: it will fail.
fn expected(
    storage: &dyn Storage,
    sources: &[Source],
    options: &HashOptions,
    named: &NamedFilter,
) -> Option<(u64, u64)> {
    let (mut files, mut bytes) = (0_u64, 0_u64);
    for source in sources {
        let Source::Path(path) = source else { return None };
        let metadata = match storage.stat(path) {
            Ok((EntryKind::File, metadata)) => metadata,
            Ok(_) => return None,
            Err(_) => continue,
        };
        if named.wants(&metadata) {
            let size = metadata.size;
            files += 1;
            bytes = bytes.saturating_add(options.method.bytes_to_read(size));
        }
    }
    Some((files, bytes))
}

/// The operation.
struct HashTree<'a> {
    pool: &'a Pool,
    cache: Option<&'a dyn DigestCache>,
    run: &'a RunState<'a>,
    storage: &'a Arc<dyn Storage>,
    sources: &'a [Source],
    options: &'a HashOptions,
    named: NamedFilter,
    by_digest: Option<ByDigest>,
    ignoring: &'a Arc<Ignoring>,
    queue: &'a WorkQueue<Task<usize, Ticket>>,
    emitter: OrderedEmitter<'a, ResultBatch>,
    /// The directories that the roots keep open.
    open_directories: SharedDirectoryCache,
}

/// The result of a file.
#[derive(Default)]
struct Outcome {
    /// `None` if the run was over before its turn, or the filter does not want
    /// the file.
    result: Option<Result<HashResult, Failure>>,
    extracted: Extracted,
}

impl<'a> Operation for HashTree<'a> {
    type Source = usize;
    type Ticket = Ticket;
    type State = Reader<'a>;

    fn prepare(&self, _: usize) -> Reader<'a> {
        Reader::new(self.run, self.pool).with_cache(self.cache)
    }

    /// Deals with something that the caller named.
    fn source(
        &self,
        index: usize,
        ticket: Ticket,
        worker: &mut Worker<'_, Self>,
    ) -> Option<(Open, Ticket)> {
        let path = match self.sources.get(index) {
            Some(Source::Path(path)) => path,
            Some(Source::Stdin) => {
                // The first one reads all of it, whoever is quicker.
                let first = self
                    .sources
                    .iter()
                    .position(|source| matches!(source, Source::Stdin));
                if first == Some(index) {
                    let _turn = stdin_turn();
                    self.pipe(ticket, Path::new("-"), io::stdin(), worker);
                } else {
                    self.pipe(ticket, Path::new("-"), io::empty(), worker);
                }
                return None;
            }
            None => {
                debug_assert!(false, "there is no source {index}");
                self.fill(ticket, ResultBatch::default());
                return None;
            }
        };
        let walk = &self.options.walk;
        let links = walk.link_policy();
        let cause = match RootEntry::open(
            self.storage,
            path,
            links,
            &self.open_directories,
        ) {
            Ok(RootEntry::Directory(open)) if walk.follow => {
                drop(open);
                self.follow(ticket, path, worker.tasks());
                return None;
            }
            Ok(RootEntry::Directory(open)) => return Some((open, ticket)),
            Ok(RootEntry::File(file, metadata)) => {
                match self.wants_named(path, &file, &metadata) {
                    Ok(true) => {
                        let opened = (file, metadata);
                        self.hash_source(ticket, path, opened, worker);
                    }
                    Ok(false) => self.fill(ticket, ResultBatch::default()),
                    Err(cause) => {
                        let (path, action) = (path.clone(), Action::Extract);
                        let error = EntryError::new(path, action, cause);
                        let mut batch = ResultBatch::default();
                        self.error(&mut batch, error.named());
                        self.fill(ticket, batch);
                    }
                }
                return None;
            }
            Ok(RootEntry::Special(file, kind)) => {
                match file.into_local().filter(|_| is_handed_down(path)) {
                    Some(file) => match blocking(file) {
                        Ok(pipe) => {
                            self.pipe(ticket, path, pipe, worker);
                            return None;
                        }
                        Err(error) => Cause::Io(error),
                    },
                    None => {
                        Cause::Problem(Problem::NotRegular(kind.describe()))
                    }
                }
            }
            Err(cause) => cause,
        };
        let error = EntryError::new(path.clone(), Action::Root, cause);
        let mut batch = ResultBatch::default();
        self.error(&mut batch, error.named());
        self.fill(ticket, batch);
        None
    }

    /// Passes a directory's directories on and hashes its files, each run of
    /// files between two directories in its place.
    fn directory(
        &self,
        open: &Open,
        ticket: Ticket,
        worker: &mut Worker<'_, Self>,
    ) {
        self.run.count_directory();
        let Worker { reader, inspector, .. } = &mut *worker;
        reader.filter_by_metadata(*inspector, open, self.run);
        let Divided { errors, parent, names, mine } =
            Divided::new(open, ticket, FILES_PER_TASK, &self.emitter, worker);
        if let Some(ticket) = errors {
            self.fill_errors(ticket, worker);
        }
        self.hash_files(open, &parent, &names, mine, worker);
    }

    fn files(
        &self,
        open: &Open,
        names: &Names,
        ticket: Ticket,
        worker: &mut Worker<'_, Self>,
    ) {
        let parent = open.clone().into_parent();
        let mine = vec![(ticket, 0..names.len())];
        self.hash_files(open, &parent, names, mine, worker);
    }

    fn not_entered(&self, ticket: Ticket, worker: &mut Worker<'_, Self>) {
        self.fill_errors(ticket, worker);
    }
}

impl HashTree<'_> {
    fn error(&self, batch: &mut ResultBatch, error: EntryError) {
        self.run.count_error(&error);
        batch.push_error(error);
    }

    /// Fills a slot; workers pause where too much waits.
    fn fill(&self, ticket: Ticket, batch: ResultBatch) {
        let weight = batch.weight();
        self.run.count_files(batch.files(), 0);
        let batch = (weight > 0).then_some(batch);
        self.emitter.fill(ticket, batch, weight, self.queue);
    }

    /// Fills a slot with the reader's errors.
    fn fill_errors(&self, ticket: Ticket, worker: &mut Worker<'_, Self>) {
        let mut batch = ResultBatch::default();
        for error in worker.reader.drain_errors() {
            self.error(&mut batch, error);
        }
        self.fill(ticket, batch);
    }

    /// Hashes some of a directory's files: those that the tickets are for.
    fn hash_files(
        &self,
        open: &Open,
        parent: &Parent,
        names: &Names,
        mut mine: Vec<(Ticket, Range<usize>)>,
        worker: &mut Worker<'_, Self>,
    ) {
        if mine.is_empty() {
            return;
        }
        let tasks = worker.tasks();
        let mut split_off = |from| {
            self.split_off(tasks, &mut mine, from, parent, names);
        };
        let mut outcomes = self.outcomes(open, names, worker, &mut split_off);
        self.match_digests(open, names, &mut outcomes, worker.inspector);
        let mut outcomes = outcomes.into_iter();
        for (ticket, range) in mine {
            let own = outcomes.by_ref().take(range.len());
            let batch = self.batch(open, names, range, own);
            self.fill(ticket, batch);
        }
    }

    /// Takes out of the outcomes those that the filter rejects by digests.
    fn match_digests(
        &self,
        directory: &Open,
        names: &Names,
        outcomes: &mut [Outcome],
        inspector: &mut dyn Inspect,
    ) {
        let Some(by_digest) = &self.by_digest else { return };
        let mut places = Vec::new();
        let mut files = Vec::new();
        for (index, outcome) in outcomes.iter().enumerate() {
            let Some(Ok(result)) = &outcome.result else { continue };
            let name = names.get(index).unwrap_or_default();
            let values = &*outcome.extracted.values;
            places.push(index);
            files.push(Hashed { name, result, values });
        }
        if files.is_empty() {
            return;
        }
        let mut below = Vec::new();
        directory.node.write_path_below_root(&mut below);
        let wanted = by_digest.ask(inspector, Some(&below), &files);
        let mut wanted = match wanted {
            Ok(wanted) => wanted.into_iter().map(|it| it as usize).peekable(),
            Err(fault) => {
                for at in places {
                    if let Some(outcome) = outcomes.get_mut(at) {
                        let cause = Cause::Sandbox(fault.clone());
                        outcome.result = Some(Err((Action::Filter, cause)));
                    }
                }
                return;
            }
        };
        for (number, at) in places.into_iter().enumerate() {
            let is_wanted = wanted.next_if_eq(&number).is_some();
            if let (false, Some(outcome)) = (is_wanted, outcomes.get_mut(at)) {
                outcome.result = None;
            }
        }
    }

    /// Whether the filter wants a file that the caller named, by its digest.
    fn wants_digest(
        &self,
        result: &Result<HashResult, Failure>,
        values: &[Option<Value>],
        inspector: &mut dyn Inspect,
    ) -> Result<bool, Failure> {
        let (Some(by_digest), Ok(result)) = (&self.by_digest, result) else {
            return Ok(true);
        };
        let file = Hashed { name: b"", result, values };
        let wanted = by_digest.ask(inspector, None, &[file]);
        let wanted =
            wanted.map_err(|it| (Action::Filter, Cause::Sandbox(it)))?;
        Ok(!wanted.is_empty())
    }

    /// Queues the files from an index on as tasks for free workers. `mine`
    /// keeps the others.
    fn split_off(
        &self,
        sink: TaskSink<'_, usize, Ticket>,
        mine: &mut Vec<(Ticket, Range<usize>)>,
        from: usize,
        parent: &Parent,
        names: &Names,
    ) {
        let (mut kept, mut tasks) = (Vec::new(), Vec::new());
        for (ticket, range) in mine.drain(..) {
            let rest = range.start.max(from)..range.end;
            if rest.is_empty() {
                kept.push((ticket, range));
                continue;
            }
            let theirs = if range.start < from {
                let (first, second) = self.emitter.halve(ticket);
                kept.push((first, range.start..from));
                second
            } else {
                ticket
            };
            tasks.push(Task::Files(parent.clone(), names.part(rest), theirs));
        }
        *mine = kept;
        sink.push(tasks);
    }

    /// Hashes files of one directory; the outcomes are in the order of the
    /// names. Hands the files that are left to other workers before it hashes
    /// a large one, and when the values of the files before take up too much.
    fn outcomes(
        &self,
        directory: &Open,
        names: &Names,
        worker: &mut Worker<'_, Self>,
        split_off: &mut (dyn FnMut(usize) + Send),
    ) -> Vec<Outcome> {
        let method = self.options.method;
        let count = names.len();
        let extractors = &mut *worker.extractors;
        let below = match extractors.is_empty() {
            true => Vec::new(),
            false => directory.node.relative(),
        };
        let mut outcomes = Vec::new();
        outcomes.resize_with(count, Outcome::default);
        let mut files = DirectoryFiles {
            directory,
            names,
            run: self.run,
            method,
            extractors,
            below: &below,
            values: 0,
            end: count,
            split_off: Some(split_off),
            outcomes,
        };
        worker.state.hash(worker.inspector, method, count, &mut files);
        files.outcomes
    }

    /// The results of files, as they are reported.
    fn batch(
        &self,
        open: &Open,
        names: &Names,
        range: Range<usize>,
        outcomes: impl Iterator<Item = Outcome>,
    ) -> ResultBatch {
        let node = &open.node;
        let walk = &self.options.walk;
        let may_be_links = walk.read_links && walk.follow;
        let spans = names.range(range.clone());
        let bytes = match (spans.first(), spans.last()) {
            (Some((start, _)), Some((_, end))) => end - start,
            _ => 0,
        };
        let root = node.root_path().len();
        let mut batch =
            ResultBatch::new(node.path(), root, spans.len(), bytes as usize);
        for (index, outcome) in range.zip(outcomes) {
            let name = names.get(index).unwrap_or_default();
            let Outcome { result, extracted } = outcome;
            match result {
                Some(Ok(result)) => {
                    batch.push(name, result);
                    if may_be_links {
                        // What is no link says nothing.
                        batch.push_target(open.read_link(name).ok());
                    }
                    let Extracted { values, causes, .. } = extracted;
                    batch.push_values(values);
                    for cause in causes {
                        let path = node.entry(name);
                        let action = Action::Extract;
                        let error = EntryError::new(path, action, cause);
                        self.error(&mut batch, error);
                    }
                }
                Some(Err((action, cause))) => {
                    let error =
                        EntryError::new(node.entry(name), action, cause);
                    self.error(&mut batch, error);
                }
                // The run is over, or it is not wanted.
                None => {}
            }
        }
        batch
    }

    /// Whether a file that the caller named is wanted.
    fn wants_named(
        &self,
        path: &Path,
        file: &File,
        metadata: &Metadata,
    ) -> Result<bool, Cause> {
        let name = path.file_name().unwrap_or_default().as_bytes();
        let site = Site::named(name);
        Ok(self.named.wants(metadata)
            && self.named.wants_contents(self.pool, file, site, metadata)?)
    }

    /// Hashes a file that the caller named.
    fn hash_source(
        &self,
        ticket: Ticket,
        path: &Path,
        opened: (File, Metadata),
        worker: &mut Worker<'_, Self>,
    ) {
        let name = path.file_name().unwrap_or_default().as_bytes();
        let (file, metadata) = &opened;
        let extractors = &mut *worker.extractors;
        let extracted = Extracted::from_file(
            extractors,
            file,
            Site::named(name),
            metadata,
        );
        let mut single = SingleFile {
            storage: &**self.storage,
            path,
            run: self.run,
            opened: Some(opened),
            result: None,
        };
        let method = self.options.method;
        worker.state.hash(worker.inspector, method, 1, &mut single);
        let Some(result) = single.result else {
            // The run is over.
            self.fill(ticket, ResultBatch::default());
            return;
        };
        let values = &*extracted.values;
        match self.wants_digest(&result, values, worker.inspector) {
            Ok(true) => self.fill_source(ticket, path, result, extracted),
            Ok(false) => self.fill(ticket, ResultBatch::default()),
            Err(failure) => {
                self.fill_source(ticket, path, Err(failure), extracted);
            }
        }
    }

    /// Hashes what can only be read from one end to the other.
    fn pipe(
        &self,
        ticket: Ticket,
        path: &Path,
        source: impl Read + Send,
        worker: &mut Worker<'_, Self>,
    ) {
        let method = self.options.method;
        let result = worker.state.pipe(worker.inspector, source, method);
        self.fill_source(ticket, path, result, Extracted::default());
    }

    /// What a link says that the caller named, if that is asked for.
    fn target_of(&self, path: &Path) -> Option<Vec<u8>> {
        let name =
            path.file_name().filter(|_| self.options.walk.read_links)?;
        let folder = match path.parent()?.as_os_str().is_empty() {
            true => Path::new("."),
            false => path.parent()?,
        };
        match self.storage.open(folder) {
            Ok(Opened::Directory(folder, _)) => {
                folder.read_link(name.as_bytes()).ok()
            }
            _ => None,
        }
    }

    /// Fills the slot of something that the caller named.
    fn fill_source(
        &self,
        ticket: Ticket,
        path: &Path,
        result: Result<HashResult, Failure>,
        extracted: Extracted,
    ) {
        let name = path.as_os_str().as_bytes();
        let mut batch = ResultBatch::named(name);
        match result {
            Ok(result) => {
                batch.push(name, result);
                batch.push_target(self.target_of(path));
                let Extracted { values, causes, .. } = extracted;
                batch.push_values(values);
                for cause in causes {
                    let action = Action::Extract;
                    // The file itself was not in vain: it has a digest.
                    let error =
                        EntryError::new(path.to_owned(), action, cause);
                    self.error(&mut batch, error);
                }
            }
            Err((action, cause)) => {
                let error = EntryError::new(path.to_owned(), action, cause);
                self.error(&mut batch, error.named());
            }
        }
        self.fill(ticket, batch);
    }

    /// Walks a directory of the caller's, following links, and passes its
    /// files on in order. Which path of a file counts is only known when all
    /// of them are.
    fn follow(
        &self,
        ticket: Ticket,
        root: &Path,
        sink: TaskSink<'_, usize, Ticket>,
    ) {
        let found = Found::default();
        let walk = Walk {
            pool: self.pool,
            run: self.run,
            storage: self.storage,
            options: &self.options.walk,
            visitor: &found,
            counts: false,
            extracts: false,
            ignoring: self.ignoring,
            reported: None,
        };
        // In a thread of its own: a worker that waits for another pool would
        // begin other work of this one's, and wait for itself.
        let roots = [root.to_owned()];
        let walked = thread::scope(|scope| {
            let walk = || walk.run(&roots);
            match thread::Builder::new().spawn_scoped(scope, walk) {
                Ok(walk) => walk.join().unwrap_or_else(|p| resume_unwind(p)),
                Err(source) => Err(Error::Threads { threads: 1, source }),
            }
        });
        if let Err(error) = walked {
            self.run.fail(error);
            return;
        }
        let (parts, errors) = found.into_parts();
        let mut tickets =
            self.emitter.split(ticket, parts.len() + 1).into_iter();
        let first = tickets.next();
        sink.push(tickets.zip(parts).map(|(ticket, (node, names))| {
            Task::Files(Parent::detached(node), names, ticket)
        }));
        if let Some(first) = first {
            let mut batch = ResultBatch::default();
            for error in errors {
                // The walk counted it.
                batch.push_error(error);
            }
            self.fill(first, batch);
        }
    }
}

/// Files of one directory, on their way to the reader.
struct DirectoryFiles<'f> {
    directory: &'f Open,
    names: &'f Names,
    run: &'f RunState<'f>,
    method: Method,
    extractors: &'f mut Extractors,
    /// The path of the directory below its root.
    below: &'f [u8],
    /// How many bytes the values of the files so far take up.
    values: usize,
    /// Where the files end that are this worker's.
    end: usize,
    split_off: Option<&'f mut (dyn FnMut(usize) + Send)>,
    outcomes: Vec<Outcome>,
}

impl DirectoryFiles<'_> {
    /// The name of a file, if it is still to be hashed here.
    fn name(&self, index: usize) -> Option<&[u8]> {
        let goes_on = index < self.end && !self.run.is_over();
        self.names.get(index).filter(|_| goes_on)
    }
}

impl Files for DirectoryFiles<'_> {
    fn seen(&mut self, index: usize) -> Option<Seen> {
        // Extractors look at the open file.
        if !self.extractors.is_empty() {
            return None;
        }
        match self.directory.stat(self.name(index)?) {
            Ok((EntryKind::File, metadata)) => Some(Seen {
                state: FileState::from(&metadata),
                metadata: Some(metadata),
            }),
            // Opening it tells why not.
            _ => None,
        }
    }

    fn file_system(&mut self, device: u64) -> Option<Option<FileSystemId>> {
        self.directory.file_system(device)
    }

    fn open(
        &mut self,
        index: usize,
    ) -> Option<Result<(File, Metadata), Cause>> {
        let opened = self.directory.open_file(self.name(index)?);
        let Ok((file, metadata)) = &opened else { return Some(opened) };
        self.run.reading(metadata.size, || {
            let name = self.names.get(index).unwrap_or_default();
            [&*self.directory.node.path(), name].concat()
        });
        if !self.extractors.is_empty()
            && let Some(name) = self.names.get(index)
            && let Some(outcome) = self.outcomes.get_mut(index)
            && !outcome.extracted.is_done
        {
            let site = Site { directory: self.below, name };
            outcome.extracted =
                Extracted::from_file(self.extractors, file, site, metadata);
            self.values += weight(&outcome.extracted.values);
        }
        let is_large =
            matches!(self.method, Method::Whole(_)) && metadata.size >= LARGE;
        if (is_large || self.values >= MAX_VALUES)
            && let Some(split_off) = self.split_off.take()
        {
            self.end = index + 1;
            split_off(self.end);
        }
        Some(opened)
    }

    fn done(&mut self, index: usize, result: Result<HashResult, Failure>) {
        let outcome = self.outcomes.get_mut(index);
        debug_assert!(outcome.is_some(), "there is no file {index}");
        if let Some(outcome) = outcome {
            outcome.result = Some(result);
        }
    }
}

/// A file that the caller named and that is open already.
struct SingleFile<'f> {
    storage: &'f dyn Storage,
    path: &'f Path,
    run: &'f RunState<'f>,
    opened: Option<(File, Metadata)>,
    result: Option<Result<HashResult, Failure>>,
}

impl Files for SingleFile<'_> {
    fn open(&mut self, _: usize) -> Option<Result<(File, Metadata), Cause>> {
        if self.run.is_over() {
            return None;
        }
        // A second time it is opened anew.
        let again = || RootEntry::open_file(self.storage, self.path);
        let opened = self.opened.take().map_or_else(again, Ok);
        if let Ok((_, metadata)) = &opened {
            let path = self.path.as_os_str().as_bytes();
            self.run.reading(metadata.size, || path.to_vec());
        }
        Some(opened)
    }

    fn done(&mut self, _: usize, result: Result<HashResult, Failure>) {
        self.result = Some(result);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sanchay_storage::MemoryStorage;

    use super::{Files as _, SingleFile};
    use crate::{Monitor, run::RunState, walk::RootEntry};

    #[test]
    fn a_file_that_was_named_is_opened_again_where_its_batch_failed() {
        let (storage, path) = (MemoryStorage::new(), Path::new("file"));
        storage.write(path, b"content");
        let monitor = Monitor::default();
        let run = RunState::new(&monitor);
        let mut file = SingleFile {
            storage: &storage,
            path,
            run: &run,
            opened: Some(RootEntry::open_file(&storage, path).unwrap()),
            result: None,
        };
        for _ in 0..2 {
            let (_, metadata) = file.open(0).unwrap().unwrap();
            assert_eq!(metadata.size, 7);
        }
        run.stop();
        assert!(file.open(0).is_none());
    }
}
