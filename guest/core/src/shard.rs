//! Shards: the parts of a tree that different machines deal with.
//!
//! A shard has some of the paths below its roots: those between two places in
//! the order of their bytes, which is that of keys in a bucket as well. Shards
//! are cut where one path ends and the next begins, so that whatever is there
//! is in one of them, also what was not there when they were made.
//!
//! A plan is NDJSON, a shard a line. Each line has all that is needed to deal
//! with it, and ends with digests by which one that was edited, and a plan of
//! which some are missing, is recognised. `sanchay-output` writes the lines.

mod document;
mod flaw;
mod likeness;
mod members;
mod output;
mod planner;
mod range;
#[cfg(test)]
mod tests;

use alloc::string::{String, ToString as _};

pub use self::{
    document::{FORMAT, MAX_LINE, MAX_SHARDS, Part, Shard, VERSION, Work},
    flaw::ShardFlaw,
    likeness::Likeness,
    output::{Dataset, OUTPUT_FORMAT, OUTPUT_VERSION, Output, OutputFile},
    planner::{Piece, PiecePart, Planner, Target},
    range::PathRange,
};
use crate::{
    digest::Digest,
    hashing::{self, Algorithm},
};

/// What a text is known by: its XXH3 digest of 128 bits, in hex.
#[must_use]
pub fn identity(text: &[u8]) -> String {
    let digest = hashing::digest(Algorithm::Xxh3_128, text);
    Digest::of(&digest).to_string()
}

/// Whether a text is one that something can be known by.
#[must_use]
pub fn is_identity(text: &str) -> bool {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 32 && text.bytes().all(is_hex)
}

/// What texts that may be alike have in common: a number for a band of their
/// signatures. The same value of another band is another number.
#[must_use]
pub fn number_of_band(band: u64, value: u64) -> u64 {
    let text = [band.to_le_bytes(), value.to_le_bytes()].concat();
    let digest = hashing::digest(Algorithm::Xxh3_64, &text);
    digest.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The partition of a folder's sums: as good as chosen by lot.
#[must_use]
pub fn partition_of_folder(path: &[u8]) -> u8 {
    let digest = hashing::digest(Algorithm::Xxh3_64, path);
    digest.first().copied().unwrap_or_default()
}
