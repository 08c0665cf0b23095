//! The interface `hashing`.

use alloc::vec::Vec;
use core::cell::RefCell;

use sanchay_core::batch::Batch;
use sanchay_core::hashing as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::batches::BatchError;
use crate::interfaces::exports::sanchay::inspect::hashing::{
    Algorithm, AlgorithmInfo, Guest, GuestHasher, PartialDigest,
};

impl Guest for Inspector {
    type Hasher = Hasher;

    fn algorithms() -> Vec<AlgorithmInfo> {
        Vec::from(logic::Algorithm::ALL.map(AlgorithmInfo::from))
    }

    fn digest_size(algorithm: Algorithm) -> u32 {
        size(algorithm.into())
    }

    fn digest(algorithm: Algorithm, data: Vec<u8>) -> Vec<u8> {
        logic::digest(algorithm.into(), &data)
    }

    fn digest_batch(
        algorithm: Algorithm,
        data: Vec<u8>,
        ends: Vec<u32>,
    ) -> Result<Vec<u8>, BatchError> {
        let batch = Batch::new(&data, &ends)?;
        Ok(logic::digest_batch(algorithm.into(), batch))
    }

    fn partial(first: Vec<u8>, last: Vec<u8>, size: u64) -> PartialDigest {
        logic::partial(&first, &last, size).into()
    }
}

/// A digest in the making.
///
/// The cell cannot be borrowed twice: nothing is imported, so no call made
/// while it is borrowed can lead back here.
pub(crate) struct Hasher(RefCell<logic::Hasher>);

impl GuestHasher for Hasher {
    fn new(algorithm: Algorithm) -> Self {
        Self(RefCell::new(logic::Hasher::new(algorithm.into())))
    }

    fn update(&self, data: Vec<u8>) {
        self.0.borrow_mut().update(&data);
    }

    fn finish(&self) -> Vec<u8> {
        self.0.borrow_mut().finish()
    }
}

impl From<Algorithm> for logic::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Xxh64 => Self::Xxh64,
            Algorithm::Xxh3Bits64 => Self::Xxh3_64,
            Algorithm::Xxh3Bits128 => Self::Xxh3_128,
            Algorithm::Blake3 => Self::Blake3,
            Algorithm::Sha256 => Self::Sha256,
            Algorithm::Sha512 => Self::Sha512,
            Algorithm::Sha1 => Self::Sha1,
            Algorithm::Md5 => Self::Md5,
            Algorithm::Crc32 => Self::Crc32,
        }
    }
}

impl From<logic::Algorithm> for Algorithm {
    fn from(algorithm: logic::Algorithm) -> Self {
        match algorithm {
            logic::Algorithm::Xxh64 => Self::Xxh64,
            logic::Algorithm::Xxh3_64 => Self::Xxh3Bits64,
            logic::Algorithm::Xxh3_128 => Self::Xxh3Bits128,
            logic::Algorithm::Blake3 => Self::Blake3,
            logic::Algorithm::Sha256 => Self::Sha256,
            logic::Algorithm::Sha512 => Self::Sha512,
            logic::Algorithm::Sha1 => Self::Sha1,
            logic::Algorithm::Md5 => Self::Md5,
            logic::Algorithm::Crc32 => Self::Crc32,
        }
    }
}

impl From<logic::Algorithm> for AlgorithmInfo {
    fn from(algorithm: logic::Algorithm) -> Self {
        Self {
            algorithm: algorithm.into(),
            name: algorithm.name().into(),
            tag: algorithm.tag().into(),
            digest_size: size(algorithm),
            collision_resistant: algorithm.is_collision_resistant(),
        }
    }
}

/// The length of a digest as it crosses: it is at most 64.
fn size(algorithm: logic::Algorithm) -> u32 {
    u32::try_from(algorithm.digest_len()).unwrap_or(u32::MAX)
}

impl From<logic::PartialDigest> for PartialDigest {
    fn from(digest: logic::PartialDigest) -> Self {
        let logic::PartialDigest { first, last, size } = digest;
        Self { first, last, size }
    }
}
