//! Files in all the formats, read as a host reads them: a few bytes at a time.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod formats;
mod properties;

use sanchay_media::{ASKS, Answer, HEAD, MOST, Media, inspect};

/// What a file says of itself, how often it was asked for more of it, and how
/// many bytes were looked at.
fn read(file: &[u8]) -> (Option<Media>, usize, u64) {
    let size = file.len() as u64;
    let head = &file[..file.len().min(HEAD as usize)];
    let mut pieces: Vec<(u64, &[u8])> = vec![(0, head)];
    loop {
        let seen = pieces.iter().map(|(_, it)| it.len() as u64).sum();
        assert!(seen <= MOST, "{seen} bytes were asked for");
        match inspect(&pieces, size) {
            Answer::Told(media) => return (media, pieces.len() - 1, seen),
            Answer::More(ranges) => {
                assert!(!ranges.is_empty());
                for range in ranges {
                    let end = range.offset + range.length;
                    assert!(range.length > 0 && end <= size);
                    let (from, to) = (range.offset as usize, end as usize);
                    pieces.push((range.offset, &file[from..to]));
                }
                assert!(pieces.len() <= ASKS + 1);
            }
        }
    }
}

/// What a file says of itself that says anything.
fn told(file: &[u8]) -> Media {
    read(file).0.expect("it is in a known format")
}
