//! What the documents about shards are read by.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{ShardFlaw, is_identity};
use crate::hashing::Algorithm;
use crate::json::JsonReader;

/// Sets what may be set once.
pub(super) fn once<T>(
    place: &mut Option<T>,
    value: T,
) -> Result<(), ShardFlaw> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(ShardFlaw::Twice),
    }
}

/// Bytes in base64.
pub(super) fn bytes(json: &mut JsonReader<'_>) -> Result<Vec<u8>, ShardFlaw> {
    STANDARD.decode(json.string()?).map_err(|_| ShardFlaw::Base64)
}

/// A list of what `read` reads, of which there are at most so many.
pub(super) fn list<'t, T>(
    json: &mut JsonReader<'t>,
    most: usize,
    mut read: impl FnMut(&mut JsonReader<'t>) -> Result<T, ShardFlaw>,
) -> Result<Vec<T>, ShardFlaw> {
    let mut all = Vec::new();
    let mut items = json.list()?;
    while json.item(&mut items)? {
        if all.len() >= most {
            return Err(ShardFlaw::Number);
        }
        all.push(read(json)?);
    }
    Ok(all)
}

/// A digest of 128 bits in hex.
pub(super) fn identity(
    json: &mut JsonReader<'_>,
) -> Result<String, ShardFlaw> {
    let text = json.string()?;
    match is_identity(&text) {
        true => Ok(text),
        false => Err(ShardFlaw::Digest),
    }
}

/// A hash function that can tell files apart.
pub(super) fn algorithm(
    json: &mut JsonReader<'_>,
) -> Result<Algorithm, ShardFlaw> {
    let known = json.string()?.parse::<Algorithm>().ok();
    known.filter(|it| it.identifies()).ok_or(ShardFlaw::Algorithm)
}

/// Refuses a document of another format, or of a version that is not known.
pub(super) fn check_version(
    (format, version): (Option<String>, Option<u64>),
    (expected, newest): (&str, u64),
) -> Result<(), ShardFlaw> {
    if format.as_deref() != Some(expected) {
        return Err(ShardFlaw::Format);
    }
    match version {
        Some(version) if version > newest => Err(ShardFlaw::Version(version)),
        Some(0) => Err(ShardFlaw::Number),
        Some(_) => Ok(()),
        None => Err(ShardFlaw::Missing("version")),
    }
}
