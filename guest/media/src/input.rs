//! Reading numbers out of pieces of a file, which may break off anywhere.
//!
//! Every offset and length in a file may be a lie. All of them pass through
//! [`Input::bytes`], which compares them with the file's size and with the
//! pieces at hand.

use crate::Range;

/// A piece of a file: where it begins, and its bytes.
pub type Piece<'a> = (u64, &'a [u8]);

/// A section of a file, of which some pieces are at hand. Offsets count from
/// where the section begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'a> {
    pieces: &'a [Piece<'a>],
    start: u64,
    end: u64,
}

/// Why a parser cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// What must be there is not: the file is damaged, or another one than
    /// its beginning says.
    Damaged,
    /// The file has these bytes, but no piece does.
    Unseen(Range),
}

impl<'a> Input<'a> {
    /// A whole file.
    pub(crate) fn new(pieces: &'a [Piece<'a>], size: u64) -> Self {
        Self { pieces, start: 0, end: size }
    }

    /// How many bytes it has.
    pub(crate) fn size(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// What follows an offset.
    pub(crate) fn from(&self, offset: u64) -> Self {
        self.section(offset, u64::MAX)
    }

    /// So many bytes from an offset on, or as many as there are.
    pub(crate) fn section(&self, offset: u64, length: u64) -> Self {
        let start = self.start.saturating_add(offset).min(self.end);
        let end = start.saturating_add(length).min(self.end);
        Self { pieces: self.pieces, start, end }
    }

    /// So many bytes from an offset on.
    pub(crate) fn bytes(
        &self,
        offset: u64,
        length: usize,
    ) -> Result<&'a [u8], Stop> {
        let at = self.start.checked_add(offset).ok_or(Stop::Damaged)?;
        let end = at.checked_add(length as u64).ok_or(Stop::Damaged)?;
        if end > self.end {
            return Err(Stop::Damaged);
        }
        // The last were asked for because the first did not have them.
        let seen = self.pieces.iter().rev().find_map(|(begin, bytes)| {
            let from = usize::try_from(at.checked_sub(*begin)?).ok()?;
            bytes.get(from..)?.get(..length)
        });
        let unseen = Range { offset: at, length: length as u64 };
        seen.ok_or(Stop::Unseen(unseen))
    }

    /// Fails unless so many bytes are at hand, or as many as there are: for
    /// what is better had in one piece.
    pub(crate) fn prefetch(
        &self,
        offset: u64,
        length: u64,
    ) -> Result<(), Stop> {
        let length = length.min(self.size().saturating_sub(offset));
        let length = usize::try_from(length).map_err(|_| Stop::Damaged)?;
        self.bytes(offset, length).map(drop)
    }

    /// The `N` bytes from an offset on.
    pub(crate) fn array<const N: usize>(
        &self,
        offset: u64,
    ) -> Result<[u8; N], Stop> {
        let bytes = self.bytes(offset, N)?;
        bytes.first_chunk().copied().ok_or(Stop::Damaged)
    }

    /// The byte at an offset.
    pub(crate) fn byte(&self, offset: u64) -> Result<u8, Stop> {
        self.array(offset).map(u8::from_be_bytes)
    }

    /// 16 bits, the high byte first.
    pub(crate) fn be16(&self, offset: u64) -> Result<u16, Stop> {
        self.array(offset).map(u16::from_be_bytes)
    }

    /// 32 bits, the high byte first.
    pub(crate) fn be32(&self, offset: u64) -> Result<u32, Stop> {
        self.array(offset).map(u32::from_be_bytes)
    }

    /// 64 bits, the high byte first.
    pub(crate) fn be64(&self, offset: u64) -> Result<u64, Stop> {
        self.array(offset).map(u64::from_be_bytes)
    }

    /// A number of so many bytes (at most 8), the high byte first.
    pub(crate) fn be(&self, offset: u64, width: usize) -> Result<u64, Stop> {
        let bytes = self.bytes(offset, width.min(8))?;
        Ok(bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)))
    }

    /// 16 bits, the low byte first.
    pub(crate) fn le16(&self, offset: u64) -> Result<u16, Stop> {
        self.array(offset).map(u16::from_le_bytes)
    }

    /// 24 bits, the low byte first.
    pub(crate) fn le24(&self, offset: u64) -> Result<u32, Stop> {
        let [a, b, c] = self.array(offset)?;
        Ok(u32::from_le_bytes([a, b, c, 0]))
    }

    /// 32 bits, the low byte first.
    pub(crate) fn le32(&self, offset: u64) -> Result<u32, Stop> {
        self.array(offset).map(u32::from_le_bytes)
    }
}
