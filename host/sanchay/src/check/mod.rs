//! Checking lists of digests against the files they name. The lists are
//! untrusted, so the sandboxed code reads them; this side opens what they
//! name and compares.

mod lines;
mod verify;

use std::{
    io::Read,
    ops::ControlFlow,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use sanchay_sandbox::{Expectation, Inspector};

use self::{
    lines::Blocks,
    verify::{Promised, Verifier},
};
use crate::{
    engine::Engine,
    error::{EntryError, Error},
    frontier::Frontier,
    hash::{Reader, check_method},
    monitor::Monitor,
    options::{CheckOptions, Method},
    run::Run,
    sequence::{Place, Sequence},
};

/// What became of a promise.
#[derive(Debug)]
pub enum Verdict {
    /// The file has the digest that was promised.
    Match,
    /// It has another one.
    Mismatch,
    /// It could not be opened or read.
    Failed(EntryError),
}

/// What checking comes upon, in the order of the list's lines.
#[derive(Debug)]
#[non_exhaustive]
pub enum CheckEvent<'a> {
    /// A file was checked.
    Verdict {
        /// Its path, as the list names it.
        path: &'a [u8],
        /// What became of the promise.
        verdict: Verdict,
    },
    /// A line that promises nothing that can be checked.
    Malformed {
        /// The line's number, from 1.
        line: u64,
    },
}

/// What checking a list came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckSummary {
    /// Files that have the digest that was promised.
    pub matched: u64,
    /// Files that have another one.
    pub mismatched: u64,
    /// Files that do not exist.
    pub missing: u64,
    /// Files that could not be opened or read for another reason.
    pub unreadable: u64,
    /// Lines that promise nothing that can be checked.
    pub malformed: u64,
}

impl CheckSummary {
    fn count(&mut self, event: &CheckEvent<'_>) {
        match event {
            CheckEvent::Malformed { .. } => self.malformed += 1,
            CheckEvent::Verdict { verdict, .. } => match verdict {
                Verdict::Match => self.matched += 1,
                Verdict::Mismatch => self.mismatched += 1,
                Verdict::Failed(error) if error.is_missing() => {
                    self.missing += 1;
                }
                Verdict::Failed(_) => self.unreadable += 1,
            },
        }
    }
}

/// How many files are checked in one piece.
const FILES_A_PART: usize = 64;

/// How many verdicts may wait for an earlier one before workers are held
/// back.
const HELD_VERDICTS: usize = 16_384;

/// A piece of work and the place of its results.
enum Unit {
    /// The rest of the list.
    Parse(Place),
    /// Promises to check.
    Verify(Place, Vec<Promised>),
}

/// A line's outcome: its number and, unless it was malformed, the path and
/// the verdict.
type Row = (u64, Option<(Vec<u8>, Verdict)>);

struct Check<'a> {
    threads: usize,
    run: &'a Run<'a>,
    options: &'a CheckOptions,
    blocks: Mutex<Blocks<'a>>,
    verifier: Verifier<'a>,
    frontier: Frontier<Unit>,
    sequence: Sequence<'a, Vec<Row>>,
    held_back: AtomicBool,
}

impl Engine {
    /// Checks a list of digests, in any of the forms that `sha256sum`,
    /// `b3sum`, `xxhsum` and Sanchay itself print. Paths are relative to the
    /// current directory; `-` is standard input.
    ///
    /// `visit` is called from one worker thread at a time, in the order of
    /// the list's lines, and ends the run by returning `Break`. Memory does
    /// not grow with the list.
    ///
    /// # Errors
    /// [`Error::Checklist`] if the list cannot be read or has a line of more
    /// than a mebibyte; [`Error::Option`] for a chunk out of range;
    /// [`Error::Cancelled`] if checking was ended before it was done;
    /// [`Error::Threads`] and [`Error::Sandbox`] if it could not begin.
    pub fn check(
        &self,
        list: &mut (dyn Read + Send),
        options: &CheckOptions,
        monitor: &Monitor,
        visit: &mut (dyn FnMut(CheckEvent<'_>) -> ControlFlow<()> + Send),
    ) -> Result<CheckSummary, Error> {
        if let Some(chunk) = options.chunk {
            check_method(Method::Partial { chunk })?;
        }
        let run = Run::new(monitor);
        let mut summary = CheckSummary::default();
        let mut emit = |rows: Vec<Row>| {
            for (line, checked) in rows {
                if run.is_over() {
                    return;
                }
                tell(line, checked, &mut summary, &run, visit);
            }
        };
        let (sequence, places) = Sequence::new(1, &mut emit);
        let units = places.into_iter().map(Unit::Parse).collect();
        let check = Check {
            threads: self.threads(),
            run: &run,
            options,
            blocks: Mutex::new(Blocks::new(list)),
            verifier: Verifier::new(&run, options),
            frontier: Frontier::new(units),
            sequence,
            held_back: AtomicBool::new(false),
        };
        let more = || check.frontier.has_more();
        self.crew(&more, |_, inspector| check.work(inspector))?;
        drop(check);
        run.outcome()?;
        Ok(summary)
    }
}

fn tell(
    line: u64,
    checked: Option<(Vec<u8>, Verdict)>,
    summary: &mut CheckSummary,
    run: &Run<'_>,
    visit: &mut (dyn FnMut(CheckEvent<'_>) -> ControlFlow<()> + Send),
) {
    let path;
    let event = match checked {
        None => CheckEvent::Malformed { line },
        Some((named, verdict)) => {
            path = named;
            CheckEvent::Verdict { path: &path, verdict }
        }
    };
    summary.count(&event);
    run.heed(visit(event));
}

impl Check<'_> {
    fn work(&self, inspector: &mut Inspector) {
        let mut reader = Reader::new(self.run, self.threads);
        while let Some(mut taken) = self.frontier.take() {
            if self.run.is_over() {
                self.frontier.close();
                return;
            }
            match taken.unit() {
                Some(Unit::Parse(place)) => {
                    if let Err(error) = self.parse(place, inspector) {
                        self.run.fail(error);
                    }
                }
                Some(Unit::Verify(place, promised)) => {
                    let rows =
                        self.verifier.verify(promised, inspector, &mut reader);
                    self.fill(place, rows);
                }
                None => {}
            }
            self.run.tick();
        }
    }

    fn fill(&self, place: Place, rows: Vec<Row>) {
        let weight = rows.len();
        self.run.files.fetch_add(weight as u64, Relaxed);
        let held = self.sequence.fill(place, Some(rows), weight);
        let hold = held > HELD_VERDICTS;
        if self.held_back.swap(hold, Relaxed) != hold {
            self.frontier.hold_back(hold);
        }
    }

    /// Reads and parses a block of the list, and passes its promises and the
    /// rest of the list on.
    fn parse(
        &self,
        place: Place,
        inspector: &mut Inspector,
    ) -> Result<(), Error> {
        let block = self
            .blocks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
            .map_err(Error::Checklist)?;
        let Some((text, first_line)) = block else {
            self.fill(place, Vec::new());
            return Ok(());
        };
        let list = inspector.parse_checklist(&text).map_err(Error::Sandbox)?;
        self.blocks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .count(u64::from(list.lines));
        let number = |line: u32| first_line + u64::from(line) + 1;
        let malformed = list.malformed.into_iter().map(|line| Promised {
            line: number(line),
            path: Vec::new(),
            expected: None,
        });
        let promises = list.promises.into_iter().map(|promise| Promised {
            line: number(promise.line),
            path: promise.path,
            expected: self.checkable(promise.expected),
        });
        let mut all: Vec<_> = malformed.chain(promises).collect();
        all.sort_by_key(|promised| promised.line);
        let mut parts = Vec::new();
        while !all.is_empty() {
            let rest = all.split_off(all.len().min(FILES_A_PART));
            parts.push(std::mem::replace(&mut all, rest));
        }
        let mut places =
            self.sequence.split(place, parts.len() + 1).into_iter();
        let mut units: Vec<_> = parts
            .into_iter()
            .zip(places.by_ref())
            .map(|(part, place)| Unit::Verify(place, part))
            .collect();
        units.extend(places.map(Unit::Parse));
        self.frontier.push(units);
        Ok(())
    }

    /// The expectation, if there is an algorithm that can meet it.
    fn checkable(&self, expected: Expectation) -> Option<Expectation> {
        match expected {
            Expectation::Unnamed(digest)
                if verify::candidates(&digest, self.options).is_empty() =>
            {
                None
            }
            expected => Some(expected),
        }
    }
}
