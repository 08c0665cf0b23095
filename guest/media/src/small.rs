//! Formats that say everything in their first bytes: GIF, BMP and FLAC.

use crate::found::Found;
use crate::input::{Input, Stop};

/// Reads a GIF file (GIF89a, section 18): behind the signature the width and
/// the height, two bytes each.
pub(crate) fn gif(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    found.media_type = Some("image/gif");
    found.set_dimensions(input.le16(6)?.into(), input.le16(8)?.into());
    Ok(())
}

/// Reads a bitmap of Windows: behind 14 bytes a header that begins with its
/// length, which tells how wide the numbers in it are. The height of one whose
/// first row is the uppermost is negative.
pub(crate) fn bmp(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let (width, height) = match input.le32(14)? {
        12 => (input.le16(18)?.into(), input.le16(20)?.into()),
        40 | 52 | 56 | 64 | 108 | 124 => {
            let height = input.le32(22)?.cast_signed().unsigned_abs();
            (input.le32(18)?, height)
        }
        _ => return Err(Stop::Damaged),
    };
    found.media_type = Some("image/bmp");
    found.set_dimensions(width, height);
    Ok(())
}

/// Reads a FLAC file (RFC 9639, section 8.2): the first block of metadata has
/// the sample rate in 20 bits and, 16 bits later, the number of samples in 36.
pub(crate) fn flac(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    found.media_type = Some("audio/flac");
    if input.byte(4)? & 0x7f != 0 {
        return Err(Stop::Damaged);
    }
    let bits = input.be64(18)?;
    found.set_duration(bits & 0x000f_ffff_ffff, bits >> 44);
    Ok(())
}
