//! Watching trees: a snapshot whenever something in them changes, and what
//! became of files since the one before.
//!
//! What the system says is only taken for a sign that there is something to
//! see. Events that are missed, come twice or in another order thus make
//! nothing wrong: what is told and kept comes from a walk.

#[cfg(target_os = "linux")]
mod inotify;
#[cfg(not(target_os = "linux"))]
mod notify;

use std::{
    ops::ControlFlow,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use sanchay::{Cancel, Engine, EntryError, Error};

#[cfg(target_os = "linux")]
use self::inotify::Events;
#[cfg(not(target_os = "linux"))]
use self::notify::Events;
use crate::{
    catalog::Catalog,
    diff::Difference,
    error::CatalogError,
    side::Side,
    snapshot::{Snapshot, SnapshotOptions, absolute},
};

/// How often it is looked whether there are events, or the run was cancelled.
const TICK: Duration = Duration::from_millis(100);

/// After an event, how long it must be quiet before it is looked what changed,
/// and how long that waits at most.
const QUIET: Duration = Duration::from_millis(300);
const LONGEST: Duration = Duration::from_secs(2);

/// So many times what a look took must pass before the next one.
const REST: u32 = 4;

/// How trees are watched.
#[derive(Clone, Debug)]
pub struct WatchOptions {
    /// How each snapshot is taken; names are not given. Its monitor ends the
    /// watch.
    pub snapshot: SnapshotOptions,
    /// Look in this interval, whatever the system says; `None` only where the
    /// system cannot tell of changes: then every ten seconds.
    pub poll: Option<Duration>,
}

/// What a watch comes upon.
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchEvent<'a> {
    /// What became of a file.
    Changed(&'a Difference),
    /// All that changed so far was told.
    Quiet,
    /// Why it is looked in intervals.
    Polling(&'a str),
    /// An entry that could not be dealt with.
    Error(EntryError),
}

/// How often it is looked where the system cannot tell of changes.
const POLL: Duration = Duration::from_secs(10);

impl Catalog {
    /// Watches trees until it is cancelled, or `visit` returns `Break`: takes
    /// a snapshot when something changed, and tells what. It begins with what
    /// changed since the newest snapshot of the same roots and files, if there
    /// is one. Snapshots that show nothing new are not kept.
    ///
    /// `visit` may be called from several threads, one at a time.
    ///
    /// # Errors
    /// As [`Catalog::snapshot`].
    pub fn watch(
        &self,
        engine: &Engine,
        roots: &[PathBuf],
        options: &WatchOptions,
        visit: impl FnMut(WatchEvent<'_>) -> ControlFlow<()> + Send,
    ) -> Result<(), CatalogError> {
        let roots = absolute(roots);
        let visit = std::sync::Mutex::new(visit);
        let tell = |event: WatchEvent<'_>| {
            let mut visit = sanchay_sync::lock(&visit);
            (*visit)(event)
        };
        let cancel = &options.snapshot.monitor.cancel;
        let mut signs = Signs::new(self, options.poll);
        let mut before: Option<Snapshot> = None;
        loop {
            if let Some(why) = signs.prepare(&roots)
                && tell(WatchEvent::Polling(&why)).is_break()
            {
                return Ok(());
            }
            let begun = Instant::now();
            let on_error = |error| tell(WatchEvent::Error(error));
            let taken =
                self.snapshot(engine, &roots, &options.snapshot, on_error);
            let now = match taken {
                Ok(taken) => taken.snapshot,
                Err(CatalogError::Run(Error::Cancelled)) => return Ok(()),
                Err(error) => return Err(error),
            };
            if before.is_none() {
                before = self.one_before(&now)?;
            }
            match before.take() {
                Some(earlier) => {
                    let told = self.tell_since(engine, earlier, now, &tell)?;
                    let ControlFlow::Continue(newest) = told else {
                        return Ok(());
                    };
                    before = Some(newest);
                }
                None => before = Some(now),
            }
            if tell(WatchEvent::Quiet).is_break() {
                return Ok(());
            }
            let rest = begun.elapsed().saturating_mul(REST);
            if signs.wait(cancel, rest).is_break() {
                return Ok(());
            }
        }
    }

    /// The newest snapshot of a series before one of it.
    fn one_before(
        &self,
        snapshot: &Snapshot,
    ) -> Result<Option<Snapshot>, CatalogError> {
        let all = self.snapshots()?.into_iter().rev();
        let mut all = all.filter(|it| it.series == snapshot.series);
        Ok(all.find(|it| it.number < snapshot.number))
    }

    /// Tells what changed between two snapshots. Returns the one to go on
    /// from: the earlier, where the later shows nothing new.
    fn tell_since(
        &self,
        engine: &Engine,
        earlier: Snapshot,
        later: Snapshot,
        tell: &impl Fn(WatchEvent<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Snapshot>, CatalogError> {
        let a = Side::Snapshot(Box::new(earlier.clone()));
        let b = Side::Snapshot(Box::new(later.clone()));
        let options = SnapshotOptions::default();
        let nothing = |_| ControlFlow::Continue(());
        let found = self.diff(engine, &a, &b, &options, nothing)?;
        if found.all.is_empty() {
            self.forget(&later)?;
            return Ok(ControlFlow::Continue(earlier));
        }
        for difference in &found.all {
            if tell(WatchEvent::Changed(difference)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(later))
    }
}

/// What says that there may be something to see.
struct Signs {
    events: Option<Events>,
    poll: Option<Duration>,
    /// Why there are no events, until that is said.
    why: Option<String>,
}

impl Signs {
    fn new(catalog: &Catalog, poll: Option<Duration>) -> Self {
        match Events::new(catalog) {
            Ok(events) => Self { events: Some(events), poll, why: None },
            Err(error) => {
                let why = Some(sanchay::describe_io_error(&error));
                Self { events: None, poll: poll.or(Some(POLL)), why }
            }
        }
    }

    /// Has the system tell of changes in all folders that there are now.
    /// Returns why it is looked in intervals, if that is news.
    fn prepare(&mut self, roots: &[PathBuf]) -> Option<String> {
        if let Some(events) = &mut self.events
            && let Err(error) = events.watch(roots)
        {
            self.events = None;
            self.poll = self.poll.or(Some(POLL));
            self.why = Some(sanchay::describe_io_error(&error));
        }
        self.why.take()
    }

    /// Waits for a sign, but at least so long. `Break` if it is cancelled.
    fn wait(&mut self, cancel: &Cancel, rest: Duration) -> ControlFlow<()> {
        let begun = Instant::now();
        let mut first: Option<Instant> = None;
        let mut last = begun;
        loop {
            if cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
            let now = Instant::now();
            if self.has_events() {
                first.get_or_insert(now);
                last = now;
            }
            let waited = now.duration_since(begun);
            let is_quiet = now.duration_since(last) >= QUIET;
            let is_late =
                first.is_some_and(|it| now.duration_since(it) >= LONGEST);
            let seen = first.is_some() && (is_quiet || is_late);
            let due = self.poll.is_some_and(|poll| waited >= poll);
            if waited >= rest && (seen || due) {
                return ControlFlow::Continue(());
            }
            thread::sleep(TICK);
        }
    }

    fn has_events(&mut self) -> bool {
        self.events.as_mut().is_some_and(Events::drain)
    }
}
