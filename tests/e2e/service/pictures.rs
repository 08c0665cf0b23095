//! Pictures: those that look the same, small copies of them, and their files
//! as they are.

use std::{fs, os::unix::fs::symlink};

use sanchay_testkit::Tree;
use serde_json::json;

use super::server::{Answer, Service};

/// A picture of rings and a slope.
fn bitmap(width: u32, height: u32) -> Vec<u8> {
    let stride = (width * 3).next_multiple_of(4);
    let mut file = b"BM".to_vec();
    for value in [54 + stride * height, 0, 54, 40, width, height] {
        file.extend(value.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    for row in 0..height {
        let start = file.len();
        for column in 0..width {
            let (x, y) = (column * 240 / width, row * 240 / height);
            let far = x.abs_diff(90).pow(2) + y.abs_diff(150).pow(2);
            let ring = if far / 2500 % 2 == 0 { 200 } else { 20 };
            let byte = |it: u32| it.to_le_bytes()[0];
            file.extend([byte(x), byte(ring), byte(240 - y)]);
        }
        file.resize(start + stride as usize, 0);
    }
    file
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

#[test]
fn a_small_copy_is_decoded_once_and_known_by_its_tag() {
    let tree = Tree::new();
    let root = fs::canonicalize(tree.root()).unwrap();
    tree.file("large.bmp", bitmap(1001, 500));
    tree.file("small.BMP", bitmap(31, 17));
    let service = Service::start(tree.root(), &[]);
    let ask = |name: &str, tag: &str| {
        let path = root.join(name);
        let path = format!("/api/v1/thumbnail?path={}", path.display());
        let headers = [("if-none-match", tag)];
        service.send("GET", &path, &headers, b"")
    };
    let large = ask("large.bmp", "");
    assert_eq!(large.status, 200, "{}", large.text());
    assert_eq!(large.header("content-type"), "image/bmp");
    assert_eq!(large.header("x-content-type-options"), "nosniff");
    assert_eq!(large.header("x-picture-width"), "1001");
    assert_eq!(large.header("x-picture-height"), "500");
    assert_eq!(&large.body[..2], b"BM");
    let size = (number(&large.body, 18), number(&large.body, 22));
    assert_eq!(size, (240, 119));
    assert_eq!(large.body.len(), 54 + 720 * 119);
    let small = ask("small.BMP", "");
    let size = (number(&small.body, 18), number(&small.body, 22));
    assert_eq!(size, (31, 17));
    let tag = large.header("etag").to_owned();
    let again = ask("large.bmp", &tag);
    assert_eq!((again.status, again.body.len()), (304, 0));
    // Another picture of that name has another tag.
    fs::write(tree.path("large.bmp"), bitmap(90, 90)).unwrap();
    let other = ask("large.bmp", &tag);
    assert_eq!(other.status, 200);
    assert_eq!(other.header("x-picture-width"), "90");
    let file = service.get(&format!(
        "/api/v1/preview?path={}",
        root.join("small.BMP").display()
    ));
    assert_eq!(file.header("content-type"), "image/bmp");
    assert_eq!(file.body, bitmap(31, 17));
    let headers = [("if-none-match", file.header("etag"))];
    let path =
        format!("/api/v1/preview?path={}", root.join("small.BMP").display());
    assert_eq!(service.send("GET", &path, &headers, b"").status, 304);
}

#[test]
fn what_is_no_picture_or_elsewhere_is_not_shown() {
    let (tree, outside) = (Tree::new(), Tree::new());
    let root = fs::canonicalize(tree.root()).unwrap();
    let secret = outside.file("secret.bmp", bitmap(40, 40));
    symlink(&secret, tree.path("link.bmp")).unwrap();
    symlink(outside.root(), tree.path("away")).unwrap();
    tree.file("damaged.bmp", "BM, and nothing else");
    tree.file("bomb.png", bomb());
    tree.file("note.txt", "text");
    tree.file("page.svg", "<svg onload='alert(1)'/>");
    tree.sparse("huge.bmp", 65 << 20);
    tree.dir("folder.bmp");
    let service = Service::start(tree.root(), &[]);
    let ask = |what: &str, path: &str| -> Answer {
        service.get(&format!("/api/v1/{what}?path={path}"))
    };
    let inside = |name: &str| format!("{}/{name}", root.display());
    let secret = secret.display().to_string();
    for what in ["thumbnail", "preview"] {
        for path in [
            &*secret,
            "/etc/passwd",
            "secret.bmp",
            "",
            &inside("link.bmp"),
            &inside("away/secret.bmp"),
            &inside("../x.bmp"),
            &inside("none.bmp"),
            &inside("folder.bmp"),
            &inside("%2e%2e/x.bmp"),
        ] {
            let answer = ask(what, path);
            assert_eq!(answer.status, 404, "{what} {path}");
            answer.problem();
        }
        for name in ["note.txt", "page.svg", "huge.bmp"] {
            let answer = ask(what, &inside(name));
            assert_eq!(answer.status, 422, "{what} {name}");
            answer.problem();
        }
    }
    for name in ["damaged.bmp", "bomb.png"] {
        let answer = ask("thumbnail", &inside(name));
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
        assert_eq!(answer.problem(), "no-picture");
    }
    // One after the other, and the service still decodes others.
    for _ in 0..70 {
        ask("thumbnail", &inside("damaged.bmp"));
    }
    fs::write(tree.path("fine.bmp"), bitmap(50, 50)).unwrap();
    assert_eq!(ask("thumbnail", &inside("fine.bmp")).status, 200);
}

/// The head of a picture of more pixels than anybody has memory for.
fn bomb() -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = b"IHDR".to_vec();
    head.extend(200_000_u32.to_be_bytes());
    head.extend(200_000_u32.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    file.extend(13_u32.to_be_bytes());
    file.extend(&head);
    file.extend(crc32(&head).to_be_bytes());
    file.extend([0; 64]);
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn pictures_that_look_the_same_are_told_pair_by_pair() {
    let tree = Tree::new();
    tree.file("a.bmp", bitmap(64, 48));
    tree.file("b.bmp", bitmap(128, 96));
    tree.file("c.bmp", "BM, and nothing else");
    let service = Service::start(tree.root(), &[]);
    let options = json!({"images": true, "pairs": true});
    let job = service.run("similar", options);
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(job["errors"], 1);
    assert_eq!(job["result"]["images"], 2);
    let path = format!("/api/v1/jobs/{}/results", job["id"]);
    let page = service.get(&path).json();
    let rows = page["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{page}");
    assert!(rows[0]["path"].as_str().unwrap().ends_with("/a.bmp"));
    assert!(rows[0]["other"].as_str().unwrap().ends_with("/b.bmp"));
    assert!(rows[0]["similarity"].as_f64().unwrap() > 0.9);
    let job = service.run("similar", json!({"images": true}));
    let path = format!("/api/v1/jobs/{}/results", job["id"]);
    assert_eq!(service.get(&path).json()["total"], 2);
}
