//! What cameras write into TIFF's directories (Exif 2.32; TIFF/EP, ISO
//! 12234-2; DNG 1.7), alone or within files of other formats.

use crate::date;
use crate::found::Found;
use crate::input::{Input, Stop};
use crate::text;
use crate::tiff::{Directory, Entry, Tiff};

/// How many further images of a file are looked at.
const IMAGES: usize = 8;

/// Tags that are read (Exif 2.32, tables 4 to 8; TIFF 6.0, section 8).
mod tag {
    pub(super) const SUBFILE_TYPE: u16 = 0xfe;
    pub(super) const WIDTH: u16 = 0x100;
    pub(super) const HEIGHT: u16 = 0x101;
    pub(super) const PHOTOMETRIC: u16 = 0x106;
    pub(super) const MAKE: u16 = 0x10f;
    pub(super) const MODEL: u16 = 0x110;
    pub(super) const SUB_IFDS: u16 = 0x14a;
    pub(super) const EXIF_IFD: u16 = 0x8769;
    pub(super) const ORIGINAL: u16 = 0x9003;
    pub(super) const DIGITIZED: u16 = 0x9004;
    pub(super) const OFFSET_ORIGINAL: u16 = 0x9011;
    pub(super) const OFFSET_DIGITIZED: u16 = 0x9012;
    pub(super) const FRACTION_ORIGINAL: u16 = 0x9291;
    pub(super) const FRACTION_DIGITIZED: u16 = 0x9292;
    pub(super) const PIXEL_WIDTH: u16 = 0xa002;
    pub(super) const PIXEL_HEIGHT: u16 = 0xa003;
    pub(super) const DNG_VERSION: u16 = 0xc612;
}

/// The PhotometricInterpretation of what a sensor saw: an array of colour
/// filters (TIFF/EP), or values without them (DNG).
const RAW: [u32; 2] = [32803, 34892];

/// Reads the metadata in a TIFF file that lies in another file.
pub(crate) fn metadata(
    input: &Input<'_>,
    found: &mut Found,
) -> Result<(), Stop> {
    let (tiff, first) = Tiff::new(input)?;
    about(&tiff, &tiff.directory(first)?, found);
    Ok(())
}

/// Reads the same, and the dimensions of the image that it is about.
pub(crate) fn image(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let (tiff, first) = Tiff::new(input)?;
    let directory = tiff.directory(first)?;
    about(&tiff, &directory, found);
    let Image { width, height, .. } = Image::of(&directory, found);
    found.set_dimensions(width, height);
    Ok(())
}

/// Reads a file that is TIFF itself: an image, or what a sensor saw.
pub(crate) fn file(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    // Canon's have a mark behind the header.
    let is_cr2 = input.array(8) == Ok(*b"CR");
    found.media_type =
        Some(if is_cr2 { "image/x-canon-cr2" } else { "image/tiff" });
    let (tiff, first) = Tiff::new(input)?;
    let first = tiff.directory(first)?;
    about(&tiff, &first, found);

    let own = Image::of(&first, found);
    let mut is_raw = own.is_raw;
    let mut all = [own; IMAGES];
    let mut count = 1;
    let mut add = |image: Image| {
        is_raw |= image.is_raw;
        if let Some(place) = all.get_mut(count) {
            *place = image;
            count += 1;
        }
    };
    for at in own.sub_ifds.into_iter().take_while(|at| *at != 0) {
        let directory = tiff.directory(at);
        if let Some(directory) = found.note(directory) {
            add(Image::of(&directory, found));
        }
    }
    // Pages of an image are not the image; where the first is only a preview,
    // the others are not pages.
    let mut next = first.next;
    for _ in 0..4 {
        if !own.is_reduced || next == 0 {
            break;
        }
        let Some(directory) = found.note(tiff.directory(next)) else { break };
        add(Image::of(&directory, found));
        next = directory.next;
    }
    let all = all.get(..count).unwrap_or_default();
    let whole = all.iter().filter(|it| !it.is_reduced).copied();
    let best = match own.is_reduced || own.area() == 0 {
        true => whole.max_by_key(Image::area).unwrap_or(own),
        false => own,
    };
    if best.area() != 0 {
        found.set_dimensions(best.width, best.height);
    }
    if !is_cr2 {
        found.media_type = Some(media_type(own.is_dng, is_raw, found));
    }
    Ok(())
}

/// The type of a file that is TIFF.
fn media_type(is_dng: bool, is_raw: bool, found: &Found) -> &'static str {
    let make = found.make.as_deref().unwrap_or_default();
    let raws = [
        ("NIKON", "image/x-nikon-nef"),
        ("SONY", "image/x-sony-arw"),
        ("PENTAX", "image/x-pentax-pef"),
        ("RICOH", "image/x-pentax-pef"),
        ("SAMSUNG", "image/x-samsung-srw"),
    ];
    let of_make = raws.iter().find(|(of, _)| {
        make.get(..of.len()).is_some_and(|it| it.eq_ignore_ascii_case(of))
    });
    match (is_dng, is_raw, of_make) {
        (true, ..) => "image/x-adobe-dng",
        (false, true, Some((_, media_type))) => media_type,
        _ => "image/tiff",
    }
}

/// An image of a file, by its directory.
#[derive(Clone, Copy, Default)]
struct Image {
    width: u32,
    height: u32,
    /// Whether it is a smaller version of another one in the file.
    is_reduced: bool,
    is_raw: bool,
    is_dng: bool,
    /// Where the directories of others lie; the rest is 0.
    sub_ifds: [u32; 5],
}

impl Image {
    fn of(directory: &Directory<'_>, found: &mut Found) -> Self {
        let mut image = Self::default();
        for entry in directory.entries() {
            let mut number = || found.note(entry.number()).unwrap_or(0);
            match entry.tag {
                tag::SUBFILE_TYPE => image.is_reduced = number() & 1 != 0,
                tag::WIDTH => image.width = number(),
                tag::HEIGHT => image.height = number(),
                tag::PHOTOMETRIC => image.is_raw = RAW.contains(&number()),
                tag::DNG_VERSION => image.is_dng = true,
                tag::SUB_IFDS => {
                    let mut room = [0; 5];
                    let result = entry.numbers(&mut room).map(drop);
                    found.note(result);
                    image.sub_ifds = room;
                }
                _ => {}
            }
        }
        image
    }

    fn area(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// Reads what a directory, and the one of Exif that it names, say of when and
/// with what the image was taken.
fn about(tiff: &Tiff<'_>, directory: &Directory<'_>, found: &mut Found) {
    let mut exif = None;
    for entry in directory.entries() {
        match entry.tag {
            tag::EXIF_IFD => exif = found.note(entry.number()),
            _ => {
                let result = value(&entry, found);
                found.note(result);
            }
        }
    }
    let Some(exif) = exif else { return };
    let Some(directory) = found.note(tiff.directory(exif)) else { return };
    for entry in directory.entries() {
        let result = value(&entry, found);
        found.note(result);
    }
}

/// Takes the value of an entry that matters.
fn value(entry: &Entry<'_>, found: &mut Found) -> Result<(), Stop> {
    let text = || entry.text();
    match entry.tag {
        tag::MAKE if found.make.is_none() => {
            found.make = text::clean(text()?.bytes());
        }
        tag::MODEL if found.model.is_none() => {
            found.model = text::clean(text()?.bytes());
        }
        tag::ORIGINAL if found.original.wall.is_none() => {
            found.original.wall = date::exif(text()?.bytes());
        }
        tag::OFFSET_ORIGINAL if found.original.offset.is_none() => {
            found.original.offset = date::offset(text()?.bytes());
        }
        tag::FRACTION_ORIGINAL if found.original.nanoseconds.is_none() => {
            found.original.nanoseconds = date::fraction(text()?.bytes());
        }
        tag::DIGITIZED if found.digitized.wall.is_none() => {
            found.digitized.wall = date::exif(text()?.bytes());
        }
        tag::OFFSET_DIGITIZED if found.digitized.offset.is_none() => {
            found.digitized.offset = date::offset(text()?.bytes());
        }
        tag::FRACTION_DIGITIZED if found.digitized.nanoseconds.is_none() => {
            found.digitized.nanoseconds = date::fraction(text()?.bytes());
        }
        tag::PIXEL_WIDTH if found.exif_width.is_none() => {
            found.exif_width = Some(entry.number()?);
        }
        tag::PIXEL_HEIGHT if found.exif_height.is_none() => {
            found.exif_height = Some(entry.number()?);
        }
        _ => {}
    }
    Ok(())
}
