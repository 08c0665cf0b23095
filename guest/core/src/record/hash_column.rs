//! A column of digests, end to end: a digest has at most 64 bytes, and most
//! have 16.

use alloc::vec::Vec;

use crate::content::Content;
use crate::digest::Digest;
use crate::hashing::{Algorithm, PartialDigest};

/// What is in files; a missing value is `None`.
#[derive(Clone, Debug, Default)]
pub struct HashColumn {
    rows: Vec<HashRow>,
    data: Vec<u8>,
}

/// Where the bytes of a digest begin, and what they are.
#[derive(Clone, Copy, Debug)]
struct HashRow {
    start: u32,
    shape: Shape,
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    Missing,
    Whole(Algorithm),
    Partial,
}

impl HashColumn {
    /// Appends a value.
    pub fn push(&mut self, content: Option<Content>) {
        // A batch of 4 GiB would not have been kept.
        let start = u32::try_from(self.data.len()).unwrap_or(u32::MAX);
        let shape = match content {
            None => Shape::Missing,
            Some(Content::Whole(algorithm, digest)) => {
                self.data.extend_from_slice(digest.as_bytes());
                Shape::Whole(algorithm)
            }
            Some(Content::Partial(ends)) => {
                for part in [ends.first, ends.last, ends.size] {
                    self.data.extend_from_slice(&part.to_le_bytes());
                }
                Shape::Partial
            }
        };
        self.rows.push(HashRow { start, shape });
    }

    /// The value of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Content> {
        let row = self.rows.get(row)?;
        let bytes = self.data.get(row.start as usize..)?;
        match row.shape {
            Shape::Missing => None,
            Shape::Whole(algorithm) => {
                let bytes = bytes.get(..algorithm.digest_len())?;
                Some(Content::Whole(algorithm, Digest::from_bytes(bytes)?))
            }
            Shape::Partial => {
                let part = |at: usize| {
                    let part = bytes.get(at * 8..)?.first_chunk()?;
                    Some(u64::from_le_bytes(*part))
                };
                Some(Content::Partial(PartialDigest {
                    first: part(0)?,
                    last: part(1)?,
                    size: part(2)?,
                }))
            }
        }
    }

    /// The values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<Content>> {
        (0..self.rows.len()).map(|row| self.get(row))
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.data.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hashing::digest;

    #[test]
    fn what_was_put_in_comes_out_whatever_its_length() {
        let mut all = vec![None];
        for algorithm in Algorithm::ALL {
            let digest = digest(algorithm, b"x");
            let digest = Digest::from_bytes(&digest).unwrap();
            all.push(Some(Content::Whole(algorithm, digest)));
            let ends = PartialDigest { first: 1, last: u64::MAX, size: 3 };
            all.push(Some(Content::Partial(ends)));
            all.push(None);
        }
        let mut column = HashColumn::default();
        for content in &all {
            column.push(*content);
        }
        assert_eq!(column.iter().collect::<Vec<_>>(), all);
        assert_eq!(column.get(all.len()), None);
        column.clear();
        assert_eq!(column.iter().len(), 0);
    }
}
