//! Batches: many byte strings in two columns.
//!
//! One column holds the strings end to end, the other the offset at which each
//! of them ends. A caller that packs hundreds of names or files this way pays
//! for one call instead of hundreds. The offsets come from outside: they are
//! checked once, here, and nothing that follows can reach past the data.

use core::fmt;

/// What is wrong with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// The end offset at this index is smaller than the one before it.
    EndOutOfOrder(u32),
    /// The end offset at this index lies past the end of the data.
    EndPastData(u32),
    /// This many bytes follow the last end offset.
    TrailingData(u32),
    /// A column has this many entries, and the first column another number.
    ColumnLength(u32),
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndOutOfOrder(index) => write!(
                f,
                "the end at index {index} is smaller than the one before it"
            ),
            Self::EndPastData(index) => {
                write!(f, "the end at index {index} lies past the data")
            }
            Self::TrailingData(bytes) => {
                write!(f, "{bytes} bytes follow the last end")
            }
            Self::ColumnLength(entries) => write!(
                f,
                "a column has {entries} entries, the first another number"
            ),
        }
    }
}

impl core::error::Error for BatchError {}

/// Byte strings in columns, known to be well formed: the offsets ascend and
/// the last one is the length of the data.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    data: &'a [u8],
    ends: &'a [u32],
}

impl<'a> Batch<'a> {
    /// Checks the columns and joins them.
    ///
    /// # Errors
    ///
    /// The first fault, in the order of the offsets.
    pub fn new(data: &'a [u8], ends: &'a [u32]) -> Result<Self, BatchError> {
        let mut start = 0;
        for (index, &end) in ends.iter().enumerate() {
            if end < start {
                return Err(BatchError::EndOutOfOrder(saturate(index)));
            }
            if widen(end) > data.len() {
                return Err(BatchError::EndPastData(saturate(index)));
            }
            start = end;
        }
        match data.len().saturating_sub(widen(start)) {
            0 => Ok(Self { data, ends }),
            trailing => Err(BatchError::TrailingData(saturate(trailing))),
        }
    }

    /// Checks that another column has as many entries as this batch.
    ///
    /// # Errors
    ///
    /// [`BatchError::ColumnLength`] with the length of the other column.
    pub fn same_length<T>(&self, column: &[T]) -> Result<(), BatchError> {
        if column.len() == self.len() {
            Ok(())
        } else {
            Err(BatchError::ColumnLength(saturate(column.len())))
        }
    }

    /// How many byte strings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no byte string at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A byte string, if there are as many.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let end = widen(*self.ends.get(index)?);
        let start = match index.checked_sub(1) {
            Some(before) => widen(*self.ends.get(before)?),
            None => 0,
        };
        self.data.get(start..end)
    }

    /// The byte strings, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.places().map(Place::string)
    }

    /// Where the byte strings are, in order.
    #[inline]
    pub fn places(&self) -> impl Iterator<Item = Place<'a>> + use<'a> {
        let data = self.data;
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let place = Place { data, start, end: widen(end) };
            start = place.end;
            place
        })
    }
}

/// A byte string of a [`Batch`], together with its neighbours.
///
/// Code that looks at the last bytes of short strings can read whole words
/// without checking the length first.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    data: &'a [u8],
    // Ascending and within the data: the batch was checked when it was made.
    start: usize,
    end: usize,
}

impl<'a> Place<'a> {
    /// The byte string.
    #[inline]
    #[must_use]
    pub fn string(self) -> &'a [u8] {
        self.data.get(self.start..self.end).unwrap_or_default()
    }

    /// The first byte, if there is one.
    #[inline]
    #[must_use]
    pub fn first(self) -> Option<u8> {
        let first = self.data.get(self.start).copied();
        first.filter(|_| self.start < self.end)
    }

    /// The length of the byte string.
    #[inline]
    #[must_use]
    pub fn length(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// The last eight bytes of the data up to the end of the string, the very
    /// last in the most significant place. Where the string is shorter than
    /// that, others precede it; at the beginning of the data, zeros.
    #[inline]
    #[must_use]
    pub fn last_word(self) -> u64 {
        self.end
            .checked_sub(size_of::<u64>())
            .and_then(|start| self.data.get(start..self.end)?.first_chunk())
            .map_or_else(
                || word(self.data.get(..self.end).unwrap_or_default()),
                |&word| u64::from_le_bytes(word),
            )
    }
}

/// At most eight bytes as a number, the last one in the most significant
/// place, and zeros before them where there are fewer. Kept out of line, so
/// that it takes no registers from the loop that hardly ever needs it.
#[cold]
#[inline(never)]
pub(crate) fn word(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |word, &byte| word >> 8 | u64::from(byte) << 56)
}

/// An offset as an index. There is no machine with pointers of 16 bits that
/// this runs on; on one, an offset too great would be past any data.
pub(crate) fn widen(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// A length or an index as the interfaces carry it. In the component, whose
/// addresses have 32 bits, it always fits.
pub(crate) fn saturate(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The columns of a batch of these strings.
#[cfg(test)]
pub(crate) fn pack<S: AsRef<[u8]>>(strings: &[S]) -> (Vec<u8>, Vec<u32>) {
    let mut data = Vec::new();
    let mut ends = Vec::new();
    for string in strings {
        data.extend_from_slice(string.as_ref());
        ends.push(saturate(data.len()));
    }
    (data, ends)
}

#[cfg(test)]
mod tests {
    //! What is a batch and what is not.

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Batch, BatchError, pack, widen};

    #[test]
    fn a_batch_gives_back_its_strings_in_order() {
        let batch = Batch::new(b"onetwothree", &[3, 3, 6, 11]).unwrap();
        let strings: Vec<&[u8]> = batch.iter().collect();
        let expected: [&[u8]; 4] = [b"one", b"", b"two", b"three"];
        assert_eq!(strings, expected);
        assert_eq!(batch.len(), 4);
        assert!(Batch::new(b"", &[]).unwrap().is_empty());
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let fault = |data, ends| Batch::new(data, ends).unwrap_err();
        assert_eq!(fault(b"abc", &[2, 1, 3]), BatchError::EndOutOfOrder(1));
        assert_eq!(fault(b"abc", &[1, 4]), BatchError::EndPastData(1));
        assert_eq!(fault(b"abc", &[u32::MAX]), BatchError::EndPastData(0));
        assert_eq!(fault(b"abc", &[1]), BatchError::TrailingData(2));
        assert_eq!(fault(b"abc", &[]), BatchError::TrailingData(3));
        let batch = Batch::new(b"abc", &[3]).unwrap();
        assert_eq!(batch.same_length(&[0]), Ok(()));
        assert_eq!(
            batch.same_length(&[0, 0]),
            Err(BatchError::ColumnLength(2))
        );
    }

    proptest! {
        #[test]
        fn offsets_from_anywhere_make_a_whole_batch_or_an_error(
            data in vec(any::<u8>(), 0..40),
            ends in vec(prop_oneof![0_u32..45, any::<u32>()], 0..12),
        ) {
            let sound = ends.is_sorted()
                && ends.last().map_or(0, |&end| widen(end)) == data.len();
            match Batch::new(&data, &ends) {
                Ok(batch) => {
                    prop_assert!(sound);
                    prop_assert_eq!(batch.iter().count(), ends.len());
                    let strings: Vec<&[u8]> = batch.iter().collect();
                    prop_assert_eq!(strings.concat(), data);
                }
                Err(_) => prop_assert!(!sound),
            }
        }

        #[test]
        fn packed_strings_come_back_as_they_were(
            strings in vec(vec(any::<u8>(), 0..9), 0..12),
        ) {
            let (data, ends) = pack(&strings);
            let batch = Batch::new(&data, &ends).unwrap();
            let back: Vec<&[u8]> = batch.iter().collect();
            let at = |index| batch.get(index);
            prop_assert_eq!(at(strings.len()), None);
            let each: Vec<&[u8]> = (0..strings.len()).filter_map(at).collect();
            prop_assert_eq!(&each, &back);
            prop_assert_eq!(back, strings);
        }
    }
}
