//! Reading numbers out of the head of a file, which may break off anywhere.

/// The head of a file, and how long the file is.
pub(super) struct Input<'a> {
    head: &'a [u8],
    size: u64,
}

/// Why bytes cannot be had.
#[derive(Clone, Copy)]
pub(super) enum Missing {
    /// The file has no so many.
    Ends,
    /// The file has them, behind its head.
    Unseen,
}

impl<'a> Input<'a> {
    /// Of a file that was just growing, the bytes at hand count.
    pub(super) fn new(head: &'a [u8], size: u64) -> Self {
        Self { head, size: size.max(head.len() as u64) }
    }

    /// The `N` bytes from the offset `at` on.
    pub(super) fn bytes<const N: usize>(
        &self,
        at: u64,
    ) -> Result<[u8; N], Missing> {
        let seen = usize::try_from(at)
            .ok()
            .and_then(|at| self.head.get(at..)?.first_chunk::<N>());
        match seen {
            Some(bytes) => Ok(*bytes),
            None if at.saturating_add(N as u64) > self.size => {
                Err(Missing::Ends)
            }
            None => Err(Missing::Unseen),
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
