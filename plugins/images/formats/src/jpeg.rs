//! JPEG (ITU-T Recommendation T.81, annex B).
//!
//! Markers of two bytes, the first 0xff. Most begin a segment: a length of two
//! bytes, which counts itself, and data. Any number of segments of metadata
//! come before the frame header, which has the dimensions: the length, a byte
//! with the precision, height and width (B.2.2).

use super::input::Input;
use super::{Damage, Dimensions, Stop};

/// The marker that every file begins with, and the first byte of the next.
pub(super) const SIGNATURE: &[u8] = &[0xff, 0xd8, 0xff];

/// Walks over the segments to the frame header.
///
/// Where it lies behind the bytes at hand, and every segment until there is
/// sound, the dimensions are not known and the file is not damaged. A height
/// of 0 says that it follows the first scan (B.2.5): it is not known either.
pub(super) fn dimensions(input: &Input<'_>) -> Result<Dimensions, Stop> {
    let mut at = 2;
    loop {
        if input.byte(at)? != 0xff {
            return Err(Damage::Lacks("marker after a segment").into());
        }
        at += 1;
        // Any number of these bytes may come before a marker (B.1.1.2).
        let mut marker = input.byte(at)?;
        while marker == 0xff {
            at += 1;
            marker = input.byte(at)?;
        }
        at += 1;
        match marker {
            // Frame headers; the other three of the range are tables,
            // reserved, and conditions of arithmetic coding.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let (height, width) =
                    (input.be16(at + 3)?, input.be16(at + 5)?);
                if width == 0 {
                    return Err(Damage::NoPixels.into());
                }
                let height = Some(height.into()).filter(|it| *it != 0);
                return Ok((Some(width.into()), height));
            }
            // Markers that stand alone.
            0x01 | 0xd0..=0xd8 => {}
            // The end, or a scan, before any frame; and what is no marker.
            0x00 | 0xd9 | 0xda => {
                return Err(Damage::Lacks("frame header").into());
            }
            _ => {
                let length = input.be16(at)?;
                if length < 2 {
                    return Err(Damage::Lacks("length of a segment").into());
                }
                at += u64::from(length);
            }
        }
    }
}
