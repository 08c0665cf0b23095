//! A second reader of the lines that checksum programs print: slow, plain,
//! and written from the description of the forms, not from the first reader.
//! It looks for the digest where the other looks for the path.

use sanchay_logic::checklist::Expectation;
use sanchay_logic::hashing::{Algorithm, PartialDigest};

/// What a line says.
pub(super) enum Line {
    /// This path has this digest.
    Promise(Vec<u8>, Expectation),
    /// Nothing: it is blank, or a comment.
    Silent,
    /// Nothing that can be understood.
    Malformed,
}

/// The name of each algorithm in a tagged line, and whether its digest is
/// turned round.
const NAMES: [(&[u8], Algorithm, bool); 8] = [
    (b"BLAKE3", Algorithm::Blake3, false),
    (b"SHA256", Algorithm::Sha256, false),
    (b"XXH3", Algorithm::Xxh3_64, false),
    (b"XXH3_LE", Algorithm::Xxh3_64, true),
    (b"XXH64", Algorithm::Xxh64, false),
    (b"XXH64_LE", Algorithm::Xxh64, true),
    (b"XXH128", Algorithm::Xxh3_128, false),
    (b"XXH128_LE", Algorithm::Xxh3_128, true),
];

/// Reads a line without its newline.
pub(super) fn read(line: &[u8]) -> Line {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let blank = |byte: &u8| b" \t\n\r\x0c".contains(byte);
    if line.first() == Some(&b'#') || line.iter().all(blank) {
        return Line::Silent;
    }
    let escaped = line.first() == Some(&b'\\');
    let line = if escaped { &line[1..] } else { line };
    let Some((path, expected)) = tagged(line).or_else(|| untagged(line))
    else {
        return Line::Malformed;
    };
    let path = if escaped { plain(path) } else { Some(path.to_vec()) };
    match path {
        Some(path) if !path.is_empty() && !path.contains(&0) => {
            Line::Promise(path, expected)
        }
        _ => Line::Malformed,
    }
}

/// `NAME (PATH) = DIGEST`: the digest is the last of the line.
fn tagged(line: &[u8]) -> Option<(&[u8], Expectation)> {
    let digits = line.iter().rev().take_while(|it| it.is_ascii_hexdigit());
    let (line, digits) = line.split_at(line.len() - digits.count());
    let line = line.strip_suffix(b") = ")?;
    NAMES.iter().find_map(|&(name, algorithm, reversed)| {
        let path = line.strip_prefix(name)?.strip_prefix(b" (")?;
        let mut digest = bytes(digits, algorithm.digest_length())?;
        if reversed {
            digest.reverse();
        }
        Some((path, Expectation::Named(algorithm, digest)))
    })
}

/// `DIGEST  PATH` or `DIGEST *PATH`: the digest is the first of the line.
fn untagged(line: &[u8]) -> Option<(&[u8], Expectation)> {
    let end = line.windows(2).position(|it| it == b"  " || it == b" *")?;
    let (digest, path) = (&line[..end], &line[end + 2..]);
    let text = str::from_utf8(digest).ok()?;
    if let Some(parts) = text.strip_prefix("xxh64:") {
        let parts: Vec<&str> = parts.split(':').collect();
        let [first, last, size] = parts[..] else { return None };
        let word = |digits: &str| {
            let word = bytes(digits.as_bytes(), 8)?;
            Some(u64::from_be_bytes(word.try_into().unwrap()))
        };
        let plus = size.starts_with('+');
        let size = size.parse().ok().filter(|_| !plus)?;
        let (first, last) = (word(first)?, word(last)?);
        let digest = PartialDigest { first, last, size };
        return Some((path, Expectation::Partial(digest)));
    }
    if let Some(digits) = text.strip_prefix("XXH3_") {
        let digest = bytes(digits.as_bytes(), 8)?;
        let algorithm = Algorithm::Xxh3_64;
        return Some((path, Expectation::Named(algorithm, digest)));
    }
    let lengths = [8, 16, 32];
    let digest = lengths.iter().find_map(|&len| bytes(digest, len))?;
    Some((path, Expectation::Unnamed(digest)))
}

/// So many bytes in hexadecimal.
fn bytes(digits: &[u8], len: usize) -> Option<Vec<u8>> {
    let hexadecimal = digits.iter().all(u8::is_ascii_hexdigit);
    if digits.len() != 2 * len || !hexadecimal {
        return None;
    }
    let pair = |pair| {
        let pair = str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    };
    digits.chunks(2).map(pair).collect()
}

/// Undoes the escapes of a path.
fn plain(path: &[u8]) -> Option<Vec<u8>> {
    let mut path = path.to_vec();
    let mut from = 0;
    while let Some(at) = path[from..].iter().position(|&it| it == b'\\') {
        let at = from + at;
        let meant = match path.get(at + 1)? {
            b'n' => b'\n',
            b'r' => b'\r',
            b'\\' => b'\\',
            _ => return None,
        };
        path.splice(at..at + 2, [meant]);
        from = at + 1;
    }
    Some(path)
}
