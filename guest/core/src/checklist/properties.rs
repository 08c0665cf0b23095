//! Lists of anything: what is printed is read back, and nothing is a trap.

use proptest::collection::vec;
use proptest::prelude::*;

use super::tests::{hex, parse};
use super::{Checklist, ChecksumEntry, Expectation, Separator};
use crate::batch::saturate;
use crate::hashing::{Algorithm, MAX_CHUNK, PartialDigest};

/// A line as `sha256sum` would print it.
fn print(path: &[u8], expected: &Expectation, style: usize) -> Vec<u8> {
    let mut escaped = Vec::new();
    for &byte in path {
        match byte {
            b'\\' => escaped.extend(b"\\\\"),
            b'\n' => escaped.extend(b"\\n"),
            b'\r' => escaped.extend(b"\\r"),
            byte => escaped.push(byte),
        }
    }
    let mut line = Vec::new();
    if escaped != path {
        line.push(b'\\');
    }
    let separator: &[u8] = if style == 0 { b"  " } else { b" *" };
    match expected {
        Expectation::Named(algorithm, digest) => {
            line.extend(algorithm.tag().bytes());
            line.extend(b" (");
            line.extend(escaped);
            line.extend(format!(") = {}", hex(digest)).bytes());
            return line;
        }
        Expectation::Unnamed(digest) => line.extend(hex(digest).bytes()),
        Expectation::Partial(digest, chunk) => {
            let text = match chunk {
                Some(chunk) => format!("{digest}:{chunk}"),
                None => digest.to_string(),
            };
            line.extend(text.bytes());
        }
    }
    line.extend(separator);
    line.extend(escaped);
    line
}

fn expectations() -> impl Strategy<Value = Expectation> {
    let bytes = vec(any::<u8>(), 64);
    let algorithm = prop::sample::select(&Algorithm::ALL[..]);
    prop_oneof![
        (algorithm.clone(), bytes.clone()).prop_map(|(algorithm, bytes)| {
            let digest = bytes[..algorithm.digest_len()].to_vec();
            Expectation::Named(algorithm, digest)
        }),
        (algorithm, bytes).prop_map(|(algorithm, bytes)| {
            let digest = bytes[..algorithm.digest_len()].to_vec();
            Expectation::Unnamed(digest)
        }),
        (any::<[u64; 3]>(), prop::option::of(1..=MAX_CHUNK)).prop_map(
            |([first, last, size], chunk)| {
                let digest = PartialDigest { first, last, size };
                Expectation::Partial(digest, chunk)
            },
        ),
    ]
}

/// Paths of any bytes but zero, with many of those that mean something.
fn any_path() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        prop::sample::select(&b"\\\n\r )(=*#:aF0"[..]),
        1..=u8::MAX,
    ];
    vec(byte, 1..20)
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back_as_it_was(
        rows in vec((any_path(), expectations(), 0_usize..2), 0..8),
        crlf: bool,
        upper_case: bool,
    ) {
        let mut text = Vec::new();
        let mut entries = Vec::new();
        for (index, (path, expected, style)) in (0..).zip(rows) {
            // No letter of a path may change, so only one without any has
            // its line put in the other case.
            let mut line = print(&path, &expected, style);
            let has_letters = path.iter().any(u8::is_ascii_alphabetic);
            if let Expectation::Unnamed(_) = expected
                && upper_case
                && !has_letters
                && !line.starts_with(b"\\")
            {
                line.make_ascii_uppercase();
            }
            text.extend(line);
            text.extend(if crlf { &b"\r\n"[..] } else { b"\n" });
            entries.push(ChecksumEntry { line: index, path, expected });
        }
        let lines = saturate(entries.len());
        let found = parse(&text);
        let separator = found.separator;
        prop_assert_ne!(separator, Separator::Single);
        let expected =
            Checklist { lines, entries, malformed: Vec::new(), separator };
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_bytes_are_parsed_and_every_line_is_accounted_for(
        words in vec(
            prop_oneof![
                prop::sample::select(vec![
                    "SHA256 (", "XXH3 (", "XXH64_LE (", ") = ", "  ", " *",
                    "\n", "\r\n", "\\", "#", "xxh64:", ":", "12", "XXH3_",
                    "45ab6734b21e6968", "a.txt", "\0", " ", "\t", "=", "MD5(",
                ])
                .prop_map(|word| word.as_bytes().to_vec()),
                vec(any::<u8>(), 0..4),
            ],
            0..40,
        ),
    ) {
        let text = words.concat();
        let checklist = parse(&text);
        let newlines = text.iter().filter(|&&byte| byte == b'\n').count();
        let last = !text.is_empty() && !text.ends_with(b"\n");
        prop_assert_eq!(
            checklist.lines as usize,
            newlines + usize::from(last)
        );
        let mut seen: Vec<u32> =
            checklist.malformed.iter().map(|it| it.line).collect();
        seen.extend(checklist.entries.iter().map(|entry| entry.line));
        seen.sort_unstable();
        let total = seen.len();
        seen.dedup();
        prop_assert_eq!(seen.len(), total);
        prop_assert!(seen.iter().all(|&line| line < checklist.lines));
        for entry in checklist.entries {
            prop_assert!(!entry.path.is_empty());
            prop_assert!(!entry.path.contains(&0));
        }
    }
}
