//! Checking lists of digests against the files they name. The lists are
//! untrusted, so the sandboxed code reads them; this side opens what they
//! name and compares.

mod blocks;
mod event;
mod verify;

use std::{
    io::Read,
    ops::ControlFlow,
    sync::{Arc, Mutex},
};

use sanchay_sandbox::{Flaw, Inspector};
use sanchay_storage::Storage;

pub use self::event::{CheckEvent, CheckSummary, Verdict};
use self::{
    blocks::Blocks,
    verify::{ChecksumEntry, Verifier},
};
use crate::{
    error::Error,
    hash::{Reader, check_method},
    monitor::Monitor,
    options::{CheckOptions, Method},
    ordered::{OrderedEmitter, Ticket},
    pool::Pool,
    queue::{Cursor, WorkQueue},
    run::RunState,
    sync::lock,
};

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
    verdict: Verdict,
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
pub(crate) fn check(
    pool: &Pool,
    storage: &Arc<dyn Storage>,
    list: &mut (dyn Read + Send),
    options: &CheckOptions,
    monitor: &Monitor,
    visit: &mut (dyn FnMut(CheckEvent<'_>) -> ControlFlow<()> + Send),
) -> Result<CheckSummary, Error> {
    if let Some(chunk) = options.chunk {
        check_method(Method::Partial { chunk })?;
    }
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
        blocks: Mutex::new(Blocks::new(list)),
        verifier: Verifier::new(&run, &**storage, options),
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
            CheckEvent::Verdict { path: &path, verdict, guessed }
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
        inspector: &mut Inspector,
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
        inspector: &mut Inspector,
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
        let promises = list.promises.into_iter().map(|it| ChecksumEntry {
            line: number(it.line),
            path: it.path,
            expected: Ok(it.expected),
        });
        let mut all: Vec<_> = malformed.chain(promises).collect();
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
