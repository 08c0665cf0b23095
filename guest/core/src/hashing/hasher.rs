//! A digest in the making, for files that are read in pieces.

use alloc::boxed::Box;
use alloc::vec::Vec;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use xxhash_rust::xxh64::Xxh64;

use super::Algorithm;
use super::xxh3::Xxh3;

/// A digest in the making.
///
/// One hasher serves any number of files, one after another:
/// [`finish`](Self::finish) starts it afresh.
#[derive(Clone)]
pub struct Hasher(State);

/// The greater states are boxed, so that a hasher is small enough to be
/// moved.
#[derive(Clone)]
enum State {
    Xxh64(Xxh64),
    Xxh3_64(Box<Xxh3>),
    Xxh3_128(Box<Xxh3>),
    Blake3(Box<blake3::Hasher>),
    Sha256(Box<Sha256>),
    Sha512(Box<Sha512>),
    Sha1(Box<Sha1>),
    Md5(Box<Md5>),
    Crc32(crc32fast::Hasher),
}

impl Hasher {
    /// Starts a digest of no bytes.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Xxh64 => State::Xxh64(Xxh64::new(0)),
            Algorithm::Xxh3_64 => State::Xxh3_64(Box::new(Xxh3::new())),
            Algorithm::Xxh3_128 => State::Xxh3_128(Box::new(Xxh3::new())),
            Algorithm::Blake3 => State::Blake3(Box::default()),
            Algorithm::Sha256 => State::Sha256(Box::default()),
            Algorithm::Sha512 => State::Sha512(Box::default()),
            Algorithm::Sha1 => State::Sha1(Box::default()),
            Algorithm::Md5 => State::Md5(Box::default()),
            Algorithm::Crc32 => State::Crc32(crc32fast::Hasher::new()),
        })
    }

    /// Appends bytes to what is digested.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Xxh64(state) => state.update(data),
            State::Xxh3_64(state) | State::Xxh3_128(state) => {
                state.update(data);
            }
            State::Blake3(state) => {
                state.update(data);
            }
            State::Sha256(state) => state.update(data),
            State::Sha512(state) => state.update(data),
            State::Sha1(state) => state.update(data),
            State::Md5(state) => state.update(data),
            State::Crc32(state) => state.update(data),
        }
    }

    /// Returns the digest of everything appended since the hasher was made or
    /// last finished, and starts afresh.
    pub fn finish(&mut self) -> Vec<u8> {
        match &mut self.0 {
            State::Xxh64(state) => {
                let digest = state.digest().to_be_bytes();
                state.reset(0);
                digest.to_vec()
            }
            State::Xxh3_64(state) => {
                let digest = state.digest_64().to_be_bytes();
                **state = Xxh3::new();
                digest.to_vec()
            }
            State::Xxh3_128(state) => {
                let digest = state.digest_128().to_be_bytes();
                **state = Xxh3::new();
                digest.to_vec()
            }
            State::Blake3(state) => {
                let digest = state.finalize();
                state.reset();
                digest.as_bytes().to_vec()
            }
            State::Sha256(state) => state.finalize_reset().to_vec(),
            State::Sha512(state) => state.finalize_reset().to_vec(),
            State::Sha1(state) => state.finalize_reset().to_vec(),
            State::Md5(state) => state.finalize_reset().to_vec(),
            State::Crc32(state) => {
                let digest = state.clone().finalize().to_be_bytes();
                state.reset();
                digest.to_vec()
            }
        }
    }
}
