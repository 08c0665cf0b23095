//! Lists of packs that are to be deleted.

use alloc::vec::Vec;

use super::{Address, Damage};
use crate::append::append;

/// The first line of such a list.
const FIRST: &[u8] = b"sanchay condemned 1\n";

/// Appends a list of packs that are to be deleted.
pub fn push_condemned(packs: &[Address], out: &mut Vec<u8>) {
    let begin = out.len();
    out.extend_from_slice(FIRST);
    for pack in packs {
        append(out, format_args!("{pack}\n"));
    }
    let digest = Address::of(out.get(begin..).unwrap_or_default());
    append(out, format_args!("{digest}\n"));
}

/// Reads such a list.
///
/// # Errors
/// It is none, or was cut or changed.
pub fn parse_condemned(bytes: &[u8]) -> Result<Vec<Address>, Damage> {
    let rest = bytes.strip_prefix(FIRST).ok_or(Damage::Format)?;
    let last = rest.len().checked_sub(65).ok_or(Damage::Length)?;
    let (lines, digest) = rest.split_at_checked(last).ok_or(Damage::Length)?;
    let said = digest.strip_suffix(b"\n").and_then(Address::from_hex);
    let body = bytes.get(..FIRST.len().saturating_add(last));
    if said != body.map(Address::of) {
        return Err(Damage::Digest);
    }
    let line = |line: &[u8]| {
        let hex = line.strip_suffix(b"\n").and_then(Address::from_hex);
        hex.ok_or(Damage::Value)
    };
    lines.chunks(65).map(line).collect()
}
