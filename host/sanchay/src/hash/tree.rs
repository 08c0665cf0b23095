//! Hashing trees in parallel with the results in order. Every source, and
//! every run of files between two directories, owns a place in a
//! [`Sequence`]; workers take directories from a stack in nearly the order in
//! which results are wanted, and are held back when too many results wait for
//! an earlier one.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use super::{
    Failure, HashEvent, Reader, Source, Sum, parts::Names, rows::Rows,
};
use crate::{
    engine::Engine,
    error::{EntryError, Error},
    extract::Told,
    frontier::{Frontier, Spot},
    monitor::{Monitor, Summary},
    options::{HashOptions, Method},
    run::Run,
    sequence::{Place, Sequence},
    walk::{KeptOpen, Parent, Scout, location},
    working_directory::WorkingDirectory,
};

/// How many results may wait for an earlier one before workers are held back:
/// some ten megabytes of them.
const HELD_ROWS: usize = 65_536;

/// A piece of work and the place of its results.
pub(super) enum Unit {
    /// A source, by its index.
    Source(Place, usize),
    /// A directory in another.
    Child(Place, Parent, Box<[u8]>),
    /// Some of a directory's files.
    Files(Place, Parent, Names),
}

/// What became of a file.
#[derive(Default)]
pub(super) struct Outcome {
    /// `None` if the run was over before its turn.
    pub(super) sum: Option<Result<Sum, Failure>>,
    pub(super) told: Told,
}

pub(super) struct Worker<'i, 'r> {
    pub(super) scout: Scout<'i>,
    pub(super) reader: Reader<'r>,
    /// Where in the line the unit was that it works on.
    pub(super) spot: Spot,
}

pub(super) struct Tree<'a> {
    pub(super) engine: &'a Engine,
    pub(super) run: &'a Run<'a>,
    pub(super) sources: &'a [Source],
    pub(super) options: &'a HashOptions,
    pub(super) frontier: Frontier<Unit>,
    pub(super) sequence: Sequence<'a, Rows>,
    held_back: AtomicBool,
    /// What the roots keep open.
    pub(super) kept: KeptOpen,
}

pub(super) fn hash(
    engine: &Engine,
    sources: &[Source],
    options: &HashOptions,
    monitor: &Monitor,
    visit: &mut (dyn FnMut(HashEvent<'_>) -> ControlFlow<()> + Send),
) -> Result<Summary, Error> {
    let run = Run::new(monitor);
    if monitor.progress.is_some()
        && let Some((files, bytes)) = expected(sources, options)
    {
        run.begin_hashing(files, bytes);
    }
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
        kept: KeptOpen::default(),
    };
    engine.crew(&|| tree.frontier.has_more(), |index, inspector| {
        let scout = match Scout::new(index, inspector, &options.walk) {
            Ok(scout) => scout,
            Err(error) => {
                run.fail(error);
                tree.frontier.close();
                return;
            }
        };
        let reader = Reader::new(&run, engine);
        let spot = Spot::default();
        tree.work(&mut Worker { scout, reader, spot });
    })?;
    drop(tree);
    run.outcome()
}

/// How many files and bytes will be hashed, where all sources are files.
/// What cannot be found out about is not among them: it will fail.
fn expected(sources: &[Source], options: &HashOptions) -> Option<(u64, u64)> {
    let (mut files, mut bytes) = (0_u64, 0_u64);
    let from = options.walk.working_directory.as_ref();
    for source in sources {
        let Source::Path(path) = source else { return None };
        let size = match WorkingDirectory::file_size(from, location(path)) {
            Ok(size) => size?,
            Err(_) => continue,
        };
        if options.walk.admits(size) {
            let read = match options.method {
                Method::Whole(_) => size,
                Method::Partial { chunk } => size.min(2 * u64::from(chunk)),
            };
            files += 1;
            bytes = bytes.saturating_add(read);
        }
    }
    Some((files, bytes))
}

impl Tree<'_> {
    fn work(&self, worker: &mut Worker<'_, '_>) {
        while let Some(mut taken) = self.frontier.take() {
            if self.run.is_over() {
                self.frontier.close();
                return;
            }
            let _at_work = self.run.at_work();
            worker.spot = taken.spot();
            match taken.unit() {
                Some(Unit::Source(place, index)) => {
                    self.source(place, index, worker);
                }
                Some(Unit::Child(place, parent, name)) => {
                    let mut rows = Rows::default();
                    let mut error = |error| self.error(&mut rows, error);
                    let scout = &worker.scout;
                    match scout.open(&parent, &name, self.run, &mut error) {
                        Some(open) => {
                            self.directory(place, &open, worker, rows);
                        }
                        None => self.fill(place, rows),
                    }
                }
                Some(Unit::Files(place, parent, names)) => {
                    self.files(place, &parent, &names, worker);
                }
                None => {}
            }
            self.run.tick();
        }
    }

    pub(super) fn error(&self, rows: &mut Rows, error: EntryError) {
        self.run.count_error(&error);
        rows.push_error(error);
    }

    /// Fills a place, and holds workers back or lets them go on.
    pub(super) fn fill(&self, place: Place, rows: Rows) {
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
