//! How far a run is, on standard error: a bar for people, or events for
//! programs.
//!
//! Nothing is shown until the library reports for the first time, so that a
//! short run shows nothing and pays nothing.

mod bar;
mod event;
mod pace;

use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex, OnceLock},
    time::Instant,
};

use indicatif::ProgressBar;
use sanchay::{Phase, Progress, ProgressCallback, ReadingCallback};
use sanchay_sync::lock;

use self::pace::{Pace, Rates};
pub(crate) use self::{
    bar::whole,
    event::{line, rounded},
    pace::float,
};
use crate::messages::write;

/// How progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ProgressDisplay {
    /// Not at all.
    #[default]
    Nothing,
    /// As a bar that goes away in the end.
    Bar,
    /// As JSON objects, one a line.
    Events,
}

/// Shows progress when there is some.
#[derive(Debug)]
pub(crate) struct Meter {
    display: ProgressDisplay,
    color: bool,
    shown: Arc<OnceLock<ProgressBar>>,
    /// The path of what was listed or read last.
    reading: Arc<Mutex<Vec<u8>>>,
}

impl Meter {
    /// A meter that shows progress so.
    pub(crate) fn new(display: ProgressDisplay, color: bool) -> Self {
        let (shown, reading) = (Arc::default(), Arc::default());
        Self { display, color, shown, reading }
    }

    /// How progress is shown.
    pub(crate) fn display(&self) -> ProgressDisplay {
        self.display
    }

    /// What the library is to call with progress, if anything.
    pub(crate) fn callback(&self) -> Option<ProgressCallback> {
        let (shown, color) = (Arc::clone(&self.shown), self.color);
        let reading = Arc::clone(&self.reading);
        let (started, pace) = (Instant::now(), Mutex::new(Pace::default()));
        let rates = move |progress: &Progress| {
            lock(&pace).at(started.elapsed(), progress)
        };
        match self.display {
            ProgressDisplay::Nothing => None,
            ProgressDisplay::Bar => {
                Some(Arc::new(move |progress: &Progress| {
                    let bar = shown.get_or_init(|| bar::new(color));
                    let reading = lock(&reading).clone();
                    bar::show(bar, progress, rates(progress), &reading, color);
                    ControlFlow::Continue(())
                }))
            }
            ProgressDisplay::Events => {
                Some(Arc::new(move |progress: &Progress| {
                    let reading = lock(&reading).clone();
                    write(&event::progress(
                        progress,
                        rates(progress),
                        &reading,
                    ));
                    ControlFlow::Continue(())
                }))
            }
        }
    }

    /// What the library is to call with what it lists or reads, if anything.
    pub(crate) fn reading(&self) -> Option<ReadingCallback> {
        if self.display == ProgressDisplay::Nothing {
            return None;
        }
        let reading = Arc::clone(&self.reading);
        Some(Arc::new(move |path: &[u8]| {
            let mut reading = lock(&reading);
            reading.clear();
            reading.extend_from_slice(path);
        }))
    }

    /// Does something while the bar is off the screen.
    pub(crate) fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        aside(self.shown.get(), act)
    }

    /// The same, for whoever outlives the borrow of this.
    pub(crate) fn apart(&self) -> impl Fn(&dyn Fn()) + Send + Sync + 'static {
        let shown = Arc::clone(&self.shown);
        move |act| aside(shown.get(), act)
    }

    /// Takes the bar off the screen for good.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.shown.get() {
            bar.finish_and_clear();
        }
    }
}

fn aside<T>(bar: Option<&ProgressBar>, act: impl FnOnce() -> T) -> T {
    match bar {
        Some(bar) => bar.suspend(act),
        None => act(),
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.clear();
    }
}

/// What a run is doing, in a word.
fn phase(progress: &Progress) -> &'static str {
    match progress.phase {
        Phase::Comparing => "comparing",
        Phase::Hashing => "hashing",
        Phase::Transferring => "transferring",
        _ => "walking",
    }
}

#[cfg(test)]
mod tests {
    use super::{Meter, ProgressDisplay};

    #[test]
    fn a_meter_that_is_not_shown_asks_for_no_reports() {
        let nothing = Meter::new(ProgressDisplay::Nothing, true);
        assert!(nothing.callback().is_none() && nothing.reading().is_none());
        for display in [ProgressDisplay::Bar, ProgressDisplay::Events] {
            let meter = Meter::new(display, true);
            assert!(meter.callback().is_some() && meter.reading().is_some());
        }
    }
}
