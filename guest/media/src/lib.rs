//! What pictures and films say of themselves: from a few bytes of a file to
//! its type, dimensions, when and with what it was taken, and how long it is.
//!
//! Nothing here does I/O, knows of WebAssembly, or can panic. Files are large
//! and what matters may stand at their end, so that [`inspect`] looks at
//! pieces of a file and may ask for more. Everything that it reads may be a
//! lie: each offset is checked, each loop is bounded, and so is what it asks
//! for ([`ASKS`], [`MOST`]).
//!
//! A format is a module: it parses a section of a file into [`Found`]. What
//! is damaged or missing leaves values out and is no error.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod bmff;
mod crc;
mod date;
mod exif;
mod format;
mod found;
mod heif;
mod input;
mod jpeg;
mod matroska;
mod movie;
mod png;
mod raf;
mod riff;
mod small;
mod text;
mod tiff;

use alloc::string::String;
use alloc::vec::Vec;

use found::Found;
use input::Input;
pub use input::Piece;

/// How many of a file's first bytes are looked at.
pub const HEAD: u32 = 16 << 10;

/// How often more of a file can be asked for: how many ranges, all together.
pub const ASKS: usize = 8;

/// How many bytes of a file are looked at, at most.
pub const MOST: u64 = 1 << 20;

/// The longest text that is told of a file, in bytes.
pub const TEXT: usize = 128;

/// The extensions, in lower case, of the formats that [`inspect`] knows.
/// Several are more than one format's in the wild: the bytes decide.
pub const EXTENSIONS: &[&str] = &[
    "3g2", "3gp", "arw", "avi", "avif", "bmp", "cr2", "cr3", "dng", "flac",
    "gif", "heic", "heif", "hif", "jfif", "jpe", "jpeg", "jpg", "m4a", "m4v",
    "mka", "mkv", "mov", "mp4", "nef", "nrw", "pef", "png", "qt", "raf",
    "srw", "tif", "tiff", "wav", "webm", "webp",
];

/// What is known of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Media {
    /// The type of its contents, as the Internet names types: `image/jpeg`.
    pub media_type: &'static str,
    /// Its width in pixels, before any rotation.
    pub width: Option<u32>,
    /// Its height in pixels, before any rotation.
    pub height: Option<u32>,
    /// When it was taken.
    pub taken: Option<Taken>,
    /// What took it: at most [`TEXT`] bytes, without control characters.
    pub camera: Option<String>,
    /// How long it lasts, in nanoseconds.
    pub duration: Option<u64>,
}

/// When something was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Seconds since 1970, rounded towards the past: of UTC, or of the clock
    /// on the wall where it was taken.
    pub seconds: i64,
    /// Nanoseconds after that second.
    pub nanoseconds: u32,
    /// Whether nobody wrote down in which time zone that clock was.
    pub is_local: bool,
}

/// Where bytes lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// How many bytes stand before them.
    pub offset: u64,
    /// How many there are.
    pub length: u64,
}

/// What came of looking at pieces of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// What it says of itself; `None` if it is in none of the formats.
    Told(Option<Media>),
    /// These bytes are needed as well: one range or several.
    More(Vec<Range>),
}

/// Tells what a file says of itself. `pieces` are bytes of it: its first ones
/// ([`HEAD`], or all there are), then what earlier answers asked for, a piece
/// for each range. `size` is how many bytes it has.
#[must_use]
pub fn inspect(pieces: &[Piece<'_>], size: u64) -> Answer {
    let mut found = Found::default();
    format::read(&Input::new(pieces, size), &mut found);
    let seen: u64 = pieces.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    let left = (ASKS + 1).saturating_sub(pieces.len());
    let ranges = ranges(&found.unseen, size, left, MOST.saturating_sub(seen));
    match ranges.is_empty() {
        true => Answer::Told(found.media()),
        false => Answer::More(ranges),
    }
}

/// What is asked for is widened to whole pages, as what is needed next often
/// stands nearby.
const PAGE: u64 = 4096;
const WINDOW: u64 = 16 << 10;

/// The ranges to ask for: at most so many, of at most so many bytes together.
fn ranges(unseen: &[Range], size: u64, most: usize, bytes: u64) -> Vec<Range> {
    let mut left = bytes;
    let mut ranges: Vec<Range> = Vec::new();
    for Range { offset, length } in unseen {
        let end = offset.saturating_add(*length).min(size);
        let begin = offset - offset % PAGE;
        let wide = end.max(begin.saturating_add(WINDOW)).min(size);
        let range =
            Range { offset: begin, length: wide.saturating_sub(begin) };
        let is_covered = ranges.iter().any(|other| {
            other.offset <= begin
                && end <= other.offset.saturating_add(other.length)
        });
        if is_covered {
            continue;
        }
        if ranges.len() >= most || range.length == 0 || range.length > left {
            break;
        }
        left -= range.length;
        ranges.push(range);
    }
    ranges
}
