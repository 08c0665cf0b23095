//! TIFF 6.0: directories of tagged values, in either order of bytes.
//!
//! A header tells the order of bytes and where the first directory lies. A
//! directory is a count, so many entries of twelve bytes, and where the next
//! one lies. An entry is a tag, a type, how many values there are, and the
//! values themselves if they fit in four bytes, or else where they lie.

use crate::input::{Input, Stop};

/// How many entries a directory may have. Those of cameras have some 70.
const ENTRIES: u16 = 1024;

/// No text is longer that is read, in bytes.
const TEXT: u32 = 256;

/// A TIFF file, or what is in the form of one.
#[derive(Clone, Copy)]
pub(crate) struct Tiff<'a> {
    input: Input<'a>,
    is_big_endian: bool,
}

/// A directory.
pub(crate) struct Directory<'a> {
    tiff: Tiff<'a>,
    entries: &'a [u8],
    /// Where the next one lies; 0 for none.
    pub(crate) next: u32,
}

/// An entry of a directory.
pub(crate) struct Entry<'a> {
    tiff: Tiff<'a>,
    pub(crate) tag: u16,
    kind: u16,
    count: u32,
    value: [u8; 4],
}

impl<'a> Tiff<'a> {
    /// Reads the header: also where the first directory lies.
    pub(crate) fn new(input: &Input<'a>) -> Result<(Self, u32), Stop> {
        let is_big_endian = match &input.array(0)? {
            b"II\x2a\0" => false,
            b"MM\0\x2a" => true,
            _ => return Err(Stop::Damaged),
        };
        let tiff = Self { input: *input, is_big_endian };
        let first = tiff.long(input.array(4)?);
        Ok((tiff, first))
    }

    fn short(&self, bytes: [u8; 2]) -> u16 {
        match self.is_big_endian {
            true => u16::from_be_bytes(bytes),
            false => u16::from_le_bytes(bytes),
        }
    }

    fn long(&self, bytes: [u8; 4]) -> u32 {
        match self.is_big_endian {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        }
    }

    /// Reads the directory at an offset.
    pub(crate) fn directory(&self, at: u32) -> Result<Directory<'a>, Stop> {
        let at = u64::from(at);
        let count = self.short(self.input.array(at)?);
        if count > ENTRIES {
            return Err(Stop::Damaged);
        }
        let length = usize::from(count) * 12;
        let entries = self.input.bytes(at + 2, length)?;
        // A file that was cut short may have no more.
        let next = match self.input.array(at + 2 + length as u64) {
            Ok(bytes) => self.long(bytes),
            Err(_) => 0,
        };
        Ok(Directory { tiff: *self, entries, next })
    }
}

impl<'a> Directory<'a> {
    /// Its entries.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let tiff = self.tiff;
        self.entries.chunks_exact(12).filter_map(move |bytes| {
            let (tag, rest) = bytes.split_first_chunk()?;
            let (kind, rest) = rest.split_first_chunk()?;
            let (count, value) = rest.split_first_chunk()?;
            Some(Entry {
                tiff,
                tag: tiff.short(*tag),
                kind: tiff.short(*kind),
                count: tiff.long(*count),
                value: *value.first_chunk()?,
            })
        })
    }
}

impl<'a> Entry<'a> {
    /// Its text, or the first part of it.
    pub(crate) fn text(&self) -> Result<Text<'a>, Stop> {
        // ASCII; Exif 3 has UTF-8 as well. Bytes are what careless writers
        // take.
        if !matches!(self.kind, 1 | 2 | 7 | 129) {
            return Err(Stop::Damaged);
        }
        let length = usize::try_from(self.count.min(TEXT));
        let length = length.map_err(|_| Stop::Damaged)?;
        if length <= self.value.len() {
            return Ok(Text::Inline(self.value, length));
        }
        let offset = self.tiff.long(self.value).into();
        Ok(Text::Outside(self.tiff.input.bytes(offset, length)?))
    }

    /// Its number, the first if there are several.
    pub(crate) fn number(&self) -> Result<u32, Stop> {
        let mut numbers = [0];
        match self.numbers(&mut numbers)? {
            [number, ..] => Ok(*number),
            [] => Err(Stop::Damaged),
        }
    }

    /// Its first numbers: as many as there is room for.
    pub(crate) fn numbers<'n>(
        &self,
        room: &'n mut [u32],
    ) -> Result<&'n [u32], Stop> {
        let width: usize = match self.kind {
            1 => 1,
            3 => 2,
            4 | 13 => 4,
            _ => return Err(Stop::Damaged),
        };
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        let count = count.min(room.len());
        let outside = count
            .checked_mul(width)
            .filter(|_| self.bytes() > self.value.len() as u64);
        let bytes = match outside {
            None => &self.value[..],
            Some(length) => {
                let offset = self.tiff.long(self.value).into();
                self.tiff.input.bytes(offset, length)?
            }
        };
        let mut filled = 0;
        for (place, bytes) in room.iter_mut().zip(bytes.chunks_exact(width)) {
            if filled == count {
                break;
            }
            *place = match *bytes {
                [a] => a.into(),
                [a, b] => self.tiff.short([a, b]).into(),
                [a, b, c, d] => self.tiff.long([a, b, c, d]),
                _ => return Err(Stop::Damaged),
            };
            filled += 1;
        }
        Ok(room.get(..filled).unwrap_or_default())
    }

    /// How many bytes its values take up.
    fn bytes(&self) -> u64 {
        let width = match self.kind {
            3 => 2,
            4 | 13 => 4,
            _ => 1,
        };
        u64::from(self.count) * width
    }
}

/// A text, which may stand in its entry.
pub(crate) enum Text<'a> {
    Inline([u8; 4], usize),
    Outside(&'a [u8]),
}

impl Text<'_> {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Inline(bytes, length) => {
                bytes.get(..*length).unwrap_or_default()
            }
            Self::Outside(bytes) => bytes,
        }
    }
}
