//! Pictures to compare: patches of colour, painted from a seed.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A number that depends on others, evenly.
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

/// A picture of a seed: 30 discs of any colour on a slope.
pub(crate) fn painted(seed: u64, width: u32, height: u32) -> DynamicImage {
    let discs: Vec<_> = (0..30)
        .map(|disc| {
            let part = |at: u64| {
                let bits = mixed(seed << 16 | disc << 8 | at) >> 40;
                f64::from(u32::try_from(bits).unwrap()) / f64::from(1 << 24)
            };
            let color = [part(0), part(1), part(2)].map(|it| it * 255.0);
            (part(3), part(4), 0.03 + 0.2 * part(5) * part(6), color)
        })
        .collect();
    let base = mixed(seed) as u8;
    DynamicImage::from(RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (
            (f64::from(x) + 0.5) / f64::from(width),
            (f64::from(y) + 0.5) / f64::from(height),
        );
        let mut color = [f64::from(base) * x, 80.0 + 90.0 * y, 150.0 * x * y];
        for (left, top, radius, own) in &discs {
            let (dx, dy) = (x - left, y - top);
            if dx * dx + dy * dy < radius * radius {
                color = *own;
            }
        }
        Rgb(color.map(|it| it as u8))
    }))
}

/// A picture in a format.
pub(crate) fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
