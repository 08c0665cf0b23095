//! The beginnings of image files: as many bytes as the formats' own
//! specifications put before the first pixel, and no more.

/// A PNG: signature and header (W3C PNG, 5.2 and 11.2.1).
#[must_use]
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    // Depth, colour, compression, filter, interlacing, and a checksum.
    file.extend([8, 6, 0, 0, 0, 1, 2, 3, 4]);
    file
}

/// A GIF: signature and logical screen (GIF89a, 17 and 18).
#[must_use]
pub fn gif(width: u16, height: u16) -> Vec<u8> {
    let mut file = b"GIF89a".to_vec();
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend([0, 0, 0]);
    file
}

/// A segment of a JPEG (T.81, B.1.1.4).
#[must_use]
pub fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap();
    let mut segment = vec![0xff, marker];
    segment.extend(length.to_be_bytes());
    segment.extend(data);
    segment
}

/// How long the frame header is with which [`jpeg`] ends.
pub const JPEG_FRAME: usize = 13;

/// A JPEG of one component, with what is given before its frame (T.81, B.2).
#[must_use]
pub fn jpeg(width: u16, height: u16, before: &[&[u8]]) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    file.extend(segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"));
    file.extend(before.concat());
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.extend([1, 1, 0x11, 0]);
    file.extend(segment(0xc0, &frame));
    file
}

/// A WebP with a lossy image (RFC 9649, 2.5; RFC 6386, 9.1).
#[must_use]
pub fn webp_lossy(width: u16, height: u16) -> Vec<u8> {
    let mut data = vec![0x30, 1, 0, 0x9d, 0x01, 0x2a];
    data.extend(width.to_le_bytes());
    data.extend(height.to_le_bytes());
    webp(b"VP8 ", &data)
}

/// A WebP with a lossless image (RFC 9649, 2.6 and 3.4).
#[must_use]
pub fn webp_lossless(width: u32, height: u32) -> Vec<u8> {
    let mut data = vec![0x2f];
    data.extend(((height - 1) << 14 | (width - 1)).to_le_bytes());
    webp(b"VP8L", &data)
}

/// An extended WebP (RFC 9649, 2.7).
#[must_use]
pub fn webp_extended(width: u32, height: u32) -> Vec<u8> {
    let mut data = vec![0x10, 0, 0, 0];
    data.extend(&(width - 1).to_le_bytes()[..3]);
    data.extend(&(height - 1).to_le_bytes()[..3]);
    webp(b"VP8X", &data)
}

fn webp(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let length = |it: usize| u32::try_from(it).unwrap().to_le_bytes();
    let mut file = b"RIFF".to_vec();
    file.extend(length(12 + data.len()));
    file.extend(b"WEBP");
    file.extend(kind);
    file.extend(length(data.len()));
    file.extend(data);
    file
}
