//! What a put has stored before it is complete. Should it be ended early, the
//! next one of the same roots does not read these files again: from time to
//! time, and when it is cancelled, a put writes the rows that are new to a
//! snapshot of its own kind, which nobody but such a put looks at.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use sanchay::{Cancel, EntryKind};
use sanchay_core::store::{Key, StoredRow, compare_paths};
use sanchay_output::store::push_snapshot;
use sanchay_sync::lock;

use super::{Shared, commit::put_rows};
use crate::{error::StoreError, names};

/// A worker passes its rows on when it has so many.
pub(super) const PASSED_ON: usize = 64;

/// The rows of all workers.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Each with the number of its item.
    pub(super) all: Vec<(usize, StoredRow)>,
    /// How many of them were saved.
    saved: usize,
}

/// When rows are to be saved.
#[derive(Debug)]
pub(super) struct Pace {
    begun: Instant,
    every: Duration,
    /// When that is due next, in milliseconds since the beginning.
    due: AtomicU64,
}

impl Pace {
    pub(super) fn new(every: Duration) -> Self {
        let due = AtomicU64::new(milliseconds(every));
        Self { begun: Instant::now(), every, due }
    }

    /// Whether it is due: true for one of those who ask then.
    pub(super) fn is_due(&self) -> bool {
        let now = milliseconds(self.begun.elapsed());
        let due = self.due.load(Relaxed);
        let next = now.saturating_add(milliseconds(self.every));
        now >= due
            && self.due.compare_exchange(due, next, Relaxed, Relaxed).is_ok()
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Shared<'_> {
    /// Takes rows over from a worker, and saves what is new where that is due.
    pub(super) fn pass_on(
        &self,
        rows: &mut Vec<(usize, StoredRow)>,
    ) -> Result<(), StoreError> {
        let due = self.pace.is_due();
        if due || rows.len() >= PASSED_ON {
            lock(&self.rows).all.append(rows);
        }
        match due {
            true => self.save(),
            false => Ok(()),
        }
    }

    /// The rows of all workers, in the order of their items.
    pub(super) fn take_rows(&self) -> Vec<StoredRow> {
        let rows = std::mem::take(&mut lock(&self.rows).all);
        let mut slots: Vec<Option<StoredRow>> = Vec::new();
        slots.resize_with(self.items.all.len(), || None);
        for (number, row) in rows {
            if let Some(slot) = slots.get_mut(number) {
                *slot = Some(row);
            }
        }
        slots.into_iter().flatten().collect()
    }

    /// Saves the rows of files that were not saved yet. It waits for no disk:
    /// what a loss of power takes away is read again.
    pub(super) fn save(&self) -> Result<(), StoreError> {
        let mut new: Vec<StoredRow> = {
            let mut rows = lock(&self.rows);
            let unsaved = rows.all.iter().skip(rows.saved);
            let files = unsaved
                .filter(|(_, row)| row.kind == EntryKind::File)
                .map(|(_, row)| row.clone())
                .collect();
            rows.saved = rows.all.len();
            files
        };
        if new.is_empty() {
            return Ok(());
        }
        new.sort_by(|a, b| compare_paths(&a.path, &b.path));
        let mut document = self.document(&new);
        // Also where the run is cancelled: that is what it is for.
        document.rows = put_rows(self.packer, &new, &Cancel::new())?;
        self.packer.write_open()?;
        let mut text = Vec::new();
        push_snapshot(&document, &mut text);
        let key = Key::Partial(names::stamped(names::now())?).to_string();
        self.run.store.backend().put(&key, &text)?;
        lock(&self.partial).push(key);
        Ok(())
    }

    /// Removes what is saved, once it is in a snapshot.
    pub(super) fn remove_saved(&self) {
        let saved = std::mem::take(&mut *lock(&self.partial));
        for key in saved.iter().chain(&self.parent.partial) {
            // What stays is collected in the end.
            if let Err(error) = self.run.store.backend().delete(key) {
                tracing::debug!(%error, "it stays");
            }
        }
    }
}
