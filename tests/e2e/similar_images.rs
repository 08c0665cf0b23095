//! `sanchay similar --images`: pictures in all formats, changed and damaged.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use image::{DynamicImage, Rgb, RgbImage};
use sanchay_testkit::{Finished, Tree, records};

use crate::sanchay;

fn similar(tree: &Tree, words: &str) -> Finished {
    let command = sanchay().within(tree.root()).words("similar --images");
    command.words(words).run()
}

/// The groups, each as its paths.
fn groups(finished: &Finished) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for file in records::ndjson(&finished.stdout) {
        let path = String::from_utf8(records::path(&file)).unwrap();
        groups.entry(file["group"].as_u64().unwrap()).or_default().push(path);
    }
    groups.into_values().collect()
}

/// A picture of rectangles, which depend on a seed.
pub(crate) fn painted(seed: u32) -> DynamicImage {
    let mut state = u64::from(seed) + 1;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(7);
        u32::try_from((state >> 33) % bound).unwrap()
    };
    let mut image = RgbImage::from_pixel(240, 160, Rgb([200, 220, 240]));
    for _ in 0..25 {
        let (left, top) = (below(220), below(140));
        let (width, height) = (20 + below(80), 20 + below(60));
        let mut level = || u8::try_from(below(256)).unwrap();
        let color = Rgb([level(), level(), level()]);
        for x in left..(left + width).min(240) {
            for y in top..(top + height).min(160) {
                image.put_pixel(x, y, color);
            }
        }
    }
    image.into()
}

pub(crate) fn save(image: &DynamicImage, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    image.save(path).unwrap();
}

#[test]
fn a_picture_in_other_formats_sizes_and_crops_is_one_group() {
    let tree = Tree::new();
    let at = |name: &str| tree.root().join(name);
    let (first, second) = (painted(1), painted(2));
    let triangle = image::imageops::FilterType::Triangle;
    for name in ["a/1.png", "b/1.jpg", "1.gif", "1.bmp", "1.tiff", "1.webp"] {
        save(&first, &at(name));
    }
    save(&first.resize_exact(60, 40, triangle), &at("small.PNG"));
    save(&first.crop_imm(8, 6, 224, 148), &at("cropped.png"));
    save(&second, &at("2.png"));
    save(&second.brighten(20), &at("bright.jpeg"));
    save(&painted(3), &at("alone.png"));
    fs::write(at("1.txt"), "no picture").unwrap();
    let finished = similar(&tree, "--format ndjson").exits(0);
    assert_eq!(
        groups(&finished),
        [
            vec![
                "1.bmp",
                "1.gif",
                "1.tiff",
                "1.webp",
                "a/1.png",
                "b/1.jpg",
                "cropped.png",
                "small.PNG",
            ],
            vec!["2.png", "bright.jpeg"],
        ]
    );
    let told = &finished.stderr;
    assert!(told.contains("pictures compared: 11"), "{told}");
    // Each row says how large the picture is.
    let rows = records::ndjson(&finished.stdout);
    let small = rows.iter().find(|it| it["path"] == "small.PNG").unwrap();
    assert_eq!((&small["width"], &small["height"]), (&60.into(), &40.into()));
    let csv = similar(&tree, "--format csv").exits(0);
    let head = csv.text().lines().next().unwrap();
    assert_eq!(head, "group,similarity,size,width,height,path,path_base64");
    // Pairs are those of groups, each once.
    let pairs = similar(&tree, "--pairs --format ndjson").exits(0);
    assert_eq!(records::ndjson(&pairs.stdout).len(), 8 * 7 / 2 + 1);
}

#[test]
fn turned_pictures_are_found_where_they_are_asked_for() {
    let tree = Tree::new();
    let image = painted(4);
    save(&image, &tree.root().join("a.png"));
    save(&image.rotate90(), &tree.root().join("b.jpg"));
    save(&image.rotate180(), &tree.root().join("c.bmp"));
    let plain = similar(&tree, "--format ndjson").exits(0);
    assert!(groups(&plain).is_empty());
    let turned = similar(&tree, "--rotations --format ndjson").exits(0);
    assert_eq!(groups(&turned), [["a.png", "b.jpg", "c.bmp"]]);
}

#[test]
fn damaged_pictures_and_bombs_cost_a_message_each() {
    let tree = Tree::new();
    let at = |name: &str| tree.root().join(name);
    save(&painted(5), &at("good.png"));
    save(&painted(5), &at("good.webp"));
    let mut bytes = fs::read(at("good.png")).unwrap();
    // 2^31 - 1 pixels in either direction, with the right sum.
    bytes[16..24].copy_from_slice(&[0x7F, 255, 255, 255, 0x7F, 255, 255, 255]);
    let sum = !bytes[12..29].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ (0xEDB8_8320 * (crc & 1))
        })
    });
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    fs::write(at("bomb.png"), &bytes).unwrap();
    let whole = fs::read(at("good.webp")).unwrap();
    fs::write(at("half.webp"), &whole[..whole.len() / 2]).unwrap();
    fs::write(at("text.jpg"), "no picture at all").unwrap();
    let finished = similar(&tree, "--format ndjson").exits(3);
    assert_eq!(groups(&finished), [["good.png", "good.webp"]]);
    let told = &finished.stderr;
    for name in ["bomb.png", "half.webp", "text.jpg"] {
        let lines = told.lines().filter(|line| line.contains(name));
        assert_eq!(lines.count(), 1, "{told}");
    }
}

#[test]
fn options_of_texts_do_not_go_with_images() {
    let tree = Tree::new();
    for words in ["--characters", "--shingle-size 4", "--threshold 0.5"] {
        let _ = similar(&tree, words).exits(2);
    }
    let rotations = sanchay().within(tree.root()).words("similar --rotations");
    let _ = rotations.run().exits(2);
}
