//! Puts records in order by keys of bytes, in bounded memory: runs that are
//! sorted go to files, and are merged.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufReader, BufWriter, Read as _, Seek as _, Write as _},
};

use super::list::{ListWriter, RowList};

/// How many bytes of keys are in memory at a time.
const ROOM: usize = 48 << 20;

/// A place in the keys, and the record that it is of.
type Entry = (u32, u32, u32);

/// Records that are being sorted.
#[derive(Debug)]
pub(crate) struct Sorter {
    room: usize,
    keys: Vec<u8>,
    entries: Vec<Entry>,
    runs: Vec<File>,
}

impl Default for Sorter {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl Sorter {
    fn with_room(room: usize) -> Self {
        Self { room, keys: Vec::new(), entries: Vec::new(), runs: Vec::new() }
    }

    /// Adds a record with its key. Those with the same key stay as they came.
    ///
    /// # Errors
    /// What writing a file failed with.
    pub(crate) fn push(&mut self, key: &[u8], row: u32) -> io::Result<()> {
        let small = |number: usize| {
            u32::try_from(number)
                .map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))
        };
        let start = small(self.keys.len())?;
        self.entries.push((start, small(key.len())?, row));
        self.keys.extend_from_slice(key);
        let taken = self.keys.len().saturating_add(
            self.entries.len().saturating_mul(size_of::<Entry>()),
        );
        match taken >= self.room {
            true => self.spill(),
            false => Ok(()),
        }
    }

    fn sort(&mut self) {
        let keys = &self.keys;
        self.entries.sort_unstable_by(|a, b| {
            key(keys, *a).cmp(key(keys, *b)).then(a.2.cmp(&b.2))
        });
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut out = BufWriter::new(tempfile::tempfile()?);
        for entry in &self.entries {
            out.write_all(&entry.1.to_le_bytes())?;
            out.write_all(&entry.2.to_le_bytes())?;
            out.write_all(key(&self.keys, *entry))?;
        }
        let mut file = out.into_inner().map_err(|it| it.into_error())?;
        file.rewind()?;
        self.runs.push(file);
        self.keys.clear();
        self.entries.clear();
        Ok(())
    }

    /// The records in order.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub(crate) fn finish(mut self) -> io::Result<RowList> {
        let mut list = ListWriter::default();
        if self.runs.is_empty() {
            self.sort();
            for (.., row) in &self.entries {
                list.push(*row)?;
            }
            return list.finish();
        }
        self.spill()?;
        let mut runs: Vec<_> =
            self.runs.drain(..).map(BufReader::new).collect();
        let mut heap = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            if let Some((key, row)) = read(run)? {
                heap.push(Reverse((key, row, number)));
            }
        }
        while let Some(Reverse((_, row, number))) = heap.pop() {
            list.push(row)?;
            let Some(run) = runs.get_mut(number) else { continue };
            if let Some((key, row)) = read(run)? {
                heap.push(Reverse((key, row, number)));
            }
        }
        list.finish()
    }
}

fn key(keys: &[u8], (start, length, _): Entry) -> &[u8] {
    let place = |it: u32| usize::try_from(it).unwrap_or(usize::MAX);
    let start = place(start);
    keys.get(start..start.saturating_add(place(length))).unwrap_or_default()
}

/// The next key of a run and its record; `None` at the end.
fn read(run: &mut BufReader<File>) -> io::Result<Option<(Vec<u8>, u32)>> {
    let mut head = [0; 8];
    match run.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Ok(None);
        }
        read => read?,
    }
    let [a, b, c, d, e, f, g, h] = head;
    let length = u32::from_le_bytes([a, b, c, d]);
    let row = u32::from_le_bytes([e, f, g, h]);
    let mut key = vec![0; usize::try_from(length).unwrap_or(0)];
    run.read_exact(&mut key)?;
    Ok(Some((key, row)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn records_are_in_the_order_of_their_keys(
            keys in prop::collection::vec(
                prop::collection::vec(0_u8..3, 0..4), 0..200),
            room in 1_usize..4000,
        ) {
            let mut sorter = Sorter::with_room(room);
            for (row, key) in (0..).zip(&keys) {
                sorter.push(key, row).unwrap();
            }
            let list = sorter.finish().unwrap();
            let mut expected: Vec<(&Vec<u8>, u64)> = keys.iter().zip(0..).collect();
            expected.sort();
            let expected: Vec<u64> =
                expected.into_iter().map(|(_, row)| row).collect();
            prop_assert_eq!(list.page(0, u64::MAX).unwrap(), expected);
        }
    }
}
