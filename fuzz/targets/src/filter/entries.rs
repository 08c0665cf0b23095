//! Listings and columns of metadata, made of an input.

use sanchay_core::batch::{Batch, BatchError};
use sanchay_core::filter::{Columns, Entries};
use sanchay_core::kind::EntryKind;

use super::definition::Entry;
use crate::input::Input;

/// A listing of one directory.
pub(crate) struct Listing {
    pub(crate) names: Vec<u8>,
    pub(crate) ends: Vec<u32>,
    pub(crate) kinds: Vec<EntryKind>,
}

/// Columns of so many entries; they may not be as long as that.
pub(crate) struct Metadata {
    pub(crate) rows: usize,
    pub(crate) columns: Columns,
    pub(crate) numbers: Vec<u64>,
}

/// A well-formed listing.
pub(crate) fn listing(input: &mut Input<'_>) -> Listing {
    let mut listing =
        Listing { names: Vec::new(), ends: Vec::new(), kinds: Vec::new() };
    for _ in 0..input.byte() {
        let kind = kind(input);
        listing.push(input.bytes(), kind);
    }
    listing
}

/// What an entry is.
pub(crate) fn kind(input: &mut Input<'_>) -> EntryKind {
    let kind = EntryKind::ALL.get(input.below(8)).copied();
    kind.unwrap_or(EntryKind::Unknown)
}

/// Some columns of so many entries; or of other ones, too many or too few of
/// them, or columns that there are not.
pub(crate) fn metadata(input: &mut Input<'_>, rows: usize) -> Metadata {
    let flags = input.byte();
    let mut columns = Columns::default();
    for (bit, column) in
        [(1, Columns::SIZE), (2, Columns::MODIFIED), (4, Columns::NAME)]
    {
        if flags & bit != 0 {
            columns = columns.with(column);
        }
    }
    if flags & 8 == 0 {
        let numbers = numbers(input, rows, columns);
        return Metadata { rows, columns, numbers };
    }
    columns = columns.with(Columns::from_bits(input.number()));
    // Entries without columns are as many as they are said to be.
    let rows = match columns.numbers() {
        Some(0) => input.below(256),
        _ => input.offset() as usize,
    };
    let numbers = (0..input.below(40)).map(|_| input.number()).collect();
    Metadata { rows, columns, numbers }
}

/// As many numbers as these columns have.
pub(crate) fn numbers(
    input: &mut Input<'_>,
    rows: usize,
    columns: Columns,
) -> Vec<u64> {
    let mut numbers = Vec::new();
    if columns.has(Columns::SIZE) {
        numbers.extend((0..rows).map(|_| input.number()));
    }
    if columns.has(Columns::MODIFIED) {
        let seconds = (0..rows).map(|_| input.signed());
        numbers.extend(seconds.map(i64::cast_unsigned));
        numbers.extend((0..rows).map(|_| input.number()));
    }
    numbers
}

impl Listing {
    fn push(&mut self, name: &[u8], kind: EntryKind) {
        self.names.extend_from_slice(name);
        self.ends.push(u32::try_from(self.names.len()).unwrap());
        self.kinds.push(kind);
    }

    fn name(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.names[start as usize..self.ends[at] as usize]
    }

    /// Its entries as a matcher takes them, if its columns fit together.
    pub(crate) fn named(&self) -> Result<Entries<'_>, BatchError> {
        let names = Batch::new(&self.names, &self.ends)?;
        Entries::named(b"", names, &self.kinds)
    }

    /// Its entries, one by one.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let kinds = self.kinds.iter().enumerate();
        kinds.map(|(at, kind)| Entry::named(self.name(at), *kind)).collect()
    }

    /// A listing of these entries alone.
    pub(crate) fn only(&self, wanted: &[u32]) -> Self {
        let mut only =
            Self { names: Vec::new(), ends: Vec::new(), kinds: Vec::new() };
        for at in wanted {
            let at = *at as usize;
            only.push(self.name(at), self.kinds[at]);
        }
        only
    }
}

impl Metadata {
    /// Why it is none, of so many entries where they are listed.
    pub(crate) fn error(&self, listed: Option<usize>) -> Option<BatchError> {
        let wrong =
            |len| BatchError::ColumnLength(u32::try_from(len).unwrap());
        if let Some(listed) = listed
            && listed != self.rows
        {
            return Some(wrong(listed));
        }
        let columns = self.columns.bits() & !(1 << 63);
        let numbers = [0, 1, 2, 3].get(usize::try_from(columns).unwrap());
        let fits = numbers.is_some_and(|numbers| {
            let expected = *numbers as u128 * self.rows as u128;
            self.numbers.len() as u128 == expected
        });
        (!fits).then(|| wrong(self.numbers.len()))
    }

    /// A column, of those that come before it and its own numbers.
    fn column(&self, column: Columns, at: usize) -> Option<&[u64]> {
        let from = at * self.rows;
        let is_known = self.columns.has(column);
        is_known.then(|| &self.numbers[from..from + self.rows])
    }

    fn size(&self) -> Option<&[u64]> {
        self.column(Columns::SIZE, 0)
    }

    fn modified(&self) -> Option<(&[u64], &[u64])> {
        let before = usize::from(self.columns.has(Columns::SIZE));
        let seconds = self.column(Columns::MODIFIED, before)?;
        Some((seconds, self.column(Columns::MODIFIED, before + 1)?))
    }

    /// These entries, and what is known of them by the metadata.
    pub(crate) fn of(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        for (at, entry) in entries.iter_mut().enumerate() {
            entry.size = self.size().map(|sizes| sizes[at]);
            entry.modified = self.modified().map(|(seconds, nanoseconds)| {
                let is_known = nanoseconds[at] != u64::MAX;
                is_known.then(|| (seconds[at].cast_signed(), nanoseconds[at]))
            });
        }
        entries
    }

    /// These columns of these entries alone.
    pub(crate) fn only(&self, wanted: &[u32], columns: Columns) -> Self {
        let mut numbers = Vec::new();
        let mut push = |column: Option<&[u64]>| {
            let column = column.unwrap();
            numbers.extend(wanted.iter().map(|at| column[*at as usize]));
        };
        if columns.has(Columns::SIZE) {
            push(self.size());
        }
        if columns.has(Columns::MODIFIED) {
            let (seconds, nanoseconds) = self.modified().unwrap();
            push(Some(seconds));
            push(Some(nanoseconds));
        }
        Self { rows: wanted.len(), columns, numbers }
    }
}
