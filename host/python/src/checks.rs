//! What became of the files of lists of digests, in columns.

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};

use pyo3::{prelude::*, types::PyString};
use sanchay::{
    Action, Cause, CheckEvent, CheckOptions, CheckStatus, CheckSummary,
    Engine, EntryError, Error, Monitor, Storage, storage::Opened,
};
use sanchay_core::record::{
    Column, FieldId, RecordBatch, RecordKind, Row, Schema, Verdict,
};

use crate::{
    columns::{Chunk, Make, RowRef},
    failure::Failure,
    feed::Feed,
    given::Given,
    names,
    runner::{self, Totals, Work},
};

/// How many lines of a list that say nothing are told of.
const MALFORMED_TOLD: u64 = 100;

/// What the system says of a directory that is read as a file.
const EISDIR: i32 = 21;

/// What the list is called that is no file.
const CONTENT: &str = "-";

/// Files of lists that were checked.
#[derive(Debug)]
pub(crate) struct Checks {
    batch: RecordBatch,
    /// Why the files of some rows could not be read.
    failures: BTreeMap<usize, Failure>,
    /// Room for a path.
    path: Vec<u8>,
}

impl Checks {
    fn add(&mut self, path: &[u8], status: CheckStatus) {
        let words = status.error().map(ToString::to_string);
        self.batch.push(&Row {
            name: path,
            verdict: Some(status.verdict()),
            error: words.as_deref(),
            ..Row::default()
        });
        if let CheckStatus::Failed(error) = status {
            let row = self.batch.len().saturating_sub(1);
            self.failures.insert(row, Failure { error, text: None });
        }
    }
}

impl Checks {
    /// Adds a file that was read to its end.
    pub(crate) fn read(&mut self, path: &[u8], verdict: Verdict) {
        self.batch.push(&Row {
            name: path,
            verdict: Some(verdict),
            ..Row::default()
        });
    }
}

impl Chunk for Checks {
    const PHASE: &'static str = "checking";

    fn new(schema: &Arc<Schema>) -> Self {
        let batch = RecordBatch::new(Arc::clone(schema));
        Self { batch, failures: BTreeMap::new(), path: Vec::new() }
    }

    fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    fn record<'py>(
        &mut self,
        row: usize,
        make: &Make<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = make.py;
        let file = RowRef { batch: &self.batch, row };
        let path = names::decoded(py, file.path(&mut self.path))?;
        let verdict = match self.batch.column(FieldId::Verdict) {
            Some(Column::Word(words)) => words.get(row).copied().flatten(),
            _ => None,
        };
        let error = self.failures.get(&row).map(|it| it.exception(py));
        make.tuple((
            path,
            verdict.map(|word| PyString::intern(py, word)),
            error.map(|error| error.into_value(py)),
        ))
    }
}

/// The lists to check.
pub(crate) struct Lists {
    /// One list as bytes, in place of files.
    pub(crate) content: Option<Vec<u8>>,
    /// The files, and where relative paths are taken from.
    pub(crate) given: Given,
}

/// The work of checking lists.
pub(crate) fn work(
    engine: Engine,
    lists: Lists,
    options: CheckOptions,
    raises: bool,
) -> Work<Checks> {
    let schema = Schema::new(RecordKind::Verdict, []);
    Work::new(schema, move |feed, monitor| {
        let Lists { content, given } = &lists;
        let engine = &engine;
        let check = Check { engine, given, options, raises, feed, monitor };
        let mut all = CheckSummary::default();
        match content {
            Some(content) => {
                let list = Box::new(Cursor::new(content.as_slice()));
                check.list(Path::new(CONTENT), list, &mut all)?;
            }
            None => {
                for path in given.all() {
                    match open(&*given.storage(), &path) {
                        Ok(list) => check.list(&path, list, &mut all)?,
                        Err(cause) => {
                            all.unreadable += 1;
                            let failed =
                                check.fail(&path, Action::Open, cause);
                            if failed.is_break() {
                                break;
                            }
                        }
                    }
                }
            }
        }
        Ok(Totals::Checked(all))
    })
}

/// Opens a list.
fn open(
    storage: &dyn Storage,
    path: &Path,
) -> Result<Box<dyn Read + Send>, Cause> {
    let opened = storage.open(path).map_err(Cause::from)?;
    let file = match opened {
        Opened::File(file, _) | Opened::Special(file, _) => file,
        Opened::Directory(..) => {
            return Err(Cause::Io(io::Error::from_raw_os_error(EISDIR)));
        }
    };
    match file.into_local() {
        Some(file) => Ok(Box::new(file)),
        None => Err(Cause::Io(io::ErrorKind::Unsupported.into())),
    }
}

/// Checking, and where what it finds goes.
struct Check<'a> {
    engine: &'a Engine,
    given: &'a Given,
    options: CheckOptions,
    raises: bool,
    feed: &'a Feed<Checks>,
    monitor: &'a Monitor,
}

impl Check<'_> {
    /// Checks one list, and adds what it comes to.
    fn list(
        &self,
        path: &Path,
        list: Box<dyn Read + Send + '_>,
        all: &mut CheckSummary,
    ) -> Result<(), Error> {
        let mut found = CheckSummary::default();
        let outcome = self
            .engine
            .check(list)
            .options(self.options)
            .storage(self.given.storage())
            .monitor(self.monitor)
            .for_each(|event| {
                found.count(&event);
                match event {
                    CheckEvent::Checked { path, verdict, .. } => {
                        self.feed.push(|checks: &mut Checks| {
                            checks.add(path, verdict);
                        })
                    }
                    CheckEvent::Malformed { line, flaw }
                        if found.malformed <= MALFORMED_TOLD =>
                    {
                        let why = format!("line {line}: {flaw}");
                        let cause = Cause::Io(io::Error::other(why));
                        let path = path.to_owned();
                        let error = EntryError::new(path, Action::Read, cause);
                        self.feed.keep(self.given.failure(error))
                    }
                    _ => ControlFlow::Continue(()),
                }
            });
        *all += found;
        match outcome {
            Ok(_) => {
                // A list that says nothing is none that all is well.
                all.unreadable += u64::from(found.checked() == 0);
                Ok(())
            }
            Err(Error::Checklist(why)) => {
                all.unreadable += 1;
                // One list must not cost the others theirs.
                match self.fail(path, Action::Read, Cause::Io(why)) {
                    ControlFlow::Continue(()) => Ok(()),
                    ControlFlow::Break(()) => Err(Error::Cancelled),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Tells of a list that cannot be read.
    fn fail(
        &self,
        path: &Path,
        action: Action,
        cause: Cause,
    ) -> ControlFlow<()> {
        let error = EntryError::new(path.to_owned(), action, cause).named();
        runner::route_error(self.feed, self.given, error, self.raises)
    }
}
