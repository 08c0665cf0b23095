//! Room for what system calls read and write, aligned as they demand it.

/// What every structure of theirs is aligned to.
const ALIGNMENT: usize = 8;

/// Bytes of which the first is aligned.
pub(super) struct Space {
    bytes: Vec<u8>,
    length: usize,
}

impl Space {
    /// So many zeros.
    pub(super) fn new(length: usize) -> Self {
        Self::of(Vec::new(), length)
    }

    /// So many bytes in a buffer that is used again.
    pub(super) fn of(mut bytes: Vec<u8>, length: usize) -> Self {
        bytes.resize(length + ALIGNMENT, 0);
        Self { bytes, length }
    }

    /// The buffer.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.bytes
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        let start = self.start();
        self.bytes.get(start..start + self.length).unwrap_or_default()
    }

    /// The bytes, to be written to.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        let start = self.start();
        self.bytes.get_mut(start..start + self.length).unwrap_or_default()
    }

    /// Puts bytes at an offset, as far as there is room.
    pub(super) fn put(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset.saturating_add(bytes.len());
        if let Some(room) = self.bytes_mut().get_mut(offset..end) {
            room.copy_from_slice(bytes);
        }
    }

    fn start(&self) -> usize {
        let start = self.bytes.as_ptr().align_offset(ALIGNMENT);
        start.min(ALIGNMENT)
    }
}

/// A number of 16 bits at an offset.
pub(super) fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    let (number, _) = bytes.get(offset..)?.split_first_chunk()?;
    Some(u16::from_ne_bytes(*number))
}

/// A number of 32 bits at an offset.
pub(super) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let (number, _) = bytes.get(offset..)?.split_first_chunk()?;
    Some(u32::from_ne_bytes(*number))
}

/// A number of 64 bits at an offset.
pub(super) fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    let (number, _) = bytes.get(offset..)?.split_first_chunk()?;
    Some(u64::from_ne_bytes(*number))
}

/// So many bytes at an offset as 16-bit units.
pub(super) fn units_at(
    bytes: &[u8],
    offset: usize,
    length: usize,
) -> Option<Vec<u16>> {
    let end = offset.checked_add(length)?;
    let (units, _) = bytes.get(offset..end)?.as_chunks();
    Some(units.iter().map(|unit| u16::from_ne_bytes(*unit)).collect())
}

/// 16-bit units as bytes.
pub(super) fn bytes_of(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_ne_bytes()).collect()
}
