//! A second reader of the lines that checksum programs print: slow, plain,
//! and written from the description of the forms, not from the first reader.
//! It looks for the digest where the other looks for the path.

use sanchay_core::checklist::{Expectation, Flaw, Separator};
use sanchay_core::hashing::{Algorithm, PartialDigest};

/// What a line says.
pub(super) enum Line {
    /// This path has this digest.
    Entry(Vec<u8>, Expectation),
    /// Nothing: it is blank, or a comment.
    Silent,
    /// Nothing that can be understood.
    Malformed(Flaw),
}

/// A path, as it is written, and what is expected of its file.
type Entry<'t> = (&'t [u8], Expectation);

/// The name of each algorithm in a tagged line, and whether its digest is
/// turned round.
const NAMES: [(&str, Algorithm, bool); 14] = [
    ("BLAKE3", Algorithm::Blake3, false),
    ("CRC32", Algorithm::Crc32, false),
    ("MD5", Algorithm::Md5, false),
    ("SHA1", Algorithm::Sha1, false),
    ("SHA256", Algorithm::Sha256, false),
    ("SHA2-256", Algorithm::Sha256, false),
    ("SHA512", Algorithm::Sha512, false),
    ("SHA2-512", Algorithm::Sha512, false),
    ("XXH3", Algorithm::Xxh3_64, false),
    ("XXH3_LE", Algorithm::Xxh3_64, true),
    ("XXH64", Algorithm::Xxh64, false),
    ("XXH64_LE", Algorithm::Xxh64, true),
    ("XXH128", Algorithm::Xxh3_128, false),
    ("XXH128_LE", Algorithm::Xxh3_128, true),
];

/// Reads a line without its newline.
pub(super) fn read(
    line: &[u8],
    algorithm: Option<Algorithm>,
    separator: &mut Separator,
) -> Line {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let white = |byte: &u8| b" \t\n\r\x0c".contains(byte);
    if line.first() == Some(&b'#') || line.iter().all(white) {
        return Line::Silent;
    }
    // Around the records of a list in JSON.
    let mut others = line.iter().filter(|byte| !white(byte));
    if matches!(others.next(), Some(b'[' | b']')) && others.next().is_none() {
        return Line::Silent;
    }
    let blanks = line.iter().take_while(|it| is_blank(it)).count();
    let line = &line[blanks..];
    let escaped = line.first() == Some(&b'\\');
    let line = if escaped { &line[1..] } else { line };
    let read = tagged(line).unwrap_or_else(|| match is_of_another(line) {
        true => Err(Flaw::Algorithm),
        false => untagged(line, algorithm, separator),
    });
    let (path, expected) = match read {
        Ok(read) => read,
        Err(flaw) => return Line::Malformed(flaw),
    };
    let path = if escaped { plain(path) } else { Some(path.to_vec()) };
    match path {
        Some(path) if !path.is_empty() && !path.contains(&0) => {
            Line::Entry(path, expected)
        }
        _ => Line::Malformed(Flaw::Form),
    }
}

fn is_blank(byte: &u8) -> bool {
    *byte == b' ' || *byte == b'\t'
}

fn without_blanks(mut text: &[u8]) -> &[u8] {
    while text.last().is_some_and(is_blank) {
        text = &text[..text.len() - 1];
    }
    text
}

/// `NAME (PATH) = DIGEST`: the digest is the last of the line. `None` if the
/// line does not begin with a name.
fn tagged(line: &[u8]) -> Option<Result<Entry<'_>, Flaw>> {
    let (begin, algorithm, reversed) =
        NAMES.iter().find_map(|&(name, algorithm, reversed)| {
            let begins = [format!("{name}("), format!("{name} (")];
            let mut begins = begins.iter();
            let begin = begins.find(|it| line.starts_with(it.as_bytes()))?;
            Some((begin.len(), algorithm, reversed))
        })?;
    let digits = line.iter().rev().take_while(|it| it.is_ascii_hexdigit());
    let (line, digits) = line.split_at(line.len() - digits.count());
    let path = || {
        let line = without_blanks(line).strip_suffix(b"=")?;
        without_blanks(line).strip_suffix(b")")?.get(begin..)
    };
    Some(match (path(), bytes(digits)) {
        (Some(path), Some(mut digest)) => {
            if reversed {
                digest.reverse();
            }
            named(algorithm, digest).map(|expected| (path, expected))
        }
        _ => Err(Flaw::Form),
    })
}

/// Whether the algorithm of another program is named.
fn is_of_another(line: &[u8]) -> bool {
    let digits = line.iter().rev().take_while(|it| it.is_ascii_hexdigit());
    let (line, digits) = line.split_at(line.len() - digits.count());
    let line = without_blanks(line).strip_suffix(b"=");
    let line = line.and_then(|it| without_blanks(it).strip_suffix(b")"));
    let name = line.and_then(|it| it.split(|byte| *byte == b'(').next());
    let Some(name) = name.filter(|name| name.len() < line.unwrap().len())
    else {
        return false;
    };
    let name = name.strip_suffix(b" ").unwrap_or(name);
    let known = |it: &u8| {
        it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'/')
    };
    bytes(digits).is_some()
        && bytes(name).is_none()
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(known)
}

fn named(algorithm: Algorithm, digest: Vec<u8>) -> Result<Expectation, Flaw> {
    let usual = algorithm.digest_len();
    let shorter = algorithm == Algorithm::Blake3 && digest.len() < usual;
    if digest.len() == usual || shorter {
        Ok(Expectation::Named(algorithm, digest))
    } else {
        let len = u32::try_from(digest.len()).unwrap();
        Err(Flaw::Length(Some(algorithm), len))
    }
}

/// `DIGEST  PATH`, `DIGEST *PATH` or `DIGEST PATH`: the digest is the first
/// of the line.
fn untagged<'t>(
    line: &'t [u8],
    algorithm: Option<Algorithm>,
    separator: &mut Separator,
) -> Result<Entry<'t>, Flaw> {
    let words = line.splitn(2, is_blank).collect::<Vec<_>>();
    let [digest, path] = words[..] else { return Err(Flaw::Form) };
    let text = str::from_utf8(digest).map_err(|_| Flaw::Form)?;
    let expected = if let Some(parts) = text.strip_prefix("xxh64:") {
        partial(parts).ok_or(Flaw::Form)?
    } else if let Some(digits) = text.strip_prefix("XXH3_") {
        let digest = bytes(digits.as_bytes()).ok_or(Flaw::Form)?;
        named(Algorithm::Xxh3_64, digest)?
    } else {
        let digest = bytes(digest).ok_or(Flaw::Form)?;
        match algorithm {
            Some(algorithm) => named(algorithm, digest)?,
            None if [4, 8, 16, 20, 32, 64].contains(&digest.len()) => {
                Expectation::Unnamed(digest)
            }
            None => {
                let len = u32::try_from(digest.len()).unwrap();
                return Err(Flaw::Length(None, len));
            }
        }
    };
    let marked = path.len() > 1 && (path[0] == b' ' || path[0] == b'*');
    let path = match (marked, *separator) {
        _ if path.is_empty() => return Err(Flaw::Form),
        (true, Separator::Single) => path,
        (true, _) => {
            *separator = Separator::Double;
            &path[1..]
        }
        (false, Separator::Double) => return Err(Flaw::Form),
        (false, _) => {
            *separator = Separator::Single;
            path
        }
    };
    Ok((path, expected))
}

/// `FIRST:LAST:SIZE`, with or without `:CHUNK`.
fn partial(text: &str) -> Option<Expectation> {
    let parts: Vec<&str> = text.split(':').collect();
    let (first, last, size, chunk) = match parts[..] {
        [first, last, size] => (first, last, size, None),
        [first, last, size, chunk] => (first, last, size, Some(chunk)),
        _ => return None,
    };
    let word = |digits: &str| {
        let word = bytes(digits.as_bytes())?;
        Some(u64::from_be_bytes(word.try_into().ok()?))
    };
    let number = |digits: &str| -> Option<u64> {
        if digits.starts_with('+') { None } else { digits.parse().ok() }
    };
    let chunk = match chunk {
        Some(digits) => {
            let chunk = number(digits)?;
            let possible = (1..=16 * 1024 * 1024).contains(&chunk);
            Some(u32::try_from(chunk).ok().filter(|_| possible)?)
        }
        None => None,
    };
    let (first, last) = (word(first)?, word(last)?);
    let digest = PartialDigest { first, last, size: number(size)? };
    Some(Expectation::Partial(digest, chunk))
}

/// Bytes in hexadecimal, at least one.
fn bytes(digits: &[u8]) -> Option<Vec<u8>> {
    let hexadecimal = digits.iter().all(u8::is_ascii_hexdigit);
    if digits.is_empty() || digits.len() % 2 == 1 || !hexadecimal {
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
