//! Checking lists of digests against the files they name. The lists are
//! untrusted, so the sandboxed code reads them; this side opens what they
//! name and compares.

mod event;
mod lines;
mod parse;
mod verify;

use std::{
    io::Read,
    ops::ControlFlow,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use sanchay_sandbox::{Flaw, Inspector};

pub use self::event::{CheckEvent, CheckSummary, Verdict};
use self::{
    lines::Blocks,
    verify::{Promised, Verifier},
};
use crate::{
    engine::Engine,
    error::Error,
    frontier::Frontier,
    hash::{Reader, check_method},
    monitor::Monitor,
    options::{CheckOptions, Method},
    run::Run,
    sequence::{Place, Sequence},
};

/// How many files are checked in one piece at most.
const FILES_A_PART: usize = 64;

/// Into how many pieces for each thread a short list is cut: its files may
/// be large.
const PARTS_A_THREAD: usize = 8;

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

/// A line's outcome: its number, and what was found, or what is wrong with it.
type Row = (u64, Result<Checked, Flaw>);

/// What was found of a file.
struct Checked {
    path: Vec<u8>,
    verdict: Verdict,
    /// The length of its digest, where its algorithm is not named.
    guessed: Option<usize>,
}

struct Check<'a> {
    engine: &'a Engine,
    run: &'a Run<'a>,
    options: &'a CheckOptions,
    blocks: Mutex<Blocks<'a>>,
    verifier: Verifier<'a>,
    frontier: Frontier<Unit>,
    sequence: Sequence<'a, Vec<Row>>,
    held_back: AtomicBool,
}

impl Engine {
    /// Checks a list of digests, in any of the forms that `sha256sum` and its
    /// like, `b3sum`, `xxhsum`, `openssl` and Sanchay itself print. Paths are relative to the
    /// current directory; `-` is standard input.
    ///
    /// `visit` is called from one worker thread at a time, in the order of
    /// the list's lines, and ends the run by returning `Break`. Memory does
    /// not grow with the list.
    ///
    /// ```
    /// use sanchay::{CheckEvent, CheckOptions, Engine, EngineOptions, Monitor};
    /// use std::ops::ControlFlow;
    ///
    /// let engine = Engine::new(EngineOptions::default())?;
    /// // The SHA-256 of no bytes.
    /// let list = "e3b0c44298fc1c149afbf4c8996fb924\
    ///     27ae41e4649b934ca495991b7852b855  Cargo.toml\n";
    /// let summary = engine.check(
    ///     &mut list.as_bytes(),
    ///     &CheckOptions::default(),
    ///     &Monitor::default(),
    ///     &mut |event| {
    ///         if let CheckEvent::Verdict { path, verdict, .. } = event {
    ///             println!("{}: {verdict:?}", sanchay::escaped(path));
    ///         }
    ///         ControlFlow::Continue(())
    ///     },
    /// )?;
    /// assert_eq!((summary.matched, summary.mismatched), (0, 1));
    /// # Ok::<(), sanchay::Error>(())
    /// ```
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
            engine: self,
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
    checked: Result<Checked, Flaw>,
    summary: &mut CheckSummary,
    run: &Run<'_>,
    visit: &mut (dyn FnMut(CheckEvent<'_>) -> ControlFlow<()> + Send),
) {
    let path;
    let event = match checked {
        Err(flaw) => CheckEvent::Malformed { line, flaw },
        Ok(checked) => {
            let Checked { verdict, guessed, .. } = checked;
            path = checked.path;
            CheckEvent::Verdict { path: &path, verdict, guessed }
        }
    };
    summary.count(&event);
    run.heed(visit(event));
}

impl Check<'_> {
    fn work(&self, inspector: &mut Inspector) {
        let mut reader = Reader::new(self.run, self.engine);
        while let Some(mut taken) = self.frontier.take() {
            if self.run.is_over() {
                self.frontier.close();
                return;
            }
            let _at_work = self.run.at_work();
            let spot = taken.spot();
            match taken.unit() {
                Some(Unit::Parse(place)) => {
                    if let Err(error) = self.parse(place, spot, inspector) {
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
}
