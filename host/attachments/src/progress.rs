//! How far a call is, and how it is ended.

use std::{
    fmt,
    future::Future,
    ops::ControlFlow,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures_util::future::{Either, select};
use sanchay::Cancel;
use sanchay_objects::runtime;
use sanchay_sync::lock;

use crate::{AttachmentError, download, upload};

/// How often is looked whether to end.
const LOOK: Duration = Duration::from_millis(50);
/// The least time between two reports.
const INTERVAL: Duration = Duration::from_millis(100);

/// How far looking at files is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanProgress {
    /// `Walking`, `Hashing`, `Building`, `Uploading`, `Complete`.
    pub phase: &'static str,
    /// The file that was dealt with last.
    pub current_path: Option<String>,
    /// Files dealt with in this phase.
    pub files_processed: u64,
    /// All files, where that is known.
    pub total_files: Option<u64>,
    /// Bytes dealt with in this phase.
    pub bytes_processed: u64,
    /// All bytes, where that is known.
    pub total_bytes: Option<u64>,
}

/// How far a transfer is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferProgress {
    /// `upload` or `download`.
    pub operation: &'static str,
    /// The key of the object that was dealt with last.
    pub current_key: String,
    /// Its bytes.
    pub current_bytes: u64,
    /// Bytes dealt with.
    pub overall_completed: u64,
    /// All bytes.
    pub overall_total: u64,
    /// Files dealt with.
    pub files_completed: u64,
    /// All files.
    pub files_total: u64,
}

/// How far a call is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Looking at files; of [`submit`](crate::submit()) all of it.
    Scan(ScanProgress),
    /// A transfer.
    Transfer(TransferProgress),
}

/// Called with how far a call is, from one thread at a time; `Break` ends it.
pub(crate) type Callback =
    Arc<dyn Fn(&Progress) -> ControlFlow<()> + Send + Sync>;

/// How a call is watched, and ended.
#[derive(Clone, Default)]
pub struct Watch {
    /// Ends the call within a second.
    pub cancel: Cancel,
    /// Called from time to time, from any thread but from one at a time. The
    /// call waits until it returns.
    pub progress: Option<Callback>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("cancel", &self.cancel).finish()
    }
}

impl Watch {
    /// Refuses to begin anything more.
    pub(crate) fn check(
        &self,
        message: &'static str,
    ) -> Result<(), AttachmentError> {
        match self.cancel.is_cancelled() {
            true => Err(AttachmentError::Cancelled(message)),
            false => Ok(()),
        }
    }

    /// Reports; ends the call if the callback says so.
    pub(crate) fn report(&self, progress: &Progress) {
        if let Some(callback) = &self.progress
            && !self.cancel.is_cancelled()
            && callback(progress).is_break()
        {
            self.cancel.cancel();
        }
    }

    /// Runs something until it is done or to be ended.
    pub(crate) fn run<T>(
        &self,
        message: &'static str,
        work: impl Future<Output = Result<T, AttachmentError>>,
    ) -> Result<T, AttachmentError> {
        self.check(message)?;
        let cancel = self.cancel.clone();
        let ended = async move {
            while !cancel.is_cancelled() {
                tokio::time::sleep(LOOK).await;
            }
        };
        runtime().block_on(async {
            match select(pin!(work), pin!(ended)).await {
                Either::Left((done, _)) => done,
                Either::Right(_) => Err(AttachmentError::Cancelled(message)),
            }
        })
    }
}

/// Counts what is transferred, and reports it now and then.
pub(crate) struct Meter<'w> {
    watch: &'w Watch,
    /// As what it is reported.
    kind: MeterKind,
    total_files: u64,
    total_bytes: u64,
    files: AtomicU64,
    bytes: AtomicU64,
    last: Mutex<Option<Instant>>,
}

/// What a transfer is reported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MeterKind {
    /// A phase of a submission.
    Submission,
    Upload,
    Download,
}

impl MeterKind {
    /// What is said of one that was ended early.
    const fn cancelled(self) -> &'static str {
        match self {
            Self::Submission | Self::Upload => upload::CANCELLED,
            Self::Download => download::CANCELLED,
        }
    }
}

impl<'w> Meter<'w> {
    pub(crate) fn new(
        watch: &'w Watch,
        kind: MeterKind,
        files: u64,
        bytes: u64,
    ) -> Self {
        Self {
            watch,
            kind,
            total_files: files,
            total_bytes: bytes,
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            last: Mutex::new(None),
        }
    }

    /// A piece of a file was dealt with.
    ///
    /// # Errors
    /// The transfer is to end.
    pub(crate) fn piece(
        &self,
        key: &str,
        bytes: u64,
    ) -> Result<(), AttachmentError> {
        self.bytes.fetch_add(bytes, Relaxed);
        self.due(key, bytes);
        self.check()
    }

    /// Whether the transfer goes on.
    ///
    /// # Errors
    /// It is to end.
    pub(crate) fn check(&self) -> Result<(), AttachmentError> {
        self.watch.check(self.kind.cancelled())
    }

    /// A file was dealt with, whose bytes were counted or not.
    ///
    /// # Errors
    /// As of [`piece`](Self::piece).
    pub(crate) fn file(
        &self,
        key: &str,
        bytes: u64,
    ) -> Result<(), AttachmentError> {
        self.files.fetch_add(1, Relaxed);
        self.piece(key, bytes)
    }

    /// Bytes that were counted are to be dealt with again.
    pub(crate) fn take_back(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Relaxed);
    }

    fn due(&self, key: &str, bytes: u64) {
        if self.watch.progress.is_none() {
            return;
        }
        let mut last = lock(&self.last);
        let all = self.files.load(Relaxed) >= self.total_files;
        if !all && last.is_some_and(|at| at.elapsed() < INTERVAL) {
            return;
        }
        *last = Some(Instant::now());
        let (files_processed, done) =
            (self.files.load(Relaxed), self.bytes.load(Relaxed));
        let progress = match self.kind {
            MeterKind::Submission => Progress::Scan(ScanProgress {
                phase: "Uploading",
                current_path: Some(key.to_owned()),
                files_processed,
                total_files: Some(self.total_files),
                bytes_processed: done,
                total_bytes: Some(self.total_bytes),
            }),
            kind => Progress::Transfer(TransferProgress {
                operation: match kind {
                    MeterKind::Download => "download",
                    _ => "upload",
                },
                current_key: key.to_owned(),
                current_bytes: bytes,
                overall_completed: done,
                overall_total: self.total_bytes,
                files_completed: files_processed,
                files_total: self.total_files,
            }),
        };
        // One at a time: the lock is held.
        self.watch.report(&progress);
    }
}
