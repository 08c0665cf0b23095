//! Checking lists of digests against the files they name. The lists are
//! untrusted, so the sandboxed code reads them; this side opens what they
//! name and compares.

mod blocks;
mod event;
mod listed;
mod verify;

use std::{
    ffi::OsStr,
    fmt,
    io::Read,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sanchay_names::OsStrExt as _;
use sanchay_sandbox::{Algorithm, Flaw};
use sanchay_storage::{LocalStorage, Storage};
use sanchay_sync::lock;

use self::{
    blocks::Blocks,
    verify::{ChecksumEntry, Verifier},
};
pub use self::{
    event::{CheckEvent, CheckStatus, CheckSummary},
    listed::DigestList,
};
use crate::{
    error::Error,
    hash::{Reader, check_method},
    inspect::Inspect,
    monitor::Monitor,
    options::{CheckOptions, Method},
    ordered::{OrderedEmitter, Ticket},
    pool::Pool,
    queue::{Cursor, WorkQueue},
    request::monitor_methods,
    results::Results,
    run::RunState,
};

/// A list of digests to be checked: [`Engine::check`](crate::Engine::check)
/// begins with it.
#[must_use = "a request does nothing until it is started"]
pub struct CheckRequest<'l> {
    pool: Arc<Pool>,
    list: Box<dyn Read + Send + 'l>,
    options: CheckOptions,
    storage: Option<Arc<dyn Storage>>,
    monitor: Monitor,
}

impl fmt::Debug for CheckRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckRequest")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A line of a list that was checked. One whose file could not be opened or
/// read is an [`EntryError`](crate::EntryError).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckedLine {
    /// The file has the digest on the list.
    Match(PathBuf),
    /// It has another one.
    Mismatch(PathBuf),
    /// The line has nothing that can be checked.
    Malformed {
        /// The line's number, from 1.
        line: u64,
        /// What is wrong with it; it prints as words.
        flaw: Flaw,
    },
}

impl<'l> CheckRequest<'l> {
    pub(crate) fn new(
        pool: Arc<Pool>,
        list: Box<dyn Read + Send + 'l>,
    ) -> Self {
        let (options, monitor) = (CheckOptions::default(), Monitor::default());
        Self { pool, list, options, storage: None, monitor }
    }

    monitor_methods!();

    /// Takes all of these options, in place of those before.
    pub fn options(mut self, options: CheckOptions) -> Self {
        self.options = options;
        self
    }

    /// The algorithm of lines that do not name theirs.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.options.algorithm = Some(algorithm);
        self
    }

    /// The chunk of partial digests whose lines do not have theirs, in bytes.
    pub fn chunk(mut self, bytes: u32) -> Self {
        self.options.chunk = Some(bytes);
        self
    }

    /// Where the files are, if not on this machine.
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = Some(storage);
        self
    }

    /// Checks, and passes on what it comes upon in the order of the list's
    /// lines. `visit` is called from one worker thread at a time and ends the
    /// run by returning `Break`. Memory does not grow with the list.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sanchay::{CheckEvent, Engine};
    ///
    /// let engine = Engine::builder().build()?;
    /// // The SHA-256 of no bytes.
    /// let list = "e3b0c44298fc1c149afbf4c8996fb924\
    ///     27ae41e4649b934ca495991b7852b855  Cargo.toml\n";
    /// let summary = engine.check(list.as_bytes()).for_each(|event| {
    ///     if let CheckEvent::Checked { path, verdict, .. } = event {
    ///         println!("{}: {verdict:?}", sanchay::escaped(path));
    ///     }
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!((summary.matched, summary.mismatched), (0, 1));
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Checklist`] if the list cannot be read or has a line of more
    /// than a mebibyte; [`Error::Option`] for a chunk out of range;
    /// [`Error::Cancelled`] if checking was ended before it was done;
    /// [`Error::Threads`] and [`Error::Sandbox`] if it could not begin.
    pub fn for_each(
        mut self,
        mut visit: impl FnMut(CheckEvent<'_>) -> ControlFlow<()> + Send,
    ) -> Result<CheckSummary, Error> {
        let storage =
            self.storage.unwrap_or_else(|| Arc::new(LocalStorage::new()));
        check(
            &self.pool,
            &*storage,
            &mut *self.list,
            &self.options,
            &self.monitor,
            &mut visit,
        )
    }
}

impl CheckRequest<'static> {
    /// Starts checking in the background and returns what became of each
    /// line, in their order.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use sanchay::{CheckedLine, Engine};
    ///
    /// let engine = Engine::builder().build()?;
    /// let list = Cursor::new("no digest\n00000000  gone\n");
    /// let mut lines = engine.check(list).start()?;
    /// let first = lines.next().unwrap().unwrap();
    /// assert!(matches!(first, CheckedLine::Malformed { line: 1, .. }));
    /// let second = lines.next().unwrap().unwrap_err();
    /// assert!(second.is_missing());
    /// assert_eq!(lines.finish()?.missing, 1);
    /// # Ok::<(), sanchay::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Threads`] if there is no thread for it. What else may keep it
    /// from beginning, [`Results::finish`] returns.
    pub fn start(
        mut self,
    ) -> Result<Results<CheckedLine, CheckSummary>, Error> {
        let cancel = self.monitor.cancel.child();
        self.monitor.cancel = cancel.clone();
        Results::start(cancel, move |sender| {
            self.for_each(|event| {
                let (path, verdict) = match event {
                    CheckEvent::Malformed { line, flaw } => {
                        let malformed = CheckedLine::Malformed { line, flaw };
                        return sender.send(Ok(malformed));
                    }
                    CheckEvent::Checked { path, verdict, .. } => {
                        (PathBuf::from(OsStr::from_bytes(path)), verdict)
                    }
                };
                sender.send(match verdict {
                    CheckStatus::Match => Ok(CheckedLine::Match(path)),
                    CheckStatus::Mismatch => Ok(CheckedLine::Mismatch(path)),
                    CheckStatus::Failed(error) => Err(error),
                })
            })
        })
    }
}

/// How many files are checked in one piece at most.
const FILES_PER_TASK: usize = 64;

/// Into how many pieces for each thread a short list is cut: its files may
/// be large.
const TASKS_PER_THREAD: usize = 8;

/// How many verdicts may wait for an earlier one before workers pause.
const MAX_HELD: usize = 16_384;

/// A piece of work, and where its results belong.
enum Task {
    /// The rest of the list.
    Parse(Ticket),
    /// Entries of the list to check.
    Verify(Ticket, Vec<ChecksumEntry>),
}

/// A line's outcome: its number, and what was found, or what is wrong with it.
type Row = (u64, Result<Checked, Flaw>);

/// What was found of a file.
struct Checked {
    path: Vec<u8>,
    verdict: CheckStatus,
    /// The length of its digest, where its algorithm is not named.
    guessed: Option<usize>,
}

struct Check<'a> {
    pool: &'a Pool,
    run: &'a RunState<'a>,
    options: &'a CheckOptions,
    blocks: Mutex<Blocks<'a>>,
    verifier: Verifier<'a>,
    queue: &'a WorkQueue<Task>,
    emitter: OrderedEmitter<'a, Vec<Row>>,
}

/// Checks a list of digests.
fn check(
    pool: &Pool,
    storage: &dyn Storage,
    list: &mut (dyn Read + Send),
    options: &CheckOptions,
    monitor: &Monitor,
    visit: &mut (dyn FnMut(CheckEvent<'_>) -> ControlFlow<()> + Send),
) -> Result<CheckSummary, Error> {
    if let Some(chunk) = options.chunk {
        check_method(Method::Partial { chunk })?;
    }
    let mut list = sanchay_names::lines_of(list);
    let run = RunState::new(monitor);
    let mut summary = CheckSummary::default();
    let mut emit = |rows: Vec<Row>| {
        for (line, checked) in rows {
            if run.is_over() {
                return;
            }
            report(line, checked, &mut summary, &run, visit);
        }
    };
    let (emitter, tickets) = OrderedEmitter::new(1, MAX_HELD, &mut emit);
    let tasks = tickets.into_iter().map(Task::Parse).collect();
    let queue = WorkQueue::new(tasks);
    let check = Check {
        pool,
        run: &run,
        options,
        blocks: Mutex::new(Blocks::new(&mut list)),
        verifier: Verifier::new(&run, storage, options),
        queue: &queue,
        emitter,
    };
    pool.work(
        &queue,
        &run,
        |_, _| Ok(Reader::new(&run, pool)),
        |task, cursor, reader, inspector| {
            check.process(task, cursor, reader, inspector);
        },
        drop,
    )?;
    drop(check);
    run.outcome()?;
    Ok(summary)
}

fn report(
    line: u64,
    checked: Result<Checked, Flaw>,
    summary: &mut CheckSummary,
    run: &RunState<'_>,
    visit: &mut (dyn FnMut(CheckEvent<'_>) -> ControlFlow<()> + Send),
) {
    let path;
    let event = match checked {
        Err(flaw) => CheckEvent::Malformed { line, flaw },
        Ok(checked) => {
            let Checked { verdict, guessed, .. } = checked;
            path = checked.path;
            CheckEvent::Checked { path: &path, verdict, guessed }
        }
    };
    summary.count(&event);
    run.stop_if_break(visit(event));
}

impl Check<'_> {
    fn process(
        &self,
        task: Task,
        cursor: Cursor,
        reader: &mut Reader<'_>,
        inspector: &mut dyn Inspect,
    ) {
        match task {
            Task::Parse(ticket) => {
                if let Err(error) = self.parse(ticket, cursor, inspector) {
                    self.run.fail(error);
                }
            }
            Task::Verify(ticket, entries) => {
                let rows = self.verifier.verify(entries, inspector, reader);
                self.fill(ticket, rows);
            }
        }
    }

    fn fill(&self, ticket: Ticket, rows: Vec<Row>) {
        let weight = rows.len();
        self.run.count_files(weight as u64, 0);
        self.emitter.fill(ticket, Some(rows), weight, self.queue);
    }

    /// Reads and parses a block of the list, and passes its entries and the
    /// rest of the list on.
    fn parse(
        &self,
        ticket: Ticket,
        cursor: Cursor,
        inspector: &mut dyn Inspect,
    ) -> Result<(), Error> {
        let block = lock(&self.blocks).next().map_err(Error::Checklist)?;
        let Some(block) = block else {
            self.fill(ticket, Vec::new());
            return Ok(());
        };
        let algorithm = self.options.algorithm;
        let list = inspector
            .parse_checklist(&block.text, algorithm, block.separator)
            .map_err(Error::Sandbox)?;
        lock(&self.blocks).note(&list);
        let number = |line: u32| block.lines + u64::from(line) + 1;
        let malformed = list.malformed.into_iter().map(|it| ChecksumEntry {
            line: number(it.line),
            path: Vec::new(),
            expected: Err(it.flaw),
        });
        let entries = list.entries.into_iter().map(|it| ChecksumEntry {
            line: number(it.line),
            path: it.path,
            expected: Ok(it.expected),
        });
        let mut all: Vec<_> = malformed.chain(entries).collect();
        all.sort_by_key(|entry| entry.line);
        let most = all.len().div_ceil(TASKS_PER_THREAD * self.pool.threads());
        let most = most.clamp(1, FILES_PER_TASK);
        let mut parts = Vec::new();
        while !all.is_empty() {
            let rest = all.split_off(all.len().min(most));
            parts.push(std::mem::replace(&mut all, rest));
        }
        let mut tickets =
            self.emitter.split(ticket, parts.len() + 1).into_iter();
        let mut tasks: Vec<_> = parts
            .into_iter()
            .zip(tickets.by_ref())
            .map(|(part, ticket)| Task::Verify(ticket, part))
            .collect();
        tasks.extend(tickets.map(Task::Parse));
        self.queue.push(cursor, tasks);
        Ok(())
    }
}
