//! The formats that the example `images` knows, on the machine that the tests
//! run on: the same source that runs in the sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test reports"
)]

mod properties;

use sanchay_image_formats::{Damage, Format, Image};
use sanchay_testkit::image as samples;

/// What the first bytes of a file say.
fn inspect(head: &[u8], size: u64) -> Result<Option<Image>, (Format, Damage)> {
    sanchay_image_formats::inspect(&[(0, head)], size)
}

/// The dimensions of a whole file.
fn seen(file: &[u8]) -> Result<Option<Image>, (Format, Damage)> {
    inspect(file, file.len() as u64)
}

fn image(format: Format, width: u32, height: u32) -> Image {
    let (width, height) = (Some(width), Some(height));
    Image { format, width, height, unseen: None }
}

#[test]
fn each_format_tells_its_dimensions() {
    let cases = [
        (samples::png(640, 480), image(Format::Png, 640, 480)),
        (samples::jpeg(640, 480, &[]), image(Format::Jpeg, 640, 480)),
        (samples::gif(640, 480), image(Format::Gif, 640, 480)),
        (samples::webp_lossy(640, 480), image(Format::Webp, 640, 480)),
        (samples::webp_lossless(640, 480), image(Format::Webp, 640, 480)),
        (samples::webp_extended(640, 480), image(Format::Webp, 640, 480)),
    ];
    for (file, expected) in cases {
        assert_eq!(seen(&file), Ok(Some(expected)));
    }
}

#[test]
fn the_largest_dimensions_of_each_format_are_told() {
    let png = i32::MAX as u32;
    let cases = [
        (samples::png(png, png), image(Format::Png, png, png)),
        (samples::jpeg(65535, 65535, &[]), image(Format::Jpeg, 65535, 65535)),
        (samples::gif(65535, 65535), image(Format::Gif, 65535, 65535)),
        (samples::webp_lossy(16383, 16383), image(Format::Webp, 16383, 16383)),
        (
            samples::webp_lossless(16384, 16384),
            image(Format::Webp, 16384, 16384),
        ),
        (
            samples::webp_extended(1 << 24, 1 << 24),
            image(Format::Webp, 1 << 24, 1 << 24),
        ),
    ];
    for (file, expected) in cases {
        assert_eq!(seen(&file), Ok(Some(expected)));
    }
}

#[test]
fn a_vp8_frame_may_ask_to_be_scaled() {
    let mut file = samples::webp_lossy(640, 480);
    // The two high bits of width and height.
    file[27] |= 0xc0;
    file[29] |= 0x40;
    assert_eq!(seen(&file), Ok(Some(image(Format::Webp, 640, 480))));
}

#[test]
fn the_bytes_decide_and_not_what_was_expected() {
    assert_eq!(seen(b""), Ok(None));
    assert_eq!(seen(b"\x89PN"), Ok(None));
    assert_eq!(seen(b"GIF88a and so on, and so on"), Ok(None));
    assert_eq!(seen(b"RIFF\x24\0\0\0WAVEfmt "), Ok(None));
    assert_eq!(seen(b"\xff\xd8 is not enough"), Ok(None));
    assert_eq!(seen(b"<svg width='640' height='480'/>"), Ok(None));
}

#[test]
fn a_dimension_of_0_is_damage() {
    let files = [
        samples::png(0, 480),
        samples::png(640, 0),
        samples::jpeg(0, 480, &[]),
        samples::gif(640, 0),
        samples::gif(0, 480),
        samples::webp_lossy(0, 480),
        samples::webp_lossy(640, 0),
    ];
    for file in files {
        let (_, damage) = seen(&file).unwrap_err();
        assert_eq!(damage, Damage::NoPixels, "{file:?}");
    }
}

#[test]
fn a_png_begins_with_its_header() {
    let mut file = samples::png(640, 480);
    file[12] = b'J';
    let damage = Damage::Lacks("header (IHDR)");
    assert_eq!(seen(&file), Err((Format::Png, damage)));

    let mut file = samples::png(640, 480);
    file[11] = 14;
    assert_eq!(seen(&file), Err((Format::Png, damage)));
    assert_eq!(damage.to_string(), "there is no header (IHDR)");
}

#[test]
fn a_png_of_more_than_2_31_pixels_a_side_is_damaged() {
    let damage = Damage::Lacks("possible dimension");
    let file = samples::png(1 << 31, 1);
    assert_eq!(seen(&file), Err((Format::Png, damage)));
}

#[test]
fn a_webp_without_an_image_first_is_damaged() {
    let mut file = samples::webp_extended(640, 480);
    file[15] = b'Z';
    let damage = Damage::Lacks("image in the first chunk");
    assert_eq!(seen(&file), Err((Format::Webp, damage)));

    let mut file = samples::webp_lossy(640, 480);
    file[23] = 0;
    let damage = Damage::Lacks("key frame");
    assert_eq!(seen(&file), Err((Format::Webp, damage)));

    let mut file = samples::webp_lossless(640, 480);
    file[20] = 0;
    let damage = Damage::Lacks("lossless signature");
    assert_eq!(seen(&file), Err((Format::Webp, damage)));
}

#[test]
fn a_jpeg_may_have_any_metadata_and_fill_before_its_frame() {
    let metadata: &[&[u8]] = &[
        &samples::segment(0xe1, &[0; 65533]),
        // A marker that stands alone, and fill before the next.
        &[0xff, 0x01],
        &[0xff, 0xff, 0xff],
        &samples::segment(0xc4, &[0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1])[1..],
        &samples::segment(0xfe, b""),
    ];
    let file = samples::jpeg(640, 480, metadata);
    assert_eq!(seen(&file), Ok(Some(image(Format::Jpeg, 640, 480))));
}

#[test]
fn every_kind_of_frame_tells_and_no_other_marker_does() {
    for marker in 0xc0..=0xcf_u8 {
        let mut file = samples::jpeg(640, 480, &[]);
        let frame = file.len() - samples::JPEG_FRAME;
        file[frame + 1] = marker;
        // What follows in a file that had no frame.
        file.extend([0xff, 0xda]);
        let expected = match marker {
            0xc4 | 0xc8 | 0xcc => {
                Err((Format::Jpeg, Damage::Lacks("frame header")))
            }
            _ => Ok(Some(image(Format::Jpeg, 640, 480))),
        };
        assert_eq!(seen(&file), expected, "{marker:#x}");
    }
}

#[test]
fn a_jpeg_whose_frame_lies_behind_the_head_is_sound_and_unknown() {
    let metadata = [samples::segment(0xe2, &[7; 60_000])];
    let metadata: Vec<&[u8]> = metadata.iter().map(Vec::as_slice).collect();
    let file = samples::jpeg(640, 480, &metadata);
    for head in [3, 4, 100, 50_000, 60_004, 60_010] {
        let found = inspect(&file[..head], file.len() as u64);
        let found = found.unwrap().unwrap();
        assert_eq!((found.width, found.height), (None, None), "{head}");
        // Where to look on is not what was seen.
        let unseen = found.unseen.unwrap();
        let end = (unseen + 2).min(file.len() as u64);
        assert!(end > head as u64, "{head}: {unseen}");
        assert!(unseen < file.len() as u64, "{head}: {unseen}");
    }
}

#[test]
fn a_jpeg_with_large_metadata_is_known_by_a_few_pieces() {
    let segment = samples::segment(0xe2, &[7; 65_000]);
    let metadata = vec![&*segment; 6];
    let file = samples::jpeg(640, 480, &metadata);
    let size = file.len() as u64;
    let mut pieces = vec![(0, &file[..4096])];
    let image = loop {
        let found =
            sanchay_image_formats::inspect(&pieces, size).unwrap().unwrap();
        let Some(at) = found.unseen else { break found };
        let rest = &file[usize::try_from(at).unwrap()..];
        pieces.push((at, &rest[..rest.len().min(4096)]));
        assert!(pieces.len() <= 9, "{} pieces", pieces.len());
    };
    assert_eq!(image, self::image(Format::Jpeg, 640, 480));
    assert_eq!(pieces.len(), 7);
}

#[test]
fn a_jpeg_that_ends_before_its_frame_is_damaged() {
    let metadata = [samples::segment(0xe2, &[7; 60_000])];
    let metadata: Vec<&[u8]> = metadata.iter().map(Vec::as_slice).collect();
    let file = samples::jpeg(640, 480, &metadata);
    for size in [3, 4, 100, 50_000, 60_004, 60_010] {
        assert_eq!(seen(&file[..size]), Err((Format::Jpeg, Damage::Ends)));
    }
}

#[test]
fn a_jpeg_goes_wrong_where_no_marker_stands() {
    let file = samples::jpeg(640, 480, &[b"junk"]);
    let damage = Damage::Lacks("marker after a segment");
    assert_eq!(seen(&file), Err((Format::Jpeg, damage)));

    // A length that does not count itself would be walked in circles.
    let file = samples::jpeg(640, 480, &[&[0xff, 0xe0, 0, 1]]);
    let damage = Damage::Lacks("length of a segment");
    assert_eq!(seen(&file), Err((Format::Jpeg, damage)));
}

#[test]
fn the_height_of_a_jpeg_may_follow_its_first_scan() {
    let file = samples::jpeg(640, 0, &[]);
    let half_known = Image { height: None, ..image(Format::Jpeg, 640, 0) };
    assert_eq!(seen(&file), Ok(Some(half_known)));
}

#[test]
fn a_file_that_has_grown_counts_as_what_was_read_of_it() {
    let file = samples::gif(640, 480);
    assert_eq!(inspect(&file, 3), Ok(Some(image(Format::Gif, 640, 480))));
}

#[test]
fn formats_are_called_by_the_names_that_people_use() {
    let all = [Format::Gif, Format::Jpeg, Format::Png, Format::Webp];
    assert_eq!(all.map(Format::name), ["gif", "jpeg", "png", "webp"]);
}
