//! Hash functions as values behind one trait, for those who choose them at run
//! time. The functions themselves are those of `guest/core`.
//!
//! Digests are in their canonical byte order: their hexadecimal form is that of
//! `xxhsum`, `b3sum` and `sha256sum`.
//!
//! ```
//! use sanchay_hashing::{HashFunction as _, Sha256Hash, XxHash, XxHash3};
//!
//! assert_eq!(XxHash::new().hash_hex(b"hello world"), "45ab6734b21e6968");
//! assert_eq!(
//!     XxHash3::new().hash_hex(b"hello world"),
//!     "df8d09e93f874900a99b8775cc15b6c7",
//! );
//! let mut hasher = Sha256Hash.hasher();
//! hasher.update(b"hello ");
//! hasher.update(b"world");
//! assert_eq!(hasher.finalize(), Sha256Hash.hash(b"hello world"));
//! ```
#![forbid(unsafe_code)]

use std::sync::Arc;

use sanchay_core::digest::Digest;
use sanchay_core::hashing::{Algorithm, Hasher as CoreHasher};

/// A hash function.
pub trait HashFunction: Send + Sync {
    /// The digest of some bytes, in canonical byte order.
    fn hash(&self, data: &[u8]) -> Vec<u8> {
        let mut hasher = self.hasher();
        hasher.update(data);
        hasher.finalize()
    }

    /// The digest as lower-case hexadecimal.
    fn hash_hex(&self, data: &[u8]) -> String {
        let digest = self.hash(data);
        Digest::from_bytes(&digest)
            .map_or_else(String::new, |digest| digest.to_string())
    }

    /// The first eight bytes of the digest, as a big-endian number. Of XXH64,
    /// that is all of it.
    fn hash_u64(&self, data: &[u8]) -> u64 {
        let mut hasher = self.hasher();
        hasher.update(data);
        hasher.finalize_u64()
    }

    /// A digest in the making, for what comes in pieces.
    fn hasher(&self) -> Box<dyn Hasher>;

    /// The length of a digest in bytes.
    fn output_size(&self) -> usize;

    /// The name it goes by everywhere: `xxh64`, `xxh3-128`, `blake3`,
    /// `sha256`.
    fn name(&self) -> &'static str;
}

/// A digest in the making.
pub trait Hasher: Send {
    /// Appends bytes.
    fn update(&mut self, data: &[u8]);

    /// The digest of all bytes, in canonical byte order.
    fn finalize(self: Box<Self>) -> Vec<u8>;

    /// As [`HashFunction::hash_u64`].
    fn finalize_u64(self: Box<Self>) -> u64;
}

struct Making(CoreHasher);

impl Hasher for Making {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(mut self: Box<Self>) -> Vec<u8> {
        self.0.finish()
    }

    fn finalize_u64(self: Box<Self>) -> u64 {
        let first = self.finalize();
        first.first_chunk().map_or(0, |eight| u64::from_be_bytes(*eight))
    }
}

macro_rules! function {
    ($(#[$doc:meta])* $name:ident, $algorithm:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name;

        impl $name {
            /// The function. It has no settings.
            #[must_use]
            pub const fn new() -> Self {
                Self
            }
        }

        impl HashFunction for $name {
            fn hasher(&self) -> Box<dyn Hasher> {
                Box::new(Making(CoreHasher::new(Algorithm::$algorithm)))
            }

            fn output_size(&self) -> usize {
                Algorithm::$algorithm.digest_len()
            }

            fn name(&self) -> &'static str {
                Algorithm::$algorithm.name()
            }
        }
    };
}

function! {
    /// XXH64 with seed 0: 8 bytes. Fast, and no protection against an enemy.
    XxHash, Xxh64
}
function! {
    /// XXH3 with a 128-bit result and seed 0: 16 bytes, enough to tell any
    /// number of objects apart. Fast, and no protection against an enemy.
    XxHash3, Xxh3_128
}
function! {
    /// BLAKE3: 32 bytes. Cryptographic, and fast.
    Blake3Hash, Blake3
}
function! {
    /// SHA-256 (FIPS 180-4): 32 bytes. Cryptographic, and known everywhere.
    Sha256Hash, Sha256
}

macro_rules! forward {
    ($($function:ty),*) => {$(
        impl<F: HashFunction + ?Sized> HashFunction for $function {
            fn hash(&self, data: &[u8]) -> Vec<u8> {
                (**self).hash(data)
            }

            fn hash_hex(&self, data: &[u8]) -> String {
                (**self).hash_hex(data)
            }

            fn hash_u64(&self, data: &[u8]) -> u64 {
                (**self).hash_u64(data)
            }

            fn hasher(&self) -> Box<dyn Hasher> {
                (**self).hasher()
            }

            fn output_size(&self) -> usize {
                (**self).output_size()
            }

            fn name(&self) -> &'static str {
                (**self).name()
            }
        }
    )*};
}

forward!(&F, Box<F>, Arc<F>);

#[cfg(test)]
mod tests {
    use super::{Blake3Hash, HashFunction, Sha256Hash, XxHash, XxHash3};

    fn all() -> [Box<dyn HashFunction>; 4] {
        [
            Box::new(XxHash::new()),
            Box::new(XxHash3::new()),
            Box::new(Blake3Hash::new()),
            Box::new(Sha256Hash::new()),
        ]
    }

    /// Digests of `hello world`, as `xxhsum`, `b3sum` and `sha256sum` print
    /// them.
    const PUBLISHED: [(&str, &str); 4] = [
        ("xxh64", "45ab6734b21e6968"),
        ("xxh3-128", "df8d09e93f874900a99b8775cc15b6c7"),
        (
            "blake3",
            "d74981efa70a0c880b8d8c1985d075dbcbf679b99a5f9914e5aaf96b831a9e24",
        ),
        (
            "sha256",
            "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
        ),
    ];

    #[test]
    fn digests_are_those_that_other_programs_print() {
        for (function, (name, digest)) in all().iter().zip(PUBLISHED) {
            assert_eq!(function.name(), name);
            assert_eq!(function.hash_hex(b"hello world"), digest, "{name}");
            assert_eq!(function.output_size() * 2, digest.len());
            let first = digest.get(..16).unwrap();
            let number = u64::from_str_radix(first, 16).unwrap();
            assert_eq!(function.hash_u64(b"hello world"), number);
        }
    }

    #[test]
    fn pieces_make_the_digest_of_the_whole() {
        let data: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        for function in all() {
            for piece in [1, 7, 1000, 65_536, 100_000] {
                let mut hasher = function.hasher();
                data.chunks(piece).for_each(|data| hasher.update(data));
                assert_eq!(hasher.finalize(), function.hash(&data));
                let mut hasher = function.hasher();
                data.chunks(piece).for_each(|data| hasher.update(data));
                assert_eq!(hasher.finalize_u64(), function.hash_u64(&data));
            }
            assert_eq!(function.hash(b""), function.hasher().finalize());
        }
    }
}
