//! What the program writes is read back. Names are written by the program's
//! own file, digests by its own types.

use sanchay::{Algorithm, Digest, PartialDigest};
use sanchay_logic::checklist::{Checklist, Expectation, Promise, parse};
use sanchay_logic::hashing;

use crate::program::escape::Escape;

/// Writes a list with these promises, in each way, and reads it.
pub(super) fn is_read_back(promises: &[Promise]) {
    for escape in [Escape::Lines, Escape::LinesOfB3sum] {
        for end in ["\n", "\r\n"] {
            let mut text = Vec::new();
            let mut expected = Checklist::default();
            for (index, promise) in (0..).zip(promises) {
                write(promise, escape, &mut text);
                text.extend_from_slice(end.as_bytes());
                expected.lines += 1;
                let promise = Promise { line: index, ..promise.clone() };
                expected.promises.push(promise);
            }
            assert_eq!(parse(&text), expected, "with {end:?}");
        }
    }
}

/// A line as `hash` writes it.
fn write(promise: &Promise, escape: Escape, out: &mut Vec<u8>) {
    let path = &promise.path[..];
    let begun = escape.begin(path, out);
    match &promise.expected {
        Expectation::Named(algorithm, digest) => {
            let (name, len) = tag(*algorithm);
            assert_eq!(digest.len(), len);
            out.extend_from_slice(format!("{name} (").as_bytes());
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
        &Expectation::Partial(hashing::PartialDigest {
            first,
            last,
            size,
        }) => {
            let digest = PartialDigest { first, last, size };
            out.extend_from_slice(format!("{digest}  ").as_bytes());
            begun.name(path, out);
        }
    }
}

/// The name of an algorithm in a tagged line, and the length of its digest.
fn tag(algorithm: hashing::Algorithm) -> (&'static str, usize) {
    match algorithm {
        hashing::Algorithm::Xxh64 => ("XXH64", 8),
        hashing::Algorithm::Xxh3_64 => ("XXH3", 8),
        hashing::Algorithm::Xxh3_128 => ("XXH128", 16),
        hashing::Algorithm::Blake3 => ("BLAKE3", 32),
        hashing::Algorithm::Sha256 => ("SHA256", 32),
    }
}
