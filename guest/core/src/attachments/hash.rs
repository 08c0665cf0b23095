//! Hashes as manifests state them: letters and digits.

use alloc::boxed::Box;
use core::fmt;

/// The hash of a file or of a part of one. Those of XXH3-128 in their
/// canonical form take up no memory of their own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, core::hash::Hash)]
pub struct Hash(Repr);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, core::hash::Hash)]
enum Repr {
    Xxh128([u8; 16]),
    Other(Box<str>),
}

impl Hash {
    /// The hash that a text states; `None` unless it is letters and digits of
    /// ASCII, at least one.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        if let Some(digest) = canonical(text) {
            return Some(Self(Repr::Xxh128(digest)));
        }
        let fit =
            !text.is_empty() && text.iter().all(u8::is_ascii_alphanumeric);
        let text = core::str::from_utf8(text).ok().filter(|_| fit)?;
        Some(Self(Repr::Other(text.into())))
    }

    /// That of XXH3-128, whose bytes are in the canonical order.
    #[must_use]
    pub const fn xxh128(digest: [u8; 16]) -> Self {
        Self(Repr::Xxh128(digest))
    }

    /// The digest, if it is one of XXH3-128 in its canonical form.
    #[must_use]
    pub const fn digest(&self) -> Option<[u8; 16]> {
        match &self.0 {
            Repr::Xxh128(digest) => Some(*digest),
            Repr::Other(_) => None,
        }
    }
}

/// The bytes of 32 digits in lower case.
fn canonical(text: &[u8]) -> Option<[u8; 16]> {
    let pairs: &[[u8; 2]; 16] = text.as_chunks().0.try_into().ok()?;
    if text.len() != 32 {
        return None;
    }
    let mut digest = [0; 16];
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(digest)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Xxh128(digest) => {
                let mut text = [0; 32];
                for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
                    let digit = |value: u8| match value {
                        0..10 => b'0' + value,
                        _ => b'a' + value - 10,
                    };
                    pair.copy_from_slice(&[
                        digit(byte >> 4),
                        digit(byte & 15),
                    ]);
                }
                f.write_str(core::str::from_utf8(&text).unwrap_or_default())
            }
            Repr::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}
