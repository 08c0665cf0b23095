//! The example plugins of `plugins/`, in the program: built here, from Rust
//! and from C, and run over files that the system came with.

use std::fs;

use sanchay_plugin_build::{c::Tools, images, portable};
use sanchay_testkit::{Tree, image, records};
use serde_json::json;

use crate::plugins::with_cache;

#[test]
fn the_example_in_rust_tells_the_dimensions_of_images() {
    let tree = Tree::new();
    tree.file("a.png", image::png(640, 480));
    tree.file("b.JPG", image::jpeg(30, 20, &[]));
    tree.file("c.gif", image::gif(1, 2));
    tree.file("d/e.webp", image::webp_lossless(16384, 3));
    tree.file("broken.png", &image::png(640, 480)[..12]);
    tree.file("text.png", "no image");
    tree.file("text.txt", "not even asked about");
    let finished = with_cache()
        .within(tree.root())
        .words("scan --format ndjson --plugin")
        .arg(images().unwrap())
        .run();
    assert_eq!(finished.code(), Some(3));
    let errors = finished.stderr.lines().count();
    assert_eq!(errors, 1, "{}", finished.stderr);
    let error = "sanchay: broken.png: cannot extract values: plugin images: ";
    assert!(finished.stderr.starts_with(error), "{}", finished.stderr);
    let objects = records::ndjson(&finished.stdout);
    let values_of = |path: &str| {
        let object = objects.iter().find(|it| it["path"] == path).unwrap();
        let of = |column| &object[format!("images.{column}")];
        json!([of("width"), of("height"), of("format")])
    };
    assert_eq!(values_of("a.png"), json!([640, 480, "png"]));
    assert_eq!(values_of("b.JPG"), json!([30, 20, "jpeg"]));
    assert_eq!(values_of("c.gif"), json!([1, 2, "gif"]));
    assert_eq!(values_of("d/e.webp"), json!([16384, 3, "webp"]));
    for path in ["broken.png", "text.png", "text.txt"] {
        assert_eq!(values_of(path), json!([null, null, null]));
    }
}

#[test]
fn the_example_in_c_keeps_names_that_windows_takes() {
    let Some(plugin) = portable().unwrap() else {
        eprintln!("{}", Tools::MISSING);
        return;
    };
    let tree = Tree::new();
    for name in [
        "fine.txt",
        "con",
        "NUL.txt",
        "a:b",
        "dot.",
        "space ",
        "tab\t",
        "d/fine",
        "d?/unseen",
        "COM10",
    ] {
        tree.file(name, "");
    }
    let finished = with_cache()
        .within(tree.root())
        .words("scan -0 --plugin")
        .arg(plugin)
        .run()
        .succeeds();
    let mut found: Vec<_> = finished
        .stdout
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .collect();
    found.sort();
    assert_eq!(found, [&b"COM10"[..], b"d/fine", b"fine.txt"]);
}

#[test]
fn the_example_in_rust_can_be_checked_and_is_kept_compiled() {
    let tree = Tree::new();
    let cache = tree.path("cache");
    let check = || {
        crate::sanchay()
            .env("XDG_CACHE_HOME", cache.to_str().unwrap())
            .words("plugin check")
            .arg(images().unwrap())
            .run()
    };
    assert_eq!(check().code(), Some(0));
    let folder = cache.join("sanchay/plugins");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(check().code(), Some(0));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
