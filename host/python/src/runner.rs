//! The thread that a run goes on in. It never touches Python.

use std::{
    any::Any,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use pyo3::{exceptions::PyRuntimeError, prelude::*};
use sanchay::{
    CheckSummary, DuplicateSummary, EntryError, Error, Monitor,
    ProgressCallback, Summary,
};
use sanchay_catalog::{CatalogError, VerifySummary};
use sanchay_shards::ShardError;

use sanchay_core::record::{FieldId, Schema};

use crate::{
    columns::Chunk,
    failure::{self, Failure},
    feed::Feed,
    given::Given,
    similars::Alike,
};

/// What a run came to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Totals {
    /// A scan, or hashing.
    Run(Summary),
    /// A search for duplicates.
    Duplicates(DuplicateSummary),
    /// Checking lists.
    Checked(CheckSummary),
    /// Reading files again.
    Verified(VerifySummary),
    /// A search for what is nearly the same.
    Similar(Alike),
    /// What has no numbers, or none that are true.
    Nothing,
}

/// Why a run did not end well.
#[derive(Debug)]
pub(crate) enum RunError {
    /// The library says so.
    Library(Error),
    /// The catalog does.
    Catalog(Box<CatalogError>),
    /// A shard could not be run, or outputs could not be merged.
    Shards(Box<ShardError>),
}

/// How a run ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// With the library's answer.
    Told(Result<Totals, RunError>),
    /// With a panic, and what it said.
    Panicked(String),
}

/// What a run does.
pub(crate) struct Work<C> {
    /// The columns of its records.
    pub(crate) schema: Arc<Schema>,
    body: Body<C>,
}

/// What is done, given where the records go.
type Body<C> =
    Box<dyn FnOnce(&Feed<C>, &Monitor) -> Result<Totals, RunError> + Send>;

impl<C> Work<C> {
    pub(crate) fn new(
        schema: Schema,
        body: impl FnOnce(&Feed<C>, &Monitor) -> Result<Totals, Error>
        + Send
        + 'static,
    ) -> Self {
        let body = move |feed: &Feed<C>, monitor: &Monitor| {
            body(feed, monitor).map_err(RunError::Library)
        };
        Self { schema: Arc::new(schema), body: Box::new(body) }
    }

    /// The same of a catalog.
    pub(crate) fn of_catalog(
        schema: Schema,
        body: impl FnOnce(&Feed<C>, &Monitor) -> Result<Totals, CatalogError>
        + Send
        + 'static,
    ) -> Self {
        let body = move |feed: &Feed<C>, monitor: &Monitor| {
            let told = body(feed, monitor);
            told.map_err(|error| RunError::Catalog(Box::new(error)))
        };
        Self { schema: Arc::new(schema), body: Box::new(body) }
    }

    /// The same of shards.
    pub(crate) fn of_shards(
        schema: Schema,
        body: impl FnOnce(&Feed<C>, &Monitor) -> Result<Totals, ShardError>
        + Send
        + 'static,
    ) -> Self {
        let body = move |feed: &Feed<C>, monitor: &Monitor| {
            let told = body(feed, monitor);
            told.map_err(|error| RunError::Shards(Box::new(error)))
        };
        Self { schema: Arc::new(schema), body: Box::new(body) }
    }

    /// The same with only some of the columns.
    pub(crate) fn with_only(mut self, wanted: &[FieldId]) -> Self {
        self.schema = Arc::new(Schema::clone(&self.schema).only(wanted));
        self
    }
}

/// Begins a run. `reports` says whether anybody wants to know how far it is.
///
/// # Errors
/// `RuntimeError` if there can be no more threads.
pub(crate) fn begin<C: Chunk>(
    feed: &Arc<Feed<C>>,
    reports: bool,
    work: Work<C>,
) -> PyResult<()> {
    feed.belongs_here();
    let feed = Arc::clone(feed);
    thread::Builder::new()
        .name("sanchay-run".to_owned())
        .spawn(move || {
            let cancel = feed.cancel.clone();
            let mut monitor = Monitor { cancel, ..Monitor::default() };
            if reports {
                let feed = Arc::clone(&feed);
                monitor.progress = Some(throttled(monitor.interval, feed));
                // A run that is over before that has totals too.
                monitor.interval = Duration::ZERO;
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                (work.body)(&feed, &monitor)
            }));
            feed.end(match outcome {
                Ok(told) => Ended::Told(told),
                Err(panic) => Ended::Panicked(words(&*panic)),
            });
        })
        .map(drop)
        .map_err(|error| {
            let why = failure::plain(&error);
            PyRuntimeError::new_err(format!("cannot start a thread: {why}"))
        })
}

/// Passes on how far a run is, at most once in an interval; and the totals as
/// soon as they are known.
fn throttled<C: Chunk>(
    interval: Duration,
    feed: Arc<Feed<C>>,
) -> ProgressCallback {
    let begun = Instant::now();
    let nanoseconds =
        |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let interval = nanoseconds(interval);
    let due = AtomicU64::new(interval);
    let has_totals = AtomicBool::new(false);
    Arc::new(move |progress| {
        // It is never called by two threads at once.
        let now = nanoseconds(begun.elapsed());
        if now >= due.load(Relaxed) {
            due.store(now.saturating_add(interval), Relaxed);
            feed.report(*progress);
        } else if progress.total_files.is_some()
            && !has_totals.swap(true, Relaxed)
        {
            feed.note_totals(progress);
        }
        ControlFlow::Continue(())
    })
}

/// What is done with the error of an entry that has no row of its own: one
/// that the caller named ends the run, unless it is to be kept.
pub(crate) fn route_error<C: Chunk>(
    feed: &Feed<C>,
    given: &Given,
    error: EntryError,
    raises: bool,
) -> ControlFlow<()> {
    if raises && error.named {
        feed.fail(error)
    } else {
        feed.keep(given.failure(error))
    }
}

/// The same where all that was named can be a path.
pub(crate) fn route<C: Chunk>(
    feed: &Feed<C>,
    error: EntryError,
    raises: bool,
) -> ControlFlow<()> {
    if raises && error.named {
        feed.fail(error)
    } else {
        feed.keep(Failure { error, text: None })
    }
}

/// What a panic said.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|words| (*words).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it panicked".to_owned())
}
