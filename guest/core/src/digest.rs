//! Digests as values: small, comparable, and quick to print.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

/// The value of a node in the tree of a BLAKE3 digest that is not its root.
pub type ChainingValue = [u8; 32];

/// The longest digest, in bytes.
const LONGEST: usize = 64;

/// A digest of up to 64 bytes, held inline.
///
/// It prints as lower-case hexadecimal, the form of `sha256sum`, `b3sum` and
/// `xxhsum`. Digests of different lengths are never equal.
#[derive(Clone, Copy)]
pub struct Digest {
    /// The bytes; those past `len` are zero.
    bytes: [u8; LONGEST],
    len: u8,
}

impl Digest {
    /// A digest of these bytes, or `None` if there are none or more than 64.
    #[must_use]
    pub fn from_bytes(digest: &[u8]) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        let len = u8::try_from(digest.len()).ok().filter(|len| *len > 0)?;
        bytes.get_mut(..digest.len())?.copy_from_slice(digest);
        Some(Self { bytes, len })
    }

    /// The digest that an algorithm made: from 1 to 64 bytes.
    pub(crate) fn of(digest: &[u8]) -> Self {
        let made = Self::from_bytes(digest);
        debug_assert!(made.is_some(), "a digest of {} bytes", digest.len());
        made.unwrap_or(Self { bytes: [0; LONGEST], len: 0 })
    }

    /// The digest's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl From<[u8; 16]> for Digest {
    fn from(digest: [u8; 16]) -> Self {
        let mut bytes = [0; LONGEST];
        for (to, from) in bytes.iter_mut().zip(digest) {
            *to = from;
        }
        Self { bytes, len: 16 }
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.bytes == other.bytes
    }
}

impl Eq for Digest {}

impl PartialOrd for Digest {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Digest {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 2 * LONGEST];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.as_bytes()) {
            pair.copy_from_slice(&[nibble(byte >> 4), nibble(byte & 15)]);
        }
        let text = text.get(..2 * usize::from(self.len)).unwrap_or_default();
        f.write_str(str::from_utf8(text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// The hexadecimal digit of a number below 16.
const fn nibble(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' - 10 + value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_prints_every_byte_in_lower_case_hexadecimal() {
        let all: Vec<u8> = (0..=255).collect();
        for bytes in all.chunks(LONGEST) {
            let expected: String =
                bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let digest = Digest::from_bytes(bytes).unwrap();
            assert_eq!(digest.to_string(), expected);
            assert_eq!(digest.as_bytes(), bytes);
        }
    }

    #[test]
    fn a_digest_is_neither_empty_nor_longer_than_64_bytes() {
        assert_eq!(Digest::from_bytes(&[]), None);
        assert_eq!(Digest::from_bytes(&[0; 65]), None);
        assert_eq!(Digest::from_bytes(&[0; 300]), None);
    }

    #[test]
    fn digests_of_different_lengths_differ() {
        let short = Digest::from_bytes(&[0; 8]).unwrap();
        let long = Digest::from_bytes(&[0; 16]).unwrap();
        assert_ne!(short, long);
        assert!(short < long);
    }
}
