//! The mean colours of the cells of a picture, from its rows of pixels.
//!
//! A pixel that lies in two cells counts in each by the share that lies there,
//! in whole numbers: a picture of W pixels has W x 24 units in a row, 24 for a
//! pixel and W for a cell.

use std::ops::Range;

use sanchay_core::similarity::{CELLS, SIDE, Thumbnail};

/// How many cells there are in a row, as numbers of units are counted.
const UNITS: u64 = SIDE as u64;

/// The part of a row of pixels that is a cell's.
struct Span {
    /// Its pixels.
    pixels: Range<usize>,
    /// How many units of the first are the cell's, and of the last.
    ends: (u64, u64),
}

impl Span {
    /// Those of a row of so many pixels.
    fn all(pixels: u32) -> Vec<Self> {
        let width = u64::from(pixels);
        let span = |cell: u64| {
            let (start, end) = (cell * width, (cell + 1) * width);
            let first = start / UNITS;
            let behind = end.div_ceil(UNITS).max(first + 1);
            let of_first = end.min((first + 1) * UNITS) - start;
            let of_last = end - (behind - 1) * UNITS;
            let index = |it: u64| usize::try_from(it).unwrap_or(usize::MAX);
            Self {
                pixels: index(first)..index(behind),
                ends: (of_first, of_last),
            }
        };
        (0..UNITS).map(span).collect()
    }

    /// The sum of its pixels by their units.
    fn sum(&self, row: &[[u8; 3]]) -> [u64; 3] {
        let pixels = row.get(self.pixels.clone()).unwrap_or_default();
        match pixels {
            [] => [0; 3],
            [only] => only.map(|it| u64::from(it) * self.ends.0),
            [first, inner @ .., last] => {
                let mut sums = [0_u64; 3];
                // Few enough of them that 32 bits hold their sum.
                for part in inner.chunks(1 << 16) {
                    let mut own = [0_u32; 3];
                    for pixel in part {
                        for (sum, value) in own.iter_mut().zip(pixel) {
                            *sum += u32::from(*value);
                        }
                    }
                    for (sum, value) in sums.iter_mut().zip(own) {
                        *sum += u64::from(value) * UNITS;
                    }
                }
                let ends = first.iter().zip(last);
                for (sum, (first, last)) in sums.iter_mut().zip(ends) {
                    *sum += u64::from(*first) * self.ends.0
                        + u64::from(*last) * self.ends.1;
                }
                sums
            }
        }
    }
}

/// The cells of a picture in the making.
pub(crate) struct Cells {
    columns: Vec<Span>,
    rows: Vec<Span>,
    /// How many units each cell has.
    area: u64,
    sums: [[u64; 3]; CELLS],
    row: usize,
}

impl Cells {
    /// Those of a picture of that size, of which no row is known.
    pub(crate) fn new((width, height): (u32, u32)) -> Self {
        Self {
            columns: Span::all(width),
            rows: Span::all(height),
            area: (u64::from(width) * u64::from(height)).max(1),
            sums: [[0; 3]; CELLS],
            row: 0,
        }
    }

    /// Adds the next row of pixels: red, green and blue.
    pub(crate) fn add(&mut self, pixels: &[[u8; 3]]) {
        let row = self.row;
        self.row += 1;
        let mut own = [[0_u64; 3]; SIDE];
        for (to, span) in own.iter_mut().zip(&self.columns) {
            *to = span.sum(pixels);
        }
        let below = self.rows.partition_point(|it| it.pixels.end <= row);
        let spans = self.rows.iter().zip(self.sums.chunks_mut(SIDE));
        for (span, sums) in spans.skip(below) {
            if span.pixels.start > row {
                break;
            }
            let units = match () {
                () if row == span.pixels.start => span.ends.0,
                () if row + 1 == span.pixels.end => span.ends.1,
                () => UNITS,
            };
            for (sum, value) in sums.iter_mut().zip(&own) {
                for (sum, value) in sum.iter_mut().zip(value) {
                    *sum += value * units;
                }
            }
        }
    }

    /// The thumbnail of the rows that were added.
    pub(crate) fn thumbnail(&self) -> Thumbnail {
        let mean = |sum: u64| {
            let mean = (sum + self.area / 2) / self.area;
            u8::try_from(mean).unwrap_or(u8::MAX)
        };
        let cells = self.sums.map(|sums| sums.map(mean));
        Thumbnail::of_cells(&cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pixel_counts_as_much_as_any_other() {
        for width in [1, 5, 23, 24, 25, 100, 4001] {
            let mut units = vec![0; width as usize];
            for span in Span::all(width) {
                let (first, last) = (span.pixels.start, span.pixels.end - 1);
                let mut all = 0;
                for pixel in span.pixels {
                    let own = match pixel {
                        it if it == first => span.ends.0,
                        it if it == last => span.ends.1,
                        _ => UNITS,
                    };
                    units[pixel] += own;
                    all += own;
                }
                assert_eq!(all, u64::from(width));
            }
            assert!(units.iter().all(|it| *it == UNITS), "{width}");
        }
    }

    #[test]
    fn a_picture_of_one_colour_has_that_in_each_cell() {
        for size in [(1, 1), (7, 3), (24, 24), (1000, 37)] {
            let mut cells = Cells::new(size);
            for _ in 0..size.1 {
                cells.add(&vec![[200, 100, 50]; size.0 as usize]);
            }
            let same = Thumbnail::of_cells(&[[200, 100, 50]; CELLS]);
            assert_eq!(cells.thumbnail(), same);
        }
    }
}
