//! What the program says to a person, on standard error: one line each,
//! written in one piece, never torn by a progress bar.

use std::{
    fmt::Display,
    io::{Write as _, stderr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use sanchay::{Cancel, EntryError, Monitor, SkippedDirectory};

use crate::{
    failure::Failure,
    faults,
    progress::{Meter, ProgressDisplay},
    stats::Stats,
    terminal::Terminal,
};

/// Standard error, shared by messages and progress.
#[derive(Debug)]
pub(crate) struct Messages {
    meter: Meter,
    color: bool,
    /// Whether records go to a terminal, too.
    shares: bool,
    /// Whether nothing is said of what is left out.
    quiet: bool,
    /// Whether an entry failed.
    failed: AtomicBool,
    /// What is said at the end of what was done, if anything.
    stats: Option<Stats>,
}

impl Messages {
    /// Messages with progress that is shown so.
    pub(crate) fn new(terminal: Terminal, progress: ProgressDisplay) -> Self {
        let Terminal { color, stdout: shares, .. } = terminal;
        let meter = Meter::new(progress, color);
        // Whoever reads events learns how it ended.
        let stats = (progress == ProgressDisplay::Events).then(Stats::begin);
        Self {
            stats,
            meter,
            color,
            shares,
            quiet: false,
            failed: AtomicBool::new(false),
        }
    }

    /// The same, which say nothing but what went wrong.
    pub(crate) fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// The same, which say at the end what was done.
    pub(crate) fn with_stats(mut self) -> Self {
        self.stats = Some(Stats::begin());
        self
    }

    /// What a run needs to be watched and ended.
    pub(crate) fn monitor(&self, cancel: &Cancel) -> Monitor {
        let mut monitor = Monitor {
            cancel: cancel.clone(),
            progress: self.meter.callback(),
            reading: self.meter.reading(),
            finished: self.stats.as_ref().map(Stats::callback),
            ..Monitor::default()
        };
        if !self.quiet {
            let apart = self.meter.apart();
            let skipped = move |it: &SkippedDirectory| {
                apart(&|| write(&format!("{it}\n")));
            };
            monitor.skipped = Some(Arc::new(skipped));
        }
        monitor
    }

    /// What says a line of its own from another thread, while the run lasts.
    #[cfg(feature = "catalog")]
    pub(crate) fn notices(&self) -> Arc<dyn Fn(&str) + Send + Sync> {
        let (apart, color) = (self.meter.apart(), self.color);
        Arc::new(move |text| apart(&|| write(&complaint(text, color))))
    }

    /// Whether an entry failed.
    pub(crate) fn failed(&self) -> bool {
        self.failed.load(Relaxed)
    }

    /// Names an entry that failed.
    pub(crate) fn entry(&self, error: &EntryError) {
        self.failed.store(true, Relaxed);
        self.say(faults::entry(error));
    }

    /// Says why the command failed, unless it is better left unsaid.
    pub(crate) fn failure(&self, failure: &Failure) {
        match failure {
            Failure::Run(sanchay::Error::Cancelled) => self.say("interrupted"),
            failure if failure.exit().1 => self.say(failure),
            _ => {}
        }
    }

    /// Writes `sanchay: TEXT`.
    pub(crate) fn say(&self, text: impl Display) {
        self.line(&complaint(text, self.color));
    }

    /// Writes a line that is no complaint.
    pub(crate) fn note(&self, text: impl Display) {
        self.line(&format!("{text}\n"));
    }

    /// Does something that may write records to the terminal on which
    /// progress is shown.
    pub(crate) fn beside<T>(&self, act: impl FnOnce() -> T) -> T {
        if self.shares { self.meter.aside(act) } else { act() }
    }

    /// Ends the progress bar, before records are written to a terminal.
    pub(crate) fn end_progress(&self) {
        self.meter.clear();
    }

    fn line(&self, line: &str) {
        self.meter.aside(|| write(line));
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        if let Some(stats) = &self.stats {
            let figures = stats.taken();
            self.meter.clear();
            write(&match self.meter.display() {
                ProgressDisplay::Events => figures.event(),
                ProgressDisplay::Bar | ProgressDisplay::Nothing => {
                    figures.text()
                }
            });
        }
    }
}

/// `sanchay: TEXT` as a line.
fn complaint(text: impl Display, color: bool) -> String {
    match color {
        true => format!("\x1b[1;31msanchay:\x1b[0m {text}\n"),
        false => format!("sanchay: {text}\n"),
    }
}

/// Nothing can be said about a standard error that takes nothing.
pub(crate) fn write(line: &str) {
    drop(stderr().write_all(line.as_bytes()));
}
