//! The state that the workers of one run share: how far it is, whether it
//! ought to end, and what ended it.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Instant,
};

use sanchay_sync::{add, lock};

use crate::{
    error::{EntryError, Error},
    monitor::{Monitor, Phase, Progress, SkippedDirectory, Summary},
};

/// One run.
pub(crate) struct RunState<'a> {
    monitor: &'a Monitor,
    started: Instant,
    /// When progress is due next, in nanoseconds since the start.
    due: AtomicU64,
    reporting: Mutex<()>,
    /// When the path of what is read is due next, likewise.
    reading_due: AtomicU64,
    /// The files that were found before others were compared.
    walked: AtomicU64,
    stopped: AtomicBool,
    failure: Mutex<Option<Error>>,
    comparing: AtomicBool,
    hashing: AtomicBool,
    total_files: AtomicU64,
    total_bytes: AtomicU64,
    /// How many workers are at work at the moment.
    working: AtomicUsize,
    directories: AtomicU64,
    files: AtomicU64,
    bytes: AtomicU64,
    errors: AtomicU64,
    named_errors: AtomicU64,
}

/// A file of so many bytes takes longer to read than progress waits.
const LONG: u64 = 16 << 20;

/// Stands for "not known" in the totals.
const UNKNOWN: u64 = u64::MAX;

impl<'a> RunState<'a> {
    pub(crate) fn new(monitor: &'a Monitor) -> Self {
        Self {
            monitor,
            started: Instant::now(),
            due: AtomicU64::new(nanoseconds(monitor.interval)),
            reporting: Mutex::new(()),
            reading_due: AtomicU64::new(0),
            walked: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            failure: Mutex::new(None),
            comparing: AtomicBool::new(false),
            hashing: AtomicBool::new(false),
            total_files: AtomicU64::new(UNKNOWN),
            total_bytes: AtomicU64::new(UNKNOWN),
            working: AtomicUsize::new(0),
            directories: AtomicU64::new(0),
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            named_errors: AtomicU64::new(0),
        }
    }

    /// Whether workers ought to return as soon as they can.
    pub(crate) fn is_over(&self) -> bool {
        self.stopped.load(Relaxed) || self.monitor.cancel.is_cancelled()
    }

    /// Counts a worker as being at work until this is dropped.
    pub(crate) fn at_work(&self) -> Working<'_> {
        self.working.fetch_add(1, Relaxed);
        Working(&self.working)
    }

    /// How many workers are at work.
    pub(crate) fn working(&self) -> usize {
        self.working.load(Relaxed)
    }

    /// Ends the run: what it did not do stays undone.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    /// Ends the run because it cannot go on.
    pub(crate) fn fail(&self, error: Error) {
        lock(&self.failure).get_or_insert(error);
        self.stop();
    }

    /// Ends the run where a visitor asked for it.
    pub(crate) fn stop_if_break(&self, flow: ControlFlow<()>) {
        if flow.is_break() {
            self.stop();
        }
    }

    /// Counts a directory that was listed.
    pub(crate) fn count_directory(&self) {
        self.directories.fetch_add(1, Relaxed);
    }

    /// Counts files that were dealt with, and bytes of theirs.
    pub(crate) fn count_files(&self, files: u64, bytes: u64) {
        self.files.fetch_add(files, Relaxed);
        add(&self.bytes, bytes);
    }

    /// Counts bytes that were read.
    pub(crate) fn count_bytes(&self, bytes: usize) {
        add(&self.bytes, bytes as u64);
    }

    /// Leaves bytes out that were to be read.
    pub(crate) fn skip_bytes(&self, bytes: u64) {
        let less = |total| match total {
            UNKNOWN => None,
            total => Some(total.saturating_sub(bytes)),
        };
        // Where the total is not known, there is nothing to take off.
        let _ = self.total_bytes.fetch_update(Relaxed, Relaxed, less);
    }

    /// Counts an entry that failed.
    pub(crate) fn count_error(&self, error: &EntryError) {
        self.errors.fetch_add(1, Relaxed);
        if error.named {
            self.named_errors.fetch_add(1, Relaxed);
        }
    }

    /// Reports a directory that is skipped.
    pub(crate) fn report_skipped(&self, directory: &SkippedDirectory) {
        if let Some(callback) = &self.monitor.skipped {
            callback(directory);
        }
    }

    /// Says how many files and bytes will be read, as far as is known.
    pub(crate) fn expect(&self, files: u64, bytes: u64) {
        self.total_files.store(files, Relaxed);
        self.total_bytes.store(bytes, Relaxed);
    }

    /// Begins by hashing what was named, so many files and bytes: there is
    /// nothing to walk.
    pub(crate) fn begin_hashing(&self, files: u64, bytes: u64) {
        self.expect(files, bytes);
        self.hashing.store(true, Relaxed);
    }

    /// Begins the second phase, in which so many files are dealt with and so
    /// many bytes read, as far as is known.
    pub(crate) fn begin_comparing(&self, files: u64, bytes: u64) {
        let walked = self.files.swap(0, Relaxed);
        self.walked.store(walked, Relaxed);
        self.bytes.store(0, Relaxed);
        self.expect(files, bytes);
        self.comparing.store(true, Relaxed);
    }

    /// Counts files that need not be read any further, and says how many more
    /// bytes will be read of the others.
    pub(crate) fn count_decided(&self, files: u64, more_bytes: u64) {
        self.files.fetch_add(files, Relaxed);
        add(&self.total_bytes, more_bytes);
    }

    /// Says that more bytes will be read than was known.
    pub(crate) fn expect_more(&self, bytes: u64) {
        self.count_decided(0, bytes);
    }

    /// Reports the path of what is being listed or read, of so many bytes, if
    /// that is due or will take long.
    pub(crate) fn reading(&self, size: u64, path: impl FnOnce() -> Vec<u8>) {
        let Some(callback) = &self.monitor.reading else { return };
        let now = nanoseconds(self.started.elapsed());
        if now < self.reading_due.load(Relaxed) && size < LONG {
            return;
        }
        let due = now.saturating_add(nanoseconds(self.monitor.interval));
        self.reading_due.store(due, Relaxed);
        callback(&path());
    }

    /// Reports progress where it is due. Cheap; called after each task of
    /// work and each large chunk.
    pub(crate) fn tick(&self) {
        let Some(callback) = &self.monitor.progress else { return };
        let now = nanoseconds(self.started.elapsed());
        if now < self.due.load(Relaxed) {
            return;
        }
        let Ok(_reporting) = self.reporting.try_lock() else { return };
        // Another worker's call may just have ended the run.
        if self.is_over() {
            return;
        }
        self.due.store(
            now.saturating_add(nanoseconds(self.monitor.interval)),
            Relaxed,
        );
        self.stop_if_break(callback(&self.progress()));
    }

    fn progress(&self) -> Progress {
        let known = |total: &AtomicU64| match total.load(Relaxed) {
            UNKNOWN => None,
            total => Some(total),
        };
        Progress {
            phase: if self.comparing.load(Relaxed) {
                Phase::Comparing
            } else if self.hashing.load(Relaxed) {
                Phase::Hashing
            } else {
                Phase::Walking
            },
            directories: self.directories.load(Relaxed),
            files: self.files.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            total_files: known(&self.total_files),
            total_bytes: known(&self.total_bytes),
            errors: self.errors.load(Relaxed),
        }
    }

    /// What was done so far.
    pub(crate) fn summary(&self) -> Summary {
        Summary {
            files: self.files.load(Relaxed),
            directories: self.directories.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            errors: self.errors.load(Relaxed),
            named_errors: self.named_errors.load(Relaxed),
        }
    }

    /// What was done, if the run was not ended before its time.
    pub(crate) fn outcome(&self) -> Result<Summary, Error> {
        match lock(&self.failure).take() {
            Some(error) => Err(error),
            None if self.is_over() => Err(Error::Cancelled),
            None => Ok(self.summary()),
        }
    }
}

impl Drop for RunState<'_> {
    fn drop(&mut self) {
        if let Some(callback) = &self.monitor.finished {
            let summary = self.summary();
            let files = match self.comparing.load(Relaxed) {
                true => self.walked.load(Relaxed),
                false => summary.files,
            };
            callback(&Summary { files, ..summary });
        }
    }
}

/// A worker at work.
pub(crate) struct Working<'a>(&'a AtomicUsize);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

fn nanoseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
