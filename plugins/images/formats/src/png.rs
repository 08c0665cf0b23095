//! PNG: Portable Network Graphics (W3C, third edition, 2025).
//!
//! A signature (section 5.2), then chunks: a length, a type of four letters,
//! data, a checksum (5.3). The first is `IHDR` with 13 bytes, which begin with
//! the width and the height, each four bytes and from 1 to 2^31-1 (11.2.1).

use super::input::Input;
use super::{Damage, Dimensions, Stop};

/// What every file begins with.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The largest width and height.
const LARGEST: u32 = i32::MAX as u32;

/// Reads the first chunk.
pub(super) fn dimensions(input: &Input<'_>) -> Result<Dimensions, Stop> {
    let length = input.be32(8)?;
    let kind: [u8; 4] = input.bytes(12)?;
    if &kind != b"IHDR" || length != 13 {
        return Err(Damage::Lacks("header (IHDR)").into());
    }
    let (width, height) = (input.be32(16)?, input.be32(20)?);
    if width == 0 || height == 0 {
        return Err(Damage::NoPixels.into());
    }
    if width > LARGEST || height > LARGEST {
        return Err(Damage::Lacks("possible dimension").into());
    }
    Ok((Some(width), Some(height)))
}
