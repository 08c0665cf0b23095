//! Many paths in one buffer: what a caller names, of which there may be
//! millions.

/// Many paths in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Paths {
    /// Adds a path that consists of these parts.
    pub(crate) fn push(&mut self, parts: [&[u8]; 2]) {
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The path of a row; empty where there is none.
    pub(crate) fn get(&self, row: usize) -> &[u8] {
        let end = self.ends.get(row).copied().unwrap_or(0);
        let before = row.checked_sub(1).and_then(|row| self.ends.get(row));
        let start = before.copied().unwrap_or(0);
        self.bytes.get(start..end).unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|row| self.get(row))
    }
}
