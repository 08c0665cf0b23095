//! Films and newer images: boxes (ISO/IEC 14496-12 and 23008-12).

use super::Shot;
use super::tiff::{self, Field, Order};

/// A box.
#[must_use]
pub fn one(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind, &content].concat()
}

/// A number of 16 bits, and one of 32.
fn short(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_be_bytes()
}

fn long(number: u32) -> [u8; 4] {
    number.to_be_bytes()
}

/// Version 0 without flags.
const PLAIN: &[u8] = &[0; 4];

/// What a film says of itself.
#[derive(Clone, Debug)]
pub struct Film<'a> {
    /// Its brand: `isom`, `qt  `, ...
    pub brand: &'a [u8; 4],
    /// Seconds since 1904 in UTC; 0 for none.
    pub created: u64,
    /// The length in ticks, and how many a second has.
    pub duration: (u32, u32),
    /// The width and the height.
    pub size: (u32, u32),
    /// Names and values of QuickTime's metadata.
    pub keys: &'a [(&'a str, &'a str)],
    /// How many bytes of film stand before what it says of itself.
    pub data: usize,
    /// How many bytes of tables its track has.
    pub tables: usize,
    /// Whether its numbers are those of 64 bits.
    pub is_long: bool,
}

impl Default for Film<'_> {
    fn default() -> Self {
        Self {
            brand: b"isom",
            created: 0,
            duration: (12_500, 1000),
            size: (1920, 1080),
            keys: &[],
            data: 100,
            tables: 0,
            is_long: false,
        }
    }
}

impl Film<'_> {
    /// The file.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        let number = |it: u64| match self.is_long {
            true => it.to_be_bytes().to_vec(),
            false => u32::try_from(it).unwrap().to_be_bytes().to_vec(),
        };
        let version = &[u8::from(self.is_long), 0, 0, 0];
        let (ticks, per_second) = self.duration;
        let (width, height) = self.size;
        let header = one(
            b"mvhd",
            &[
                version,
                &number(self.created),
                &number(self.created),
                &long(per_second),
                &number(ticks.into()),
                &[0; 80],
            ],
        );
        let sound = [
            version,
            &number(0)[..],
            &number(0),
            &long(1),
            &[0; 4],
            &number(ticks.into()),
            &[0; 52],
        ];
        let picture = [long(width << 16), long(height << 16)].concat();
        let silent = one(b"tkhd", &[&sound.concat(), &[0; 8]]);
        let shown = one(b"tkhd", &[&sound.concat(), &picture]);
        let tables = one(b"stbl", &[&vec![0; self.tables]]);
        let tracks = [
            one(b"trak", &[&silent]),
            one(
                b"trak",
                &[&shown, &one(b"mdia", &[&one(b"minf", &[&tables])])],
            ),
        ];
        let moov =
            one(b"moov", &[&header, &tracks[0], &tracks[1], &self.metadata()]);
        [
            one(b"ftyp", &[self.brand, &[0; 4], self.brand]),
            one(b"mdat", &[&vec![0; self.data]]),
            moov,
        ]
        .concat()
    }

    fn metadata(&self) -> Vec<u8> {
        if self.keys.is_empty() {
            return Vec::new();
        }
        let names: Vec<_> = self
            .keys
            .iter()
            .map(|(name, _)| one(b"mdta", &[name.as_bytes()]))
            .collect();
        let values: Vec<_> = (1_u32..)
            .zip(self.keys)
            .map(|(number, (_, value))| {
                let data =
                    one(b"data", &[&long(1), &[0; 4], value.as_bytes()]);
                one(&number.to_be_bytes(), &[&data])
            })
            .collect();
        let count = long(u32::try_from(names.len()).unwrap());
        let handler =
            one(b"hdlr", &[PLAIN, &[0; 4], b"mdta", &[0; 12], b"\0"]);
        one(
            b"meta",
            &[
                &handler,
                &one(b"keys", &[PLAIN, &count, &names.concat()]),
                &one(b"ilst", &[&values.concat()]),
            ],
        )
    }
}

/// An HEIF image (or AVIF, by its brand), whose metadata stands behind so many
/// bytes of image.
#[must_use]
pub fn heif(shot: &Shot<'_>, brand: &[u8; 4], data: usize) -> Vec<u8> {
    let file_type = one(b"ftyp", &[brand, &[0; 4], b"mif1", brand]);
    let exif = [&long(0)[..], &shot.tiff(Order::Big)].concat();
    let handler = one(b"hdlr", &[PLAIN, &[0; 4], b"pict", &[0; 12], b"\0"]);
    let item = |number: usize, kind: &[u8; 4]| {
        one(b"infe", &[&[2, 0, 0, 0], &short(number), &short(0), kind, b"\0"])
    };
    // That of a thumbnail comes first.
    let items =
        [item(1, b"hvc1"), item(3, b"Exif"), item(2, b"Exif")].concat();
    let describes = |from: usize, to: usize| {
        one(b"cdsc", &[&short(from), &short(1), &short(to)])
    };
    let references = [describes(3, 4), describes(2, 1)].concat();
    let (width, height) = shot.size;
    let properties = [
        // That of a thumbnail, which the image does not have.
        one(b"ispe", &[PLAIN, &long(9000), &long(9000)]),
        one(b"ispe", &[PLAIN, &long(width), &long(height)]),
    ];
    let owned = [&short(1)[..], &[1, 0x82]].concat();
    let properties = one(
        b"iprp",
        &[
            &one(b"ipco", &[&properties.concat()]),
            &one(b"ipma", &[PLAIN, &long(1), &owned]),
        ],
    );
    let meta = |begin: u32| {
        let place = |number: usize, at: u32, length: usize| {
            let length = u32::try_from(length).unwrap();
            let parts = [&short(number)[..], &short(0), &short(1)].concat();
            [parts, long(at).into(), long(length).into()].concat()
        };
        let second = begin + u32::try_from(data).unwrap();
        let places =
            [place(1, begin, data), place(2, second, exif.len())].concat();
        one(
            b"meta",
            &[
                PLAIN,
                &handler,
                &one(b"pitm", &[PLAIN, &short(1)]),
                &one(b"iloc", &[PLAIN, &[0x44, 0], &short(2), &places]),
                &one(b"iinf", &[PLAIN, &short(3), &items]),
                &one(b"iref", &[PLAIN, &references]),
                &properties,
            ],
        )
    };
    let begin = file_type.len() + meta(0).len() + 8;
    let meta = meta(u32::try_from(begin).unwrap());
    [file_type, meta, one(b"mdat", &[&vec![0; data], &exif])].concat()
}

/// A raw picture of Canon in its newer form.
#[must_use]
pub fn cr3(shot: &Shot<'_>) -> Vec<u8> {
    let (width, height) = shot.size;
    let mut first = shot.first();
    first.retain(|(tag, _)| *tag != 0x8769);
    first.push((0x100, Field::Longs(vec![width])));
    first.push((0x101, Field::Longs(vec![height])));
    let id = [
        0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4,
        0xce, 0x46, 0x2b, 0x6a, 0x48,
    ];
    let tables = [
        one(b"CNCV", &[b"CanonCR3_001/00.09.00/00.00.00"]),
        one(b"CMT1", &[&tiff::file(Order::Little, b"", &[first])]),
        one(b"CMT2", &[&tiff::file(Order::Little, b"", &[shot.exif()])]),
    ];
    [
        one(b"ftyp", &[b"crx ", &long(1), b"crx isom"]),
        one(b"moov", &[&one(b"uuid", &[&id, &tables.concat()])]),
        one(b"mdat", &[&[0; 64]]),
    ]
    .concat()
}
