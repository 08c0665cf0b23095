//! Thumbnails of pictures: from the bytes of a file to 24 by 24 cells, which
//! pictures that look the same have in common.
//!
//! Here are decoders of six image formats, the most attacked parsers that
//! there are. They are others' crates and compiled for WebAssembly: whatever a
//! file makes them do, they can reach nothing but their own memory. What they
//! allocate is bounded by [`MAX_MEMORY`], and what passes that bound is an
//! error.
//!
//! The first picture of an animation counts, and the first page of a TIFF.
//! Transparent pixels are shown on white, and pictures upright, as Exif says.
#![forbid(unsafe_code)]

mod cells;
mod error;
mod jpeg;
mod other;
mod preview;

use sanchay_core::similarity::Thumbnail;

use cells::Cells;
pub use error::Error;
use preview::Small;

/// The extensions of the formats that are known, in lower case. The bytes of a
/// file tell which of them it is.
pub const EXTENSIONS: &[&str] = &[
    "apng", "bmp", "dib", "gif", "jfif", "jpe", "jpeg", "jpg", "png", "tif",
    "tiff", "webp",
];

/// How much memory a decoder may allocate, in bytes: enough for 100 million
/// pixels of four bytes.
pub const MAX_MEMORY: u64 = 400_000_000;

/// The longest side of a picture, in pixels.
pub const MAX_SIDE: u32 = 1 << 18;

/// What is told of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its width in pixels, when it is upright.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// What it looks like.
    pub thumbnail: Thumbnail,
    /// A small copy for people, as a BMP file, where one was asked for.
    pub preview: Option<Vec<u8>>,
}

/// The longest side of a small copy, in pixels: enough to compare two pictures
/// beside each other. As a BMP file that is at most 4.4 MB.
pub const MAX_PREVIEW: u32 = 1200;

/// Looks at the bytes of a picture.
///
/// # Errors
/// It has none of the formats, is too large, or cannot be decoded.
pub fn look(bytes: &[u8]) -> Result<Picture, Error> {
    look_both(bytes, 0, MAX_MEMORY)
}

/// The same, with so many bytes of memory for the decoder.
///
/// # Errors
/// As [`look`].
pub fn look_within(bytes: &[u8], memory: u64) -> Result<Picture, Error> {
    look_both(bytes, 0, memory)
}

/// The same, with a small copy whose longer side has at most so many pixels,
/// of [`MAX_PREVIEW`]; with none for 0.
///
/// # Errors
/// As [`look`].
pub fn look_with(bytes: &[u8], side: u32) -> Result<Picture, Error> {
    look_both(bytes, side.min(MAX_PREVIEW), MAX_MEMORY)
}

fn look_both(bytes: &[u8], side: u32, memory: u64) -> Result<Picture, Error> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => jpeg::look(bytes, side, memory),
        _ => other::look(bytes, side, memory),
    }
}

/// A picture as it was decoded, and how it lies.
fn shown(
    (width, height): (u32, u32),
    (cells, small): (&Cells, Option<Small>),
    exif_orientation: u8,
) -> Picture {
    use sanchay_core::similarity::Turn;

    let turn = Turn::of_exif(exif_orientation);
    let thumbnail = cells.thumbnail().turned(turn);
    let preview = small.map(|it| it.bitmap(turn));
    let (width, height) = match turn.is_transposed {
        true => (height, width),
        false => (width, height),
    };
    Picture { width, height, thumbnail, preview }
}
