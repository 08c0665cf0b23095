//! Digests: however bytes are cut into pieces, the digest is that of the
//! whole, and the one that the plain crates give.

use md5::Md5;
use sanchay_core::batch::Batch;
use sanchay_core::hashing::{
    Algorithm, Hasher, digest, digest_batch, partial,
};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use xxhash_rust::{xxh3, xxh64::xxh64};

use crate::input::Input;

/// More than any block or buffer of the algorithms, several times over.
const LONGEST: u64 = 70_000;

/// Digests bytes in one piece, in several and in a batch, twice with one
/// hasher.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let algorithm = algorithm(&mut input);
    let mut data = input.stretched(LONGEST);
    let mut hasher = Hasher::new(algorithm);
    for _ in 0..2 {
        let mut pieces = Vec::new();
        let mut rest = &data[..];
        for _ in 0..input.below(24) {
            let len = usize::try_from(input.number()).unwrap_or(usize::MAX);
            let (piece, after) = rest.split_at(len.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);

        let expected = reference(algorithm, &data);
        assert_eq!(digest(algorithm, &data), expected, "in one piece");
        for piece in &pieces {
            hasher.update(piece);
        }
        // What was copied goes its own way.
        let mut copy = hasher.clone();
        assert_eq!(hasher.finish(), expected, "piece by piece");
        copy.update(b"more");
        assert_ne!(copy.finish(), expected, "with more");

        let ends: Vec<u32> = pieces
            .iter()
            .scan(0, |end, piece| {
                *end += u32::try_from(piece.len()).unwrap();
                Some(*end)
            })
            .collect();
        let batch = Batch::new(&data, &ends).unwrap();
        let each: Vec<u8> = pieces
            .iter()
            .flat_map(|piece| reference(algorithm, piece))
            .collect();
        assert_eq!(digest_batch(algorithm, batch), each, "in a batch");
        data.extend_from_slice(input.bytes());
    }
    let (first, last) = (pieces_of(&data, &mut input), data.as_slice());
    let ends = partial(first, last, input.number());
    assert_eq!((ends.first, ends.last), (xxh64(first, 0), xxh64(last, 0)));
}

fn pieces_of<'a>(data: &'a [u8], input: &mut Input<'_>) -> &'a [u8] {
    let len = usize::try_from(input.number()).unwrap_or(usize::MAX);
    &data[..len.min(data.len())]
}

/// One of the hash functions.
pub(crate) fn algorithm(input: &mut Input<'_>) -> Algorithm {
    Algorithm::ALL[input.below(Algorithm::ALL.len())]
}

/// The digest as the plain crates make it.
fn reference(algorithm: Algorithm, data: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Xxh64 => xxh64(data, 0).to_be_bytes().to_vec(),
        Algorithm::Xxh3_64 => xxh3::xxh3_64(data).to_be_bytes().to_vec(),
        Algorithm::Xxh3_128 => xxh3::xxh3_128(data).to_be_bytes().to_vec(),
        Algorithm::Blake3 => blake3::hash(data).as_bytes().to_vec(),
        Algorithm::Sha256 => Sha256::digest(data).to_vec(),
        Algorithm::Sha512 => Sha512::digest(data).to_vec(),
        Algorithm::Sha1 => Sha1::digest(data).to_vec(),
        Algorithm::Md5 => Md5::digest(data).to_vec(),
        Algorithm::Crc32 => crc32fast::hash(data).to_be_bytes().to_vec(),
    }
}
