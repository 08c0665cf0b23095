//! JPEG (ITU-T T.81, annex B), and the metadata of Exif in it.
//!
//! After the start of image come segments: a marker of two bytes, 0xff first,
//! then for most of them a length that counts itself, then data. That of the
//! frame header begins with a precision, then the height and the width, two
//! bytes each (B.2.2). An APP1 segment that begins with `Exif` and two zero
//! bytes holds a TIFF file (Exif 2.32, 4.7.2).

use crate::exif;
use crate::found::Found;
use crate::input::{Input, Stop};

/// What an APP1 segment with Exif's metadata begins with.
const EXIF: &[u8; 6] = b"Exif\0\0";

/// Reads the segments up to the frame header, and the dimensions in that if
/// they are those of the file.
pub(crate) fn read(
    input: &Input<'_>,
    found: &mut Found,
    is_file: bool,
) -> Result<(), Stop> {
    let mut at = 2;
    loop {
        if input.byte(at)? != 0xff {
            return Err(Stop::Damaged);
        }
        // Any number of these bytes may come before a marker (B.1.1.2).
        at += 1;
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
                if is_file {
                    let height = input.be16(at + 3)?;
                    let width = input.be16(at + 5)?;
                    found.set_dimensions(width.into(), height.into());
                }
                return Ok(());
            }
            // Markers that stand alone.
            0x01 | 0xd0..=0xd8 => {}
            // The end, or a scan, before any frame; and what is no marker.
            0x00 | 0xd9 | 0xda => return Err(Stop::Damaged),
            _ => {
                let length = u64::from(input.be16(at)?);
                if length < 2 {
                    return Err(Stop::Damaged);
                }
                if marker == 0xe1 && length >= 8 {
                    let begins = input.array(at + 2);
                    if found.note(begins).as_ref() == Some(EXIF) {
                        let section = input.section(at + 8, length - 8);
                        let result = exif::metadata(&section, found);
                        found.note(result);
                    }
                }
                at += length;
            }
        }
    }
}
