//! Packs: objects end to end, behind them a table of what they are, and at the
//! end where the table begins.

use alloc::vec::Vec;

use super::{Address, Damage, MAX_OBJECT, OBJECT_HEADER};

/// What a pack begins with.
const MAGIC: &[u8; 16] = b"sanchay pack 1\n\0";

/// The length of what precedes the objects.
pub const PACK_HEADER: usize = 32;

/// The length of what follows the table.
pub const PACK_TRAILER: usize = 48;

/// The length of an entry of the table.
pub const ENTRY: usize = 56;

/// The longest pack that is read, in bytes.
pub const MAX_PACK: u64 = 256 << 20;

/// Where an object is in its pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is called.
    pub address: Address,
    /// Where its header begins.
    pub offset: u64,
    /// How many bytes it takes, with its header.
    pub length: u64,
    /// How many bytes it was before it was compressed.
    pub size: u64,
}

/// Where the table of a pack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackTrailer {
    /// Where it begins.
    pub offset: u64,
    /// How many entries it has.
    pub count: u64,
    digest: Address,
}

/// What precedes the objects of a pack. The nonce, which is random, keeps two
/// packs of the same objects from having one name.
#[must_use]
pub fn pack_header(nonce: [u8; 16]) -> [u8; PACK_HEADER] {
    let mut header = [0; PACK_HEADER];
    for (to, from) in header.iter_mut().zip(MAGIC.iter().chain(&nonce)) {
        *to = *from;
    }
    header
}

/// Whether bytes begin as a pack does.
#[must_use]
pub fn begins_pack(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

pub(super) fn push_entry(entry: &Entry, out: &mut Vec<u8>) {
    out.extend_from_slice(entry.address.as_bytes());
    for number in [entry.offset, entry.length, entry.size] {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

/// Ends a pack: appends the table of its objects, and the trailer.
pub fn push_table(entries: &[Entry], out: &mut Vec<u8>) {
    let begin = out.len();
    for entry in entries {
        push_entry(entry, out);
    }
    let table = out.get(begin..).unwrap_or_default();
    let digest = Address::of(table);
    out.extend_from_slice(&(begin as u64).to_le_bytes());
    out.extend_from_slice(&(entries.len() as u64).to_le_bytes());
    out.extend_from_slice(digest.as_bytes());
}

/// A number of eight bytes, the lowest first.
pub(super) fn number(bytes: &[u8], at: usize) -> Result<u64, Damage> {
    let end = at.checked_add(8).ok_or(Damage::Length)?;
    let bytes = bytes.get(at..end).ok_or(Damage::Length)?;
    let bytes = bytes.try_into().map_err(|_| Damage::Length)?;
    Ok(u64::from_le_bytes(bytes))
}

pub(super) fn address(bytes: &[u8], at: usize) -> Result<Address, Damage> {
    let end = at.checked_add(Address::LEN).ok_or(Damage::Length)?;
    let bytes = bytes.get(at..end).ok_or(Damage::Length)?;
    Address::from_slice(bytes).ok_or(Damage::Length)
}

impl PackTrailer {
    /// Reads the last bytes of a pack of this length.
    ///
    /// # Errors
    /// They are no trailer, or the table would lie elsewhere than between the
    /// objects and them.
    pub fn parse(bytes: &[u8], length: u64) -> Result<Self, Damage> {
        if bytes.len() != PACK_TRAILER {
            return Err(Damage::Length);
        }
        if length > MAX_PACK {
            return Err(Damage::TooLarge);
        }
        let (offset, count) = (number(bytes, 0)?, number(bytes, 8)?);
        let digest = address(bytes, 16)?;
        let end = count
            .checked_mul(ENTRY as u64)
            .and_then(|table| table.checked_add(offset))
            .and_then(|end| end.checked_add(PACK_TRAILER as u64));
        match end == Some(length) && offset >= PACK_HEADER as u64 {
            true => Ok(Self { offset, count, digest }),
            false => Err(Damage::Length),
        }
    }

    /// How many bytes the table takes.
    #[must_use]
    pub const fn table_length(&self) -> u64 {
        self.count.saturating_mul(ENTRY as u64)
    }
}

/// Reads the table of a pack.
///
/// # Errors
/// It is not the one that the trailer is about, or makes no sense.
pub fn parse_table(
    bytes: &[u8],
    trailer: &PackTrailer,
) -> Result<Vec<Entry>, Damage> {
    if bytes.len() as u64 != trailer.table_length() {
        return Err(Damage::Length);
    }
    if Address::of(bytes) != trailer.digest {
        return Err(Damage::Digest);
    }
    parse_entries(bytes, trailer.offset)
}

/// Reads entries of objects that lie before an offset.
pub(super) fn parse_entries(
    bytes: &[u8],
    before: u64,
) -> Result<Vec<Entry>, Damage> {
    let mut entries = Vec::with_capacity(bytes.len() / ENTRY);
    let mut behind = PACK_HEADER as u64;
    for one in bytes.chunks(ENTRY) {
        let entry = Entry {
            address: address(one, 0)?,
            offset: number(one, 32)?,
            length: number(one, 40)?,
            size: number(one, 48)?,
        };
        let end = entry.offset.checked_add(entry.length);
        let end = end.filter(|end| *end <= before).ok_or(Damage::Length)?;
        if entry.offset != behind || entry.length < OBJECT_HEADER as u64 {
            return Err(Damage::Order);
        }
        if entry.size > MAX_OBJECT {
            return Err(Damage::TooLarge);
        }
        behind = end;
        entries.push(entry);
    }
    match behind == before {
        true => Ok(entries),
        false => Err(Damage::Length),
    }
}
