//! One line of a list of digests.
//!
//! The forms, each with or without a backslash in front that tells that the
//! path is escaped:
//!
//! - `DIGEST  PATH` and `DIGEST *PATH`, from `sha256sum`, `b3sum` and
//!   `xxhsum`; before an XXH3 digest of 64 bits, `xxhsum` writes `XXH3_`;
//! - `NAME (PATH) = DIGEST`, from their `--tag`, with `_LE` after the name
//!   where `xxhsum --little-endian` has turned the digest round;
//! - `xxh64:FIRST:LAST:SIZE  PATH`, Sanchay's partial digest.
//!
//! A digest may be in either case. A path is any bytes but zero. Sources: the
//! output of GNU coreutils 9.1, b3sum 1.2 and xxhsum 0.8.1; the reader of
//! xxhsum 0.8.3, for `XXH3_`.

use alloc::vec::Vec;

use super::Expectation;
use crate::hashing::{Algorithm, PartialDigest};

/// How a tagged line begins, what made its digest, and whether the digest is
/// turned round.
const TAGS: [(&[u8], Algorithm, bool); 8] = [
    (b"BLAKE3 (", Algorithm::Blake3, false),
    (b"SHA256 (", Algorithm::Sha256, false),
    (b"XXH128 (", Algorithm::Xxh3_128, false),
    (b"XXH128_LE (", Algorithm::Xxh3_128, true),
    (b"XXH3 (", Algorithm::Xxh3_64, false),
    (b"XXH3_LE (", Algorithm::Xxh3_64, true),
    (b"XXH64 (", Algorithm::Xxh64, false),
    (b"XXH64_LE (", Algorithm::Xxh64, true),
];

/// What a line says.
pub(super) enum Line {
    /// This file has this digest.
    Promise { path: Vec<u8>, expected: Expectation },
    /// Nothing: it is blank, or a comment.
    Silent,
    /// Nothing that can be understood.
    Malformed,
}

/// Parses a line without its newline.
pub(super) fn parse(line: &[u8]) -> Line {
    // Taken for half of a CRLF line end, as `sha256sum` takes it, which for
    // that reason writes one that ends a name as an escape.
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.starts_with(b"#") || line.trim_ascii().is_empty() {
        return Line::Silent;
    }
    match promise(line) {
        Some((path, expected)) => Line::Promise { path, expected },
        None => Line::Malformed,
    }
}

fn promise(line: &[u8]) -> Option<(Vec<u8>, Expectation)> {
    let (escaped, line) = match line.strip_prefix(b"\\") {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (path, expected) = tagged(line).or_else(|| untagged(line))?;
    let path = if escaped { unescape(path)? } else { path.to_vec() };
    let possible = !path.is_empty() && !path.contains(&0);
    possible.then_some((path, expected))
}

/// `NAME (PATH) = DIGEST`. The digest has no parenthesis, so the last one of
/// the line ends the path.
fn tagged(line: &[u8]) -> Option<(&[u8], Expectation)> {
    let (algorithm, reversed, rest) =
        TAGS.iter().find_map(|&(tag, algorithm, reversed)| {
            Some((algorithm, reversed, line.strip_prefix(tag)?))
        })?;
    let (path, digest) =
        rest.split_at_checked(memchr::memrchr(b')', rest)?)?;
    let mut digest = hexadecimal(digest.strip_prefix(b") = ")?)?;
    if reversed {
        digest.reverse();
    }
    Some((path, named(algorithm, digest)?))
}

/// `DIGEST  PATH` or `DIGEST *PATH`.
fn untagged(line: &[u8]) -> Option<(&[u8], Expectation)> {
    let (digest, rest) = line.split_at_checked(memchr::memchr(b' ', line)?)?;
    let path = rest.strip_prefix(b"  ").or(rest.strip_prefix(b" *"))?;
    let expected = if let Some(ends) = digest.strip_prefix(b"xxh64:") {
        Expectation::Partial(partial(ends)?)
    } else if let Some(digits) = digest.strip_prefix(b"XXH3_") {
        named(Algorithm::Xxh3_64, hexadecimal(digits)?)?
    } else {
        let digest = hexadecimal(digest)?;
        Algorithm::ALL
            .iter()
            .any(|algorithm| algorithm.digest_length() == digest.len())
            .then_some(Expectation::Unnamed(digest))?
    };
    Some((path, expected))
}

/// A digest under an algorithm whose digests have that length.
fn named(algorithm: Algorithm, digest: Vec<u8>) -> Option<Expectation> {
    (digest.len() == algorithm.digest_length())
        .then_some(Expectation::Named(algorithm, digest))
}

/// `FIRST:LAST:SIZE`.
fn partial(text: &[u8]) -> Option<PartialDigest> {
    let mut parts = text.split(|&byte| byte == b':');
    let mut word = || {
        let digest = hexadecimal(parts.next()?)?;
        Some(u64::from_be_bytes(digest.try_into().ok()?))
    };
    let (first, last) = (word()?, word()?);
    let size = decimal(parts.next()?)?;
    parts.next().is_none().then_some(PartialDigest { first, last, size })
}

/// Bytes in hexadecimal, two digits each, in either case.
fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks() else { return None };
    pairs
        .iter()
        .map(|&[high, low]| Some(nibble(high)? << 4 | nibble(low)?))
        .collect()
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// A number in decimal, all digits and at least one.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, &digit| {
        let digit = digit.checked_sub(b'0').filter(|&digit| digit < 10)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Undoes `\\`, `\n` and `\r`. There is no other escape.
fn unescape(path: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(path.len());
    let mut bytes = path.iter();
    while let Some(&byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                _ => return None,
            },
            byte => byte,
        });
    }
    Some(plain)
}
