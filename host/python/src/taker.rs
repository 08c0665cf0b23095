//! Taking from a feed in a thread of Python's: the only place where a run and
//! the interpreter meet. It waits with the interpreter released, looks for
//! signals ten times a second, and tells how far the run is.

use std::{sync::Arc, time::Duration};

use pyo3::{prelude::*, types::PyBool};
use sanchay::{Phase, Progress, Summary};

use crate::{
    columns::Chunk,
    failure::{self, Cancelled},
    feed::{Feed, Patience, Taken},
    runner::{self, Ended, Totals, Work},
};

/// How often it looks for signals.
const LOOK: Duration = Duration::from_millis(100);

/// What came of taking.
pub(crate) enum Catch<C> {
    /// Some rows.
    Chunk(C),
    /// Nothing yet: only without patience.
    Nothing,
    /// The run is over, and well.
    End,
}

/// Takes the records of one run.
pub(crate) struct Taker<C: Chunk> {
    feed: Arc<Feed<C>>,
    /// What to do, before it is begun.
    plan: Option<Work<C>>,
    /// What the runs before this one came to, where it is one of several.
    before: Summary,
}

impl<C: Chunk> Taker<C> {
    /// A run that begins when something is taken.
    pub(crate) fn new(work: Work<C>) -> Self {
        let feed = Arc::new(Feed::new());
        Self { feed, plan: Some(work), before: Summary::default() }
    }

    /// The run that goes on after these.
    pub(crate) fn after(mut self, before: Summary) -> Self {
        self.before = before;
        self
    }

    /// What this run and those before it came to.
    pub(crate) fn so_far(&self) -> Summary {
        let mut all = self.before;
        if let Some(Totals::Run(run)) = self.feed.totals() {
            all.files += run.files;
            all.directories += run.directories;
            all.bytes += run.bytes;
            all.errors += run.errors;
        }
        all
    }

    /// Where the records come from.
    pub(crate) fn feed(&self) -> &Arc<Feed<C>> {
        &self.feed
    }

    /// Begins the run, if that is still to be done. `reports` says whether
    /// anybody wants to know how far it is.
    ///
    /// # Errors
    /// `RuntimeError` if there can be no more threads.
    pub(crate) fn begin(&mut self, reports: bool) -> PyResult<()> {
        match self.plan.take() {
            Some(work) => runner::begin(&self.feed, reports, work),
            None => Ok(()),
        }
    }

    /// Takes what comes next. `progress` is called with the fields of a
    /// progress.
    ///
    /// # Errors
    /// As [`Self::begin`]; `KeyboardInterrupt` or what else a signal handler
    /// raises; what the progress callback raises, and `Cancelled` if it
    /// returns `False`; what ended the run. All of these end it.
    pub(crate) fn take(
        &mut self,
        py: Python<'_>,
        patience: Patience,
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Catch<C>> {
        self.begin(progress.is_some())?;
        let catch = self.patiently(py, patience, progress);
        if catch.is_err() {
            self.feed.close();
        }
        catch
    }

    fn patiently(
        &self,
        py: Python<'_>,
        patience: Patience,
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Catch<C>> {
        loop {
            let feed = &*self.feed;
            let taken = py.detach(|| feed.take(patience, LOOK));
            py.check_signals()?;
            self.tell(py, progress)?;
            match taken {
                Taken::Chunk(chunk) => return Ok(Catch::Chunk(chunk)),
                Taken::End => return self.outcome(py).map(|()| Catch::End),
                Taken::Nothing if patience == Patience::None => {
                    return Ok(Catch::Nothing);
                }
                Taken::Nothing => {}
            }
        }
    }

    /// Calls the progress callback, if there is something to tell.
    fn tell(
        &self,
        py: Python<'_>,
        callback: Option<&Py<PyAny>>,
    ) -> PyResult<()> {
        let Some(callback) = callback else { return Ok(()) };
        let Some(mut progress) = self.feed.progress() else { return Ok(()) };
        progress.directories += self.before.directories;
        progress.files += self.before.files;
        progress.bytes += self.before.bytes;
        progress.errors += self.before.errors;
        let answer = callback.call1(py, fields(&progress))?;
        match answer.cast_bound::<PyBool>(py) {
            Ok(answer) if !answer.is_true() => {
                Err(Cancelled::new_err("the progress callback returned False"))
            }
            _ => Ok(()),
        }
    }

    fn outcome(&self, py: Python<'_>) -> PyResult<()> {
        if self.feed.is_closed() {
            return Ok(());
        }
        if let Some(error) = self.feed.fatal() {
            return Err(failure::of_entry(py, &error));
        }
        let ended = |ended: &Ended| match ended {
            Ended::Told(Ok(_)) => Ok(()),
            Ended::Told(Err(error)) => Err(failure::of_run(error)),
            Ended::Panicked(words) => Err(failure::of_panic(words)),
        };
        self.feed.with_ended(ended).unwrap_or(Ok(()))
    }

    /// Takes everything.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub(crate) fn all(
        mut self,
        py: Python<'_>,
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Vec<C>> {
        let mut chunks = Vec::new();
        while let Catch::Chunk(chunk) =
            self.take(py, Patience::Full, progress)?
        {
            chunks.push(chunk);
        }
        Ok(chunks)
    }
}

impl<C: Chunk> Drop for Taker<C> {
    fn drop(&mut self) {
        self.feed.close();
    }
}

fn fields(
    progress: &Progress,
) -> (&'static str, u64, u64, u64, Option<u64>, Option<u64>, u64) {
    let phase = match progress.phase {
        Phase::Comparing => "comparing",
        _ => "walking",
    };
    (
        phase,
        progress.directories,
        progress.files,
        progress.bytes,
        progress.total_files,
        progress.total_bytes,
        progress.errors,
    )
}
