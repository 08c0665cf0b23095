//! The hash functions by name, and what their digests are like. Both sides of
//! the sandbox use this list, and there is no other.

use core::error::Error;
use core::fmt;
use core::str::FromStr;

/// The hash functions on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// XXH64 with seed 0; 8 bytes. Not cryptographic.
    Xxh64,
    /// XXH3 with a 64-bit result and seed 0; 8 bytes. Not cryptographic.
    Xxh3_64,
    /// XXH3 with a 128-bit result and seed 0; 16 bytes. Not cryptographic.
    Xxh3_128,
    /// BLAKE3 with its default output length; 32 bytes. Cryptographic.
    Blake3,
    /// SHA-256 (FIPS 180-4); 32 bytes. Cryptographic.
    Sha256,
    /// SHA-512 (FIPS 180-4); 64 bytes. Cryptographic.
    Sha512,
    /// SHA-1 (FIPS 180-4); 20 bytes. Broken: collisions can be made.
    Sha1,
    /// MD5 (RFC 1321); 16 bytes. Broken: collisions can be made.
    Md5,
    /// CRC-32 as of zlib, gzip, PNG and Ethernet (IEEE 802.3); 4 bytes. It
    /// finds transmission errors, and cannot identify files.
    Crc32,
}

impl Algorithm {
    /// Every hash function, in the order of the interface.
    pub const ALL: [Self; 9] = [
        Self::Xxh64,
        Self::Xxh3_64,
        Self::Xxh3_128,
        Self::Blake3,
        Self::Sha256,
        Self::Sha512,
        Self::Sha1,
        Self::Md5,
        Self::Crc32,
    ];

    /// The length of its digest, in bytes.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Crc32 => 4,
            Self::Xxh64 | Self::Xxh3_64 => 8,
            Self::Xxh3_128 | Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Blake3 | Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The name it goes by on the command line and in every format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xxh64 => "xxh64",
            Self::Xxh3_64 => "xxh3-64",
            Self::Xxh3_128 => "xxh3-128",
            Self::Blake3 => "blake3",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Sha1 => "sha1",
            Self::Md5 => "md5",
            Self::Crc32 => "crc32",
        }
    }

    /// Its name in a line of a list that names it, `TAG (PATH) = DIGEST`, as
    /// the checksum programs write it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Xxh64 => "XXH64",
            Self::Xxh3_64 => "XXH3",
            Self::Xxh3_128 => "XXH128",
            Self::Blake3 => "BLAKE3",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
            Self::Sha1 => "SHA1",
            Self::Md5 => "MD5",
            Self::Crc32 => "CRC32",
        }
    }

    /// Whether no way is known to make two inputs with one digest.
    #[must_use]
    pub const fn is_collision_resistant(self) -> bool {
        matches!(self, Self::Blake3 | Self::Sha256 | Self::Sha512)
    }

    /// Whether files that share its digest can be taken to be equal, unless
    /// an enemy made them: 32 bits are too few.
    #[must_use]
    pub const fn identifies(self) -> bool {
        self.digest_len() >= 8
    }

    /// The hash functions whose digests a list without names may hold where
    /// they have this length in bytes, the likeliest first.
    ///
    /// Eight bytes are XXH64: XXH3 of 64 bits is always named.
    #[must_use]
    pub const fn of_digest_len(bytes: usize) -> &'static [Self] {
        match bytes {
            4 => &[Self::Crc32],
            8 => &[Self::Xxh64],
            16 => &[Self::Xxh3_128, Self::Md5],
            20 => &[Self::Sha1],
            32 => &[Self::Sha256, Self::Blake3],
            64 => &[Self::Sha512],
            _ => &[],
        }
    }

    /// Whether a list may hold digests of it that have this length in bytes.
    ///
    /// BLAKE3 digests can be of any length, each the beginning of all longer
    /// ones (`b3sum --length`); those longer than the usual one are not made
    /// here.
    #[must_use]
    pub const fn fits(self, bytes: usize) -> bool {
        match self {
            Self::Blake3 => 0 < bytes && bytes <= self.digest_len(),
            _ => bytes == self.digest_len(),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or(UnknownAlgorithm)
    }
}

/// No hash function goes by that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAlgorithm;

impl fmt::Display for UnknownAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one of ")?;
        for (index, algorithm) in Algorithm::ALL.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{algorithm}")?;
        }
        Ok(())
    }
}

impl Error for UnknownAlgorithm {}

#[cfg(test)]
mod tests {
    use super::{Algorithm, UnknownAlgorithm};

    #[test]
    fn every_name_parses_to_its_algorithm_and_nothing_else_parses() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        }
        for name in ["", "XXH64", "xxh3", "sha-256", "blake3 ", "crc32c"] {
            assert_eq!(name.parse::<Algorithm>(), Err(UnknownAlgorithm));
        }
        assert_eq!(
            UnknownAlgorithm.to_string(),
            "expected one of xxh64, xxh3-64, xxh3-128, blake3, sha256, \
             sha512, sha1, md5, crc32"
        );
    }

    #[test]
    fn a_length_stands_for_all_whose_digests_have_it_but_xxh3_64() {
        for bytes in 0..100 {
            let mut expected: Vec<_> = Algorithm::ALL
                .into_iter()
                .filter(|it| it.digest_len() == bytes)
                .filter(|it| *it != Algorithm::Xxh3_64)
                .collect();
            let mut found = Algorithm::of_digest_len(bytes).to_vec();
            assert!(found.iter().all(|it| it.fits(bytes)));
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{bytes}");
        }
        assert!(Algorithm::Blake3.fits(1) && Algorithm::Blake3.fits(31));
        assert!(!Algorithm::Blake3.fits(0) && !Algorithm::Blake3.fits(33));
    }
}
