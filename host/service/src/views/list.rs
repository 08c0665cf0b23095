//! The numbers of records in an order: four bytes each, in a file where they
//! are many.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
};

use sanchay_system::files;

/// More numbers than these lie in a file.
const IN_MEMORY: usize = 64 << 10;

/// Records, in an order.
#[derive(Debug)]
pub(crate) enum RowList {
    /// All of them, in the order in which they were found.
    All(u64),
    /// A few.
    Memory(Vec<u32>),
    /// Many: their numbers, four bytes each.
    File { file: File, count: u64 },
}

impl RowList {
    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::All(count) | Self::File { count, .. } => *count,
            Self::Memory(rows) => rows.len() as u64,
        }
    }

    /// The numbers of so many records from this place on: fewer at the end.
    ///
    /// # Errors
    /// What reading the file failed with.
    pub(crate) fn page(&self, from: u64, count: u64) -> io::Result<Vec<u64>> {
        let end = from.saturating_add(count).min(self.len());
        let from = from.min(end);
        match self {
            Self::All(_) => Ok((from..end).collect()),
            Self::Memory(rows) => {
                let place =
                    |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                let rows = rows.get(place(from)..place(end));
                Ok(rows
                    .unwrap_or_default()
                    .iter()
                    .map(|it| (*it).into())
                    .collect())
            }
            Self::File { file, .. } => {
                let bytes = usize::try_from((end - from).saturating_mul(4));
                let mut bytes = vec![0; bytes.unwrap_or(0)];
                let start = from.saturating_mul(4);
                files::read_exact_at(file, &mut bytes, start)?;
                let numbers = bytes.as_chunks::<4>().0.iter();
                Ok(numbers.map(|it| u32::from_le_bytes(*it).into()).collect())
            }
        }
    }
}

/// A list that is being written.
#[derive(Debug, Default)]
pub(crate) struct ListWriter {
    first: Vec<u32>,
    file: Option<BufWriter<File>>,
    count: u64,
}

impl ListWriter {
    /// Appends a record.
    ///
    /// # Errors
    /// What writing the file failed with.
    pub(crate) fn push(&mut self, row: u32) -> io::Result<()> {
        self.count = self.count.saturating_add(1);
        if let Some(file) = &mut self.file {
            return file.write_all(&row.to_le_bytes());
        }
        if self.first.len() < IN_MEMORY {
            self.first.push(row);
            return Ok(());
        }
        let mut file = BufWriter::new(tempfile::tempfile()?);
        for row in std::mem::take(&mut self.first) {
            file.write_all(&row.to_le_bytes())?;
        }
        file.write_all(&row.to_le_bytes())?;
        self.file = Some(file);
        Ok(())
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The list.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub(crate) fn finish(self) -> io::Result<RowList> {
        let Self { first, file, count } = self;
        match file {
            None => Ok(RowList::Memory(first)),
            Some(file) => {
                let file = file.into_inner().map_err(|it| it.into_error())?;
                Ok(RowList::File { file, count })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_a_file_is_read_as_one_in_memory() {
        for count in [0, 5, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY] {
            let mut writer = ListWriter::default();
            let numbers = (0..count).map(|it| u32::try_from(it).unwrap());
            let numbers: Vec<u32> = numbers.map(|it| it ^ 21).collect();
            for number in &numbers {
                writer.push(*number).unwrap();
            }
            let list = writer.finish().unwrap();
            assert_eq!(list.len(), count as u64);
            for (from, length) in [(0, 10), (count / 2, 7), (count, 1)] {
                let page = list.page(from as u64, length as u64).unwrap();
                let rest = numbers[from..].iter().take(length);
                let expected: Vec<u64> =
                    rest.map(|it| u64::from(*it)).collect();
                assert_eq!(page, expected);
            }
        }
        assert_eq!(RowList::All(9).page(7, 5).unwrap(), [7, 8]);
    }
}
