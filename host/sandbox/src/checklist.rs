//! The contents of a list of digests, as checksum programs print it.

use crate::{Algorithm, Digest, Malformed, PartialDigest, Separator};

/// What a text of whole lines holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checklist {
    /// How many lines the text has, blank ones and comments included.
    pub lines: u32,
    /// The entries, in the order of their lines.
    pub entries: Vec<ChecksumEntry>,
    /// The lines that cannot be understood, in order.
    pub malformed: Vec<Malformed>,
    /// What is between digests and paths in the lines that follow.
    pub separator: Separator,
}

/// One line with a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecksumEntry {
    /// The index of the line in the text that was parsed, from 0.
    pub line: u32,
    /// The path, with its escapes undone. Untrusted: it may be anything but
    /// empty, and holds no zero byte.
    pub path: Vec<u8>,
    /// The digest it must have.
    pub expected: Expectation,
}

/// What a file's digest is expected to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// A digest of the whole file, under the algorithm that the line or the
    /// caller names. Of BLAKE3 it may be the beginning only.
    Named(Algorithm, Digest),
    /// A digest of the whole file, on a line that does not name its algorithm:
    /// its length decides which are possible.
    Unnamed(Digest),
    /// A partial digest, and the bytes of its chunk where the line names
    /// them.
    Partial(PartialDigest, Option<u32>),
}
