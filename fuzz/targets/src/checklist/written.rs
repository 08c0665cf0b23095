//! What the program writes is read back. Names are written as its encoders
//! write them, digests by its own types.

use sanchay::{DEFAULT_CHUNK, Digest};
use sanchay_core::checklist::{
    Checklist, ChecksumEntry, Expectation, Separator, parse,
};
use sanchay_core::hashing::Algorithm;

use sanchay_output::name::NameEscape;

/// Writes a list with these entries, in each way, and reads it.
pub(super) fn is_read_back(entries: &[ChecksumEntry]) {
    for escape in [NameEscape::Lines, NameEscape::LinesOfB3sum] {
        for end in ["\n", "\r\n"] {
            let mut text = Vec::new();
            let mut expected = Checklist::default();
            for (index, entry) in (0..).zip(entries) {
                write(entry, escape, &mut text);
                text.extend_from_slice(end.as_bytes());
                expected.lines += 1;
                let entry = ChecksumEntry { line: index, ..entry.clone() };
                expected.entries.push(entry);
            }
            let found = parse(&text, None, Separator::Undecided);
            expected.separator = found.separator;
            assert_eq!(found, expected, "with {end:?}");
        }
    }
}

/// A line as `hash` writes it.
fn write(entry: &ChecksumEntry, escape: NameEscape, out: &mut Vec<u8>) {
    let path = &entry.path[..];
    let begun = escape.begin(path, out);
    match &entry.expected {
        Expectation::Named(algorithm, digest) => {
            assert!(algorithm.fits(digest.len()));
            out.extend_from_slice(format!("{} (", tag(*algorithm)).as_bytes());
            begun.name(path, out);
            let digest = Digest::from_bytes(digest).unwrap();
            out.extend_from_slice(format!(") = {digest}").as_bytes());
        }
        Expectation::Unnamed(digest) => {
            let mut lengths = Algorithm::ALL.iter().map(|it| it.digest_len());
            assert!(lengths.any(|len| len == digest.len()));
            let digest = Digest::from_bytes(digest).unwrap();
            out.extend_from_slice(format!("{digest}  ").as_bytes());
            begun.name(path, out);
        }
        Expectation::Partial(digest, chunk) => {
            let digest = match chunk {
                // It need not be named, and may be.
                Some(DEFAULT_CHUNK) => format!("{digest}:{DEFAULT_CHUNK}"),
                Some(chunk) => digest.listed(*chunk).to_string(),
                None => digest.listed(DEFAULT_CHUNK).to_string(),
            };
            out.extend_from_slice(format!("{digest}  ").as_bytes());
            begun.name(path, out);
        }
    }
}

/// The name of an algorithm in a tagged line.
fn tag(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Xxh64 => "XXH64",
        Algorithm::Xxh3_64 => "XXH3",
        Algorithm::Xxh3_128 => "XXH128",
        Algorithm::Blake3 => "BLAKE3",
        Algorithm::Sha256 => "SHA256",
        Algorithm::Sha512 => "SHA512",
        Algorithm::Sha1 => "SHA1",
        Algorithm::Md5 => "MD5",
        Algorithm::Crc32 => "CRC32",
    }
}
