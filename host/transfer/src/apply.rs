//! Doing what a plan says: small files side by side, large ones one after the
//! other in parts that are side by side.

use std::io;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use sanchay::{Monitor, Phase, Progress};
use sanchay_core::size::total;
use sanchay_objects::settle;
use sanchay_sync::add;

use crate::budget::Budget;
use crate::download::Folder;
use crate::names;
use crate::place::Destination;
use crate::plan::{AT_ONCE, TransferPlan, TransferProblem, TransferStep};
use crate::source::Source;
use crate::upload::upload;

/// What is no larger is copied at once, beside others.
const SMALL: usize = 8 << 20;

/// How many bytes of small files may be in memory at once.
const IN_MEMORY: usize = 48 << 20;

/// How long to wait for uploads that are aborted: a program that is
/// interrupted is to end within a second.
const SETTLING: Duration = Duration::from_millis(450);

/// What a transfer did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferReport {
    /// How many files were copied.
    pub copied: u64,
    /// How many bytes these have.
    pub bytes: u64,
    /// How many could not be copied.
    pub failed: u64,
    /// Whether it was ended before it was done.
    pub interrupted: bool,
}

/// A transfer on its way.
struct Run<'r> {
    plan: &'r TransferPlan,
    monitor: &'r Monitor,
    on_problem: &'r (dyn Fn(&TransferProblem) + Sync),
    folder: Option<Folder>,
    budget: Budget,
    copied: AtomicU64,
    copied_bytes: AtomicU64,
    read: AtomicU64,
    failed: AtomicU64,
    total: u64,
    told: Mutex<Instant>,
}

impl TransferPlan {
    /// Copies what is to be copied, and tells of what cannot be, from several
    /// threads at once. Nothing is done if the plan
    /// [is refused](Self::is_refused).
    ///
    /// # Errors
    /// If the destination cannot be created.
    pub fn apply(
        &self,
        monitor: &Monitor,
        on_problem: &(dyn Fn(&TransferProblem) + Sync),
    ) -> io::Result<TransferReport> {
        if self.is_refused() || self.steps.is_empty() {
            return Ok(TransferReport::default());
        }
        let folder = match &self.transfer.destination {
            Destination::Folder(path) => Some(Folder::open(path)?),
            Destination::Bucket(..) => None,
        };
        let run = Run {
            plan: self,
            monitor,
            on_problem,
            folder,
            budget: Budget::new(IN_MEMORY),
            copied: AtomicU64::new(0),
            copied_bytes: AtomicU64::new(0),
            read: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            total: total(self.steps.iter().map(|step| step.size)),
            told: Mutex::new(Instant::now()),
        };
        run.all();
        Ok(run.end())
    }
}

impl Run<'_> {
    fn all(&self) {
        let steps = &self.plan.steps;
        let (small, large): (Vec<_>, Vec<_>) =
            steps.iter().partition(|step| step.size <= SMALL as u64);
        let next = AtomicUsize::new(0);
        let work = || {
            while !self.is_over() {
                let at = next.fetch_add(1, Relaxed);
                let Some(step) = small.get(at) else { return };
                // What it is when it is read may be more than it was.
                let bytes = usize::try_from(step.size).unwrap_or(SMALL);
                let _share = self.budget.take(bytes);
                self.step(step);
            }
        };
        thread::scope(|scope| {
            for _ in 1..AT_ONCE.min(small.len()) {
                // With fewer threads it takes longer.
                if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
        for step in large {
            if self.is_over() {
                break;
            }
            self.step(step);
        }
    }

    fn is_over(&self) -> bool {
        self.monitor.cancel.is_cancelled()
    }

    fn step(&self, step: &TransferStep) {
        match self.copy(step) {
            Ok(size) => {
                self.copied.fetch_add(1, Relaxed);
                add(&self.copied_bytes, size);
            }
            // What a run did not come to is no fault of the file's.
            Err(_) if self.is_over() => {}
            Err(error) => self.fail(&step.from, &error),
        }
        self.tell(false);
    }

    fn fail(&self, path: &[u8], error: &io::Error) {
        self.failed.fetch_add(1, Relaxed);
        let (path, why) = (path.to_vec(), error.to_string());
        (self.on_problem)(&TransferProblem { path, why });
    }

    /// Copies a file. Returns its size.
    fn copy(&self, step: &TransferStep) -> io::Result<u64> {
        let transfer = &self.plan.transfer;
        let buckets = &self.plan.buckets;
        let from = (&*step.from, step.root);
        let mut source = Source::open(from, step.size, SMALL, buckets)?;
        let size = source.size;
        let read = |bytes: u64| {
            add(&self.read, bytes);
            self.tell(false);
        };
        let over = || self.is_over();
        match (&transfer.destination, &self.folder) {
            (Destination::Bucket(bucket, prefix), _) => {
                let key = names::key(prefix, &step.name)
                    .map_err(io::Error::other)?;
                // Some servers know no conditions for what comes in parts.
                if size > SMALL as u64
                    && crate::source::head_of(bucket, &key)?.is_some()
                {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                let verify = transfer.verify;
                upload(bucket, &key, &mut source, verify, &over, &read)?;
            }
            (Destination::Folder(_), Some(folder)) => {
                let parts =
                    names::components(&step.name).map_err(io::Error::other)?;
                let staged = folder.stage(
                    &parts,
                    &mut source,
                    transfer.verify,
                    (&over, &read),
                )?;
                self.commit(folder.push(staged, step));
            }
            (Destination::Folder(_), None) => {
                return Err(io::Error::other("there is no folder"));
            }
        }
        Ok(size)
    }

    /// Tells of copies that got their names only now, or did not.
    fn commit(&self, failed: Vec<(Vec<u8>, u64, io::Error)>) {
        for (path, size, error) in failed {
            self.copied.fetch_sub(1, Relaxed);
            self.copied_bytes.fetch_sub(size, Relaxed);
            self.fail(&path, &error);
        }
    }

    /// Tells how far it is, from time to time.
    fn tell(&self, last: bool) {
        let Some(progress) = &self.monitor.progress else { return };
        let Ok(mut told) = self.told.try_lock() else { return };
        if !last && told.elapsed() < self.monitor.interval {
            return;
        }
        *told = Instant::now();
        let mut now = Progress::default();
        now.phase = Phase::Hashing;
        now.files = self.copied.load(Relaxed);
        now.bytes = self.read.load(Relaxed);
        now.total_files = Some(self.plan.steps.len() as u64);
        now.total_bytes = Some(self.total);
        now.errors = self.failed.load(Relaxed);
        if progress(&now) == ControlFlow::Break(()) {
            self.monitor.cancel.cancel();
        }
    }

    fn end(self) -> TransferReport {
        let interrupted = self.is_over();
        if let Some(folder) = &self.folder {
            match interrupted {
                true => {
                    let gone = folder.abandon();
                    self.copied.fetch_sub(gone, Relaxed);
                }
                false => self.commit(folder.finish()),
            }
        }
        if interrupted && !settle(SETTLING) {
            tracing::debug!("uploads are still being aborted");
        }
        self.tell(true);
        TransferReport {
            copied: self.copied.load(Relaxed),
            bytes: self.copied_bytes.load(Relaxed),
            failed: self.failed.load(Relaxed),
            interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IN_MEMORY, SMALL};

    // Small files first; a file may be read while another is sent.
    const _WHAT_IS_ON_ITS_WAY_FITS: () =
        assert!(IN_MEMORY + SMALL <= 64 << 20);
}
