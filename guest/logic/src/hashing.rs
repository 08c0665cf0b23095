//! Digests of bytes: whole, in pieces, in batches, and of a file's two ends.
//!
//! A digest is the bytes of its canonical form. For the XXH family that is
//! the big-endian one that `xxhsum` prints, so that no caller has to know
//! which function made the digest in order to print it.
//!
//! Sources: XXH64 and XXH3 by the xxHash specification, with seed 0 and the
//! default secret; BLAKE3 by its paper; SHA-256 by FIPS 180-4.

mod hasher;
#[cfg(test)]
mod tests;
mod xxh3;

use alloc::vec::Vec;

use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh64;

pub use self::hasher::Hasher;
use crate::batch::Batch;

/// The hash functions on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// XXH64 with seed 0; 8 bytes. Not cryptographic.
    Xxh64,
    /// XXH3 with a 64-bit result and seed 0; 8 bytes. Not cryptographic.
    Xxh3_64,
    /// XXH3 with a 128-bit result and seed 0; 16 bytes. Not cryptographic.
    Xxh3_128,
    /// BLAKE3 with its default output length; 32 bytes. Cryptographic.
    Blake3,
    /// SHA-256; 32 bytes. Cryptographic.
    Sha256,
}

impl Algorithm {
    /// Every algorithm, in the order of the interface.
    pub const ALL: [Self; 5] = [
        Self::Xxh64,
        Self::Xxh3_64,
        Self::Xxh3_128,
        Self::Blake3,
        Self::Sha256,
    ];

    /// The length of a digest, in bytes.
    #[must_use]
    pub const fn digest_length(self) -> usize {
        match self {
            Self::Xxh64 | Self::Xxh3_64 => 8,
            Self::Xxh3_128 => 16,
            Self::Blake3 | Self::Sha256 => 32,
        }
    }
}

/// A fingerprint of a file's two ends and its size.
///
/// Its text form is `xxh64:FIRST:LAST:SIZE`: two XXH64 digests in lower-case
/// hexadecimal, 16 digits each, and the size in decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartialDigest {
    /// XXH64 of the first chunk.
    pub first: u64,
    /// XXH64 of the last chunk.
    pub last: u64,
    /// The size of the whole file, in bytes.
    pub size: u64,
}

/// The digest of one byte string.
///
/// For data that is all in memory this is much faster than a [`Hasher`]:
/// XXH3 has short cuts for small inputs and keeps its state in registers for
/// large ones.
#[must_use]
pub fn digest(algorithm: Algorithm, data: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Xxh64 => xxh64(data).to_vec(),
        Algorithm::Xxh3_64 => xxh3_64(data).to_vec(),
        Algorithm::Xxh3_128 => xxh3_128(data).to_vec(),
        Algorithm::Blake3 => blake3(data).to_vec(),
        Algorithm::Sha256 => sha256(data).to_vec(),
    }
}

/// The digests of many byte strings, end to end, in the order of the batch.
#[must_use]
pub fn digest_batch(algorithm: Algorithm, batch: Batch<'_>) -> Vec<u8> {
    match algorithm {
        Algorithm::Xxh64 => each(batch, xxh64),
        Algorithm::Xxh3_64 => each(batch, xxh3_64),
        Algorithm::Xxh3_128 => each(batch, xxh3_128),
        Algorithm::Blake3 => each(batch, blake3),
        Algorithm::Sha256 => each(batch, sha256),
    }
}

/// The partial digest of a file, from its first chunk, its last chunk and its
/// size in bytes. The caller chooses the chunks.
#[must_use]
pub fn partial(first: &[u8], last: &[u8], size: u64) -> PartialDigest {
    PartialDigest {
        first: xxh64::xxh64(first, 0),
        last: xxh64::xxh64(last, 0),
        size,
    }
}

/// One digest after another: the algorithm is chosen once a batch.
fn each<const N: usize>(
    batch: Batch<'_>,
    one: impl Fn(&[u8]) -> [u8; N],
) -> Vec<u8> {
    let mut digests = Vec::with_capacity(batch.len().saturating_mul(N));
    for data in batch.iter() {
        digests.extend_from_slice(&one(data));
    }
    digests
}

fn xxh64(data: &[u8]) -> [u8; 8] {
    xxh64::xxh64(data, 0).to_be_bytes()
}

fn xxh3_64(data: &[u8]) -> [u8; 8] {
    xxh3::xxh3_64(data).to_be_bytes()
}

fn xxh3_128(data: &[u8]) -> [u8; 16] {
    xxh3::xxh3_128(data).to_be_bytes()
}

fn blake3(data: &[u8]) -> [u8; 32] {
    blake3::hash(data).into()
}

fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}
