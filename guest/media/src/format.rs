//! Which format a file is in, by its first bytes, whatever it is called.

use crate::found::Found;
use crate::input::{Input, Stop};
use crate::{exif, heif, jpeg, matroska, movie, png, raf, riff, small};

/// Reads a file in whichever format it is.
pub(crate) fn read(input: &Input<'_>, found: &mut Found) {
    let result = dispatch(input, found);
    found.note(result);
}

fn dispatch(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let length = usize::try_from(input.size().min(32)).unwrap_or(32);
    let head = input.bytes(0, length)?;
    let kind = head.get(4..8).unwrap_or_default();
    let form = head.get(8..12).unwrap_or_default();
    match head {
        [0xff, 0xd8, 0xff, ..] => {
            found.media_type = Some("image/jpeg");
            jpeg::read(input, found, true)
        }
        [b'R', b'I', b'F', b'F', ..] => match form {
            b"WEBP" => riff::webp(input, found),
            b"AVI " => riff::avi(input, found),
            b"WAVE" => riff::wave(input, found),
            _ => Ok(()),
        },
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => {
            exif::file(input, found)
        }
        [0x1a, 0x45, 0xdf, 0xa3, ..] => matroska::read(input, found),
        [b'f', b'L', b'a', b'C', ..] => small::flac(input, found),
        [b'B', b'M', ..] => small::bmp(input, found),
        _ if head.starts_with(png::SIGNATURE) => png::read(input, found),
        _ if head.starts_with(raf::SIGNATURE) => raf::read(input, found),
        _ if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") => {
            small::gif(input, found)
        }
        _ => match kind {
            b"ftyp" => match heif::media_type(input)? {
                Some(media_type) => {
                    found.media_type = Some(media_type);
                    heif::read(input, found)
                }
                None => movie::read(input, found),
            },
            // Films that are older than the box that says what they are.
            b"moov" | b"mdat" | b"wide" | b"pnot" => movie::read(input, found),
            _ => Ok(()),
        },
    }
}
