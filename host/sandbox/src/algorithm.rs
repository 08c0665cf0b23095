//! The hash functions that the component offers, by name.

use std::fmt;
use std::str::FromStr;

/// A hash function.
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
}

impl Algorithm {
    /// Every hash function, in the order of the interface.
    pub const ALL: [Self; 5] = [
        Self::Xxh64,
        Self::Xxh3_64,
        Self::Xxh3_128,
        Self::Blake3,
        Self::Sha256,
    ];

    /// The length of its digest, in bytes.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Xxh64 | Self::Xxh3_64 => 8,
            Self::Xxh3_128 => 16,
            Self::Blake3 | Self::Sha256 => 32,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected xxh64, xxh3-64, xxh3-128, blake3 or sha256")]
pub struct UnknownAlgorithm;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_to_its_algorithm_and_nothing_else_parses() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        }
        for name in ["", "XXH64", "xxh3", "sha-256", "blake3 "] {
            assert_eq!(name.parse::<Algorithm>(), Err(UnknownAlgorithm));
        }
    }
}
