//! Names of one directory, in one piece of memory.

use std::ops::Range;

use sanchay_storage::Span;

use crate::span::{offset, slice};

/// Names of one directory.
#[derive(Debug, Default)]
pub(crate) struct Names {
    bytes: Vec<u8>,
    spans: Vec<Span>,
}

impl Names {
    /// No names yet, with room for some: their number, and their bytes
    /// together.
    pub(crate) fn with_capacity(names: usize, bytes: usize) -> Self {
        let (bytes, spans) =
            (Vec::with_capacity(bytes), Vec::with_capacity(names));
        Self { bytes, spans }
    }

    /// Some of the names that stand in a piece of memory.
    pub(crate) fn of(bytes: &[u8], spans: &[Span]) -> Self {
        let mut names = Self::with_capacity(spans.len(), 0);
        for span in spans {
            names.push(slice(bytes, *span));
        }
        names
    }

    /// Adds a name. All together have less than 4 GiB, as those of a listing
    /// have that they come from.
    pub(crate) fn push(&mut self, name: &[u8]) {
        let start = offset(self.bytes.len());
        self.bytes.extend_from_slice(name);
        self.spans.push((start, offset(self.bytes.len())));
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The memory that the spans point into.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// A name, if there are as many.
    pub(crate) fn get(&self, index: usize) -> Option<&[u8]> {
        self.spans.get(index).map(|span| slice(&self.bytes, *span))
    }

    /// The names end to end, and where each ends.
    pub(crate) fn take_columns(&mut self) -> (Vec<u8>, Vec<u32>) {
        let ends = self.spans.drain(..).map(|(_, end)| end).collect();
        (std::mem::take(&mut self.bytes), ends)
    }

    /// The spans of some of the names.
    pub(crate) fn range(&self, range: Range<usize>) -> &[Span] {
        debug_assert!(range.end <= self.spans.len(), "{range:?}");
        self.spans.get(range).unwrap_or_default()
    }

    /// Some of the names, by themselves.
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        Self::of(&self.bytes, self.range(range))
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_part_has_the_names_of_its_range() {
        let mut names = Names::default();
        for name in [&b"a"[..], b"", b"bc", b"d"] {
            names.push(name);
        }
        let part = names.part(1..3);
        assert_eq!(part.get(0), Some(&b""[..]));
        assert_eq!(part.get(1), Some(&b"bc"[..]));
        assert_eq!((part.get(2), part.len()), (None, 2));
    }
}
