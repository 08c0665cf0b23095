//! The same logic, natively and in the sandbox, on the same bytes.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod acting;
mod filters;
mod ignoring;
mod media;
mod programs;
mod resembling;
#[path = "../support/mod.rs"]
mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use sanchay_core::{checklist, hashing};
use sanchay_sandbox::{
    Algorithm, BatchError, ContentKind, Expectation, Fault, Inspector,
    Separator, TreeError,
};
use support::inspector;

/// Byte strings as columns.
fn columns(strings: &[Vec<u8>]) -> (Vec<u8>, Vec<u32>) {
    let mut ends = Vec::new();
    let mut data = Vec::new();
    for string in strings {
        data.extend_from_slice(string);
        ends.push(u32::try_from(data.len()).unwrap());
    }
    (data, ends)
}

/// Bytes that repeat only after a long while, without storing many cases.
fn bytes(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn stream(
    inspector: &mut Inspector,
    algorithm: Algorithm,
    chunks: &[&[u8]],
) -> Vec<u8> {
    inspector.begin(algorithm).unwrap();
    for chunk in chunks {
        inspector.update(chunk).unwrap();
    }
    inspector.finish().unwrap().as_bytes().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn digests_agree_whole_streamed_and_in_a_batch(
        len in prop_oneof![0_usize..300, 0_usize..400_000],
        seed: u64,
        cuts in vec(0.0..1.0, 0..6),
    ) {
        let data = bytes(len, seed);
        let mut cuts: Vec<usize> =
            cuts.into_iter().map(|cut| (cut * len as f64) as usize).collect();
        cuts.sort_unstable();
        cuts.push(len);
        let mut start = 0;
        let chunks: Vec<&[u8]> = cuts
            .iter()
            .map(|&end| &data[std::mem::replace(&mut start, end)..end])
            .collect();
        let ends: Vec<u32> = cuts.iter().map(|&end| end as u32).collect();

        let mut inspector = inspector();
        let mut digests = Vec::new();
        for algorithm in Algorithm::ALL {
            let whole = hashing::digest(algorithm, &data);
            let digest = inspector.digest(algorithm, &data).unwrap();
            prop_assert_eq!(digest.as_bytes(), &whole[..]);
            prop_assert_eq!(&stream(&mut inspector, algorithm, &chunks), &whole);

            inspector
                .digest_batch(algorithm, &data, &ends, &mut digests)
                .unwrap();
            let parts: Vec<_> = chunks
                .iter()
                .map(|it| hashing::digest(algorithm, it))
                .collect();
            prop_assert_eq!(digests.len(), parts.len());
            for (digest, part) in digests.iter().zip(&parts) {
                prop_assert_eq!(digest.as_bytes(), &part[..]);
            }
        }
    }

    #[test]
    fn partial_digests_agree(
        first in vec(any::<u8>(), 0..200),
        last in vec(any::<u8>(), 0..200),
        size: u64,
    ) {
        let native = hashing::partial(&first, &last, size);
        let sandboxed = inspector().partial(&first, &last, size).unwrap();
        prop_assert_eq!(sandboxed, native);
    }

    #[test]
    fn kinds_of_content_agree(
        heads in vec(
            (
                prop::sample::select(vec![
                    &b""[..], b"MZ", b"RIFFxxxxWAVE", b"PK\x03\x04", b"%PDF-",
                    b"\x7fELF", b"\xff\xfe", b"<svg>", b"\0\0\0\x18ftypheic",
                ]),
                prop_oneof![
                    "[ -~]{0,40}".prop_map(String::into_bytes),
                    vec(any::<u8>(), 0..80),
                ],
            ),
            0..20,
        ),
    ) {
        let heads: Vec<_> =
            heads.iter().map(|(start, rest)| [start, &rest[..]].concat()).collect();
        let (data, ends) = columns(&heads);
        let mut kinds = Vec::new();
        inspector()
            .classify_with(
                data.len() + 1,
                &mut |space, places| {
                    space[..data.len()].copy_from_slice(&data);
                    places.extend_from_slice(&ends);
                    data.len()
                },
                &mut kinds,
            )
            .unwrap();
        let native: Vec<_> =
            heads.iter().map(|head| ContentKind::of(head)).collect();
        prop_assert_eq!(kinds, native);
    }

    #[test]
    fn checklists_agree(
        text in "([0-9a-f]{16}  [a-z]{1,3}\n|[0-9a-f]{64} [*]x\n|\\\\[0-9a-f]{32}  a\\\\n\n|SHA256 \\(f\\) = [0-9a-f]{64}\n|xxh64:[0-9a-f]{16}:[0-9a-f]{16}:[0-9]{1,5}(:[0-9]{1,3})?  q\n|MD5\\(f\\)= [0-9a-f]{32}\n|[0-9a-f]{40}[ \t]p\n|[0-9a-f]{6}  p\n|#c\n|\n|[ -~]{0,9}\n){0,12}[ -~]{0,5}",
        algorithm in prop::option::of(prop::sample::select(&Algorithm::ALL[..])),
        separator in prop::sample::select(vec![
            Separator::Undecided, Separator::Double, Separator::Single,
        ]),
    ) {
        let text = text.as_bytes();
        let native = checklist::parse(text, algorithm, separator);
        let sandboxed =
            inspector().parse_checklist(text, algorithm, separator).unwrap();
        prop_assert_eq!(sandboxed.lines, native.lines);
        prop_assert_eq!(sandboxed.separator, native.separator);
        prop_assert_eq!(&sandboxed.malformed, &native.malformed);
        prop_assert_eq!(sandboxed.entries.len(), native.entries.len());
        for (sandboxed, native) in sandboxed.entries.iter().zip(&native.entries) {
            prop_assert_eq!(sandboxed.line, native.line);
            prop_assert_eq!(&sandboxed.path, &native.path);
            prop_assert!(same_expectation(&sandboxed.expected, &native.expected));
        }
    }
}

fn same_expectation(
    sandboxed: &Expectation,
    native: &checklist::Expectation,
) -> bool {
    use checklist::Expectation as Native;
    match (sandboxed, native) {
        (
            Expectation::Named(sandboxed, digest),
            Native::Named(native, bytes),
        ) => sandboxed == native && digest.as_bytes() == bytes,
        (Expectation::Unnamed(digest), Native::Unnamed(bytes)) => {
            digest.as_bytes() == bytes
        }
        (Expectation::Partial(digest, chunk), Native::Partial(it, its)) => {
            digest == it && chunk == its
        }
        _ => false,
    }
}

#[test]
fn published_digests_come_out_of_the_sandbox() {
    let mut inspector = inspector();
    for (algorithm, digest) in [
        (Algorithm::Xxh64, "45ab6734b21e6968"),
        (Algorithm::Xxh3_64, "d447b1ea40e6988b"),
        (Algorithm::Xxh3_128, "df8d09e93f874900a99b8775cc15b6c7"),
        (
            Algorithm::Sha256,
            "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
        ),
        (
            Algorithm::Blake3,
            "d74981efa70a0c880b8d8c1985d075dbcbf679b99a5f9914e5aaf96b831a9e24",
        ),
        (
            Algorithm::Sha512,
            "309ecc489c12d6eb4cc40f50c902f2b4d0ed77ee511a7c7a9bcd3ca86d4cd86f\
             989dd35bc5ff499670da34255b45b0cfd830e81f605dcf7dc5542e93ae9cd76f",
        ),
        (Algorithm::Sha1, "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed"),
        (Algorithm::Md5, "5eb63bbbe01eeed093cb22bb8f5acdc3"),
        (Algorithm::Crc32, "0d4a1185"),
    ] {
        let whole = inspector.digest(algorithm, b"hello world").unwrap();
        assert_eq!(whole.to_string(), digest);
    }
}

#[test]
fn a_malformed_batch_is_refused_and_the_inspector_goes_on() {
    let mut inspector = inspector();
    let mut digests = Vec::new();
    for (ends, error) in [
        (&[2, 1, 3][..], BatchError::EndOutOfOrder(1)),
        (&[1, 4], BatchError::EndPastData(1)),
        (&[1], BatchError::TrailingData(2)),
    ] {
        let answer = inspector.digest_batch(
            Algorithm::Xxh64,
            b"abc",
            ends,
            &mut digests,
        );
        assert_eq!(answer, Err(Fault::Batch(error)));
        assert!(digests.is_empty());
    }
    inspector
        .digest_batch(Algorithm::Xxh64, b"abc", &[3], &mut digests)
        .unwrap();
    assert_eq!(digests.len(), 1);
}

#[test]
fn an_abandoned_digest_leaves_nothing_behind() {
    let mut inspector = inspector();
    let expected =
        inspector.digest(Algorithm::Blake3, b"hello world").unwrap();
    inspector.begin(Algorithm::Blake3).unwrap();
    inspector.update(b"something else").unwrap();
    inspector.begin(Algorithm::Sha256).unwrap();
    inspector.update(b"and more").unwrap();
    inspector.begin(Algorithm::Blake3).unwrap();
    inspector.update(b"hello ").unwrap();
    inspector.update(b"world").unwrap();
    assert_eq!(inspector.finish().unwrap(), expected);
    assert_eq!(inspector.finish(), Err(Fault::NoStream));
    assert_eq!(inspector.update(b"x"), Err(Fault::NoStream));
}

#[test]
fn a_digest_can_be_made_while_another_is_under_way() {
    let mut inspector = inspector();
    let one = inspector.digest(Algorithm::Xxh3_128, b"one").unwrap();
    let two = inspector.digest(Algorithm::Xxh3_128, b"two").unwrap();
    inspector.begin(Algorithm::Xxh3_128).unwrap();
    inspector.update(b"o").unwrap();
    assert_eq!(inspector.digest(Algorithm::Xxh3_128, b"two"), Ok(two));
    inspector.update(b"ne").unwrap();
    assert_eq!(inspector.finish(), Ok(one));
}

#[test]
fn bytes_that_are_poured_into_the_sandbox_have_the_same_digest() {
    let mut inspector = inspector();
    let data = bytes(300_001, 77);
    for algorithm in Algorithm::ALL {
        for room in [1, 63, 4096, 100_000, 1 << 20] {
            let mut rest = &data[..if room < 64 { 5000 } else { data.len() }];
            let whole = rest;
            inspector.begin(algorithm).unwrap();
            loop {
                let got = inspector
                    .update_with(room, &mut |space| {
                        assert_eq!(space.len(), room);
                        // Less than there is room for, as a pipe gives it.
                        let len = rest.len().min(room.div_ceil(2));
                        let (now, later) = rest.split_at(len);
                        space[..len].copy_from_slice(now);
                        rest = later;
                        len
                    })
                    .unwrap();
                if got == 0 {
                    break;
                }
            }
            let digest = inspector.finish().unwrap();
            let expected = hashing::digest(algorithm, whole);
            assert_eq!(digest.as_bytes(), expected, "{algorithm}, {room}");
        }
    }
}

#[test]
fn pieces_joined_have_the_digest_of_the_whole() {
    let mut inspector = inspector();
    let data = bytes((3 << 16) + 77, 5);
    let values: Vec<_> = data
        .chunks(1 << 16)
        .enumerate()
        .map(|(index, piece)| {
            let offset = (index as u64) << 16;
            let (len, value) = inspector
                .piece_with(1 << 16, offset, &mut |space| {
                    space[..piece.len()].copy_from_slice(piece);
                    piece.len()
                })
                .unwrap();
            assert_eq!(len, piece.len());
            value.unwrap()
        })
        .collect();
    let left = inspector.join(&values[0], &values[1], false).unwrap();
    let right = inspector.join(&values[2], &values[3], false).unwrap();
    let root = inspector.join(&left, &right, true).unwrap();
    assert_eq!(root, blake3(&data));
    // What cannot be a piece has no value, and costs nothing.
    for (len, offset, error) in [
        (0, 0, TreeError::EmptyPiece),
        (5, 3, TreeError::Misaligned(3)),
        (2048, 1024, TreeError::PieceTooLong(1024)),
    ] {
        let answer = inspector.piece_with(len, offset, &mut |it| it.len());
        assert_eq!(answer, Ok((len, Err(error))), "{len} at {offset}");
    }
}

fn blake3(data: &[u8]) -> [u8; 32] {
    hashing::digest(Algorithm::Blake3, data).try_into().unwrap()
}
