//! A column of paths. Files of one directory follow each other: what their
//! paths share is held once, and an encoder can escape it once.

use alloc::vec::Vec;
use core::ops::Range;

/// Paths, each in two parts: what precedes the name, and the name.
#[derive(Clone, Debug, Default)]
pub struct PathColumn {
    data: Vec<u8>,
    rows: Vec<Spans>,
    /// How many bytes the paths have, each by itself.
    joined: usize,
}

/// Where the two parts of a path are.
#[derive(Clone, Debug)]
struct Spans {
    parent: Range<usize>,
    name: Range<usize>,
}

/// A path of a column.
#[derive(Clone, Copy, Debug)]
pub struct PathRef<'a> {
    /// What precedes the name: empty, or ending in a slash.
    pub parent: &'a [u8],
    /// The name.
    pub name: &'a [u8],
    /// Equal for paths that follow each other and share their parent.
    pub directory: usize,
}

impl PathRef<'_> {
    /// The path's bytes, put together in a buffer.
    pub fn join<'b>(&self, buffer: &'b mut Vec<u8>) -> &'b [u8] {
        buffer.clear();
        buffer.extend_from_slice(self.parent);
        buffer.extend_from_slice(self.name);
        buffer
    }
}

impl PathColumn {
    /// Appends a path.
    #[inline]
    pub fn push(&mut self, parent: &[u8], name: &[u8]) {
        let parent = match self.rows.last() {
            Some(last)
                if self.data.get(last.parent.clone()) == Some(parent) =>
            {
                last.parent.clone()
            }
            _ => self.append(parent),
        };
        self.joined = self
            .joined
            .saturating_add(parent.len())
            .saturating_add(name.len());
        let name = self.append(name);
        self.rows.push(Spans { parent, name });
    }

    #[inline]
    fn append(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.data.len();
        self.data.extend_from_slice(bytes);
        start..self.data.len()
    }

    /// The paths.
    pub fn iter(&self) -> impl Iterator<Item = PathRef<'_>> {
        self.rows.iter().map(|row| PathRef {
            parent: self.part(&row.parent),
            name: self.part(&row.name),
            directory: row.parent.start,
        })
    }

    /// The path of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<PathRef<'_>> {
        let row = self.rows.get(row)?;
        Some(PathRef {
            parent: self.part(&row.parent),
            name: self.part(&row.name),
            directory: row.parent.start,
        })
    }

    fn part(&self, span: &Range<usize>) -> &[u8] {
        let part = self.data.get(span.clone());
        debug_assert!(part.is_some(), "a path lies outside its column");
        part.unwrap_or_default()
    }

    /// How many bytes the paths have, each by itself: what they will take
    /// when they are written.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.joined
    }

    pub(super) fn clear(&mut self) {
        self.data.clear();
        self.rows.clear();
        self.joined = 0;
    }
}
