//! Small files in the formats of pictures and films, with what they say of
//! themselves and nothing to look at.

pub mod boxes;
pub mod matroska;
pub mod tiff;

use self::tiff::{Field, Order};
use crate::image;

/// What a camera wrote of a picture.
#[derive(Clone, Debug)]
pub struct Shot<'a> {
    /// Who made the camera, and what it is called.
    pub camera: (&'a str, &'a str),
    /// When the shutter was released.
    pub original: Option<&'a str>,
    /// The offset of that from UTC.
    pub offset: Option<&'a str>,
    /// Its fraction of a second.
    pub fraction: Option<&'a str>,
    /// When it was made digital.
    pub digitized: Option<&'a str>,
    /// When the file was changed last.
    pub changed: Option<&'a str>,
    /// The width and the height.
    pub size: (u32, u32),
}

impl Default for Shot<'_> {
    fn default() -> Self {
        Self {
            camera: ("Canon", "Canon EOS 5D Mark II"),
            original: Some("2024:05:17 13:30:05"),
            offset: Some("+02:00"),
            fraction: Some("25"),
            digitized: None,
            changed: Some("2025:01:01 00:00:00"),
            size: (640, 480),
        }
    }
}

impl Shot<'_> {
    /// The entries of the directory of Exif.
    #[must_use]
    pub fn exif(&self) -> Vec<(u16, Field)> {
        let texts = [
            (0x9003, self.original),
            (0x9004, self.digitized),
            (0x9011, self.offset),
            (0x9291, self.fraction),
        ];
        let texts = texts.into_iter().filter_map(|(tag, text)| {
            Some((tag, Field::Text(text?.to_owned())))
        });
        let (width, height) = self.size;
        let size = [
            (0xa002, Field::Longs(vec![width])),
            (0xa003, Field::Longs(vec![height])),
        ];
        texts.chain(size).collect()
    }

    /// The entries of the first directory, without those of an image.
    #[must_use]
    pub fn first(&self) -> Vec<(u16, Field)> {
        let (make, model) = self.camera;
        let mut entries = vec![
            (0x10f, Field::Text(make.to_owned())),
            (0x110, Field::Text(model.to_owned())),
        ];
        if let Some(changed) = self.changed {
            entries.push((0x132, Field::Text(changed.to_owned())));
        }
        entries.push((0x8769, Field::Directory(self.exif())));
        entries
    }

    /// All of it, as other formats carry it.
    #[must_use]
    pub fn tiff(&self, order: Order) -> Vec<u8> {
        tiff::file(order, b"", &[self.first()])
    }
}

/// A JPEG image with metadata in front of its frame, and after that so many
/// bytes of other segments.
#[must_use]
pub fn jpeg(shot: &Shot<'_>, order: Order, others: usize) -> Vec<u8> {
    let exif = [b"Exif\0\0", &*shot.tiff(order)].concat();
    let mut before = vec![image::segment(0xe1, &exif)];
    let mut left = others;
    while left > 0 {
        let length = left.min(60_000);
        before.push(image::segment(0xe2, &vec![b'.'; length]));
        left -= length;
    }
    let before: Vec<&[u8]> = before.iter().map(Vec::as_slice).collect();
    let (width, height) = shot.size;
    let side = |it| u16::try_from(it).unwrap();
    let mut file = image::jpeg(side(width), side(height), &before);
    file.extend(image::segment(0xda, &[1, 1, 0, 0, 63, 0]));
    file.extend([0, 0xff, 0xd9]);
    file
}

/// Where a PNG image has its metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the image.
    Before,
    /// Behind it.
    Behind,
}

/// A PNG image whose data takes up so many bytes, in chunks of 8 KiB.
#[must_use]
pub fn png(shot: &Shot<'_>, place: Place, data: usize) -> Vec<u8> {
    let exif = png_chunk(b"eXIf", &shot.tiff(Order::Big));
    let (width, height) = shot.size;
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 6, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(png_chunk(b"IHDR", &header));
    if place == Place::Before {
        file.extend(&exif);
    }
    for chunk in vec![0; data].chunks(8192) {
        file.extend(png_chunk(b"IDAT", chunk));
    }
    if place == Place::Behind {
        file.extend(&exif);
    }
    file.extend(png_chunk(b"IEND", b""));
    file
}

fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    let sum = crc32fast::hash(chunk.get(4..).unwrap());
    chunk.extend(sum.to_be_bytes());
    chunk
}

/// A WebP image of so many bytes, with metadata behind it.
#[must_use]
pub fn webp(shot: &Shot<'_>, data: usize) -> Vec<u8> {
    let (width, height) = shot.size;
    let mut header = vec![1 << 3, 0, 0, 0];
    header.extend(&(width - 1).to_le_bytes()[..3]);
    header.extend(&(height - 1).to_le_bytes()[..3]);
    let mut bits = vec![0x2f];
    bits.extend(((height - 1) << 14 | (width - 1)).to_le_bytes());
    bits.resize(data.max(5), 0);
    let chunks = [
        riff_chunk(b"VP8X", &header),
        riff_chunk(b"VP8L", &bits),
        riff_chunk(b"EXIF", &shot.tiff(Order::Little)),
    ];
    riff(b"WEBP", &chunks.concat())
}

/// A film in AVI's form: of so many frames, which take so many microseconds
/// each.
#[must_use]
pub fn avi((width, height): (u32, u32), frames: u32, each: u32) -> Vec<u8> {
    let mut header = vec![0; 56];
    for (at, number) in [(0, each), (16, frames), (32, width), (36, height)] {
        header.splice(at..at + 4, number.to_le_bytes());
    }
    let list = [b"hdrl", &*riff_chunk(b"avih", &header)].concat();
    riff(b"AVI ", &riff_chunk(b"LIST", &list))
}

/// A sound of so many bytes, of which a second has so many.
#[must_use]
pub fn wave(bytes: usize, per_second: u32) -> Vec<u8> {
    let mut format = vec![1, 0, 1, 0];
    format.extend((per_second / 2).to_le_bytes());
    format.extend(per_second.to_le_bytes());
    format.extend([2, 0, 16, 0]);
    let chunks =
        [riff_chunk(b"fmt ", &format), riff_chunk(b"data", &vec![0; bytes])];
    riff(b"WAVE", &chunks.concat())
}

fn riff(form: &[u8; 4], chunks: &[u8]) -> Vec<u8> {
    riff_chunk(b"RIFF", &[form, chunks].concat())
}

fn riff_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap();
    let mut chunk = [kind, &length.to_le_bytes(), data].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A sound in FLAC's form: of so many samples, of which a second has so many.
#[must_use]
pub fn flac(samples: u64, per_second: u64) -> Vec<u8> {
    let mut block = vec![0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0];
    // One channel of 16 bits, less one of both.
    let bits = per_second << 44 | 15 << 36 | samples;
    block.extend(bits.to_be_bytes());
    block.extend([0; 16]);
    [b"fLaC\x80\0\0\x22", &*block].concat()
}

/// A bitmap of Windows without its pixels.
#[must_use]
pub fn bmp(width: i32, height: i32) -> Vec<u8> {
    let mut file = b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend([1, 0, 24, 0]);
    file.resize(54, 0);
    file
}

/// A raw picture of Fujifilm: a JPEG preview with the metadata, and the
/// dimensions of the sensor.
#[must_use]
pub fn raf(shot: &Shot<'_>) -> Vec<u8> {
    const FIRST: usize = 160;
    let (width, height) = shot.size;
    let preview = Shot { size: (160, 120), ..shot.clone() };
    let preview = jpeg(&preview, Order::Little, 0);
    let side = |it: u32| u16::try_from(it).unwrap().to_be_bytes();
    let mut table = 2_u32.to_be_bytes().to_vec();
    for (tag, more) in [(0x100_u16, 64), (0x111, 0)] {
        table.extend(tag.to_be_bytes());
        table.extend([0, 4]);
        table.extend(side(height + more));
        table.extend(side(width + more));
    }
    let length = |it: usize| u32::try_from(it).unwrap().to_be_bytes();
    let mut file = b"FUJIFILMCCD-RAW 0201FF119502X-T3".to_vec();
    file.resize(60, 0);
    file.extend(b"0200");
    file.resize(84, 0);
    file.extend(length(FIRST));
    file.extend(length(preview.len()));
    file.extend(length(FIRST + preview.len()));
    file.extend(length(table.len()));
    file.extend(length(FIRST + preview.len() + table.len()));
    file.extend(length(16));
    file.resize(FIRST, 0);
    file.extend(preview);
    file.extend(table);
    file.resize(file.len() + 16, 0);
    file
}

/// An entry that says that an image is a smaller version of another.
const REDUCED: (u16, Field) = (0xfe, Field::Long(1));

/// The entries of an image.
fn picture(
    (width, height): (u32, u32),
    photometric: u16,
) -> Vec<(u16, Field)> {
    vec![
        (0xfe, Field::Long(0)),
        (0x100, Field::Longs(vec![width])),
        (0x101, Field::Longs(vec![height])),
        (0x106, Field::Short(photometric)),
    ]
}

/// Values of colour filters.
const FILTERS: u16 = 32803;

/// A scanned page or the like: a TIFF file that is an image.
#[must_use]
pub fn scan(shot: &Shot<'_>, order: Order) -> Vec<u8> {
    let mut first = picture(shot.size, 2);
    first.extend(shot.first());
    tiff::file(order, b"", &[first])
}

/// A raw picture of the kind that NEF and ARW are: a preview, and what the
/// sensor saw in a directory of its own.
#[must_use]
pub fn raw(shot: &Shot<'_>, order: Order) -> Vec<u8> {
    tiff::file(order, b"", &[raw_directory(shot, Vec::new())])
}

/// The same in Adobe's form.
#[must_use]
pub fn dng(shot: &Shot<'_>, order: Order) -> Vec<u8> {
    let version = vec![(0xc612, Field::Bytes(vec![1, 4, 0, 0]))];
    tiff::file(order, b"", &[raw_directory(shot, version)])
}

fn raw_directory(
    shot: &Shot<'_>,
    more: Vec<(u16, Field)>,
) -> Vec<(u16, Field)> {
    let mut smaller = picture((1024, 768), 6);
    smaller[0] = REDUCED;
    let mut first = picture((160, 120), 2);
    first[0] = REDUCED;
    first.extend(shot.first());
    first.push((
        0x14a,
        Field::Directories(vec![smaller, picture(shot.size, FILTERS)]),
    ));
    first.extend(more);
    first
}

/// A raw picture of Canon in its older form.
#[must_use]
pub fn cr2(shot: &Shot<'_>) -> Vec<u8> {
    let mut first = picture(shot.size, 6);
    first.remove(0);
    first.extend(shot.first());
    let others = vec![(0x103, Field::Short(6))];
    let mark = b"CR\x02\0\0\0\0\0";
    tiff::file(Order::Little, mark, &[first, others])
}
