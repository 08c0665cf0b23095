//! A hash table of words, read far more often than written.
//!
//! Open addressing with linear probing, at most an eighth full, so that a
//! look-up is a multiplication and, nearly always, one load. Only the user's
//! extensions fill it, so untrusted names cannot cause collisions.

use alloc::vec;
use alloc::vec::Vec;

/// A set of words other than zero.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// A power of two of them; zero marks a free one.
    slots: Vec<u64>,
}

impl Table {
    /// A table of these words, none of which is zero.
    pub(super) fn new(keys: &[u64]) -> Self {
        let size = keys.len().max(8).saturating_mul(8).next_power_of_two();
        let mut table = Self { slots: vec![0; size] };
        for &key in keys {
            let slot = table.slot(key);
            if let Some(free) = table.slots.get_mut(slot) {
                *free = key;
            }
        }
        table
    }

    /// Whether a word is in the table.
    #[inline]
    pub(super) fn contains(&self, key: u64) -> bool {
        (key != 0) & (self.slots.get(self.slot(key)) == Some(&key))
    }

    /// The slot that holds a word, or else the free one where it belongs.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash(key) & mask;
        // Ends, because most slots are free. One condition, not two in turn:
        // which of them holds is anybody's guess.
        while let Some(&held) = self.slots.get(slot)
            && (held != key) & (held != 0)
        {
            slot = slot.wrapping_add(1) & mask;
        }
        slot
    }
}

/// Multiplication by the golden ratio spreads every byte to the high bits,
/// the half of the product that is used.
#[inline]
fn hash(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}
