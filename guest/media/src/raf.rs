//! RAF, the raw format of Fujifilm, which describes it nowhere: as ExifTool's
//! documentation has it.
//!
//! Behind a signature and some texts stand, at fixed places, where a JPEG
//! image lies that has the metadata, and where a table of what the sensor saw:
//! a count, then values, each a tag and a length of two bytes before it.

use crate::found::Found;
use crate::input::{Input, Stop};
use crate::jpeg;

/// What every file begins with.
pub(crate) const SIGNATURE: &[u8] = b"FUJIFILMCCD-RAW ";

/// Tags of dimensions, height first: of the part of the sensor that is shown,
/// and of all of it.
const CROPPED: u16 = 0x111;
const FULL: u16 = 0x100;

/// How many values of the table are looked at.
const VALUES: u32 = 256;

/// Reads a file.
pub(crate) fn read(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    found.media_type = Some("image/x-fujifilm-raf");
    let (at, length) = (input.be32(84)?, input.be32(88)?);
    let preview = input.section(at.into(), length.into());
    let result = jpeg::read(&preview, found, false);
    found.note(result);
    let (at, length) = (input.be32(92)?, input.be32(96)?);
    table(&input.section(at.into(), length.into()), found)
}

fn table(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let mut full = None;
    let mut at = 4;
    for _ in 0..input.be32(0)?.min(VALUES) {
        let (tag, length) = (input.be16(at)?, input.be16(at + 2)?);
        if matches!(tag, CROPPED | FULL) {
            let height = input.be16(at + 4)?.into();
            let width = input.be16(at + 6)?.into();
            match tag {
                CROPPED => found.set_dimensions(width, height),
                _ => full = Some((width, height)),
            }
        }
        at += 4 + u64::from(length);
    }
    if let Some((width, height)) = full {
        found.set_dimensions(width, height);
    }
    Ok(())
}
