//! What pictures and films say of themselves, of files that are hostile.
//!
//! A file is made of two parts with a gap of zeros between them, so that an
//! input of some hundred bytes is a file of many megabytes. It is read as a
//! host reads it. What is asked for must be within bounds, what is told must
//! be sound, and a file that is read whole must tell the same.

use sanchay_media::{ASKS, Answer, HEAD, MOST, Media, Range, TEXT, inspect};

use crate::input::Input;

/// No gap is longer.
const GAP: u64 = 1 << 40;

/// No file is read whole that is larger.
const WHOLE: u64 = 256 << 10;

/// A file.
struct File<'a> {
    first: &'a [u8],
    gap: u64,
    second: &'a [u8],
}

/// Reads a file.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let gap = input.number() % GAP;
    let first = input.bytes();
    let file = File { first, gap, second: input.rest() };
    let size = file.size();
    let head = Range { offset: 0, length: size.min(HEAD.into()) };
    let mut pieces = vec![(0, file.read(head))];
    let media = loop {
        let views: Vec<_> =
            pieces.iter().map(|(at, it)| (*at, it.as_slice())).collect();
        let answer = inspect(&views, size);
        assert_eq!(inspect(&views, size), answer);
        let ranges = match answer {
            Answer::Told(media) => break media,
            Answer::More(ranges) => ranges,
        };
        assert!(!ranges.is_empty() && pieces.len() + ranges.len() <= ASKS + 1);
        for range in ranges {
            let end = range.offset.checked_add(range.length).unwrap();
            assert!(range.length > 0 && end <= size, "{range:?} of {size}");
            pieces.push((range.offset, file.read(range)));
        }
        assert!(seen(&pieces) <= MOST);
    };
    check(media.as_ref());
    // What was not given up is the whole truth.
    if size <= WHOLE && pieces.len() <= ASKS && seen(&pieces) <= MOST / 2 {
        let whole = file.read(Range { offset: 0, length: size });
        assert_eq!(inspect(&[(0, &whole)], size), Answer::Told(media));
    }
}

fn seen(pieces: &[(u64, Vec<u8>)]) -> u64 {
    pieces.iter().map(|(_, bytes)| bytes.len() as u64).sum()
}

/// Asserts that values are such as can be told.
fn check(media: Option<&Media>) {
    let Some(media) = media else { return };
    assert!(media.media_type.contains('/'), "{media:?}");
    assert!(media.width != Some(0) && media.height != Some(0), "{media:?}");
    let is_sound = |text: &String| {
        (1..=TEXT).contains(&text.len()) && !text.chars().any(char::is_control)
    };
    assert!(media.camera.as_ref().is_none_or(is_sound), "{media:?}");
    let in_calendar = |seconds| {
        // A day more on both sides, for offsets.
        (-62_135_683_200..253_402_387_200_i64).contains(&seconds)
    };
    assert!(
        media.taken.is_none_or(|taken| {
            taken.nanoseconds < 1_000_000_000 && in_calendar(taken.seconds)
        }),
        "{media:?}"
    );
}

impl File<'_> {
    fn size(&self) -> u64 {
        (self.first.len() + self.second.len()) as u64 + self.gap
    }

    /// The bytes of a range that lies in it.
    fn read(&self, range: Range) -> Vec<u8> {
        let begin = self.first.len() as u64;
        let end = begin + self.gap;
        (range.offset..range.offset + range.length)
            .map(|at| match at {
                _ if at < begin => self.first[usize::try_from(at).unwrap()],
                _ if at < end => 0,
                _ => self.second[usize::try_from(at - end).unwrap()],
            })
            .collect()
    }
}
