//! WebP (RFC 9649).
//!
//! A RIFF container of the form `WEBP`: `RIFF`, a length, `WEBP`, then chunks,
//! each a type of four letters, a length and data (sections 2.3 and 2.4). The
//! first chunk tells which of three kinds the file is, and the dimensions.

use super::input::Input;
use super::{Damage, Dimensions, Stop};

/// Where the data of the first chunk begins.
const DATA: u64 = 20;

/// What begins a key frame of VP8 (RFC 6386, section 9.1).
const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];

/// What a lossless image begins with (RFC 9649, section 3.4).
const LOSSLESS: u8 = 0x2f;

/// Whether a file begins as WebP files do.
pub(super) fn is_it(head: &[u8]) -> bool {
    head.starts_with(b"RIFF")
        && head.get(8..).is_some_and(|it| it.starts_with(b"WEBP"))
}

/// Reads the first chunk.
pub(super) fn dimensions(input: &Input<'_>) -> Result<Dimensions, Stop> {
    let kind: [u8; 4] = input.bytes(12)?;
    let (width, height) = match &kind {
        b"VP8 " => lossy(input)?,
        b"VP8L" => lossless(input)?,
        b"VP8X" => extended(input)?,
        _ => return Err(Damage::Lacks("image in the first chunk").into()),
    };
    if width == 0 || height == 0 {
        return Err(Damage::NoPixels.into());
    }
    Ok((Some(width), Some(height)))
}

/// A frame of VP8: three bytes of which the lowest bit is 0 for a key frame,
/// the start code, then width and height in 14 bits each, below two bits of
/// scaling (RFC 6386, section 9.1).
fn lossy(input: &Input<'_>) -> Result<(u32, u32), Stop> {
    let is_key = input.byte(DATA)? & 1 == 0;
    let start: [u8; 3] = input.bytes(DATA + 3)?;
    if !is_key || start != START_CODE {
        return Err(Damage::Lacks("key frame").into());
    }
    let side = |at| input.le16(at).map(|it| u32::from(it & 0x3fff));
    Ok((side(DATA + 6)?, side(DATA + 8)?))
}

/// A lossless image: one byte, then in 14 bits each the width and the height,
/// less one (RFC 9649, section 3.4).
fn lossless(input: &Input<'_>) -> Result<(u32, u32), Stop> {
    if input.byte(DATA)? != LOSSLESS {
        return Err(Damage::Lacks("lossless signature").into());
    }
    let bits = input.le32(DATA + 1)?;
    Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

/// The header of an extended file: four bytes of flags, then in 24 bits each
/// the width and the height of the canvas, less one (RFC 9649, section 2.7).
fn extended(input: &Input<'_>) -> Result<(u32, u32), Stop> {
    Ok((input.le24(DATA + 4)? + 1, input.le24(DATA + 7)? + 1))
}
