//! Matroska and WebM (RFC 8794, EBML; RFC 9559).
//!
//! An element is a number that says what it is, a length, and its content,
//! which may be elements again. The first bits of a number and of a length
//! tell how many bytes they have. All that matters stands before the film.

use crate::date;
use crate::found::Found;
use crate::input::{Input, Stop};

/// How many elements are looked at in one section.
const ELEMENTS: usize = 256;

/// Numbers of elements, with the bits that tell their length.
mod id {
    pub(super) const EBML: u32 = 0x1a45_dfa3;
    pub(super) const DOC_TYPE: u32 = 0x4282;
    pub(super) const SEGMENT: u32 = 0x1853_8067;
    pub(super) const INFO: u32 = 0x1549_a966;
    pub(super) const SCALE: u32 = 0x2a_d7b1;
    pub(super) const DURATION: u32 = 0x4489;
    pub(super) const DATE: u32 = 0x4461;
    pub(super) const TRACKS: u32 = 0x1654_ae6b;
    pub(super) const TRACK: u32 = 0xae;
    pub(super) const VIDEO: u32 = 0xe0;
    pub(super) const WIDTH: u32 = 0xb0;
    pub(super) const HEIGHT: u32 = 0xba;
    pub(super) const CLUSTER: u32 = 0x1f43_b675;
}

/// An element.
struct Element<'a> {
    id: u32,
    data: Input<'a>,
}

/// The elements of a section.
struct Elements<'a> {
    input: Input<'a>,
    at: u64,
    left: usize,
}

impl<'a> Elements<'a> {
    fn new(input: &Input<'a>) -> Self {
        Self { input: *input, at: 0, left: ELEMENTS }
    }

    /// The next one; `None` after the last.
    fn next(&mut self) -> Result<Option<Element<'a>>, Stop> {
        if self.at >= self.input.size() || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let width = self.width(self.at, 4)?;
        let id = self.input.be(self.at, width)?;
        let at = self.at + width as u64;
        let width = self.width(at, 8)?;
        let bits = u32::try_from(7 * width).map_err(|_| Stop::Damaged)?;
        let all = (1_u64 << bits) - 1;
        let length = self.input.be(at, width)? & all;
        // One whose bits are all set is not known: the rest belongs to it.
        let length = if length == all { u64::MAX } else { length };
        let data = self.input.section(at + width as u64, length);
        self.at = at.saturating_add(width as u64).saturating_add(length);
        let id = u32::try_from(id).map_err(|_| Stop::Damaged)?;
        Ok(Some(Element { id, data }))
    }

    /// How many bytes a number has that may have so many.
    fn width(&self, at: u64, most: u32) -> Result<usize, Stop> {
        let width = self.input.byte(at)?.leading_zeros() + 1;
        match width <= most {
            true => Ok(usize::try_from(width).unwrap_or(usize::MAX)),
            false => Err(Stop::Damaged),
        }
    }
}

/// A number of up to eight bytes.
fn number(data: &Input<'_>) -> Result<u64, Stop> {
    match usize::try_from(data.size()) {
        Ok(width @ 0..=8) => data.be(0, width),
        _ => Err(Stop::Damaged),
    }
}

/// Reads a file.
pub(crate) fn read(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let mut is_webm = false;
    let mut elements = Elements::new(input);
    while let Some(Element { id, data }) = elements.next()? {
        match id {
            id::EBML => {
                let mut elements = Elements::new(&data);
                while let Some(Element { id, data }) = elements.next()? {
                    if id == id::DOC_TYPE {
                        let length = data.size().min(8);
                        let length = usize::try_from(length).unwrap_or(8);
                        let name = data.bytes(0, length)?;
                        is_webm = name.starts_with(b"webm");
                    }
                }
                found.media_type = Some(media_type(is_webm, true));
            }
            id::SEGMENT => return segment(&data, is_webm, found),
            _ => {}
        }
    }
    Ok(())
}

const fn media_type(is_webm: bool, has_video: bool) -> &'static str {
    match (is_webm, has_video) {
        (true, true) => "video/webm",
        (true, false) => "audio/webm",
        (false, true) => "video/x-matroska",
        (false, false) => "audio/x-matroska",
    }
}

/// Reads what stands before the first part of the film.
fn segment(
    input: &Input<'_>,
    is_webm: bool,
    found: &mut Found,
) -> Result<(), Stop> {
    let mut elements = Elements::new(input);
    while let Some(Element { id, data }) = elements.next()? {
        match id {
            id::INFO => {
                let result = info(&data, found);
                found.note(result);
            }
            id::TRACKS => {
                let result = tracks(&data, found);
                if found.note(result) == Some(Pictures::None) {
                    found.media_type = Some(media_type(is_webm, false));
                }
            }
            id::CLUSTER => break,
            _ => {}
        }
    }
    Ok(())
}

/// Reads when the file was made, and how long it is.
fn info(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let mut scale = 1_000_000;
    let mut duration = None;
    let mut elements = Elements::new(input);
    while let Some(Element { id, data }) = elements.next()? {
        match id {
            id::SCALE => scale = number(&data)?,
            id::DURATION => {
                duration = Some(match data.size() {
                    4 => f64::from(f32::from_bits(data.be32(0)?)),
                    _ => f64::from_bits(data.be64(0)?),
                });
            }
            id::DATE => {
                let date = data.be64(0)?.cast_signed();
                found.created = date::matroska(date);
            }
            _ => {}
        }
    }
    // No film lasts for centuries.
    let scale = u32::try_from(scale).map_err(|_| Stop::Damaged)?;
    let nanoseconds = duration.unwrap_or(0.0) * f64::from(scale) + 0.5;
    if (1.0..1e18).contains(&nanoseconds) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is within these bounds, and a fraction is cut off"
        )]
        found.set_duration(nanoseconds as u64, 1_000_000_000);
    }
    Ok(())
}

/// Whether a file has pictures.
#[derive(PartialEq)]
enum Pictures {
    Some,
    None,
}

/// Reads the dimensions of the first track that has some.
fn tracks(input: &Input<'_>, found: &mut Found) -> Result<Pictures, Stop> {
    let mut pictures = Pictures::None;
    let mut elements = Elements::new(input);
    while let Some(Element { id, data }) = elements.next()? {
        if id != id::TRACK {
            continue;
        }
        let mut elements = Elements::new(&data);
        while let Some(Element { id, data }) = elements.next()? {
            if id == id::VIDEO {
                pictures = Pictures::Some;
                video(&data, found)?;
            }
        }
    }
    Ok(pictures)
}

fn video(input: &Input<'_>, found: &mut Found) -> Result<(), Stop> {
    let (mut width, mut height) = (0, 0);
    let mut elements = Elements::new(input);
    while let Some(Element { id, data }) = elements.next()? {
        match id {
            id::WIDTH => width = number(&data)?,
            id::HEIGHT => height = number(&data)?,
            _ => {}
        }
    }
    let side = |it| u32::try_from(it).map_err(|_| Stop::Damaged);
    found.set_dimensions(side(width)?, side(height)?);
    Ok(())
}
