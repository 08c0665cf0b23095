//! A small copy of a picture for people: the mean colours of its parts, as a
//! BMP file, which every browser shows and which is written in a few lines.
//!
//! Source: Microsoft, "Bitmap Storage" (BITMAPFILEHEADER, BITMAPINFOHEADER).

use sanchay_core::similarity::Turn;

/// How long the headers of a file are, in bytes.
const HEAD: u32 = 54;

/// A small copy in the making.
pub(crate) struct Small {
    /// Of the picture.
    whole: (u32, u32),
    width: usize,
    height: usize,
    /// The sums of the pixels of each part, and how many they are.
    sums: Vec<([u32; 3], u32)>,
    row: u32,
}

impl Small {
    /// That of a picture of this size whose longer side has at most so many
    /// pixels; `None` where that is none.
    pub(crate) fn new(whole: (u32, u32), side: u32) -> Option<Self> {
        let longest = whole.0.max(whole.1);
        if side == 0 || longest == 0 {
            return None;
        }
        let scaled = |length: u32| {
            let scaled = u64::from(length) * u64::from(side);
            let scaled = scaled / u64::from(longest.max(side));
            let least = match longest > side {
                true => scaled.max(1),
                false => u64::from(length),
            };
            usize::try_from(least).unwrap_or(1)
        };
        let (width, height) = (scaled(whole.0), scaled(whole.1));
        let sums = vec![([0; 3], 0); width * height];
        Some(Self { whole, width, height, sums, row: 0 })
    }

    /// Adds the next row of pixels: red, green and blue.
    pub(crate) fn add(&mut self, pixels: &[[u8; 3]]) {
        let part = |at: usize, whole: u32, parts: usize| {
            at * parts / usize::try_from(whole).unwrap_or(usize::MAX).max(1)
        };
        let row = usize::try_from(self.row).unwrap_or(usize::MAX);
        self.row += 1;
        let start = part(row, self.whole.1, self.height) * self.width;
        let line = self.sums.get_mut(start..start + self.width);
        let Some(line) = line else { return };
        for (at, pixel) in pixels.iter().enumerate() {
            let at = part(at, self.whole.0, self.width);
            let Some((sums, count)) = line.get_mut(at) else { return };
            // A part of the largest picture has fewer pixels than that.
            *count = count.saturating_add(1);
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum = sum.saturating_add(u32::from(*value));
            }
        }
    }

    /// The picture upright, as a file.
    pub(crate) fn bitmap(&self, turn: Turn) -> Vec<u8> {
        let (width, height) = match turn.is_transposed {
            true => (self.height, self.width),
            false => (self.width, self.height),
        };
        // Rows are padded to four bytes.
        let stride = (width * 3).next_multiple_of(4);
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        let bytes = number(stride * height);
        let mut out = Vec::with_capacity(stride * height + 54);
        out.extend_from_slice(b"BM");
        for value in [HEAD + bytes, 0, HEAD, 40] {
            out.extend_from_slice(&value.to_le_bytes());
        }
        out.extend_from_slice(&number(width).to_le_bytes());
        out.extend_from_slice(&number(height).to_le_bytes());
        // One plane, 24 bits a pixel.
        out.extend_from_slice(&[1, 0, 24, 0]);
        for value in [0, bytes, 2835, 2835, 0, 0] {
            out.extend_from_slice(&u32::to_le_bytes(value));
        }
        // The lowest row comes first.
        for row in (0..height).rev() {
            for column in 0..width {
                let [red, green, blue] =
                    self.pixel(turn, (row, column), (width, height));
                out.extend_from_slice(&[blue, green, red]);
            }
            out.resize(out.len() + stride - width * 3, 0);
        }
        out
    }

    /// The colour of a place of the picture as it is shown.
    fn pixel(
        &self,
        turn: Turn,
        (row, column): (usize, usize),
        (width, height): (usize, usize),
    ) -> [u8; 3] {
        let row = if turn.is_flipped { height - 1 - row } else { row };
        let column =
            if turn.is_mirrored { width - 1 - column } else { column };
        let at = match turn.is_transposed {
            true => column * self.width + row,
            false => row * self.width + column,
        };
        let (sums, count) = self.sums.get(at).copied().unwrap_or_default();
        let count = count.max(1);
        sums.map(|sum| {
            let mean = sum.saturating_add(count / 2) / count;
            u8::try_from(mean).unwrap_or(u8::MAX)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pixels of a file, by another program's reading of the format.
    fn read(file: &[u8]) -> (u32, u32, Vec<[u8; 3]>) {
        let image = image::load_from_memory(file).unwrap().to_rgb8();
        let pixels = image.pixels().map(|it| it.0).collect();
        (image.width(), image.height(), pixels)
    }

    fn small(width: u32, height: u32, side: u32) -> Small {
        let mut small = Small::new((width, height), side).unwrap();
        for row in 0..height {
            let pixel = |at: u32| {
                [u8::try_from(at).unwrap(), u8::try_from(row).unwrap(), 7]
            };
            let row: Vec<[u8; 3]> = (0..width).map(pixel).collect();
            small.add(&row);
        }
        small
    }

    #[test]
    fn a_small_picture_is_copied_as_it_is() {
        let file = small(5, 3, 100).bitmap(Turn::NONE);
        let (width, height, pixels) = read(&file);
        assert_eq!((width, height), (5, 3));
        assert_eq!(pixels[0], [0, 0, 7]);
        assert_eq!(pixels[4], [4, 0, 7]);
        assert_eq!(pixels[14], [4, 2, 7]);
    }

    #[test]
    fn a_large_one_has_the_means_of_its_parts_and_its_shape() {
        let file = small(200, 100, 20).bitmap(Turn::NONE);
        let (width, height, pixels) = read(&file);
        assert_eq!((width, height), (20, 10));
        // Columns 0 to 9 and rows 0 to 9: 4.5 each, rounded.
        assert_eq!(pixels[0], [5, 5, 7]);
        assert_eq!(pixels[19], [195, 5, 7]);
        let long = small(200, 1, 10).bitmap(Turn::NONE);
        assert_eq!(read(&long).1, 1);
        assert!(Small::new((10, 10), 0).is_none());
    }

    #[test]
    fn it_is_shown_upright() {
        let [right, half, left] = Turn::ROTATIONS;
        let corners = |turn: Turn| {
            let (width, height, pixels) = read(&small(3, 2, 9).bitmap(turn));
            (width, height, pixels[0], *pixels.last().unwrap())
        };
        assert_eq!(corners(right), (2, 3, [0, 1, 7], [2, 0, 7]));
        assert_eq!(corners(half), (3, 2, [2, 1, 7], [0, 0, 7]));
        assert_eq!(corners(left), (2, 3, [2, 0, 7], [0, 1, 7]));
    }
}
