//! A buffer of whole records that knows where it may be split.

use alloc::vec::Vec;

/// A pipe takes this many bytes as a whole or not at all (`PIPE_BUF`; POSIX
/// allows less, but no system that this is built for has less than 512, and
/// Linux has this).
pub const BLOCK: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };

/// Whole records, not yet written.
#[derive(Clone, Debug, Default)]
pub struct Encoded {
    /// The records.
    pub bytes: Vec<u8>,
    /// Where they may be split, ascending.
    splits: Vec<usize>,
    /// Where the block begins that is not split yet.
    block: usize,
    /// Where the last record ended.
    ended: usize,
}

impl Encoded {
    /// Ends a record. Remembers where the records may be split: into blocks of
    /// whole records, no larger than [`BLOCK`] if possible.
    #[inline]
    pub fn end_record(&mut self) {
        let end = self.bytes.len();
        let is_large = end.saturating_sub(self.block) > BLOCK;
        if is_large && self.ended > self.block {
            self.splits.push(self.ended);
            self.block = self.ended;
        }
        self.ended = end;
    }

    /// Where the records may be split, ascending.
    #[must_use]
    pub fn splits(&self) -> &[usize] {
        &self.splits
    }

    /// Removes all records and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.splits.clear();
        (self.block, self.ended) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Encoded};

    #[test]
    fn records_are_parted_in_blocks_of_whole_ones() {
        let mut out = Encoded::default();
        let mut ends = vec![0];
        for length in [10, BLOCK - 10, 1, BLOCK, 3 * BLOCK, 5, 5, BLOCK - 10] {
            out.bytes.resize(out.bytes.len() + length, b'x');
            out.end_record();
            ends.push(out.bytes.len());
        }
        let places: Vec<_> = out
            .splits()
            .iter()
            .map(|place| ends.binary_search(place).unwrap())
            .collect();
        assert_eq!(places, [2, 3, 4, 5]);
    }
}
