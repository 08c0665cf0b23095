//! What is in a file, identified by a digest.

use core::fmt;

use crate::digest::Digest;
use crate::hashing::{Algorithm, PartialDigest};

/// What is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// A digest of all its bytes.
    Whole(Algorithm, Digest),
    /// A digest of its two ends and its size.
    Partial(PartialDigest),
}

/// Where a digest comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HashSource {
    /// It was made of what was read.
    #[default]
    Read,
    /// It was made in a run before, and the file has not changed.
    Catalog,
    /// The server that keeps the object says it.
    Server,
}

impl HashSource {
    /// What it is called in every format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Catalog => "catalog",
            Self::Server => "server",
        }
    }
}

impl Content {
    /// What was digested, as bytes: equal where both ends of a partial digest
    /// are.
    #[must_use]
    pub fn digest(&self) -> Digest {
        match self {
            Self::Whole(_, digest) => *digest,
            Self::Partial(ends) => ends.digest(),
        }
    }

    /// The hash function that made it.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Whole(algorithm, _) => *algorithm,
            Self::Partial(_) => Algorithm::Xxh64,
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(_, digest) => digest.fmt(f),
            Self::Partial(digest) => digest.fmt(f),
        }
    }
}
