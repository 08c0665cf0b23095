//! Objects: some bytes, compressed or as they are, behind a header that says
//! which, and how many they were.

use super::Damage;

/// The length of an object's header.
pub const OBJECT_HEADER: usize = 9;

/// The most bytes that an object may have before it is compressed.
pub const MAX_OBJECT: u64 = 64 << 20;

/// How an object's bytes are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Coding {
    /// As they are.
    Stored = 0,
    /// As one frame of Zstandard (RFC 8878).
    Zstd = 1,
}

/// The header of an object of so many bytes.
#[must_use]
pub fn object_header(coding: Coding, size: u64) -> [u8; OBJECT_HEADER] {
    let mut header = [coding as u8; OBJECT_HEADER];
    if let Some(room) = header.get_mut(1..) {
        room.copy_from_slice(&size.to_le_bytes());
    }
    header
}

/// Takes an object apart: how its bytes are kept, how many they were, and what
/// is kept of them.
///
/// # Errors
/// It is no object, or a larger one than there may be.
pub fn parse_object(bytes: &[u8]) -> Result<(Coding, u64, &[u8]), Damage> {
    let (header, kept) =
        bytes.split_at_checked(OBJECT_HEADER).ok_or(Damage::Length)?;
    let (coding, size) = match header {
        [coding, size @ ..] => (*coding, size),
        [] => return Err(Damage::Length),
    };
    let size = size.try_into().map_err(|_| Damage::Length)?;
    let size = u64::from_le_bytes(size);
    let coding = match coding {
        0 => Coding::Stored,
        1 => Coding::Zstd,
        other => return Err(Damage::Coding(other)),
    };
    if size > MAX_OBJECT {
        return Err(Damage::TooLarge);
    }
    if coding == Coding::Stored && kept.len() as u64 != size {
        return Err(Damage::Length);
    }
    Ok((coding, size, kept))
}
