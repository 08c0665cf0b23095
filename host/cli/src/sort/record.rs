//! Records as they wait: a key and a row, each after its length, in chunks of
//! memory.

use std::{cmp::Ordering, io};

use sanchay_core::record::{
    RecordBatch, SortOrder, encoded_path, put_number, read_number,
};

/// What the place of a record takes up in memory here, in the list of all, and
/// while that is sorted.
const PLACE: usize = 40;

/// Records, end to end.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    /// How the key of each begins, ascending, and where it stands.
    pub(super) places: Vec<(u64, u32)>,
}

impl Chunk {
    /// The records of a batch, but for those whose key begins with more than
    /// `cutoff`.
    pub(super) fn new(
        batch: &RecordBatch,
        order: &SortOrder,
        columns: usize,
        cutoff: u64,
    ) -> Self {
        let mut chunk = Self::default();
        let (mut key, mut row) = (Vec::new(), Vec::new());
        for at in 0..batch.len() {
            key.clear();
            order.push_key(batch, at, &mut key);
            let prefix = prefix(&key);
            if prefix > cutoff {
                continue;
            }
            row.clear();
            batch.encode_row(at, columns, &mut row);
            chunk.begin(prefix);
            for part in [&key, &row] {
                let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
                put_number(length, &mut chunk.bytes);
                chunk.bytes.extend_from_slice(part);
            }
        }
        chunk.bytes.shrink_to_fit();
        chunk.places.sort_by_key(|(prefix, _)| *prefix);
        chunk
    }

    fn begin(&mut self, prefix: u64) {
        // A batch has far less than 4 GiB.
        let start = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.places.push((prefix, start));
    }

    /// Appends a record whose key is not less than those there are.
    pub(super) fn push(&mut self, record: &[u8]) {
        self.begin(prefix(text(record).0));
        self.bytes.extend_from_slice(record);
    }

    /// What it takes up in memory.
    pub(super) fn size(&self) -> usize {
        self.bytes.capacity() + self.places.len() * PLACE
    }
}

/// The record that begins there.
pub(super) fn at(bytes: &[u8], start: u32) -> &[u8] {
    let record = bytes.get(start as usize..).unwrap_or_default();
    let length = parts(record).map_or(0, |(_, _, length)| length);
    record.get(..length).unwrap_or_default()
}

/// The first eight bytes of a key, as a number of their order.
pub(super) fn prefix(key: &[u8]) -> u64 {
    let mut first = [0; 8];
    for (to, byte) in first.iter_mut().zip(key) {
        *to = *byte;
    }
    u64::from_be_bytes(first)
}

/// The key and the row of a record that bytes begin with, and how many bytes
/// it has.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8], usize)> {
    let mut end: usize = 0;
    let mut part = || {
        let (length, of_length) = read_number(bytes.get(end..)?)?;
        let start = end.checked_add(of_length)?;
        end = start.checked_add(usize::try_from(length).ok()?)?;
        bytes.get(start..end)
    };
    let (key, row) = (part()?, part()?);
    Some((key, row, end))
}

/// What orders a record, in two pieces: its key and its path.
pub(super) fn text(record: &[u8]) -> (&[u8], &[u8]) {
    let found = parts(record).map(|(key, row, _)| (key, encoded_path(row)));
    let (key, path) = found.unwrap_or_default();
    (key, path.unwrap_or_default())
}

/// The row of a record.
pub(super) fn row(record: &[u8]) -> Option<&[u8]> {
    parts(record).map(|(_, row, _)| row)
}

/// Compares two records: their keys, then their paths, then all of them, so
/// that the order is the same on every run.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let (Some((a_key, a_row, _)), Some((b_key, b_row, _))) =
        (parts(a), parts(b))
    else {
        debug_assert!(false, "a record is damaged");
        return a.cmp(b);
    };
    a_key
        .cmp(b_key)
        .then_with(|| encoded_path(a_row).cmp(&encoded_path(b_row)))
        .then_with(|| a_row.cmp(b_row))
}

/// What is said where a temporary file is not what was written.
pub(super) fn damaged() -> io::Error {
    let why = "the temporary file was changed by something else";
    io::Error::new(io::ErrorKind::InvalidData, why)
}
