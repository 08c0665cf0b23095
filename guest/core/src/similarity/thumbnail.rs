//! What a picture is known by: a thumbnail of 24 by 24 cells, and how alike
//! two of them are.
//!
//! A digest of 63 bits finds the pairs that may be alike: the signs of the
//! lowest frequencies of a discrete cosine transform, compared with their
//! median. Those pairs are compared by the correlation of their brightness,
//! once as they are and, where they are nearly alike, with one of them cropped
//! a little, and by their colours.
//!
//! All of it is integer arithmetic with constants that are written here, so
//! that thumbnails, digests and similarities are the same on every machine.
//!
//! Sources: N. Ahmed, T. Natarajan and K. Rao, "Discrete Cosine Transform"
//! (1974); C. Zauner, "Implementation and Benchmarking of Perceptual Image
//! Hash Functions" (2010), for digests of the lowest frequencies; ITU-R
//! BT.601 for brightness and colour.

use alloc::vec::Vec;

/// How many cells a thumbnail has in a row, and how many rows.
pub const SIDE: usize = 24;

/// How many cells it has.
pub const CELLS: usize = SIDE * SIDE;

/// Cells of colour have so many cells of brightness in a row.
const COARSE: usize = 4;

/// How many cells of colour there are in a row.
const COLOR_SIDE: usize = SIDE / COARSE;

/// How many cells of colour there are.
const COLORS: usize = COLOR_SIDE * COLOR_SIDE;

/// How many bytes a thumbnail has: a brightness for each cell, then two
/// differences of colour for each cell of those.
pub const BYTES: usize = CELLS + 2 * COLORS;

/// In how many bits the digests of two pictures may differ that are compared.
pub const MAX_DISTANCE: u32 = 18;

/// How many frequencies a digest has, in each direction.
const FREQUENCIES: usize = 8;

/// Pictures whose brightness varies by less than that, as a standard
/// deviation, have nothing to be recognised by.
const LEAST_DEVIATION: u64 = 3;

/// The correlation of two pictures as they are, below which none of them is
/// cropped to be like the other.
const NEARLY: f64 = 0.5;

/// How much is cropped at most at each side, in halves of a cell: an eighth.
const MOST_CROPPED: u8 = 6;

/// How much the colours of two pictures may differ on average, of 256,
/// without being less alike.
const COLOR_TOLERANCE: u64 = 8;

/// What of a picture's similarity is lost for each further difference of
/// colour.
const COLOR_LOSS: f64 = 1.0 / 64.0;

/// How a picture lies: mirrored, turned, or both, as one of eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Rows and columns change places, before anything else.
    pub is_transposed: bool,
    /// Left and right change places.
    pub is_mirrored: bool,
    /// Top and bottom change places.
    pub is_flipped: bool,
}

impl Turn {
    /// As it is.
    pub const NONE: Self =
        Self { is_transposed: false, is_mirrored: false, is_flipped: false };

    /// By 90, 180 and 270 degrees, clockwise.
    pub const ROTATIONS: [Self; 3] = [
        Self { is_transposed: true, is_mirrored: true, is_flipped: false },
        Self { is_transposed: false, is_mirrored: true, is_flipped: true },
        Self { is_transposed: true, is_mirrored: false, is_flipped: true },
    ];

    /// By the number that Exif has for it, from 1 to 8: what to do to show
    /// the picture upright.
    #[must_use]
    pub const fn of_exif(number: u8) -> Self {
        let (is_transposed, is_mirrored, is_flipped) = match number {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { is_transposed, is_mirrored, is_flipped }
    }

    /// Where the value of a place comes from, in a square.
    const fn source(self, row: usize, column: usize, side: usize) -> usize {
        let last = side.saturating_sub(1);
        let row = if self.is_flipped { last.saturating_sub(row) } else { row };
        let column = match self.is_mirrored {
            true => last.saturating_sub(column),
            false => column,
        };
        match self.is_transposed {
            true => column * side + row,
            false => row * side + column,
        }
    }
}

/// A picture in 24 by 24 cells, whatever its shape.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thumbnail([u8; BYTES]);

impl Thumbnail {
    /// A thumbnail of the mean colours, red, green and blue, of the cells of a
    /// picture: row by row, from the top left.
    #[must_use]
    pub fn of_cells(cells: &[[u8; 3]; CELLS]) -> Self {
        let mut bytes = [0; BYTES];
        for (to, [red, green, blue]) in bytes.iter_mut().zip(cells) {
            let (red, green, blue) =
                (u32::from(*red), u32::from(*green), u32::from(*blue));
            *to = byte((77 * red + 150 * green + 29 * blue + 128) >> 8);
        }
        let (blues, reds) = bytes
            .split_at_mut_checked(CELLS)
            .and_then(|(_, colors)| colors.split_at_mut_checked(COLORS))
            .unwrap_or_default();
        for (place, (to_blue, to_red)) in
            blues.iter_mut().zip(reds).enumerate()
        {
            let corner = place / COLOR_SIDE * COARSE * SIDE
                + place % COLOR_SIDE * COARSE;
            let mut sums = [0_i32; 3];
            for row in 0..COARSE {
                let start = corner + row * SIDE;
                let part = cells.get(start..start + COARSE);
                for cell in part.unwrap_or_default() {
                    for (sum, value) in sums.iter_mut().zip(cell) {
                        *sum += i32::from(*value);
                    }
                }
            }
            let [red, green, blue] = sums;
            // A cell of colour has 16 of brightness.
            let shown = |it: i32| {
                byte(((it >> 12) + 128).clamp(0, 255).unsigned_abs())
            };
            *to_blue = shown(-43 * red - 85 * green + 128 * blue + (1 << 11));
            *to_red = shown(128 * red - 107 * green - 21 * blue + (1 << 11));
        }
        Self(bytes)
    }

    /// The thumbnail that has these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes: for each cell its brightness, row by row; then for each 4 by
    /// 4 cells how much bluer, and then how much redder, they are than grey,
    /// which is 128.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// The brightness of the cells.
    fn luma(&self) -> &[u8] {
        self.0.get(..CELLS).unwrap_or_default()
    }

    /// The differences of colour.
    fn colors(&self) -> &[u8] {
        self.0.get(CELLS..).unwrap_or_default()
    }

    /// The same picture, turned.
    #[must_use]
    pub fn turned(&self, turn: Turn) -> Self {
        let mut turned = self.0;
        let parts =
            [(0, SIDE), (CELLS, COLOR_SIDE), (CELLS + COLORS, COLOR_SIDE)];
        for (start, side) in parts {
            let from = self.0.get(start..start + side * side);
            let to = turned.get_mut(start..start + side * side);
            let (Some(from), Some(to)) = (from, to) else { continue };
            for (place, to) in to.iter_mut().enumerate() {
                let source = turn.source(place / side, place % side, side);
                *to = from.get(source).copied().unwrap_or_default();
            }
        }
        Self(turned)
    }

    /// Whether there is too little to see: such a picture is like nothing.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let (sum, squares) = self.luma().iter().fold(
            (0_u64, 0_u64),
            |(sum, squares), value| {
                let value = u64::from(*value);
                (sum + value, squares + value * value)
            },
        );
        let cells = CELLS as u64;
        let variance = cells * squares - sum * sum;
        variance < (LEAST_DEVIATION * cells).pow(2)
    }

    /// Its digest: pictures that look the same differ in few of its 63 bits.
    #[must_use]
    pub fn digest(&self) -> u64 {
        // The frequencies of each row, then those of their columns.
        let mut rows = [[0_i64; FREQUENCIES]; SIDE];
        for (row, values) in rows.iter_mut().zip(self.luma().chunks(SIDE)) {
            for (to, cosines) in row.iter_mut().zip(&COSINES) {
                let terms = cosines.iter().zip(values);
                *to = terms.map(|(c, v)| i64::from(*c) * i64::from(*v)).sum();
            }
        }
        let mut found = [0_i64; FREQUENCIES * FREQUENCIES - 1];
        let places = (0..FREQUENCIES)
            .flat_map(|v| (0..FREQUENCIES).map(move |u| (v, u)))
            .skip(1);
        for (to, (v, u)) in found.iter_mut().zip(places) {
            let cosines = COSINES.get(v).map_or(&[][..], |it| it);
            let terms = rows.iter().zip(cosines);
            let of = |row: &[i64; FREQUENCIES]| row.get(u).copied();
            *to = terms
                .map(|(row, c)| of(row).unwrap_or_default() * i64::from(*c))
                .sum();
        }
        let mut sorted = found;
        let middle = sorted.len() / 2;
        let (_, median, _) = sorted.select_nth_unstable(middle);
        let median = *median;
        found.iter().fold(0, |bits, it| bits << 1 | u64::from(*it > median))
    }

    /// How alike two pictures are: from 0 to 1, and 1 only where their
    /// thumbnails are the same. It does not matter which is named first.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f64 {
        if self == other {
            return 1.0;
        }
        let plain = correlation(&widened(self.luma()), other.luma());
        if plain < NEARLY {
            return plain.max(0.0);
        }
        let best =
            cropped(self, other, plain).max(cropped(other, self, plain));
        let differences = self.colors().iter().zip(other.colors());
        let sum: u64 =
            differences.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let beyond = sum.saturating_sub(COLOR_TOLERANCE * 2 * COLORS as u64);
        let beyond = float(beyond) / float(2 * COLORS as u64);
        // Only the same is told as 1.
        (best - beyond * COLOR_LOSS).clamp(0.0, 0.9999)
    }
}

/// Whether two digests are of pictures that may look the same.
#[must_use]
pub const fn may_be_alike(one: u64, other: u64) -> bool {
    (one ^ other).count_ones() <= MAX_DISTANCE
}

/// How much of a picture is left out at its four sides, in halves of a cell.
#[derive(Clone, Copy, Default)]
struct Crop {
    left: u8,
    right: u8,
    top: u8,
    bottom: u8,
}

impl Crop {
    /// A little more of it, in each way that is tried.
    fn steps(self) -> impl Iterator<Item = Self> {
        const WAYS: [[u8; 4]; 7] = [
            [1, 0, 0, 0],
            [0, 1, 0, 0],
            [0, 0, 1, 0],
            [0, 0, 0, 1],
            [1, 1, 0, 0],
            [0, 0, 1, 1],
            [1, 1, 1, 1],
        ];
        WAYS.into_iter().map(move |[left, right, top, bottom]| Self {
            left: self.left + left,
            right: self.right + right,
            top: self.top + top,
            bottom: self.bottom + bottom,
        })
    }

    /// Whether that is not too much.
    fn is_slight(self) -> bool {
        let Self { left, right, top, bottom } = self;
        [left, right, top, bottom].iter().all(|it| *it <= MOST_CROPPED)
    }
}

/// The best correlation of a part of one picture with all of another, which
/// they have as they are.
fn cropped(one: &Thumbnail, whole: &Thumbnail, plain: f64) -> f64 {
    let (mut best, mut crop) = (plain, Crop::default());
    loop {
        let mut better = None;
        for step in crop.steps().filter(|it| it.is_slight()) {
            let part = resampled(one.luma(), step);
            let found = correlation(&part, whole.luma());
            if found > best {
                (best, better) = (found, Some(step));
            }
        }
        match better {
            Some(step) => crop = step,
            None => return best,
        }
    }
}

/// Brightness with eight more bits.
fn widened(luma: &[u8]) -> Vec<u16> {
    luma.iter().map(|it| u16::from(*it) << 8).collect()
}

/// A part of a picture in as many cells, with eight more bits.
fn resampled(luma: &[u8], crop: Crop) -> Vec<u16> {
    let columns = positions(crop.left, crop.right);
    let rows = positions(crop.top, crop.bottom);
    let mut part = Vec::with_capacity(CELLS);
    let at = |row: usize, column: usize| {
        luma.get(row * SIDE + column).map_or(0, |it| u32::from(*it))
    };
    for (row, down) in rows {
        let below = (row + 1).min(SIDE - 1);
        for (column, right) in columns {
            let next = (column + 1).min(SIDE - 1);
            let across = |row: usize| {
                at(row, column) * (256 - right) + at(row, next) * right
            };
            let value = across(row) * (256 - down) + across(below) * down;
            part.push(u16::try_from(value >> 8).unwrap_or(u16::MAX));
        }
    }
    part
}

/// For each cell of a cropped row the cell at or before its middle, and how
/// far behind that it is, in 256 parts.
fn positions(before: u8, behind: u8) -> [(usize, u32); SIDE] {
    let halves = 2 * SIDE;
    let (before, behind) = (usize::from(before), usize::from(behind));
    let left = halves.saturating_sub(before + behind);
    let mut all = [(0, 0); SIDE];
    for (place, to) in all.iter_mut().enumerate() {
        let middle = (before * halves + (2 * place + 1) * left) * 256;
        let middle = (middle / (2 * halves)).saturating_sub(128);
        let middle = middle.min((SIDE - 1) * 256);
        let part = u32::try_from(middle % 256).unwrap_or_default();
        *to = (middle / 256, part);
    }
    all
}

/// The correlation of brightness: from -1 to 1; 0 where one does not vary.
fn correlation(one: &[u16], other: &[u8]) -> f64 {
    let mut sums = [0_i64; 5];
    for (a, b) in one.iter().zip(other) {
        let (a, b) = (i64::from(*a), i64::from(*b));
        let terms = [a, b, a * a, b * b, a * b];
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += term;
        }
    }
    let [a, b, aa, bb, ab] = sums;
    let cells = CELLS as i64;
    let (of_one, of_other) = (cells * aa - a * a, cells * bb - b * b);
    let both = u128::from(of_one.unsigned_abs())
        * u128::from(of_other.unsigned_abs());
    let covariance = cells * ab - a * b;
    match u64::try_from(both.isqrt()) {
        Ok(0) | Err(_) => 0.0,
        Ok(root) => {
            let share = float(covariance.unsigned_abs()) / float(root);
            if covariance < 0 { -share } else { share.min(1.0) }
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "less than 2^53: sums over 576 cells of products of 24 bits"
)]
fn float(number: u64) -> f64 {
    number as f64
}

fn byte(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// cos((2x + 1) u pi / 48) in 4096 parts; those of u = 0 by the square root of
/// a half, so that all frequencies weigh the same.
const COSINES: [[i16; SIDE]; FREQUENCIES] = [
    [
        2896, 2896, 2896, 2896, 2896, 2896, 2896, 2896, 2896, 2896, 2896,
        2896, 2896, 2896, 2896, 2896, 2896, 2896, 2896, 2896, 2896, 2896,
        2896, 2896,
    ],
    [
        4087, 4017, 3879, 3674, 3406, 3080, 2701, 2276, 1812, 1317, 799, 268,
        -268, -799, -1317, -1812, -2276, -2701, -3080, -3406, -3674, -3879,
        -4017, -4087,
    ],
    [
        4061, 3784, 3250, 2493, 1567, 535, -535, -1567, -2493, -3250, -3784,
        -4061, -4061, -3784, -3250, -2493, -1567, -535, 535, 1567, 2493, 3250,
        3784, 4061,
    ],
    [
        4017, 3406, 2276, 799, -799, -2276, -3406, -4017, -4017, -3406, -2276,
        -799, 799, 2276, 3406, 4017, 4017, 3406, 2276, 799, -799, -2276,
        -3406, -4017,
    ],
    [
        3956, 2896, 1060, -1060, -2896, -3956, -3956, -2896, -1060, 1060,
        2896, 3956, 3956, 2896, 1060, -1060, -2896, -3956, -3956, -2896,
        -1060, 1060, 2896, 3956,
    ],
    [
        3879, 2276, -268, -2701, -4017, -3674, -1812, 799, 3080, 4087, 3406,
        1317, -1317, -3406, -4087, -3080, -799, 1812, 3674, 4017, 2701, 268,
        -2276, -3879,
    ],
    [
        3784, 1567, -1567, -3784, -3784, -1567, 1567, 3784, 3784, 1567, -1567,
        -3784, -3784, -1567, 1567, 3784, 3784, 1567, -1567, -3784, -3784,
        -1567, 1567, 3784,
    ],
    [
        3674, 799, -2701, -4087, -2276, 1317, 3879, 3406, 268, -3080, -4017,
        -1812, 1812, 4017, 3080, -268, -3406, -3879, -1317, 2276, 4087, 2701,
        -799, -3674,
    ],
];
