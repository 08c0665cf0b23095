//! A job that is running here: how far it is, and the way to end it.

use std::{
    collections::VecDeque,
    ops::ControlFlow,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use sanchay::{Cancel, Monitor, Phase, Progress, escaped};
use sanchay_sync::lock;
use serde_json::{Value, json};

use super::{kind::Kind, queue::Counts};

/// Over how long rates are reckoned.
const WINDOW: Duration = Duration::from_secs(10);

/// A job that is running.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) id: i64,
    kind: Kind,
    pub(crate) cancel: Cancel,
    started: Instant,
    /// What the engine told last.
    progress: Mutex<Progress>,
    /// What was done at moments before, for rates.
    past: Mutex<VecDeque<(Instant, u64, u64)>>,
    /// What is being read.
    reading: Mutex<Vec<u8>>,
    /// How many records are in the database.
    rows: AtomicU64,
    /// Entries that failed and were reported.
    errors: AtomicU64,
}

impl Live {
    pub(crate) fn new(id: i64, kind: Kind) -> Self {
        Self {
            id,
            kind,
            cancel: Cancel::new(),
            started: Instant::now(),
            progress: Mutex::default(),
            past: Mutex::default(),
            reading: Mutex::default(),
            rows: AtomicU64::new(0),
            errors: AtomicU64::new(0),
        }
    }

    /// Notes how far it is.
    pub(crate) fn note(&self, progress: &Progress) {
        *lock(&self.progress) = *progress;
        let now = Instant::now();
        let mut past = lock(&self.past);
        past.push_back((now, progress.files, progress.bytes));
        while past.front().is_some_and(|(at, ..)| now - *at > WINDOW) {
            past.pop_front();
        }
    }

    /// Notes what is being read.
    pub(crate) fn note_reading(&self, path: &[u8]) {
        path.clone_into(&mut lock(&self.reading));
    }

    /// Watches a run.
    pub(crate) fn monitor(self: &Arc<Self>) -> Monitor {
        let (live, reading) = (Arc::clone(self), Arc::clone(self));
        Monitor {
            cancel: self.cancel.clone(),
            progress: Some(Arc::new(move |progress: &Progress| {
                live.note(progress);
                ControlFlow::Continue(())
            })),
            reading: Some(Arc::new(move |path: &[u8]| {
                reading.note_reading(path);
            })),
            ..Monitor::default()
        }
    }

    /// Counts an entry that failed.
    pub(crate) fn count_error(&self) -> u64 {
        self.errors.fetch_add(1, Relaxed)
    }

    /// Notes how many records are in the database.
    pub(crate) fn note_rows(&self, rows: u64) {
        self.rows.store(rows, Relaxed);
    }

    /// How many records are in the database.
    pub(crate) fn rows(&self) -> u64 {
        self.rows.load(Relaxed)
    }

    /// What it has done so far.
    pub(crate) fn counts(&self) -> Counts {
        let progress = *lock(&self.progress);
        Counts {
            files: progress.files,
            bytes: progress.bytes,
            errors: self.errors.load(Relaxed).max(progress.errors),
        }
    }

    /// How far it is, as the event `progress` tells.
    pub(crate) fn document(&self) -> Value {
        let progress = *lock(&self.progress);
        let phases = self.kind.phases();
        let phase = match progress.phase {
            Phase::Walking => 0,
            _ => phases.len().saturating_sub(1),
        };
        let (files_rate, bytes_rate) = self.rates();
        let left = progress.total_bytes.and_then(|total| {
            let left = total.saturating_sub(progress.bytes);
            (bytes_rate > 0).then(|| left.div_ceil(bytes_rate))
        });
        let share = match (progress.total_bytes, progress.total_files) {
            (Some(total), _) if total > 0 => Some((progress.bytes, total)),
            (_, Some(total)) if total > 0 => Some((progress.files, total)),
            _ => None,
        };
        let share = share.map(|(done, total)| {
            let thousandths = done.saturating_mul(1000) / total;
            // At most a thousand.
            f64::from(u32::try_from(thousandths.min(1000)).unwrap_or(0))
                / 1000.0
        });
        let reading = lock(&self.reading);
        let now: Vec<String> = match reading.is_empty() {
            true => Vec::new(),
            false => vec![escaped(&reading).to_string()],
        };
        json!({
            "job": self.id,
            "phase": phase,
            "phases": phases,
            "files": [progress.files, progress.total_files],
            "bytes": [progress.bytes, progress.total_bytes],
            "rate": {"files": files_rate, "bytes": bytes_rate},
            "share": share,
            "eta": left,
            "elapsed": self.started.elapsed().as_secs(),
            "errors": self.counts().errors,
            "now": now,
            "found": {"rows": self.rows()},
        })
    }

    /// Files and bytes a second.
    fn rates(&self) -> (u64, u64) {
        let past = lock(&self.past);
        let ends = past.front().zip(past.back());
        let Some(((from, files, bytes), (to, files_now, bytes_now))) = ends
        else {
            return (0, 0);
        };
        let milliseconds = u64::try_from((*to - *from).as_millis());
        let milliseconds = milliseconds.unwrap_or(u64::MAX).max(1);
        let rate = |before: u64, now: u64| {
            now.saturating_sub(before).saturating_mul(1000) / milliseconds
        };
        (rate(*files, *files_now), rate(*bytes, *bytes_now))
    }
}
