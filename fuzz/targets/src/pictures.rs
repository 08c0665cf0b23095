//! Decoders of pictures, on files that are hostile, and the cells that are
//! made of what they decode.
//!
//! An input is a file, or a few pixels that are written as a bitmap. Whatever
//! a file has, it is told or refused, both times alike, and within the memory
//! that is allowed. Of the pixels, the cells must be what a plain way gives
//! that looks at each pixel and each cell.

use sanchay_core::similarity::{CELLS, SIDE, Thumbnail};
use sanchay_pictures::{Error, MAX_SIDE, look, look_within};

use crate::input::Input;

/// How much a decoder may take, in bytes: a picture of a million pixels, so
/// that no input takes long.
const MEMORY: u64 = 4 << 20;

/// Looks at a picture.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.flag() {
        false => decode(input.rest()),
        true => paint(&mut input),
    }
}

/// Any bytes.
fn decode(file: &[u8]) {
    let told = look_within(file, MEMORY);
    match (&told, look_within(file, MEMORY)) {
        (Ok(told), Ok(again)) => assert_eq!(*told, again),
        (Err(why), Err(again)) => {
            assert_eq!(why.to_string(), again.to_string());
        }
        (told, again) => panic!("{told:?}, and then {again:?}"),
    }
    match told {
        Ok(told) => {
            let sides = [told.width, told.height];
            assert!(sides.iter().all(|it| (1..=MAX_SIDE).contains(it)));
            let pixels = u64::from(told.width) * u64::from(told.height);
            assert!(pixels <= MEMORY, "{pixels} pixels");
            // What is enough for less memory is enough for more.
            assert_eq!(look(file).unwrap(), told);
            let similarity = told.thumbnail.similarity(&told.thumbnail);
            let is_plain = told.thumbnail.is_plain();
            assert!(is_plain || similarity == 1.0, "{similarity}");
        }
        Err(Error::Size { width, height }) => {
            let pixels = u64::from(width) * u64::from(height);
            assert!(pixels == 0 || pixels * 16 > MEMORY, "{width} x {height}");
        }
        Err(_) => {}
    }
}

/// A bitmap of some pixels.
fn paint(input: &mut Input<'_>) {
    let (width, height) = (input.below(80) + 1, input.below(80) + 1);
    let colors = input.rest();
    let pixels: Vec<[u8; 3]> = (0..width * height)
        .map(|at| {
            let of = |part: usize| {
                let at = (at * 3 + part) % colors.len().max(1);
                colors.get(at).copied().unwrap_or_default()
            };
            [of(0), of(1), of(2)]
        })
        .collect();
    let told = look(&bitmap(width, &pixels)).unwrap();
    let sides = (told.width as usize, told.height as usize);
    assert_eq!(sides, (width, height));
    assert_eq!(told.thumbnail, plain((width, height), &pixels), "{sides:?}");
}

/// Rows of pixels as a file: BMP of 24 bits, the first row first.
fn bitmap(width: usize, pixels: &[[u8; 3]]) -> Vec<u8> {
    let mut rows = Vec::new();
    for row in pixels.chunks(width) {
        rows.extend(
            row.iter().flat_map(|[red, green, blue]| [*blue, *green, *red]),
        );
        rows.resize(rows.len().next_multiple_of(4), 0);
    }
    let number = |it: usize| i32::try_from(it).unwrap();
    let height = number(pixels.len() / width);
    let mut file = b"BM".to_vec();
    for it in [number(54 + rows.len()), 0, 54, 40, number(width), -height] {
        file.extend(it.to_le_bytes());
    }
    // One plane, 24 bits.
    file.extend([1, 0, 24, 0]);
    for it in [0, number(rows.len()), 0, 0, 0, 0] {
        file.extend(it.to_le_bytes());
    }
    file.extend(rows);
    file
}

/// The cells, each from all pixels: in units of which a pixel has so many in
/// a row as there are cells, and a cell so many as there are pixels.
fn plain((width, height): (usize, usize), pixels: &[[u8; 3]]) -> Thumbnail {
    let shared = |cell: usize, of_cell: usize, pixel: usize| {
        let begin = (cell * of_cell).max(pixel * SIDE);
        let end = ((cell + 1) * of_cell).min((pixel + 1) * SIDE);
        end.saturating_sub(begin)
    };
    let mut cells = [[0_u8; 3]; CELLS];
    for (at, cell) in cells.iter_mut().enumerate() {
        let (row, column) = (at / SIDE, at % SIDE);
        let mut sums = [0; 3];
        for (at, pixel) in pixels.iter().enumerate() {
            let down = shared(row, height, at / width);
            if down == 0 {
                continue;
            }
            let units = down * shared(column, width, at % width);
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += usize::from(*value) * units;
            }
        }
        let area = width * height;
        *cell = sums
            .map(|it: usize| u8::try_from((it + area / 2) / area).unwrap());
    }
    Thumbnail::of_cells(&cells)
}
