//! Hashing trees in parallel with the results in order. Every source, and
//! every run of files between two directories, owns a place in a
//! [`Sequence`]; workers take directories from a stack in nearly the order in
//! which results are wanted, and are held back when too many results wait for
//! an earlier one.

use std::{
    fs::File,
    io::Read,
    ops::{ControlFlow, Range},
    os::unix::ffi::OsStrExt as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use super::{
    Failure, HashEvent, Reader, Source, Sum,
    parts::{FILES_A_PART, Found, Names, Segment},
    pipe::{blocking, is_handed_down},
    rows::Rows,
};
use crate::{
    engine::Engine,
    entry::{Metadata, join},
    error::{Action, Cause, EntryError, Error},
    frontier::Frontier,
    monitor::{Monitor, Summary},
    options::HashOptions,
    run::Run,
    sequence::{Place, Sequence},
    walk::{Named, Node, Scout, Walk, filter_error, location, shown, slice},
};

/// How many results may wait for an earlier one before workers are held back:
/// some ten megabytes of them.
const HELD_ROWS: usize = 65_536;

/// A piece of work and the place of its results.
enum Unit {
    /// A source, by its index.
    Source(Place, usize),
    /// A directory in another.
    Child(Place, Arc<Node>, Box<[u8]>),
    /// Some of a directory's files.
    Files(Place, Arc<Node>, Names),
}

/// What became of a file; `None` if the run was over before its turn.
type Outcome = Option<Result<Sum, Failure>>;

struct Worker<'i, 'r> {
    scout: Scout<'i>,
    reader: Reader<'r>,
}

struct Tree<'a> {
    engine: &'a Engine,
    run: &'a Run<'a>,
    sources: &'a [Source],
    options: &'a HashOptions,
    frontier: Frontier<Unit>,
    sequence: Sequence<'a, Rows>,
    held_back: AtomicBool,
}

pub(super) fn hash(
    engine: &Engine,
    sources: &[Source],
    options: &HashOptions,
    monitor: &Monitor,
    visit: &mut (dyn FnMut(HashEvent<'_>) -> ControlFlow<()> + Send),
) -> Result<Summary, Error> {
    let run = Run::new(monitor);
    let mut path = Vec::new();
    let mut emit = |rows: Rows| rows.tell(&run, &mut path, visit);
    let (sequence, places) = Sequence::new(sources.len(), &mut emit);
    let units = places
        .into_iter()
        .enumerate()
        .map(|(index, place)| Unit::Source(place, index))
        .collect();
    let tree = Tree {
        engine,
        run: &run,
        sources,
        options,
        frontier: Frontier::new(units),
        sequence,
        held_back: AtomicBool::new(false),
    };
    engine.crew(&|| tree.frontier.has_more(), |index, inspector| {
        let scout = match Scout::new(index, inspector, &options.walk) {
            Ok(scout) => scout,
            Err(error) => {
                run.fail(filter_error(error));
                tree.frontier.close();
                return;
            }
        };
        let reader = Reader::new(&run, engine.threads());
        tree.work(&mut Worker { scout, reader });
    })?;
    drop(tree);
    run.outcome()
}

impl Tree<'_> {
    fn work(&self, worker: &mut Worker<'_, '_>) {
        while let Some(mut taken) = self.frontier.take() {
            if self.run.is_over() {
                self.frontier.close();
                return;
            }
            match taken.unit() {
                Some(Unit::Source(place, index)) => {
                    self.source(place, index, worker);
                }
                Some(Unit::Child(place, parent, name)) => {
                    let mut rows = Rows::default();
                    let node = Scout::open(&parent, &name, &mut |error| {
                        self.error(&mut rows, error);
                    });
                    match node {
                        Some(node) => {
                            self.directory(place, &node, worker, rows);
                        }
                        None => self.fill(place, rows),
                    }
                }
                Some(Unit::Files(place, node, names)) => {
                    self.files(place, &node, &names, worker);
                }
                None => {}
            }
            self.run.tick();
        }
    }

    /// Deals with something that the caller named.
    fn source(&self, place: Place, index: usize, worker: &mut Worker<'_, '_>) {
        let path = match self.sources.get(index) {
            Some(Source::Path(path)) => path,
            Some(Source::Stdin) => {
                let stdin = std::io::stdin().lock();
                self.pipe(place, Path::new("-"), stdin, worker);
                return;
            }
            None => return,
        };
        let links = self.options.walk.links();
        let error = match Named::open(location(path), shown(path), links) {
            Ok(Named::Directory(node)) if self.options.walk.follow => {
                drop(node);
                self.follow(place, path);
                return;
            }
            Ok(Named::Directory(node)) => {
                self.directory(place, &node, worker, Rows::default());
                return;
            }
            Ok(Named::File(file, metadata)) => {
                self.named(place, path, (file, metadata), worker);
                return;
            }
            Ok(Named::Special(fd, _)) if is_handed_down(path) => {
                match blocking(fd) {
                    Ok(pipe) => {
                        self.pipe(place, path, pipe, worker);
                        return;
                    }
                    Err(errno) => errno.into(),
                }
            }
            Ok(Named::Special(_, word)) => Cause::NotRegular(word),
            Err(cause) => cause,
        };
        let error = EntryError::new(path.clone(), Action::Root, error);
        let mut rows = Rows::default();
        self.error(&mut rows, error.named());
        self.fill(place, rows);
    }

    /// Hashes a file that the caller named.
    fn named(
        &self,
        place: Place,
        path: &Path,
        opened: (File, Metadata),
        worker: &mut Worker<'_, '_>,
    ) {
        let method = self.options.method;
        let mut result = None;
        let mut done = |_, sum| result = Some(sum);
        let Worker { scout, reader } = worker;
        let inspector = &mut *scout.inspector;
        reader.take(inspector, 0, opened, method, &mut done);
        reader.flush(inspector, method, &mut done);
        if let Some(result) = result {
            self.told(place, path, result);
        }
    }

    /// Hashes what can only be read from one end to the other.
    fn pipe(
        &self,
        place: Place,
        path: &Path,
        source: impl Read,
        worker: &mut Worker<'_, '_>,
    ) {
        let Worker { scout, reader } = worker;
        let result = reader.pipe(scout.inspector, source, self.options.method);
        self.told(place, path, result);
    }

    /// Fills the place of something that the caller named.
    fn told(&self, place: Place, path: &Path, result: Result<Sum, Failure>) {
        let mut rows = Rows::default();
        match result {
            Ok(sum) => rows.push(path.as_os_str().as_bytes(), sum),
            Err((action, cause)) => {
                let error = EntryError::new(path.to_owned(), action, cause);
                self.error(&mut rows, error.named());
            }
        }
        self.fill(place, rows);
    }

    /// Lists a directory, passes its directories on and hashes its files.
    fn directory(
        &self,
        place: Place,
        node: &Arc<Node>,
        worker: &mut Worker<'_, '_>,
        mut rows: Rows,
    ) {
        let options = &self.options.walk;
        if options.max_depth == Some(0) {
            self.fill(place, rows);
            return;
        }
        self.run.directories.fetch_add(1, Relaxed);
        let scout = &mut worker.scout;
        scout.look(node, &mut |error| self.error(&mut rows, error));
        scout.select(node, &mut |error| self.error(&mut rows, error));
        if options.max_depth.is_some_and(|max| node.depth() + 1 >= max) {
            scout.directories.clear();
        }
        let (names, segments) = Segment::arrange(scout);
        // The first place is for what is wrong with the directory itself.
        let places = self.sequence.split(place, segments.len() + 1);
        let shared = names.spans.len() > FILES_A_PART;
        let parent = match node.is_crowded() {
            true => node.closed(),
            false => Arc::clone(node),
        };
        let units = places.iter().skip(1).zip(&segments).filter_map(
            |(place, segment)| match segment {
                Segment::Directory(name) => Some(Unit::Child(
                    *place,
                    Arc::clone(&parent),
                    name.clone(),
                )),
                Segment::Files(range) if shared => Some(Unit::Files(
                    *place,
                    Arc::clone(&parent),
                    names.part(range.clone()),
                )),
                Segment::Files(_) => None,
            },
        );
        let units: Vec<_> = units.collect();
        self.frontier.push(units);
        if let Some(first) = places.first() {
            self.fill(*first, rows);
        }
        if shared || names.spans.is_empty() {
            return;
        }
        let mut outcomes = self.outcomes(node, &names, worker).into_iter();
        for (place, segment) in places.iter().skip(1).zip(segments) {
            if let Segment::Files(range) = segment {
                let own = outcomes.by_ref().take(range.len());
                self.fill(*place, self.rows(node, &names, range, own));
            }
        }
    }

    /// Hashes files of one directory; the outcomes are in the order of the
    /// names.
    fn outcomes(
        &self,
        node: &Node,
        names: &Names,
        worker: &mut Worker<'_, '_>,
    ) -> Vec<Outcome> {
        let method = self.options.method;
        let Worker { scout, reader } = worker;
        let inspector = &mut *scout.inspector;
        let mut outcomes = Vec::new();
        outcomes.resize_with(names.spans.len(), || None);
        let mut done = |index: usize, result| {
            if let Some(outcome) = outcomes.get_mut(index) {
                *outcome = Some(result);
            }
        };
        for (index, span) in names.spans.iter().enumerate() {
            if self.run.is_over() {
                break;
            }
            match node.open_file(slice(&names.bytes, *span)) {
                Ok(opened) => {
                    reader.take(inspector, index, opened, method, &mut done);
                }
                Err(cause) => done(index, Err((Action::Open, cause))),
            }
        }
        reader.flush(inspector, method, &mut done);
        outcomes
    }

    /// Makes rows of outcomes.
    fn rows(
        &self,
        node: &Node,
        names: &Names,
        range: Range<usize>,
        outcomes: impl Iterator<Item = Outcome>,
    ) -> Rows {
        let mut rows = Rows::new(node.path());
        let spans = names.spans.get(range).unwrap_or_default();
        for (span, outcome) in spans.iter().zip(outcomes) {
            let name = slice(&names.bytes, *span);
            match outcome {
                Some(Ok(sum)) => rows.push(name, sum),
                Some(Err((action, cause))) => {
                    let path = join(node.path(), name);
                    self.error(
                        &mut rows,
                        EntryError::new(path, action, cause),
                    );
                }
                // The run is over.
                None => {}
            }
        }
        rows
    }

    /// Hashes some of a directory's files.
    fn files(
        &self,
        place: Place,
        node: &Arc<Node>,
        names: &Names,
        worker: &mut Worker<'_, '_>,
    ) {
        let rows = match node.opened() {
            Ok(node) => {
                let outcomes = self.outcomes(&node, names, worker);
                let all = 0..names.spans.len();
                self.rows(&node, names, all, outcomes.into_iter())
            }
            Err(cause) => {
                let mut rows = Rows::default();
                let path = join(node.path(), b"");
                self.error(
                    &mut rows,
                    EntryError::new(path, Action::OpenDirectory, cause),
                );
                rows
            }
        };
        self.fill(place, rows);
    }

    /// Walks a directory of the caller's, following links, and passes its
    /// files on in order. Which path of a file counts is only known when all
    /// of them are.
    fn follow(&self, place: Place, root: &Path) {
        let found = Found::default();
        let walk = Walk {
            engine: self.engine,
            run: self.run,
            options: &self.options.walk,
            visitor: &found,
            counts: false,
            visited: None,
        };
        // In a thread of its own: a worker that waits for another pool would
        // begin other work of this one's, and wait for itself.
        let roots = [root.to_owned()];
        let walked =
            std::thread::scope(|scope| scope.spawn(|| walk.go(&roots)).join());
        if let Ok(Err(error)) = walked {
            self.run.fail(error);
            return;
        }
        let (parts, errors) = found.into_parts();
        let places = self.sequence.split(place, parts.len() + 1);
        let units: Vec<_> = places
            .iter()
            .skip(1)
            .zip(parts)
            .map(|(place, (node, names))| Unit::Files(*place, node, names))
            .collect();
        self.frontier.push(units);
        if let Some(first) = places.first() {
            let mut rows = Rows::default();
            for error in errors {
                // The walk counted it.
                rows.push_error(error);
            }
            self.fill(*first, rows);
        }
    }

    fn error(&self, rows: &mut Rows, error: EntryError) {
        self.run.count_error(&error);
        rows.push_error(error);
    }

    /// Fills a place, and holds workers back or lets them go on.
    fn fill(&self, place: Place, rows: Rows) {
        let weight = rows.weight();
        self.run.files.fetch_add(rows.files(), Relaxed);
        let rows = (weight > 0).then_some(rows);
        let held = self.sequence.fill(place, rows, weight);
        let hold = held > HELD_ROWS;
        if self.held_back.swap(hold, Relaxed) != hold {
            self.frontier.hold_back(hold);
        }
    }
}
