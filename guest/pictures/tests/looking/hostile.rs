//! Files that are no pictures, damaged, or larger than they look.

use image::ImageFormat;
use proptest::prelude::*;
use sanchay_pictures::{Error, look};

use crate::painted::{encoded, painted};

const FORMATS: [ImageFormat; 6] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::WebP,
    ImageFormat::Gif,
    ImageFormat::Bmp,
    ImageFormat::Tiff,
];

#[test]
fn what_is_no_picture_is_said_to_be_none() {
    for bytes in [&b""[..], b"text\n", b"%PDF-1.7", &[0; 4096]] {
        assert!(matches!(look(bytes), Err(Error::Format)), "{bytes:?}");
    }
}

#[test]
fn a_small_file_that_claims_a_huge_picture_is_refused() {
    let mut png = encoded(&painted(1, 8, 8), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    // The sum of the header, which is looked at first.
    let crc = crc(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    assert!(matches!(
        look(&png),
        Err(Error::Size { width: 100_000, height: 100_000 })
    ));
    let mut bmp = encoded(&painted(1, 8, 8), ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[0xFF, 0xFF, 3, 0, 0xFF, 0xFF, 3, 0]);
    assert!(look(&bmp).is_err());
}

/// CRC-32 as PNG has it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ (0xEDB8_8320 * (crc & 1))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_pictures_are_told_or_refused(
        format in 0..FORMATS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..9),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encoded(&painted(2, 40, 30), FORMATS[format]);
        bytes.truncate(end.index(bytes.len()) + 1);
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Ok(told) = look(&bytes) {
            prop_assert!(told.width > 0 && told.height > 0);
        }
    }
}
