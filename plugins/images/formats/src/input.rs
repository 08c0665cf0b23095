//! Reading numbers out of pieces of a file, which may break off anywhere.

/// A piece of a file: where it begins, and its bytes.
pub type Piece<'a> = (u64, &'a [u8]);

/// Pieces of a file, and how long the file is.
pub(super) struct Input<'a> {
    pieces: &'a [Piece<'a>],
    size: u64,
}

/// Why bytes cannot be had.
#[derive(Clone, Copy)]
pub(super) enum Missing {
    /// The file has no so many.
    Ends,
    /// The file has them, but no piece does: it would have to begin here.
    Unseen(u64),
}

impl<'a> Input<'a> {
    /// Of a file that was just growing, the bytes at hand count.
    pub(super) fn new(pieces: &'a [Piece<'a>], size: u64) -> Self {
        let end = |(at, bytes): &Piece<'_>| {
            let length = bytes.len() as u64;
            if length == 0 { 0 } else { at.saturating_add(length) }
        };
        let seen = pieces.iter().map(end).max().unwrap_or(0);
        Self { pieces, size: size.max(seen) }
    }

    /// The `N` bytes from the offset `at` on.
    pub(super) fn bytes<const N: usize>(
        &self,
        at: u64,
    ) -> Result<[u8; N], Missing> {
        let seen = self.pieces.iter().find_map(|(begin, bytes)| {
            let from = usize::try_from(at.checked_sub(*begin)?).ok()?;
            bytes.get(from..)?.first_chunk::<N>()
        });
        match seen {
            Some(bytes) => Ok(*bytes),
            None if at.saturating_add(N as u64) > self.size => {
                Err(Missing::Ends)
            }
            None => Err(Missing::Unseen(at)),
        }
    }

    /// The byte at an offset.
    pub(super) fn byte(&self, at: u64) -> Result<u8, Missing> {
        self.bytes(at).map(u8::from_be_bytes)
    }

    /// 16 bits, the high byte first.
    pub(super) fn be16(&self, at: u64) -> Result<u16, Missing> {
        self.bytes(at).map(u16::from_be_bytes)
    }

    /// 32 bits, the high byte first.
    pub(super) fn be32(&self, at: u64) -> Result<u32, Missing> {
        self.bytes(at).map(u32::from_be_bytes)
    }

    /// 16 bits, the low byte first.
    pub(super) fn le16(&self, at: u64) -> Result<u16, Missing> {
        self.bytes(at).map(u16::from_le_bytes)
    }

    /// 24 bits, the low byte first.
    pub(super) fn le24(&self, at: u64) -> Result<u32, Missing> {
        let [a, b, c] = self.bytes(at)?;
        Ok(u32::from_le_bytes([a, b, c, 0]))
    }

    /// 32 bits, the low byte first.
    pub(super) fn le32(&self, at: u64) -> Result<u32, Missing> {
        self.bytes(at).map(u32::from_le_bytes)
    }
}
