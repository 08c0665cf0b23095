//! What looks the same, and what does not.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType::Lanczos3;
use image::{DynamicImage, ImageFormat};
use sanchay_core::similarity::{Thumbnail, Turn, may_be_alike};
use sanchay_pictures::{MAX_PREVIEW, Picture, look, look_with};

use crate::painted::{encoded, painted};

/// Above that, pictures look the same.
const SAME: f64 = 0.9;

fn thumbnail(image: &DynamicImage) -> Thumbnail {
    look(&encoded(image, ImageFormat::Png)).unwrap().thumbnail
}

fn assert_alike(one: &Thumbnail, other: &Thumbnail, what: &str) {
    let similarity = one.similarity(other);
    assert!(similarity > SAME, "{what}: {similarity}");
    assert_eq!(similarity, other.similarity(one), "{what}");
    assert!(may_be_alike(one.digest(), other.digest()), "{what}");
}

#[test]
fn a_picture_looks_the_same_in_every_format() {
    let image = painted(1, 640, 400);
    let first = thumbnail(&image);
    for format in [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
    ] {
        let told = look(&encoded(&image, format)).unwrap();
        assert_eq!((told.width, told.height), (640, 400), "{format:?}");
        let similarity = first.similarity(&told.thumbnail);
        assert!(similarity > 0.99, "{format:?}: {similarity}");
    }
}

#[test]
fn pictures_of_any_depth_look_the_same() {
    let image = painted(2, 300, 200);
    let first = thumbnail(&image);
    let deep = [
        DynamicImage::from(image.to_rgba8()),
        DynamicImage::from(image.to_rgb16()),
        DynamicImage::from(image.to_rgba16()),
        DynamicImage::from(image.to_rgb32f()),
    ];
    for image in deep {
        let format = match image {
            DynamicImage::ImageRgb32F(_) => ImageFormat::Tiff,
            _ => ImageFormat::Png,
        };
        let told = look(&encoded(&image, format)).unwrap().thumbnail;
        assert!(first.similarity(&told) > 0.99, "{:?}", image.color());
    }
}

#[test]
fn what_people_do_to_pictures_leaves_them_alike() {
    for seed in 10..18 {
        let image = painted(seed, 600, 400);
        let first = thumbnail(&image);
        let alike = |what: &str, image: &DynamicImage| {
            assert_alike(&first, &thumbnail(image), &format!("{seed} {what}"));
        };
        alike("small", &image.resize_exact(150, 100, Lanczos3));
        alike(
            "smaller than a thumbnail",
            &image.resize_exact(20, 13, Lanczos3),
        );
        alike("stretched", &image.resize_exact(600, 450, Lanczos3));
        alike("bright", &image.brighten(25));
        alike("soft", &image.adjust_contrast(-20.0));
        alike("blurred", &image.fast_blur(3.0));
        alike("cropped at one side", &image.crop_imm(30, 0, 570, 400));
        alike("cropped all around", &image.crop_imm(24, 16, 552, 368));
        let mut bytes = Vec::new();
        let worst = JpegEncoder::new_with_quality(&mut bytes, 10);
        image.write_with_encoder(worst).unwrap();
        let told = look(&bytes).unwrap().thumbnail;
        assert_alike(&first, &told, "compressed");
    }
}

#[test]
fn other_pictures_are_not_alike() {
    let all: Vec<_> =
        (100..160).map(|it| thumbnail(&painted(it, 96, 64))).collect();
    for (place, one) in all.iter().enumerate() {
        for other in &all[..place] {
            let similarity = one.similarity(other);
            assert!(similarity < 0.8, "{similarity}");
        }
    }
}

#[test]
fn the_same_shapes_in_other_colours_are_less_alike() {
    let image = painted(3, 300, 200);
    let grey = DynamicImage::from(image.to_luma8());
    let similarity = thumbnail(&image).similarity(&thumbnail(&grey));
    assert!(similarity < 0.9, "{similarity}");
}

#[test]
fn turned_pictures_are_those_that_were_turned_back() {
    let image = painted(4, 300, 200);
    let first = thumbnail(&image);
    let turned = [image.rotate90(), image.rotate180(), image.rotate270()];
    // Back by what is left of a full turn.
    let back = Turn::ROTATIONS.into_iter().rev();
    for (turned, back) in turned.iter().zip(back) {
        let turned = thumbnail(turned);
        assert!(first.similarity(&turned) < 0.9);
        assert_eq!(first.similarity(&turned.turned(back)), 1.0);
    }
}

#[test]
fn photographs_are_shown_upright() {
    let upright = painted(5, 320, 200);
    let lying = upright.rotate270();
    let exif = |orientation: u8| {
        let mut chunk = b"Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
        chunk.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        chunk.extend([0; 4]);
        chunk
    };
    let jpeg = encoded(&lying, ImageFormat::Jpeg);
    let chunk = exif(6);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(u16::try_from(chunk.len() + 2).unwrap().to_be_bytes());
    bytes.extend(chunk);
    bytes.extend(&jpeg[2..]);
    let Picture { width, height, thumbnail: told, .. } = look(&bytes).unwrap();
    assert_eq!((width, height), (320, 200));
    assert!(thumbnail(&upright).similarity(&told) > 0.99);
}

#[test]
fn small_copies_are_no_larger_than_the_largest_that_there_is() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let bytes = encoded(&painted(8, 1500, 1250), format);
        for (side, width, height) in
            [(240, 240, 200), (MAX_PREVIEW, 1200, 1000), (9999, 1200, 1000)]
        {
            let told = look_with(&bytes, side).unwrap();
            assert_eq!((told.width, told.height), (1500, 1250));
            let copy = told.preview.unwrap();
            let copy = image::load_from_memory(&copy).unwrap();
            assert_eq!((copy.width(), copy.height()), (width, height));
        }
    }
}

#[test]
fn what_is_transparent_is_shown_on_white() {
    let mut clear = painted(6, 100, 100).to_rgba8();
    let mut white = painted(6, 100, 100).to_rgb8();
    for (x, y, pixel) in clear.enumerate_pixels_mut() {
        if x > 50 {
            pixel.0[3] = 0;
            white.put_pixel(x, y, image::Rgb([255; 3]));
        }
    }
    let (clear, white) = (clear.into(), white.into());
    assert_eq!(thumbnail(&clear), thumbnail(&white));
}

#[test]
fn pictures_of_one_colour_have_nothing_to_be_known_by() {
    let plain = image::RgbImage::from_pixel(50, 50, image::Rgb([9, 99, 200]));
    assert!(thumbnail(&plain.into()).is_plain());
    assert!(!thumbnail(&painted(7, 50, 50)).is_plain());
}
