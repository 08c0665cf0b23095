//! HEIF and AVIF (ISO/IEC 23008-12): images in boxes.
//!
//! A box `meta` has a table of items (`iinf`), where they lie (`iloc`), which
//! one is the image (`pitm`), and properties of items (`iprp`), among them the
//! dimensions (`ispe`). An item of the type `Exif` holds a TIFF file; a
//! reference (`iref`) says which item it describes.

use crate::bmff::{Box, Boxes};
use crate::exif;
use crate::found::Found;
use crate::input::{Input, Stop};

/// The largest `meta` box that is read in one piece, in bytes.
const WHOLE: u64 = 128 << 10;

/// How many items, and how many properties, are looked at.
const ITEMS: u32 = 8192;

/// The type of a file that is one of these; `None` for films.
pub(crate) fn media_type(
    input: &Input<'_>,
) -> Result<Option<&'static str>, Stop> {
    let Some(Box { kind, body }) = Boxes::new(input, 0).next()? else {
        return Ok(None);
    };
    if &kind != b"ftyp" {
        return Ok(None);
    }
    Ok(match &body.array(0)? {
        b"heic" | b"heix" | b"heim" | b"heis" => Some("image/heic"),
        b"hevc" | b"hevx" => Some("image/heic-sequence"),
        b"avif" => Some("image/avif"),
        b"avis" => Some("image/avif-sequence"),
        b"msf1" => Some("image/heif-sequence"),
        b"mif1" => Some(match has_brand(&body, b"avif")? {
            true => "image/avif",
            false => "image/heif",
        }),
        _ => None,
    })
}

/// Whether a file is compatible with a brand.
fn has_brand(body: &Input<'_>, brand: &[u8; 4]) -> Result<bool, Stop> {
    for at in (8..body.size().min(128)).step_by(4) {
        if body.size() >= at + 4 && &body.array::<4>(at)? == brand {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads a file.
pub(crate) fn read(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let meta = Boxes::new(input, 0).find(b"meta")?.ok_or(Stop::Damaged)?;
    if meta.size() <= WHOLE {
        meta.prefetch(0, WHOLE)?;
    }
    let mut primary = None;
    let (mut exif_items, mut references) = ([0; EXIF_ITEMS], None);
    let (mut locations, mut properties, mut data) = (None, None, None);
    // Four bytes of version and flags stand before its boxes.
    let mut boxes = Boxes::new(&meta, 4);
    while let Some(Box { kind, body }) = boxes.next()? {
        match &kind {
            b"pitm" => {
                primary = Some(match body.byte(0)? {
                    0 => body.be16(4)?.into(),
                    _ => body.be32(4)?,
                });
            }
            b"iinf" => exif_items = items_of_exif(&body)?,
            b"iref" => references = Some(body),
            b"iloc" => locations = Some(body),
            b"iprp" => properties = Some(body),
            b"idat" => data = Some(body),
            _ => {}
        }
    }
    if let Some(properties) = properties {
        let result = dimensions(&properties, primary, found);
        found.note(result);
    }
    let described = match (references, primary) {
        (Some(references), Some(primary)) => {
            let result = describing(&references, &exif_items, primary);
            found.note(result).flatten()
        }
        _ => None,
    };
    let [first, ..] = exif_items;
    let item = described.unwrap_or(first);
    let Some(locations) = locations.filter(|_| item != 0) else {
        return Ok(());
    };
    let Some(section) = location(&locations, item, input, data)? else {
        return Ok(());
    };
    // The item begins with how many bytes stand before the TIFF header.
    let skip = u64::from(section.be32(0)?);
    exif::metadata(&section.from(skip.saturating_add(4)), found)
}

/// How many items with Exif's metadata are looked at.
const EXIF_ITEMS: usize = 4;

/// The numbers of the items that have Exif's metadata; the rest is 0.
fn items_of_exif(iinf: &Input<'_>) -> Result<[u32; EXIF_ITEMS], Stop> {
    let mut items = [0; EXIF_ITEMS];
    let mut places = items.iter_mut();
    let first = match iinf.byte(0)? {
        0 => 6,
        _ => 8,
    };
    let mut entries = Boxes::new(iinf, first);
    while let Some(Box { kind, body }) = entries.next()? {
        if &kind != b"infe" {
            continue;
        }
        let (item, item_type) = match body.byte(0)? {
            2 => (body.be16(4)?.into(), body.array(8)?),
            3 => (body.be32(4)?, body.array(10)?),
            _ => continue,
        };
        if &item_type != b"Exif" {
            continue;
        }
        let Some(place) = places.next() else { break };
        *place = item;
    }
    Ok(items)
}

/// Which of some items describes the primary one.
fn describing(
    iref: &Input<'_>,
    items: &[u32],
    primary: u32,
) -> Result<Option<u32>, Stop> {
    let is_wide = iref.byte(0)? != 0;
    let mut references = Boxes::new(iref, 4);
    while let Some(Box { kind, body }) = references.next()? {
        if &kind != b"cdsc" {
            continue;
        }
        let from = match is_wide {
            true => body.be32(0)?,
            false => body.be16(0)?.into(),
        };
        let first = if is_wide { 6 } else { 4 };
        if from == 0 || !items.contains(&from) {
            continue;
        }
        for index in 0..u64::from(body.be16(first - 2)?) {
            let to = match is_wide {
                true => body.be32(first + index * 4)?,
                false => body.be16(first + index * 2)?.into(),
            };
            if to == primary {
                return Ok(Some(from));
            }
        }
    }
    Ok(None)
}

/// Where an item lies, if it is in one piece: in the file, or in the box that
/// is for small items.
fn location<'a>(
    iloc: &Input<'a>,
    wanted: u32,
    file: &Input<'a>,
    data: Option<Input<'a>>,
) -> Result<Option<Input<'a>>, Stop> {
    let version = iloc.byte(0)?;
    if version > 2 {
        return Err(Stop::Damaged);
    }
    let [sizes, more] = iloc.array(4)?;
    let width = |bits: u8| usize::from(bits & 0xf);
    let (offset_size, length_size) = (width(sizes >> 4), width(sizes));
    let base_size = width(more >> 4);
    let index_size = if version == 0 { 0 } else { width(more) };
    let is_wide = version == 2;
    let (count, mut at) = match is_wide {
        true => (iloc.be32(6)?, 10),
        false => (iloc.be16(6)?.into(), 8),
    };
    let mut next = |width: usize| {
        let number = iloc.be(at, width)?;
        at += width as u64;
        Ok::<_, Stop>(number)
    };
    for _ in 0..count.min(ITEMS) {
        let item = next(if is_wide { 4 } else { 2 })?;
        let method = if version == 0 { 0 } else { next(2)? & 0xf };
        // Another file has it unless this is 0.
        let reference = next(2)?;
        let base = next(base_size)?;
        let extents = next(2)?;
        let is_it = item == u64::from(wanted);
        for _ in 0..extents {
            next(index_size)?;
            let offset = next(offset_size)?;
            let length = next(length_size)?;
            if is_it {
                let from = match (method, reference, data) {
                    (0, 0, _) => *file,
                    (1, 0, Some(data)) => data,
                    _ => return Ok(None),
                };
                let at = base.saturating_add(offset);
                let length = if length == 0 { u64::MAX } else { length };
                return Ok(Some(from.section(at, length)));
            }
        }
    }
    Ok(None)
}

/// Reads the dimensions: those that the primary item has, or else the largest
/// that there are.
fn dimensions(
    iprp: &Input<'_>,
    primary: Option<u32>,
    found: &mut Found,
) -> Result<(), Stop> {
    let properties = Boxes::new(iprp, 0).find(b"ipco")?;
    let properties = properties.ok_or(Stop::Damaged)?;
    let own = match primary {
        Some(primary) => own_properties(iprp, primary)?,
        None => Own::default(),
    };
    let mut best: Option<(u32, u32)> = None;
    let mut boxes = Boxes::new(&properties, 0);
    let mut index: u16 = 0;
    while let Some(Box { kind, body }) = boxes.next()? {
        index = index.saturating_add(1);
        if &kind != b"ispe" {
            continue;
        }
        let size = (body.be32(4)?, body.be32(8)?);
        if own.has(index) {
            best = Some(size);
            break;
        }
        let area = |(w, h): (u32, u32)| u64::from(w) * u64::from(h);
        if best.is_none_or(|it| area(it) < area(size)) {
            best = Some(size);
        }
    }
    if let Some((width, height)) = best {
        found.set_dimensions(width, height);
    }
    Ok(())
}

/// The numbers of an item's properties, from 1. No image has many.
#[derive(Default)]
struct Own {
    numbers: [u16; 32],
}

impl Own {
    fn has(&self, number: u16) -> bool {
        number != 0 && self.numbers.contains(&number)
    }
}

/// Which properties an item has.
fn own_properties(iprp: &Input<'_>, item: u32) -> Result<Own, Stop> {
    let mut own = Own::default();
    let Some(ipma) = Boxes::new(iprp, 0).find(b"ipma")? else {
        return Ok(own);
    };
    let (version, is_wide) = (ipma.byte(0)?, ipma.byte(3)? & 1 != 0);
    let mut at = 8;
    for _ in 0..ipma.be32(4)?.min(ITEMS) {
        let id = match version {
            0 => u32::from(ipma.be16(at)?),
            _ => ipma.be32(at)?,
        };
        at += if version == 0 { 2 } else { 4 };
        let count = usize::from(ipma.byte(at)?);
        at += 1;
        let width = if is_wide { 2 } else { 1 };
        if id == item {
            for (index, place) in (0..count).zip(&mut own.numbers) {
                let at = at + index as u64 * width;
                // The highest bit says that a reader must know it.
                *place = match is_wide {
                    true => ipma.be16(at)? & 0x7fff,
                    false => u16::from(ipma.byte(at)? & 0x7f),
                };
            }
            break;
        }
        at += count as u64 * width;
    }
    Ok(own)
}
