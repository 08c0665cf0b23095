//! One line of a list of digests.
//!
//! The forms, each with or without a backslash in front, which says that the
//! path is escaped, and with or without blanks before that:
//!
//! - `DIGEST  PATH` and `DIGEST *PATH`, from `sha256sum`, `b3sum` and
//!   `xxhsum`; before an XXH3 digest of 64 bits, `xxhsum` writes `XXH3_`;
//! - `DIGEST PATH`, with one space or tab, from BSD's programs and old ones,
//!   in lists that have no line of the form before;
//! - `NAME (PATH) = DIGEST`, from their `--tag`, with `_LE` after the name
//!   where `xxhsum --little-endian` has turned the digest round, and with
//!   fewer or more blanks, as `openssl dgst` prints it;
//! - `xxh64:FIRST:LAST:SIZE  PATH`, Sanchay's partial digest, with `:CHUNK`
//!   after it for a chunk of other than 64 KiB;
//! - `{"path":"PATH","algorithm":"NAME","hash":"DIGEST"}`, a record.
//!
//! A digest may be in either case. A path is any bytes but zero. Sources: the
//! reader of GNU coreutils 9.1, which is followed to the letter where it reads
//! a line; the output of b3sum 1.2, xxhsum 0.8.1 and OpenSSL 1.1 and 3.0; the
//! reader of xxhsum 0.8.3, for `XXH3_`.

use alloc::vec::Vec;

use super::{Expectation, Flaw, Separator, record};
use crate::batch::saturate;
use crate::hashing::{Algorithm, MAX_CHUNK, PartialDigest};

/// What else an algorithm is called at the beginning of a tagged line: what
/// is added to its tag where its digest is turned round, and OpenSSL's names.
const REVERSED: &[u8] = b"_LE";
const OPENSSL: [(&[u8], Algorithm); 2] =
    [(b"SHA2-256", Algorithm::Sha256), (b"SHA2-512", Algorithm::Sha512)];

/// What a line says.
pub(super) enum Line {
    /// This file has this digest.
    Entry { path: Vec<u8>, expected: Expectation },
    /// Nothing: it is blank, or a comment.
    Silent,
    /// Nothing that can be understood.
    Malformed(Flaw),
}

/// Parses a line without its newline.
pub(super) fn parse(
    line: &[u8],
    algorithm: Option<Algorithm>,
    separator: &mut Separator,
) -> Line {
    // Taken for half of a CRLF line end, as `sha256sum` takes it, which for
    // that reason writes one that ends a name as an escape.
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    // The brackets around records are lines of their own.
    if line.starts_with(b"#") || matches!(line.trim_ascii(), b"" | b"[" | b"]")
    {
        return Line::Silent;
    }
    let found = match skip_blanks(line) {
        record @ [b'{', ..] => record::parse(record, algorithm)
            .and_then(|(path, expected)| Ok((possible(path)?, expected))),
        line => entry(line, algorithm, separator),
    };
    match found {
        Ok((path, expected)) => Line::Entry { path, expected },
        Err(flaw) => Line::Malformed(flaw),
    }
}

fn entry(
    line: &[u8],
    algorithm: Option<Algorithm>,
    separator: &mut Separator,
) -> Result<(Vec<u8>, Expectation), Flaw> {
    let line = skip_blanks(line);
    let (escaped, line) = match line.strip_prefix(b"\\") {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (path, expected) = match tag(line) {
        Some((algorithm, reversed, rest)) => {
            tagged(rest, algorithm, reversed)?
        }
        None if names_another(line) => return Err(Flaw::Algorithm),
        None => untagged(line, algorithm, separator)?,
    };
    let path = match escaped {
        true => unescape(path).ok_or(Flaw::Form)?,
        false => path.to_vec(),
    };
    Ok((possible(path)?, expected))
}

/// A path, if a file can have it.
fn possible(path: Vec<u8>) -> Result<Vec<u8>, Flaw> {
    let can_be = !path.is_empty() && !path.contains(&0);
    can_be.then_some(path).ok_or(Flaw::Form)
}

const fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn skip_blanks(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

/// The algorithm that a line begins with, whether its digest is turned round,
/// and what follows its opening parenthesis.
fn tag(line: &[u8]) -> Option<(Algorithm, bool, &[u8])> {
    let open = |rest: &'_ [u8]| -> Option<usize> {
        match rest {
            [b'(', ..] => Some(1),
            [b' ', b'(', ..] => Some(2),
            _ => None,
        }
    };
    let own = Algorithm::ALL.into_iter();
    let own = own.map(|algorithm| (algorithm.tag().as_bytes(), algorithm));
    own.chain(OPENSSL).find_map(|(tag, algorithm)| {
        let rest = line.strip_prefix(tag)?;
        let turned = rest.strip_prefix(REVERSED).filter(|_| {
            use Algorithm::{Xxh3_64, Xxh3_128, Xxh64};
            matches!(algorithm, Xxh64 | Xxh3_64 | Xxh3_128)
        });
        let (reversed, rest) = match turned {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        Some((algorithm, reversed, rest.get(open(rest)?..)?))
    })
}

/// Whether a line has the form of one that names its algorithm. A name that
/// is also a number in hexadecimal could be a digest.
fn names_another(line: &[u8]) -> bool {
    let of_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"-_/".contains(byte);
    let end = line.iter().position(|byte| !of_name(byte));
    let Some((name, rest)) = end.and_then(|end| line.split_at_checked(end))
    else {
        return false;
    };
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && hexadecimal(name).is_none()
        && rest.starts_with(b"(")
        && split_tagged(rest).is_some()
}

/// `PATH) = DIGEST`. The digest has no parenthesis, so the last one of the
/// line ends the path.
fn tagged(
    rest: &[u8],
    algorithm: Algorithm,
    reversed: bool,
) -> Result<(&[u8], Expectation), Flaw> {
    let (path, mut digest) = split_tagged(rest).ok_or(Flaw::Form)?;
    if reversed {
        digest.reverse();
    }
    Ok((path, named(algorithm, digest)?))
}

fn split_tagged(rest: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let (path, rest) = rest.split_at_checked(memchr::memrchr(b')', rest)?)?;
    let rest = skip_blanks(rest.strip_prefix(b")")?);
    let digest = hexadecimal(skip_blanks(rest.strip_prefix(b"=")?))?;
    Some((path, digest))
}

/// `DIGEST  PATH`, `DIGEST *PATH` or `DIGEST PATH`.
fn untagged<'t>(
    line: &'t [u8],
    algorithm: Option<Algorithm>,
    separator: &mut Separator,
) -> Result<(&'t [u8], Expectation), Flaw> {
    let end = line.iter().position(is_blank).ok_or(Flaw::Form)?;
    let (digest, rest) = line.split_at_checked(end).ok_or(Flaw::Form)?;
    let expected = if let Some(ends) = digest.strip_prefix(b"xxh64:") {
        partial(ends).ok_or(Flaw::Form)?
    } else if let Some(digits) = digest.strip_prefix(b"XXH3_") {
        let digest = hexadecimal(digits).ok_or(Flaw::Form)?;
        named(Algorithm::Xxh3_64, digest)?
    } else {
        let digest = hexadecimal(digest).ok_or(Flaw::Form)?;
        match algorithm {
            Some(algorithm) => named(algorithm, digest)?,
            None => unnamed(digest)?,
        }
    };
    // The same order of questions as in coreutils.
    let rest = rest.get(1..).unwrap_or_default();
    let path = match (rest, &*separator) {
        ([], _) => return Err(Flaw::Form),
        ([b' ' | b'*'], _) => single(rest, separator)?,
        ([b' ' | b'*', ..], Separator::Single) => rest,
        ([b' ' | b'*', path @ ..], _) => {
            *separator = Separator::Double;
            path
        }
        _ => single(rest, separator)?,
    };
    Ok((path, expected))
}

/// A path that follows a single blank.
fn single<'t>(
    path: &'t [u8],
    separator: &mut Separator,
) -> Result<&'t [u8], Flaw> {
    if *separator == Separator::Double {
        return Err(Flaw::Form);
    }
    *separator = Separator::Single;
    Ok(path)
}

/// A digest under an algorithm that has digests of that length.
pub(super) fn named(
    algorithm: Algorithm,
    digest: Vec<u8>,
) -> Result<Expectation, Flaw> {
    match algorithm.fits(digest.len()) {
        true => Ok(Expectation::Named(algorithm, digest)),
        false => Err(Flaw::Length(Some(algorithm), saturate(digest.len()))),
    }
}

/// A digest under any algorithm that has digests of that length.
pub(super) fn unnamed(digest: Vec<u8>) -> Result<Expectation, Flaw> {
    match Algorithm::of_digest_len(digest.len()) {
        [] => Err(Flaw::Length(None, saturate(digest.len()))),
        _ => Ok(Expectation::Unnamed(digest)),
    }
}

/// `FIRST:LAST:SIZE` or `FIRST:LAST:SIZE:CHUNK`.
pub(super) fn partial(text: &[u8]) -> Option<Expectation> {
    let mut parts = text.split(|&byte| byte == b':');
    let mut word = || {
        let digest = hexadecimal(parts.next()?)?;
        Some(u64::from_be_bytes(digest.try_into().ok()?))
    };
    let (first, last) = (word()?, word()?);
    let size = decimal(parts.next()?)?;
    let chunk = match parts.next() {
        Some(digits) => Some(chunk(digits)?),
        None => None,
    };
    let digest = PartialDigest { first, last, size };
    parts.next().is_none().then_some(Expectation::Partial(digest, chunk))
}

/// The bytes of a chunk.
fn chunk(digits: &[u8]) -> Option<u32> {
    let chunk = u32::try_from(decimal(digits)?).ok()?;
    (1..=MAX_CHUNK).contains(&chunk).then_some(chunk)
}

/// Bytes in hexadecimal, two digits each, in either case; at least one.
pub(super) fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks() else { return None };
    if pairs.is_empty() {
        return None;
    }
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
