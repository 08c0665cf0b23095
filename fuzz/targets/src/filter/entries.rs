//! Listings and columns of metadata, made of an input.

use sanchay_core::batch::{Batch, BatchError};
use sanchay_core::filter::{Columns, Entries};
use sanchay_core::kind::EntryKind;

use super::definition::{Entry, columns};
use crate::input::Input;

/// A listing of one directory.
pub(crate) struct Listing {
    /// Its path below the root: empty, or with a slash at its end.
    pub(crate) directory: Vec<u8>,
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

/// A well-formed listing, of the root or of another directory.
pub(crate) fn listing(input: &mut Input<'_>, of_root: bool) -> Listing {
    let mut listing = Listing::new(directory(input, of_root));
    for _ in 0..input.byte() {
        let kind = kind(input);
        listing.push(input.bytes(), kind);
    }
    listing
}

/// The path of the root, or of another directory.
pub(crate) fn directory(input: &mut Input<'_>, of_root: bool) -> Vec<u8> {
    let mut directory = match of_root {
        true => Vec::new(),
        false => input.bytes().to_vec(),
    };
    if directory.last().is_some_and(|it| *it != b'/') {
        directory.push(b'/');
    }
    directory
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
    if flags & 16 != 0 {
        let some = input.number() & ((1 << columns::COUNT) - 1);
        columns = columns.with(Columns::from_bits(some));
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
    for (bit, column) in columns::all().into_iter().enumerate() {
        if !columns.has(column) {
            continue;
        }
        if columns::is_text_slot(bit) {
            let text = |input: &mut Input<'_>| {
                input.flag().then(|| input.bytes().to_vec())
            };
            let texts: Vec<_> = (0..rows).map(|_| text(input)).collect();
            push_texts(&texts, &mut numbers);
            continue;
        }
        let mut rest = columns::width(bit) * rows;
        if columns::has_times(bit) {
            let seconds = (0..rows).map(|_| input.signed());
            numbers.extend(seconds.map(i64::cast_unsigned));
            rest -= rows;
        }
        numbers.extend((0..rest).map(|_| match input.number() {
            // So that it is short: that an entry has none.
            0xfe => u64::MAX,
            number => number,
        }));
    }
    numbers
}

/// Appends the lengths of texts, and then their bytes, eight to a number.
fn push_texts(texts: &[Option<Vec<u8>>], numbers: &mut Vec<u64>) {
    let length = |text: &Option<Vec<u8>>| match text {
        Some(text) => text.len() as u64,
        None => u64::MAX,
    };
    numbers.extend(texts.iter().map(length));
    for chunk in texts.iter().flatten().flat_map(|it| it.chunks(8)) {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        numbers.push(u64::from_le_bytes(bytes));
    }
}

impl Listing {
    fn new(directory: Vec<u8>) -> Self {
        let (names, ends, kinds) = (Vec::new(), Vec::new(), Vec::new());
        Self { directory, names, ends, kinds }
    }

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
        Entries::named(&self.directory, names, &self.kinds)
    }

    /// Its entries, one by one.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let kinds = self.kinds.iter().enumerate();
        let entry = |(at, kind): (usize, &EntryKind)| {
            Entry::named(&self.directory, self.name(at), *kind)
        };
        kinds.map(entry).collect()
    }

    /// A listing of these entries alone.
    pub(crate) fn only(&self, wanted: &[u32]) -> Self {
        let mut only = Self::new(self.directory.clone());
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
        let fits = columns::numbers(self.columns).is_some_and(|numbers| {
            let fixed = numbers as u128 * self.rows as u128;
            let end = self.texts(columns::COUNT).map(|(_, end)| end as u128);
            self.numbers.len() as u128 >= fixed
                && end == Some(self.numbers.len() as u128)
        });
        (!fits).then(|| wrong(self.numbers.len()))
    }

    /// The numbers of the column with a bit, if it is there: those of each
    /// entry; or the seconds, and then the nanoseconds.
    fn column(&self, bit: usize) -> Option<Vec<&[u64]>> {
        let column = columns::all()[bit];
        if !self.columns.has(column) {
            return None;
        }
        let before = self.columns.bits() & (column.bits() - 1);
        let before = columns::numbers(Columns::from_bits(before))?;
        let rest = &self.numbers[before * self.rows..];
        let count = columns::width(bit);
        let part = |at| &rest[at * self.rows..(at + 1) * self.rows];
        Some((0..count).map(part).collect())
    }

    /// The texts in the slot of a bit, if it is there, and where the slots
    /// before it end; `None` where there is less than there should be.
    fn texts(&self, wanted: usize) -> Option<(Vec<Option<Vec<u8>>>, usize)> {
        let mut at = columns::numbers(self.columns)?.checked_mul(self.rows)?;
        let slots = (0..columns::COUNT).filter(|bit| {
            let column = columns::all()[*bit];
            columns::is_text_slot(*bit) && self.columns.has(column)
        });
        for bit in slots {
            let lengths = self.numbers.get(at..)?.get(..self.rows)?.to_vec();
            at += self.rows;
            let mut texts = Vec::new();
            for length in lengths {
                if length == u64::MAX {
                    texts.push(None);
                    continue;
                }
                let count = usize::try_from(length.div_ceil(8)).ok()?;
                let own = self.numbers.get(at..)?.get(..count)?;
                at += count;
                let bytes = own.iter().map(|it| it.to_le_bytes());
                let mut text = bytes.collect::<Vec<_>>().concat();
                text.truncate(usize::try_from(length).ok()?);
                texts.push(Some(text));
            }
            if bit == wanted {
                return Some((texts, at));
            }
        }
        Some((Vec::new(), at))
    }

    /// These entries, and what is known of them by the metadata.
    pub(crate) fn of(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        for bit in 0..columns::COUNT {
            if columns::is_text_slot(bit) {
                let has = self.columns.has(columns::all()[bit]);
                let texts = self.texts(bit).filter(|_| has);
                let texts = texts.map(|(texts, _)| texts).unwrap_or_default();
                for (text, entry) in texts.into_iter().zip(&mut entries) {
                    entry.texts[bit] = Some(text);
                }
                continue;
            }
            let Some(column) = self.column(bit) else { continue };
            for (at, entry) in entries.iter_mut().enumerate() {
                let number = column[0][at];
                if columns::is_number_slot(bit) {
                    let second = column[1][at];
                    let pair =
                        (second != u64::MAX).then_some((number, second));
                    entry.pairs[bit] = Some(pair);
                } else if columns::has_texts(bit) {
                    let bytes = column.iter().map(|it| it[at].to_le_bytes());
                    let mut text = bytes.collect::<Vec<_>>().concat();
                    while text.pop_if(|byte| *byte == 0).is_some() {}
                    let text = Some(text).filter(|it| !it.is_empty());
                    entry.texts[bit] = Some(text);
                } else if let Some(nanoseconds) =
                    column.get(1).map(|it| it[at])
                {
                    let time = (number.cast_signed(), nanoseconds);
                    let time = (nanoseconds != u64::MAX).then_some(time);
                    entry.times[bit] = Some(time);
                } else {
                    // Each has a size.
                    let is_known = number != u64::MAX || bit == 0;
                    entry.numbers[bit] = Some(is_known.then_some(number));
                }
            }
        }
        entries
    }

    /// These columns of these entries alone.
    pub(crate) fn only(&self, wanted: &[u32], columns: Columns) -> Self {
        let mut numbers = Vec::new();
        for (bit, column) in columns::all().into_iter().enumerate() {
            if !columns.has(column) {
                continue;
            }
            if columns::is_text_slot(bit) {
                let (texts, _) = self.texts(bit).unwrap();
                let own = wanted.iter().map(|at| texts[*at as usize].clone());
                push_texts(&own.collect::<Vec<_>>(), &mut numbers);
                continue;
            }
            for part in self.column(bit).unwrap() {
                numbers.extend(wanted.iter().map(|at| part[*at as usize]));
            }
        }
        Self { rows: wanted.len(), columns, numbers }
    }
}
