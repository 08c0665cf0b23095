//! Digests of bytes: whole, in pieces, in batches, and of a file's two ends.
//!
//! A digest is the bytes of its canonical form. For the XXH family that is
//! the big-endian one that `xxhsum` prints, so that no caller has to know
//! which function made the digest in order to print it.
//!
//! Sources: XXH64 and XXH3 by the xxHash specification, with seed 0 and the
//! default secret; BLAKE3 by its paper; SHA-1, SHA-256 and SHA-512 by FIPS
//! 180-4; MD5 by RFC 1321; CRC-32 by RFC 1952.

mod algorithm;
mod hasher;
mod partial;
#[cfg(test)]
mod tests;
mod xxh3;

use alloc::vec::Vec;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use xxhash_rust::xxh64;

pub use self::algorithm::{Algorithm, UnknownAlgorithm};
pub use self::hasher::Hasher;
pub use self::partial::{DEFAULT_CHUNK, MAX_CHUNK, PartialDigest, partial};
use crate::batch::Batch;

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
        Algorithm::Sha512 => sha512(data).to_vec(),
        Algorithm::Sha1 => sha1(data).to_vec(),
        Algorithm::Md5 => md5(data).to_vec(),
        Algorithm::Crc32 => crc32(data).to_vec(),
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
        Algorithm::Sha512 => each(batch, sha512),
        Algorithm::Sha1 => each(batch, sha1),
        Algorithm::Md5 => each(batch, md5),
        Algorithm::Crc32 => each(batch, crc32),
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

fn sha512(data: &[u8]) -> [u8; 64] {
    Sha512::digest(data).into()
}

fn sha1(data: &[u8]) -> [u8; 20] {
    Sha1::digest(data).into()
}

fn md5(data: &[u8]) -> [u8; 16] {
    Md5::digest(data).into()
}

fn crc32(data: &[u8]) -> [u8; 4] {
    crc32fast::hash(data).to_be_bytes()
}
