//! Where a frame of LZ4 ends: lz4_flex does not tell an input that was cut off
//! between two blocks from one that has ended.
//!
//! The format is that of the LZ4 frame format description, version 1.6.

use std::io::{self, Read};

/// What each frame begins with.
pub(super) const MAGIC: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];

/// Follows the frames that are read through it.
pub(super) struct Frames<R> {
    reader: R,
    place: Place,
}

impl<R: Read> Frames<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, place: Place::default() }
    }

    /// Whether what was read ends with a frame.
    pub(super) fn is_complete(&self) -> bool {
        self.place.next == Next::Magic
            && self.place.have == 0
            && self.place.skip == 0
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let got = self.reader.read(space)?;
        self.place.advance(space.get(..got).unwrap_or_default());
        Ok(got)
    }
}

#[derive(Default)]
struct Place {
    /// The beginning of the field that comes next.
    field: [u8; 4],
    have: usize,
    /// How many bytes come before that.
    skip: u64,
    next: Next,
    /// The flags of the frame.
    flags: u8,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Magic,
    Descriptor,
    BlockSize,
    /// What is no frame: the library refuses it.
    Foreign,
}

impl Next {
    const fn length(self) -> usize {
        match self {
            Self::Magic | Self::BlockSize => 4,
            Self::Descriptor => 2,
            Self::Foreign => 0,
        }
    }
}

impl Place {
    fn advance(&mut self, mut data: &[u8]) {
        while !data.is_empty() && self.next != Next::Foreign {
            let there = data.len() as u64;
            let skipped = self.skip.min(there);
            self.skip -= skipped;
            let at = usize::try_from(skipped).unwrap_or(data.len());
            data = data.get(at..).unwrap_or_default();
            for byte in data.iter().take(self.next.length() - self.have) {
                if let Some(place) = self.field.get_mut(self.have) {
                    *place = *byte;
                }
                self.have += 1;
                data = data.get(1..).unwrap_or_default();
            }
            if self.have == self.next.length() {
                self.have = 0;
                self.field_is_complete();
            }
        }
    }

    fn field_is_complete(&mut self) {
        let bit = |number: u8| u64::from(self.flags >> number & 1);
        match self.next {
            Next::Magic if self.field == MAGIC => self.next = Next::Descriptor,
            Next::Magic | Next::Foreign => self.next = Next::Foreign,
            Next::Descriptor => {
                self.flags = self.field[0];
                // The size, the dictionary, and the checksum of the header.
                let flags = self.flags;
                self.skip = 8 * u64::from(flags >> 3 & 1)
                    + 4 * u64::from(flags & 1)
                    + 1;
                self.next = Next::BlockSize;
            }
            Next::BlockSize => match u32::from_le_bytes(self.field) {
                0 => {
                    self.skip = 4 * bit(2);
                    self.next = Next::Magic;
                }
                size => {
                    self.skip = u64::from(size & 0x7fff_ffff) + 4 * bit(4);
                }
            },
        }
    }
}
