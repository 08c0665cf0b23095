//! What a run comes upon that is in other shards. A scan leaves out their files
//! as they are found, and every run their errors; none of it may count.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use sanchay::{EntryError, Monitor, Summary};

/// What a run came upon that is in other shards: it does not count.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeftOut(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    files: AtomicU64,
    bytes: AtomicU64,
    errors: AtomicU64,
    named_errors: AtomicU64,
}

impl LeftOut {
    /// Counts a file.
    pub(crate) fn file(&self, size: u64) {
        self.0.files.fetch_add(1, Relaxed);
        self.0.bytes.fetch_add(size, Relaxed);
    }

    /// Counts an error.
    pub(crate) fn error(&self, error: &EntryError) {
        self.0.errors.fetch_add(1, Relaxed);
        if error.named {
            self.0.named_errors.fetch_add(1, Relaxed);
        }
    }

    /// The same monitor, which is told nothing of what was left out.
    pub(crate) fn watch(&self, monitor: &Monitor) -> Monitor {
        let mut monitor = monitor.clone();
        let counts = Arc::clone(&self.0);
        if let Some(callback) = monitor.progress.take() {
            monitor.progress = Some(Arc::new(move |progress| {
                let mut progress = *progress;
                less(&mut progress.files, &counts.files);
                less(&mut progress.bytes, &counts.bytes);
                less(&mut progress.errors, &counts.errors);
                callback(&progress)
            }));
        }
        monitor
    }

    /// What a run came to without what was left out.
    pub(crate) fn without(&self, mut summary: Summary) -> Summary {
        less(&mut summary.files, &self.0.files);
        less(&mut summary.bytes, &self.0.bytes);
        less(&mut summary.errors, &self.0.errors);
        less(&mut summary.named_errors, &self.0.named_errors);
        summary
    }
}

fn less(number: &mut u64, left_out: &AtomicU64) {
    *number = number.saturating_sub(left_out.load(Relaxed));
}
