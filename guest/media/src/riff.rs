//! RIFF: WebP (RFC 9649), AVI and WAVE.
//!
//! `RIFF`, a length, the form of the file, then chunks, each a type of four
//! letters, a length and data, padded to an even number of bytes. A chunk
//! `LIST` has a type and chunks of its own.

use crate::exif;
use crate::found::Found;
use crate::input::{Input, Stop};

/// How many chunks of a file are looked at.
const CHUNKS: usize = 4096;

/// A chunk.
struct Chunk<'a> {
    kind: [u8; 4],
    data: Input<'a>,
}

/// The chunks of a section, up to its end.
struct Chunks<'a> {
    input: Input<'a>,
    at: u64,
    left: usize,
}

impl<'a> Chunks<'a> {
    fn new(input: &Input<'a>, at: u64) -> Self {
        Self { input: *input, at, left: CHUNKS }
    }

    /// The next one.
    fn next(&mut self) -> Result<Option<Chunk<'a>>, Stop> {
        let has_more = self.input.size().saturating_sub(self.at) >= 8;
        if !has_more || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let kind = self.input.array(self.at)?;
        let length = u64::from(self.input.le32(self.at + 4)?);
        let data = self.input.section(self.at + 8, length);
        self.at = self.at.saturating_add(8 + length + length % 2);
        Ok(Some(Chunk { kind, data }))
    }
}

/// Where the chunks of a file begin.
const FIRST: u64 = 12;

/// What begins a key frame of VP8 (RFC 6386, section 9.1), and a lossless
/// image (RFC 9649, section 3.4).
const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];
const LOSSLESS: u8 = 0x2f;

/// The bit of an extended file's header that says that it has Exif's metadata.
const HAS_EXIF: u8 = 1 << 3;

/// Reads a WebP file.
pub(crate) fn webp(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    found.media_type = Some("image/webp");
    let mut chunks = Chunks::new(input, FIRST);
    let mut has_exif = false;
    while let Some(Chunk { kind, data }) = chunks.next()? {
        match &kind {
            // Flags, then in 24 bits each the width and the height of the
            // canvas, less one (section 2.7).
            b"VP8X" => {
                has_exif = data.byte(0)? & HAS_EXIF != 0;
                found.set_dimensions(data.le24(4)? + 1, data.le24(7)? + 1);
            }
            // Three bytes, the start code, then width and height in 14 bits
            // each, below two bits of scaling.
            b"VP8 " if found.dimensions.is_none() => {
                if data.array(3)? != START_CODE {
                    return Err(Stop::Damaged);
                }
                let side = |at| data.le16(at).map(|it| u32::from(it & 0x3fff));
                found.set_dimensions(side(6)?, side(8)?);
            }
            // One byte, then in 14 bits each the width and the height, less
            // one.
            b"VP8L" if found.dimensions.is_none() => {
                if data.byte(0)? != LOSSLESS {
                    return Err(Stop::Damaged);
                }
                let bits = data.le32(1)?;
                let (width, height) = (bits & 0x3fff, bits >> 14 & 0x3fff);
                found.set_dimensions(width + 1, height + 1);
            }
            b"EXIF" => {
                // Some writers put in front what JPEG has there.
                let prefix = data.array::<6>(0);
                let skip = match found.note(prefix).as_ref() {
                    Some(b"Exif\0\0") => 6,
                    _ => 0,
                };
                return exif::metadata(&data.from(skip), found);
            }
            _ => {}
        }
        if found.dimensions.is_some() && !has_exif {
            break;
        }
    }
    Ok(())
}

/// Reads an AVI file: its main header, which is in its first list.
pub(crate) fn avi(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    found.media_type = Some("video/x-msvideo");
    let Some(list) = Chunks::new(input, FIRST).next()? else { return Ok(()) };
    if &list.kind != b"LIST" || &list.data.array::<4>(0)? != b"hdrl" {
        return Err(Stop::Damaged);
    }
    let mut chunks = Chunks::new(&list.data, 4);
    while let Some(Chunk { kind, data }) = chunks.next()? {
        if &kind == b"avih" {
            let microseconds = u64::from(data.le32(0)?);
            let frames = u64::from(data.le32(16)?);
            found.set_duration(frames * microseconds, 1_000_000);
            found.set_dimensions(data.le32(32)?, data.le32(36)?);
            break;
        }
    }
    Ok(())
}

/// Reads a WAVE file: how many bytes a second has, and how many there are.
pub(crate) fn wave(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    found.media_type = Some("audio/x-wav");
    let mut chunks = Chunks::new(input, FIRST);
    let mut per_second = 0;
    while let Some(Chunk { kind, data }) = chunks.next()? {
        match &kind {
            b"fmt " => per_second = u64::from(data.le32(8)?),
            b"data" => {
                found.set_duration(data.size(), per_second);
                break;
            }
            _ => {}
        }
    }
    Ok(())
}
