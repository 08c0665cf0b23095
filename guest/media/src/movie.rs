//! Films in boxes: MP4 (ISO/IEC 14496-12 and -14), QuickTime, 3GPP; and CR3,
//! the raw format of Canon, whose images lie in the same boxes.
//!
//! A box `moov`, before or behind the film itself, has a header (`mvhd`) with
//! times, and for each track one (`tkhd`) with dimensions. What else is known
//! is in `meta`, under the names in its table of `keys` (QuickTime File
//! Format, Metadata), or in `udta`.

use crate::bmff::{Box, Boxes};
use crate::date;
use crate::exif;
use crate::found::Found;
use crate::input::{Input, Stop};
use crate::text;

/// The largest `moov` that is read in one piece, in bytes. The tables of a
/// long film make it some megabytes large; then its boxes are read one by one.
const WHOLE: u64 = 192 << 10;

/// How many names of metadata are looked at.
const KEYS: u32 = 256;

/// The type of a CR3 file.
const CR3: &str = "image/x-canon-cr3";

/// What Canon calls the box with its metadata (canon_cr3, Laurent Clévy).
const CANON: [u8; 16] = [
    0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce,
    0x46, 0x2b, 0x6a, 0x48,
];

/// Reads a file.
pub(crate) fn read(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    found.media_type = Some("video/quicktime");
    let mut boxes = Boxes::new(input, 0);
    while let Some(Box { kind, body }) = boxes.next()? {
        match &kind {
            b"ftyp" => found.media_type = Some(media_type(body.array(0)?)),
            b"moov" => return film(&body, found),
            _ => {}
        }
    }
    Ok(())
}

/// The type of a file of a brand.
fn media_type(brand: [u8; 4]) -> &'static str {
    match &brand {
        b"qt  " => "video/quicktime",
        b"crx " => CR3,
        b"M4A " | b"M4B " | b"M4P " => "audio/mp4",
        b"M4V " | b"M4VH" | b"M4VP" => "video/x-m4v",
        [b'3', b'g', b'2', _] => "video/3gpp2",
        [b'3', b'g', ..] => "video/3gpp",
        _ => "video/mp4",
    }
}

/// Reads the box `moov`.
fn film(moov: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    if moov.size() <= WHOLE {
        moov.prefetch(0, WHOLE)?;
    }
    let is_film = found.media_type != Some(CR3);
    let mut boxes = Boxes::new(moov, 0);
    while let Some(Box { kind, body }) = boxes.next()? {
        let result = match &kind {
            b"mvhd" if is_film => header(&body, found),
            b"trak" if is_film && found.dimensions.is_none() => {
                track(&body, found)
            }
            b"mvex" if is_film => fragments(&body, found),
            b"meta" => metadata(&body, found),
            b"udta" => user_data(&body, found),
            b"uuid" if !is_film => canon(&body, found),
            _ => Ok(()),
        };
        found.note(result);
    }
    Ok(())
}

/// Reads `mvhd` (8.2.2): when the film was made, and how long it is.
fn header(body: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let (created, per_second, ticks) = match body.byte(0)? {
        0 => {
            let ticks = body.be32(16)?;
            let known = Some(ticks).filter(|it| *it != u32::MAX);
            let ticks = known.map(u64::from);
            (body.be32(4)?.into(), body.be32(12)?, ticks)
        }
        _ => {
            let ticks = body.be64(24)?;
            let known = Some(ticks).filter(|it| *it != u64::MAX);
            (body.be64(4)?, body.be32(20)?, known)
        }
    };
    found.created = date::macintosh(created);
    found.per_second = per_second.into();
    if let Some(ticks) = ticks {
        found.set_duration(ticks, per_second.into());
    }
    Ok(())
}

/// Reads the header of a track (8.3.2), whose width and height are numbers of
/// which 16 bits are a fraction. Tracks without a picture have none.
fn track(body: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let header = Boxes::new(body, 0).find(b"tkhd")?.ok_or(Stop::Damaged)?;
    let at = if header.byte(0)? == 0 { 76 } else { 88 };
    let (width, height) = (header.be32(at)?, header.be32(at + 4)?);
    found.set_dimensions(width >> 16, height >> 16);
    Ok(())
}

/// Reads how long a film in fragments is (8.8.2).
fn fragments(body: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let Some(header) = Boxes::new(body, 0).find(b"mehd")? else {
        return Ok(());
    };
    let ticks = match header.byte(0)? {
        0 => header.be32(4)?.into(),
        _ => header.be64(4)?,
    };
    found.set_duration(ticks, found.per_second);
    Ok(())
}

/// What is read of metadata.
#[derive(Clone, Copy)]
enum Key {
    Created,
    Make,
    Model,
}

impl Key {
    fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"com.apple.quicktime.creationdate" => Some(Self::Created),
            b"com.apple.quicktime.make" | b"com.android.manufacturer" => {
                Some(Self::Make)
            }
            b"com.apple.quicktime.model" | b"com.android.model" => {
                Some(Self::Model)
            }
            _ => None,
        }
    }

    fn set(self, value: &[u8], found: &mut Found) {
        match self {
            Self::Created if found.exact.is_none() => {
                found.exact = date::iso(value);
            }
            Self::Make if found.make.is_none() => {
                found.make = text::clean(value);
            }
            Self::Model if found.model.is_none() => {
                found.model = text::clean(value);
            }
            _ => {}
        }
    }
}

/// The longest value that is read, in bytes.
const VALUE: u64 = 256;

/// A value, or the first part of it.
fn value<'a>(body: &Input<'a>, at: u64) -> Result<&'a [u8], Stop> {
    let length = body.size().saturating_sub(at).min(VALUE);
    body.bytes(at, usize::try_from(length).map_err(|_| Stop::Damaged)?)
}

/// Reads a box `meta` that has `keys`: names, and values by their numbers.
fn metadata(body: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    // In MP4, four bytes of version and flags stand before its boxes.
    let first = match &body.array(4)? {
        b"hdlr" => 0,
        _ => 4,
    };
    let Some(keys) = Boxes::new(body, first).find(b"keys")? else {
        return Ok(());
    };
    let Some(list) = Boxes::new(body, first).find(b"ilst")? else {
        return Ok(());
    };
    let mut items = Boxes::new(&list, 0);
    while let Some(Box { kind, body }) = items.next()? {
        let Some(key) = key(&keys, u32::from_be_bytes(kind))? else {
            continue;
        };
        // A value has its type and its language before it.
        if let Some(data) = Boxes::new(&body, 0).find(b"data")? {
            key.set(value(&data, 8)?, found);
        }
    }
    Ok(())
}

/// The name of a number, from 1.
fn key(keys: &Input<'_>, wanted: u32) -> Result<Option<Key>, Stop> {
    let mut at = 8;
    for number in 1..=keys.be32(4)?.min(KEYS) {
        let length = u64::from(keys.be32(at)?);
        let Some(length) = length.checked_sub(8) else {
            return Err(Stop::Damaged);
        };
        if number == wanted {
            let name = keys.section(at + 8, length);
            return Ok(Key::named(value(&name, 0)?));
        }
        at += 8 + length;
    }
    Ok(None)
}

/// Reads a box `udta`: texts, each with its length and its language before it.
fn user_data(body: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let mut boxes = Boxes::new(body, 0);
    while let Some(Box { kind, body }) = boxes.next()? {
        let key = match &kind {
            b"\xa9mak" => Key::Make,
            b"\xa9mod" => Key::Model,
            b"\xa9day" => Key::Created,
            b"meta" => {
                let result = metadata(&body, found);
                found.note(result);
                continue;
            }
            _ => continue,
        };
        let length = body.be16(0)?.into();
        key.set(value(&body.section(4, length), 0)?, found);
    }
    Ok(())
}

/// Reads Canon's boxes, each of which is a TIFF file: `CMT1` has the first
/// directory, `CMT2` that of Exif.
fn canon(body: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    if body.array(0)? != CANON {
        return Ok(());
    }
    let mut boxes = Boxes::new(body, 16);
    while let Some(Box { kind, body }) = boxes.next()? {
        let result = match &kind {
            b"CMT1" => exif::image(&body, found),
            b"CMT2" => exif::metadata(&body, found),
            _ => Ok(()),
        };
        found.note(result);
    }
    Ok(())
}
