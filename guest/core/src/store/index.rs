//! Indexes: the tables of many packs in one file, so that whoever opens a
//! store need not look into each pack.

use alloc::vec::Vec;

use super::pack::{address, number, parse_entries, push_entry};
use super::{
    Address, Damage, ENTRY, Entry, MAX_PACK, PACK_HEADER, PACK_TRAILER,
};

/// What an index begins with.
const MAGIC: &[u8; 16] = b"sanchay index 1\n";

/// The length of what precedes the entries of a pack.
const HEAD: usize = 48;

/// A pack, as an index has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedPack {
    /// What it is called.
    pub name: Address,
    /// How many bytes it has.
    pub length: u64,
    /// Its objects, in their order.
    pub entries: Vec<Entry>,
}

/// Appends an index of these packs.
pub fn push_index(packs: &[IndexedPack], out: &mut Vec<u8>) {
    out.extend_from_slice(MAGIC);
    for pack in packs {
        out.extend_from_slice(pack.name.as_bytes());
        out.extend_from_slice(&pack.length.to_le_bytes());
        out.extend_from_slice(&(pack.entries.len() as u64).to_le_bytes());
        for entry in &pack.entries {
            push_entry(entry, out);
        }
    }
}

/// Reads an index.
///
/// # Errors
/// It is none, or makes no sense.
pub fn parse_index(bytes: &[u8]) -> Result<Vec<IndexedPack>, Damage> {
    let mut rest = bytes.strip_prefix(MAGIC).ok_or(Damage::Format)?;
    let mut packs = Vec::new();
    while !rest.is_empty() {
        let (head, behind) =
            rest.split_at_checked(HEAD).ok_or(Damage::Length)?;
        let (name, length) = (address(head, 0)?, number(head, 32)?);
        let count = number(head, 40)?;
        let table = count.checked_mul(ENTRY as u64).ok_or(Damage::Length)?;
        let taken = usize::try_from(table).map_err(|_| Damage::Length)?;
        let (entries, behind) =
            behind.split_at_checked(taken).ok_or(Damage::Length)?;
        if length > MAX_PACK {
            return Err(Damage::TooLarge);
        }
        let before = length
            .checked_sub(table)
            .and_then(|it| it.checked_sub(PACK_TRAILER as u64))
            .filter(|it| *it >= PACK_HEADER as u64)
            .ok_or(Damage::Length)?;
        let entries = parse_entries(entries, before)?;
        packs.push(IndexedPack { name, length, entries });
        rest = behind;
    }
    Ok(packs)
}
