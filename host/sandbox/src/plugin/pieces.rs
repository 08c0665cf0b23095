//! The pieces of a file that an extractor has been passed.

use std::io;

use super::{ByteRange, wire};

/// Reads so many bytes of a file from an offset on, or as many as it has, and
/// appends them.
pub type Source<'a> =
    dyn FnMut(u64, usize, &mut Vec<u8>) -> io::Result<()> + 'a;

/// How many buffers are reused for the next file: the most pieces of a byte
/// range.
const KEPT: usize = 2;

/// Pieces of one file, in buffers that are used again.
#[derive(Default)]
pub(super) struct Pieces {
    all: Vec<(u64, Vec<u8>)>,
    used: usize,
}

impl Pieces {
    /// Lets go of a file.
    pub(super) fn clear(&mut self) {
        self.all.truncate(KEPT);
        self.used = 0;
    }

    /// Begins with a byte range of a file of that size.
    pub(super) fn begin(
        &mut self,
        byte_range: ByteRange,
        size: u64,
        mut source: Option<&mut Source<'_>>,
    ) -> io::Result<()> {
        self.clear();
        let (head, tail) = byte_range.of(size);
        let (head, tail) = (head as u64, tail as u64);
        match byte_range {
            ByteRange::Nothing => Ok(()),
            ByteRange::Head(_) | ByteRange::Whole(_) => {
                self.add(0, head, source)
            }
            ByteRange::Tail(_) => self.add(size - tail, tail, source),
            ByteRange::Both(..) => {
                self.add(0, head, source.as_deref_mut())?;
                self.add(size - tail, tail, source)
            }
        }
    }

    /// Adds so many bytes from an offset on, or as many as there are.
    pub(super) fn add(
        &mut self,
        offset: u64,
        length: u64,
        source: Option<&mut Source<'_>>,
    ) -> io::Result<()> {
        if self.used == self.all.len() {
            self.all.push((0, Vec::new()));
        }
        let Some((begin, bytes)) = self.all.get_mut(self.used) else {
            return Ok(());
        };
        self.used += 1;
        *begin = offset;
        bytes.clear();
        match (source, usize::try_from(length)) {
            (Some(source), Ok(length)) if length > 0 => {
                source(offset, length, bytes)
            }
            _ => Ok(()),
        }
    }

    /// How many bytes they have together.
    pub(super) fn bytes(&self) -> u64 {
        let used = self.all.iter().take(self.used);
        used.map(|(_, bytes)| bytes.len() as u64).sum()
    }

    /// The pieces, in order.
    pub(super) fn views(&self) -> Vec<wire::Piece<'_>> {
        self.all
            .iter()
            .take(self.used)
            .map(|(offset, bytes)| wire::Piece { offset: *offset, bytes })
            .collect()
    }
}
