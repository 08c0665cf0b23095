//! How a caller watches a run and ends it early.

mod skipped;

use std::{
    fmt,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

pub use skipped::SkippedDirectory;

/// Ends a run from outside: from a signal handler, another thread, a
/// callback. Clones share one state; a cancelled one stays cancelled.
///
/// ```
/// use std::ops::ControlFlow;
/// use sanchay::{Cancel, Engine, Error};
///
/// let cancel = Cancel::new();
/// let other = cancel.clone();
/// std::thread::spawn(move || other.cancel()).join().unwrap();
///
/// let engine = Engine::builder().build()?;
/// let files = engine.scan(["."]).cancel(&cancel).start()?;
/// assert!(matches!(files.finish(), Err(Error::Cancelled)));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    flag: Arc<AtomicBool>,
    parent: Option<Arc<Self>>,
}

impl Cancel {
    /// One that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that is cancelled when the flag becomes true.
    #[must_use]
    pub fn from_flag(flag: Arc<AtomicBool>) -> Self {
        Self { flag, parent: None }
    }

    /// One that is cancelled when this one is, and can be without it.
    ///
    /// ```
    /// let all = sanchay::Cancel::new();
    /// let (one, other) = (all.child(), all.child());
    /// one.cancel();
    /// assert!(one.is_cancelled() && !other.is_cancelled());
    /// all.cancel();
    /// assert!(other.is_cancelled());
    /// ```
    #[must_use]
    pub fn child(&self) -> Self {
        let parent = Some(Arc::new(self.clone()));
        Self { flag: Arc::default(), parent }
    }

    /// Asks the runs that hold this to end. They do within a chunk's time.
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether [`Self::cancel`] was called, or the flag became true, here or
    /// of a token that this is a [child](Self::child) of.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
            || self.parent.as_ref().is_some_and(|it| it.is_cancelled())
    }
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Walking directories (and hashing as it goes, when hashing).
    #[default]
    Walking,
    /// Comparing files: reading those that others may equal.
    Comparing,
    /// Hashing files that were named, where nothing is walked.
    Hashing,
    /// Sending files to another machine, or fetching them from it. No run of
    /// the engine does; what is built on it may.
    Transferring,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What the run is doing.
    pub phase: Phase,
    /// Directories listed so far.
    pub directories: u64,
    /// Files reported, hashed or compared so far, in this phase.
    pub files: u64,
    /// Bytes read so far in this phase; bytes of the files found, for a scan.
    pub bytes: u64,
    /// How many files this phase will deal with, where that is known.
    pub total_files: Option<u64>,
    /// How many bytes this phase will read, as far as is known: it grows
    /// where a file must be read that might have been passed over.
    pub total_bytes: Option<u64>,
    /// Entries that failed so far.
    pub errors: u64,
}

/// Called from time to time with how far the run is; returning `Break` ends
/// the run.
pub type ProgressCallback =
    Arc<dyn Fn(&Progress) -> ControlFlow<()> + Send + Sync>;

/// Called with the directories that a walk skipped, by several worker threads
/// at once.
pub type SkippedCallback = Arc<dyn Fn(&SkippedDirectory) + Send + Sync>;

/// Called from time to time with the path of what is being listed or read, by
/// several worker threads at once.
pub type ReadingCallback = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// Called when a run ends, however that is, with what it did.
pub type FinishedCallback = Arc<dyn Fn(&Summary) + Send + Sync>;

/// How a caller watches a run and ends it early. The default does neither.
///
/// ```
/// use sanchay::{Monitor, Progress};
/// use std::{ops::ControlFlow, sync::Arc, time::Duration};
///
/// let monitor = Monitor {
///     progress: Some(Arc::new(|progress: &Progress| {
///         eprintln!("{} files, {} bytes", progress.files, progress.bytes);
///         match progress.bytes {
///             0..1_000_000_000 => ControlFlow::Continue(()),
///             _ => ControlFlow::Break(()),
///         }
///     })),
///     interval: Duration::from_secs(1),
///     ..Monitor::default()
/// };
/// ```
#[derive(Clone)]
pub struct Monitor {
    /// Ends the run.
    pub cancel: Cancel,
    /// Called with how far the run is, from a worker thread, never from two at
    /// once.
    pub progress: Option<ProgressCallback>,
    /// The least time between two calls of `progress`.
    pub interval: Duration,
    /// Called with the pseudo file systems that were not entered.
    pub skipped: Option<SkippedCallback>,
    /// Called with directories that are listed and files that are read, at
    /// most once in `interval`, but for files that take long to read.
    pub reading: Option<ReadingCallback>,
    /// Called at the end with what was done.
    pub finished: Option<FinishedCallback>,
}

impl Default for Monitor {
    fn default() -> Self {
        Self {
            cancel: Cancel::new(),
            progress: None,
            interval: Duration::from_millis(100),
            skipped: None,
            reading: None,
            finished: None,
        }
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor")
            .field("cancel", &self.cancel)
            .field("progress", &self.progress.is_some())
            .field("interval", &self.interval)
            .field("skipped", &self.skipped.is_some())
            .field("reading", &self.reading.is_some())
            .field("finished", &self.finished.is_some())
            .finish()
    }
}

/// What a finished run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Files reported or hashed.
    pub files: u64,
    /// Directories listed.
    pub directories: u64,
    /// Bytes of the files reported, or bytes hashed.
    pub bytes: u64,
    /// Entries that failed.
    pub errors: u64,
    /// Of these, the ones that the caller had named.
    pub named_errors: u64,
}
