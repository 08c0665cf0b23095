//! Work that a caller waits for and that has no records: in a thread of its
//! own, like a run, so that Ctrl-C and the progress callback can end it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use pyo3::prelude::*;
use sanchay::{Monitor, Summary};
use sanchay_core::record::{RecordKind, Schema};

use crate::{
    consumer::Consumer,
    failure,
    feed::Feed,
    files::Files,
    runner::{Totals, Work},
};

/// How often it looks for another Ctrl-C while it waits for the end.
const LOOK: Duration = Duration::from_millis(100);

/// What it does, for its progress.
pub(crate) type Phase = &'static str;

/// What work came to: the answer, if there is one, and what ended it early.
pub(crate) struct Done<T> {
    pub(crate) answer: Option<T>,
    pub(crate) raised: PyResult<()>,
}

impl<T> Done<T> {
    /// The answer, or what ended the work early.
    ///
    /// # Errors
    /// What was raised.
    pub(crate) fn told(self) -> PyResult<T> {
        self.raised?;
        self.answer.ok_or_else(|| failure::of_panic("there is no answer"))
    }
}

/// Does work that changes nothing. What ends it early is raised at once, and
/// it ends by itself. The work answers with what it did in numbers, if that is
/// to be told as the last progress.
///
/// # Errors
/// What the callback or a signal handler raised, `Cancelled`.
pub(crate) fn look<T: Send + 'static>(
    py: Python<'_>,
    phase: Phase,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(&Monitor) -> (T, Option<Summary>) + Send + 'static,
) -> PyResult<T> {
    carry_out(py, phase, progress, work, false).told()
}

/// Does work that changes files. What ends it early is raised when it has
/// ended: what it did is known then.
pub(crate) fn act<T: Send + 'static>(
    py: Python<'_>,
    phase: Phase,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(&Monitor) -> (T, Option<Summary>) + Send + 'static,
) -> Done<T> {
    carry_out(py, phase, progress, work, true)
}

fn carry_out<T: Send + 'static>(
    py: Python<'_>,
    phase: Phase,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(&Monitor) -> (T, Option<Summary>) + Send + 'static,
    waits: bool,
) -> Done<T> {
    let answer = Arc::new(Mutex::new(None));
    let theirs = Arc::clone(&answer);
    let schema = Schema::new(RecordKind::File, []);
    let work = Work::<Files>::new(schema, move |_, monitor| {
        let (made, summary) = work(monitor);
        *theirs.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(summary.map_or(Totals::Nothing, Totals::Run))
    });
    let consumer = Consumer::new(work).in_phase(phase).lasting(waits);
    let feed = Arc::clone(consumer.feed());
    let raised = consumer.all(py, progress).map(drop);
    if waits && raised.is_err() {
        wait(py, &feed);
    }
    let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
    Done { answer, raised }
}

/// Waits for the end of what was told to end; another Ctrl-C does not.
fn wait(py: Python<'_>, feed: &Feed<Files>) {
    while !py.detach(|| feed.wait_for_end(LOOK)) {
        if py.check_signals().is_err() {
            return;
        }
    }
}
