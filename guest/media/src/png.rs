//! PNG (W3C, third edition, 2025).
//!
//! A signature (section 5.2), then chunks: a length, a type of four letters,
//! data, a checksum (5.3). The first is `IHDR`, which begins with the width
//! and the height, four bytes each (11.2.1). `eXIf` holds a TIFF file
//! (11.3.4.5). It may stand behind the image, which fills any number of
//! chunks: that is not walked along, but looked for near the end of the file.

use crate::crc::crc32;
use crate::exif;
use crate::found::Found;
use crate::input::{Input, Stop};

/// What every file begins with.
pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// How near the end of a file its metadata is looked for, in bytes.
const TAIL: u64 = 16 << 10;

/// What stands around a chunk's data: length and type, and the checksum.
const BEFORE: u64 = 8;
const AROUND: u64 = 12;

/// Reads the chunks.
pub(crate) fn read(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    found.media_type = Some("image/png");
    let mut at = SIGNATURE.len() as u64;
    loop {
        let length = u64::from(input.be32(at)?);
        let kind: [u8; 4] = input.array(at + 4)?;
        match &kind {
            b"IHDR" => {
                let width = input.be32(at + BEFORE)?;
                let height = input.be32(at + BEFORE + 4)?;
                found.set_dimensions(width, height);
            }
            b"acTL" => found.media_type = Some("image/apng"),
            b"eXIf" => {
                let section = input.section(at + BEFORE, length);
                return exif::metadata(&section, found);
            }
            b"IDAT" => return behind(input, at, found),
            b"IEND" => return Ok(()),
            _ => {}
        }
        at = at.saturating_add(length).saturating_add(AROUND);
    }
}

/// Looks for metadata behind the image. A chunk's checksum tells that it is
/// one.
fn behind(
    input: &Input<'_>,
    image: u64,
    found: &mut Found,
) -> Result<(), Stop> {
    let start = input.size().saturating_sub(TAIL).max(image);
    let length = usize::try_from(input.size().saturating_sub(start));
    let tail = input.bytes(start, length.map_err(|_| Stop::Damaged)?)?;
    for (at, window) in tail.windows(8).enumerate() {
        let Some(([a, b, c, d], b"eXIf")) = window.split_first_chunk() else {
            continue;
        };
        let length = u32::from_be_bytes([*a, *b, *c, *d]);
        let Ok(length) = usize::try_from(length) else { continue };
        let whole = at.checked_add(4).and_then(|from| tail.get(from..));
        let typed = length.checked_add(4);
        let data = whole.zip(typed).and_then(|(it, end)| it.get(..end));
        let sum = whole.zip(typed).and_then(|(it, end)| {
            it.get(end..)?.first_chunk().map(|it| u32::from_be_bytes(*it))
        });
        if data.map(crc32).is_some_and(|it| Some(it) == sum) {
            let at = start.saturating_add(at as u64 + BEFORE);
            let section = input.section(at, length as u64);
            return exif::metadata(&section, found);
        }
    }
    Ok(())
}
