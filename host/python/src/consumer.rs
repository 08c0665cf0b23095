//! Taking from a feed in a thread of Python's: the only place where a run and
//! the interpreter meet. It waits with the interpreter released, looks for
//! signals ten times a second, and tells how far the run is.

use std::{sync::Arc, time::Duration};

use pyo3::prelude::*;
use sanchay::{Phase, Progress, Summary};

use crate::{
    arguments,
    columns::Chunk,
    failure::{self, Cancelled},
    feed::{Feed, TakeMode, Taken},
    runner::{self, Ended, Totals, Work},
};

/// How often it looks for signals.
const LOOK: Duration = Duration::from_millis(100);

/// What came of taking.
pub(crate) enum Poll<C> {
    /// Some rows.
    Chunk(C),
    /// Nothing yet: only where it does not wait.
    Nothing,
    /// The run is over, and well.
    End,
}

/// Takes the records of one run.
pub(crate) struct Consumer<C: Chunk> {
    feed: Arc<Feed<C>>,
    /// What to do, before it is begun.
    plan: Option<Work<C>>,
    /// What the runs before this one came to, where it is one of several.
    before: Summary,
    /// Of one of several runs: how many files all of them deal with, where
    /// that is known.
    total: Option<Option<u64>>,
    /// Whether its end was told to the progress callback.
    told: bool,
    /// What it is doing, where it is not comparing.
    phase: &'static str,
    /// Whether what the progress callback says at the end changes nothing.
    lasts: bool,
}

impl<C: Chunk> Consumer<C> {
    /// A run that begins when something is taken.
    pub(crate) fn new(work: Work<C>) -> Self {
        let feed = Arc::new(Feed::new(Arc::clone(&work.schema)));
        let before = Summary::default();
        let plan = Some(work);
        let phase = C::PHASE;
        let (total, told, lasts) = (None, false, false);
        Self { feed, plan, before, total, told, phase, lasts }
    }

    /// The same that does something else than what finds such rows.
    pub(crate) fn in_phase(mut self, phase: &'static str) -> Self {
        self.phase = phase;
        self
    }

    /// The same that has done what it did, whatever the progress callback
    /// says at its end.
    pub(crate) fn lasting(mut self, lasts: bool) -> Self {
        self.lasts = lasts;
        self
    }

    /// The run that goes on after these, all of which deal with so many
    /// files, where that is known.
    pub(crate) fn after(
        mut self,
        before: Summary,
        total: Option<u64>,
    ) -> Self {
        self.before = before;
        self.total = Some(total);
        self
    }

    /// What this run and those before it came to.
    pub(crate) fn so_far(&self) -> Summary {
        let mut all = self.before;
        if let Some(Totals::Run(run)) = self.feed.totals() {
            all.files += run.files;
            all.directories += run.directories;
            all.bytes = all.bytes.saturating_add(run.bytes);
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
        let Some(work) = self.plan.take() else { return Ok(()) };
        let begun = runner::begin(&self.feed, reports, work);
        if begun.is_err() {
            // There is no thread that would ever end it.
            self.feed.end(Ended::Panicked("it was not begun".to_owned()));
            self.feed.close();
        }
        begun
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
        mode: TakeMode,
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Poll<C>> {
        self.begin(progress.is_some())?;
        let poll = self.take_or_wait(py, mode, progress);
        if poll.is_err() {
            self.feed.close();
        }
        poll
    }

    fn take_or_wait(
        &mut self,
        py: Python<'_>,
        mode: TakeMode,
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Poll<C>> {
        loop {
            let feed = &*self.feed;
            let taken = py.detach(|| feed.take(mode, LOOK));
            py.check_signals().map_err(|error| {
                failure::of_callback(py, error, "a signal handler")
            })?;
            if matches!(taken, Taken::End) {
                self.outcome(py)?;
                let last = self.last();
                let told = self.tell(py, progress, last);
                let lasts = |error: &PyErr| {
                    self.lasts && error.is_instance_of::<Cancelled>(py)
                };
                return match told {
                    Err(error) if !lasts(&error) => Err(error),
                    _ => Ok(Poll::End),
                };
            }
            self.tell(py, progress, self.feed.progress())?;
            match taken {
                Taken::Chunk(chunk) => return Ok(Poll::Chunk(chunk)),
                _ if !mode.waits() => return Ok(Poll::Nothing),
                _ => {}
            }
        }
    }

    /// How far a run is that has ended well, if that was not told yet.
    fn last(&mut self) -> Option<Progress> {
        if self.feed.is_closed() || std::mem::replace(&mut self.told, true) {
            return None;
        }
        let mut progress = Progress::default();
        if let Some((files, bytes)) = self.feed.expected() {
            progress.total_files = Some(files);
            progress.total_bytes = Some(bytes);
        }
        let run = match self.feed.totals()? {
            Totals::Run(run) => run,
            Totals::Duplicates(all) => {
                progress.phase = Phase::Comparing;
                progress.total_files = Some(all.scanned.files);
                progress.total_bytes = Some(all.scanned.bytes);
                all.scanned
            }
            Totals::Similar(all) => {
                progress.phase = Phase::Comparing;
                all.scanned
            }
            Totals::Checked(all) => {
                progress.files = all.checked();
                progress.errors = all.missing.saturating_add(all.unreadable);
                return Some(progress);
            }
            Totals::Verified(all) => {
                progress.files = all.verified.saturating_add(all.rotten);
                progress.errors = all.unreadable;
                return Some(progress);
            }
            Totals::Nothing => return None,
        };
        progress.directories = run.directories;
        progress.files = run.files;
        progress.bytes = run.bytes;
        progress.errors = run.errors;
        Some(progress)
    }

    /// Calls the progress callback, if there is something to tell.
    fn tell(
        &self,
        py: Python<'_>,
        callback: Option<&Py<PyAny>>,
        progress: Option<Progress>,
    ) -> PyResult<()> {
        let Some(callback) = callback else { return Ok(()) };
        let Some(mut progress) = progress else { return Ok(()) };
        progress.directories += self.before.directories;
        progress.files += self.before.files;
        progress.bytes = progress.bytes.saturating_add(self.before.bytes);
        progress.errors += self.before.errors;
        if let Some(total) = self.total {
            progress.total_files = total;
            progress.total_bytes = None;
        }
        let answer =
            callback.call1(py, self.fields(&progress)).map_err(|error| {
                failure::of_callback(py, error, "the progress callback")
            })?;
        match arguments::truth(answer.bind(py))? {
            Some(false) => {
                Err(Cancelled::new_err("the progress callback returned False"))
            }
            _ => Ok(()),
        }
    }

    fn fields(&self, progress: &Progress) -> Fields {
        let phase = match progress.phase {
            Phase::Comparing => "comparing",
            _ => self.phase,
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

    fn outcome(&self, py: Python<'_>) -> PyResult<()> {
        if self.feed.is_closed() {
            return Ok(());
        }
        if let Some(error) = self.feed.fatal() {
            return Err(failure::of_entry(py, &error));
        }
        let ended = |ended: &Ended| match ended {
            Ended::Told(Ok(_)) => Ok(()),
            Ended::Told(Err(error)) => Err(failure::of_ended(py, error)),
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
        while let Poll::Chunk(chunk) =
            self.take(py, TakeMode::Full, progress)?
        {
            chunks.push(chunk);
        }
        Ok(chunks)
    }
}

impl<C: Chunk> Drop for Consumer<C> {
    fn drop(&mut self) {
        self.feed.close();
    }
}

/// The fields of a progress in Python.
type Fields = (&'static str, u64, u64, u64, Option<u64>, Option<u64>, u64);
