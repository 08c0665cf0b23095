//! The rows of a snapshot, read part by part, within stated limits: whoever
//! wrote them may have written a few bytes that unpack to very many.

use std::vec;

use sanchay_core::store::{
    Address, Damage, MAX_ROW, StoredRow, compare_paths, parse_rows,
};

use crate::{
    error::StoreError, snapshot::Snapshot, state::State, store::Store,
};

/// How many bytes a part of the rows has at most: as many as are put into one,
/// and the longest row.
const MOST_OF_PART: u64 = (1 << 20) + MAX_ROW as u64;

/// How many bytes all rows may have, whatever they take in the store; and how
/// many times as many as they take.
const UNPACKED: u64 = 64 << 20;
const RATIO: u64 = 250;

/// Reads the rows of a snapshot in their order. One part of them is in memory
/// at a time.
pub(crate) struct Rows<'s> {
    store: &'s Store,
    snapshot: &'s Snapshot,
    /// How many parts were read.
    parts: usize,
    rows: vec::IntoIter<StoredRow>,
    last: Vec<u8>,
    /// How many bytes the rows have that were read, and take in the store.
    bytes: u64,
    stored: u64,
}

impl Store {
    pub(crate) fn rows<'s>(&'s self, snapshot: &'s Snapshot) -> Rows<'s> {
        Rows {
            store: self,
            snapshot,
            parts: 0,
            rows: Vec::new().into_iter(),
            last: Vec::new(),
            bytes: 0,
            stored: 0,
        }
    }

    /// A part of the rows of a snapshot, and how many bytes it takes in the
    /// store.
    pub(crate) fn read_rows(
        &self,
        part: &Address,
    ) -> Result<(Vec<u8>, u64), StoreError> {
        self.read_sized(part, MOST_OF_PART)
    }

    /// The same by what is known of the store.
    pub(crate) fn read_rows_by(
        &self,
        state: &State,
        part: &Address,
    ) -> Result<Vec<u8>, StoreError> {
        self.read_within(state, part, MOST_OF_PART).map(|(text, _)| text)
    }
}

impl<'s> Rows<'s> {
    /// The next row; nothing behind the last.
    ///
    /// # Errors
    /// Why it cannot be read, or is none; [`StoreError::Bomb`].
    pub(crate) fn next(&mut self) -> Result<Option<StoredRow>, StoreError> {
        loop {
            if let Some(row) = self.rows.next() {
                return Ok(Some(row));
            }
            if !self.next_part()? {
                return Ok(None);
            }
        }
    }

    /// The part that comes next, if all rows of that before are read.
    pub(crate) fn at_part(&self) -> Option<&'s Address> {
        let rows = &self.snapshot.document.rows;
        rows.get(self.parts).filter(|_| self.rows.len() == 0)
    }

    /// Leaves the next part out.
    pub(crate) fn skip_part(&mut self) {
        self.parts += 1;
    }

    /// What is wrong with the rows.
    pub(crate) fn wrong(&self, damage: Damage) -> StoreError {
        let snapshot = self.snapshot.stamp.to_string();
        StoreError::Rows { snapshot, damage }
    }

    fn next_part(&mut self) -> Result<bool, StoreError> {
        let rows = &self.snapshot.document.rows;
        let Some(part) = rows.get(self.parts) else { return Ok(false) };
        self.parts += 1;
        let (text, stored) = self.store.read_rows(part)?;
        self.bytes = self.bytes.saturating_add(text.len() as u64);
        self.stored = self.stored.saturating_add(stored);
        if is_bomb(self.bytes, self.stored) {
            let snapshot = self.snapshot.stamp.to_string();
            return Err(StoreError::Bomb { snapshot });
        }
        let rows = parse_rows(&text).map_err(|damage| self.wrong(damage))?;
        if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
            let is_first = self.last.is_empty();
            if !is_first && compare_paths(&self.last, &first.path).is_ge() {
                return Err(self.wrong(Damage::Order));
            }
            self.last.clone_from(&last.path);
        }
        self.rows = rows.into_iter();
        Ok(true)
    }
}

/// Whether so many bytes of rows are too many for what they take.
pub(crate) const fn is_bomb(bytes: u64, stored: u64) -> bool {
    bytes > UNPACKED && bytes > stored.saturating_mul(RATIO)
}
