//! Boxes: what films and newer images consist of (ISO/IEC 14496-12, 4.2).
//!
//! A box is its size, which counts all of it, a type of four letters, and its
//! content, which may be boxes again. A size of 1 stands for one of 64 bits
//! that follows the type, a size of 0 for all that is left.

use crate::input::{Input, Stop};

/// How many boxes are looked at in one section.
const BOXES: usize = 512;

/// A box.
pub(crate) struct Box<'a> {
    pub(crate) kind: [u8; 4],
    /// Its content.
    pub(crate) body: Input<'a>,
}

/// The boxes of a section.
pub(crate) struct Boxes<'a> {
    input: Input<'a>,
    at: u64,
    left: usize,
}

impl<'a> Boxes<'a> {
    /// Those that stand from an offset on.
    pub(crate) fn new(input: &Input<'a>, at: u64) -> Self {
        Self { input: *input, at, left: BOXES }
    }

    /// The next one; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Box<'a>>, Stop> {
        let rest = self.input.from(self.at);
        if rest.size() < 8 || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let kind = rest.array(4)?;
        let (header, size) = match rest.be32(0)? {
            0 => (8, rest.size()),
            1 => (16, rest.be64(8)?),
            size => (8, u64::from(size)),
        };
        let length = size.checked_sub(header).ok_or(Stop::Damaged)?;
        self.at = self.at.saturating_add(size);
        Ok(Some(Box { kind, body: rest.section(header, length) }))
    }

    /// The content of the first box of a type.
    pub(crate) fn find(
        mut self,
        wanted: &[u8; 4],
    ) -> Result<Option<Input<'a>>, Stop> {
        while let Some(Box { kind, body }) = self.next()? {
            if kind == *wanted {
                return Ok(Some(body));
            }
        }
        Ok(None)
    }
}
