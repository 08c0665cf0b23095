//! Lists of the chunks that a large file is made of: for each its address and
//! how many bytes it has.

use alloc::vec::Vec;

use super::pack::{address, number};
use super::{Address, Damage, MAX_OBJECT};

/// The length of an entry.
const ENTRY: usize = 40;

/// How many chunks one list has at most; a larger file has several lists.
pub const MAX_LIST: usize = 1 << 16;

/// Appends a chunk to a list.
pub fn push_chunk(address: &Address, size: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(address.as_bytes());
    out.extend_from_slice(&size.to_le_bytes());
}

/// Reads a list.
///
/// # Errors
/// It is none.
pub fn parse_chunks(bytes: &[u8]) -> Result<Vec<(Address, u64)>, Damage> {
    if bytes.len() > MAX_LIST.saturating_mul(ENTRY) {
        return Err(Damage::TooLarge);
    }
    let chunk = |bytes: &[u8]| {
        let (address, size) = (address(bytes, 0)?, number(bytes, 32)?);
        match size {
            1..=MAX_OBJECT => Ok((address, size)),
            _ => Err(Damage::Value),
        }
    };
    bytes.chunks(ENTRY).map(chunk).collect()
}
