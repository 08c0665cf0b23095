//! Makes the snapshot of what was put, and makes sure that nothing it is built
//! on goes away. docs/STORE.md has the argument.

use sanchay::Cancel;
use sanchay_core::store::{Address, SnapshotDocument, StoredRow};
use sanchay_output::store::{RowWriter, push_snapshot};

use super::PutRun;
use crate::{
    condemned,
    error::StoreError,
    live::Live,
    names,
    packer::{Added, Packer},
    snapshot::Snapshot,
    state,
    store::Store,
};

/// A part of the rows has at least so many bytes, and at most.
const LEAST_PART: usize = 64 << 10;
const MOST_PART: usize = 1 << 20;

/// How often a snapshot is mended that garbage collections get in the way of.
const ROUNDS: usize = 8;

impl PutRun<'_> {
    /// Makes the snapshot.
    pub(super) fn commit(
        &self,
        packer: &Packer<'_>,
        mut document: SnapshotDocument,
        rows: &[StoredRow],
    ) -> Result<(Snapshot, Added), StoreError> {
        let cancel = &self.options.monitor.cancel;
        document.rows = put_rows(packer, rows, cancel)?;
        let added = packer.finish()?;
        let stamp = names::stamped(document.time)?;
        let snapshot = Snapshot { stamp, document };
        self.store.publish(&snapshot, packer)?;
        Ok((snapshot, added))
    }
}

/// Puts the rows, in parts that end where the rows themselves say so: rows
/// that change do not change the parts of others.
pub(super) fn put_rows(
    packer: &Packer<'_>,
    rows: &[StoredRow],
    cancel: &Cancel,
) -> Result<Vec<Address>, StoreError> {
    let (mut writer, mut parts) = (RowWriter::default(), Vec::new());
    let mut text = Vec::new();
    for row in rows {
        writer.push(row, &mut text);
        let ends = text.len() >= LEAST_PART
            && Address::of(&row.path).fan() == 0
            || text.len() >= MOST_PART;
        if ends {
            if cancel.is_cancelled() {
                return Err(sanchay::Error::Cancelled.into());
            }
            parts.push(packer.add(&text)?);
            text.clear();
        }
    }
    if !text.is_empty() {
        parts.push(packer.add(&text)?);
    }
    Ok(parts)
}

/// The name of this machine.
pub(super) fn host() -> String {
    sanchay_system::host::name().to_string_lossy().into_owned()
}

impl Store {
    /// Puts a snapshot. It is pending until it is known that nothing it is
    /// built on is going to be deleted, and complete from then on.
    fn publish(
        &self,
        snapshot: &Snapshot,
        packer: &Packer<'_>,
    ) -> Result<(), StoreError> {
        let mut text = Vec::new();
        push_snapshot(&snapshot.document, &mut text);
        let backend = self.backend();
        let pending = snapshot.pending_key();
        // It need not be durable: after a loss of power, nobody collects
        // beside this.
        backend.put(&pending, &text)?;
        let settled = self.settle(snapshot, packer).and_then(|()| {
            backend.put(&snapshot.key(), &text)?;
            backend.flush()?;
            match backend.info(&pending) {
                Ok(_) => Ok(()),
                // This stood still for so long that a collection took it for
                // abandoned.
                Err(error) if error.is_not_found() => {
                    self.settle(snapshot, packer)
                }
                Err(error) => Err(error.into()),
            }
        });
        if settled.is_err() {
            // What is left of it is garbage.
            let _ = backend.delete(&snapshot.key());
        }
        let _ = backend.delete(&pending);
        settled
    }

    /// Makes sure that a snapshot which was put hangs on no pack that is gone
    /// or is to be deleted.
    fn settle(
        &self,
        snapshot: &Snapshot,
        packer: &Packer<'_>,
    ) -> Result<(), StoreError> {
        let mut relied = packer.relied_on();
        for _ in 0..ROUNDS {
            // In this order: a pack that is there afterwards was not deleted
            // by a collection whose list was gone before.
            let condemned = condemned::all(self.backend())?;
            let there = state::packs(self.backend())?;
            let lasts =
                |pack| there.contains(pack) && !condemned.contains(pack);
            if relied.iter().all(lasts) {
                return Ok(());
            }
            relied = match self.mend(snapshot, packer.level()) {
                Err(error) if error.is_missing() => {
                    return Err(StoreError::Overtaken);
                }
                relied => relied?,
            };
        }
        Err(StoreError::Overtaken)
    }

    /// Copies what a snapshot references out of packs that are to be deleted.
    /// Returns the packs that it hangs on then.
    fn mend(
        &self,
        snapshot: &Snapshot,
        level: i32,
    ) -> Result<std::collections::HashSet<Address>, StoreError> {
        let state = self.reload()?;
        let live = Live::of(self, std::slice::from_ref(snapshot))?;
        let packer = Packer::new(self, state, level);
        for address in live.iter() {
            if !packer.has(address) {
                packer.add_known(*address, &self.read(address)?)?;
            }
        }
        packer.finish()?;
        Ok(packer.relied_on())
    }
}
