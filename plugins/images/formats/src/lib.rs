//! The formats: from the first bytes of a file to what they say of an image.
//!
//! Nothing here knows of WebAssembly, allocates, or can panic. The plugin
//! calls it in the sandbox; the tests in `plugins/build` call it natively.
#![no_std]

mod gif;
mod input;
mod jpeg;
mod png;
mod webp;

use core::fmt;

pub use input::Piece;
use input::{Input, Missing};

/// A format of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Graphics Interchange Format, 87a and 89a.
    Gif,
    /// JPEG, whatever the file format around it: JFIF, Exif.
    Jpeg,
    /// Portable Network Graphics, animated or not.
    Png,
    /// WebP, lossy or lossless.
    Webp,
}

impl Format {
    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }
}

/// What is known of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// The format that its bytes have; its name may claim another.
    pub format: Format,
    /// Its width in pixels, unless it lies behind the bytes at hand.
    pub width: Option<u32>,
    /// Its height in pixels, unless it lies behind the bytes at hand.
    pub height: Option<u32>,
    /// Where in the file to look for them, if the bytes at hand do not tell.
    pub unseen: Option<u64>,
}

/// What is wrong with a file that begins as an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The file ends before what must be there.
    Ends,
    /// Something else stands where this must stand.
    Lacks(&'static str),
    /// An image without width or without height.
    NoPixels,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ends => f.write_str("the file ends before the dimensions"),
            Self::Lacks(what) => write!(f, "there is no {what}"),
            Self::NoPixels => f.write_str("a dimension is 0"),
        }
    }
}

/// The dimensions that a format's parser found; none of those that lie behind
/// the bytes at hand.
type Dimensions = (Option<u32>, Option<u32>);

/// Why a parser stopped.
enum Stop {
    /// The file is damaged.
    Damaged(Damage),
    /// The answer lies behind the bytes at hand, from here on.
    Unseen(u64),
}

impl From<Damage> for Stop {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Ends => Self::Damaged(Damage::Ends),
            Missing::Unseen(at) => Self::Unseen(at),
        }
    }
}

/// Tells what a file says of its image: `pieces` are bytes of it, its first
/// ones before all others, and `size` is its size in bytes.
///
/// `None` for a file that does not begin as one of the formats does; an error
/// for one that does and then breaks off or goes wrong before its dimensions
/// are known.
pub fn inspect(
    pieces: &[Piece<'_>],
    size: u64,
) -> Result<Option<Image>, (Format, Damage)> {
    let head = pieces.first().map_or(&[][..], |(_, bytes)| bytes);
    let Some(format) = recognise(head) else { return Ok(None) };
    let input = Input::new(pieces, size);
    let found = match format {
        Format::Gif => gif::dimensions(&input),
        Format::Jpeg => jpeg::dimensions(&input),
        Format::Png => png::dimensions(&input),
        Format::Webp => webp::dimensions(&input),
    };
    match found {
        Ok((width, height)) => {
            Ok(Some(Image { format, width, height, unseen: None }))
        }
        Err(Stop::Unseen(at)) => {
            let (width, height, unseen) = (None, None, Some(at));
            Ok(Some(Image { format, width, height, unseen }))
        }
        Err(Stop::Damaged(damage)) => Err((format, damage)),
    }
}

/// The format that a file begins with, whatever it is called.
fn recognise(head: &[u8]) -> Option<Format> {
    if head.starts_with(png::SIGNATURE) {
        return Some(Format::Png);
    }
    if head.starts_with(jpeg::SIGNATURE) {
        return Some(Format::Jpeg);
    }
    if gif::SIGNATURES.iter().any(|it| head.starts_with(it)) {
        return Some(Format::Gif);
    }
    webp::is_it(head).then_some(Format::Webp)
}
