//! Which objects snapshots reference.

use std::collections::HashSet;

use sanchay_core::store::{
    Address, Damage, StoredRow, parse_chunks, parse_rows,
};

use crate::{
    again::again, error::StoreError, snapshot::Snapshot, store::Store,
};

/// The objects that snapshots reference.
#[derive(Debug, Default)]
pub(crate) struct Live {
    addresses: HashSet<Address>,
    /// Those of complete snapshots.
    firm: HashSet<Address>,
}

/// How often snapshots are looked at again that were removed meanwhile.
const TRIES: usize = 8;

impl Live {
    /// Those of all snapshots, and, as far as they are there, of those that
    /// are not complete yet. What many of them share is read once.
    pub(crate) fn now(store: &Store) -> Result<Self, StoreError> {
        // A snapshot may be removed after it was listed, and what it had with
        // it.
        again(TRIES, || Self::try_now(store))
    }

    fn try_now(store: &Store) -> Result<Self, StoreError> {
        // In this order: one that becomes complete meanwhile is in either.
        let mut pending = store.pending()?;
        pending.extend(store.partial()?);
        let mut live = Self::of(store, &store.all_snapshots()?)?;
        live.firm = live.addresses.clone();
        for snapshot in &pending {
            match live.add(store, snapshot) {
                Err(error) if error.is_missing() => {}
                Err(StoreError::Object { .. }) => {}
                added => added?,
            }
        }
        Ok(live)
    }

    /// Those of these snapshots.
    pub(crate) fn of(
        store: &Store,
        snapshots: &[Snapshot],
    ) -> Result<Self, StoreError> {
        let mut live = Self::default();
        for snapshot in snapshots {
            live.add(store, snapshot)?;
        }
        Ok(live)
    }

    fn add(
        &mut self,
        store: &Store,
        snapshot: &Snapshot,
    ) -> Result<(), StoreError> {
        for part in &snapshot.document.rows {
            if !self.addresses.insert(*part) {
                continue;
            }
            let (text, _) = store.read_rows(part)?;
            let rows = parse_rows(&text).map_err(|damage| {
                StoreError::Object { address: *part, damage }
            })?;
            for row in &rows {
                self.add_row(store, row)?;
            }
        }
        Ok(())
    }

    fn add_row(
        &mut self,
        store: &Store,
        row: &StoredRow,
    ) -> Result<(), StoreError> {
        if row.chunks.is_empty() {
            // An empty file has an object as any other.
            self.addresses.extend(row.hash);
            return Ok(());
        }
        for list in &row.chunks {
            if self.addresses.insert(*list) {
                let chunks = chunks(store, list)?;
                self.addresses.extend(chunks.iter().map(|it| it.0));
            }
        }
        Ok(())
    }

    pub(crate) fn has(&self, address: &Address) -> bool {
        self.addresses.contains(address)
    }

    /// Whether a complete snapshot references it.
    pub(crate) fn is_firm(&self, address: &Address) -> bool {
        self.firm.contains(address)
    }

    pub(crate) fn len(&self) -> usize {
        self.addresses.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Address> {
        self.addresses.iter()
    }
}

/// The chunks of a list.
pub(crate) fn chunks(
    store: &Store,
    list: &Address,
) -> Result<Vec<(Address, u64)>, StoreError> {
    let wrong = |damage: Damage| StoreError::Object { address: *list, damage };
    parse_chunks(&store.read(list)?).map_err(wrong)
}
