//! `sanchay hash --tree`: one digest for a folder, against a plain program
//! that makes it as the documentation says.

use std::{
    fs,
    os::unix::{ffi::OsStrExt as _, fs::FileTypeExt as _},
    path::Path,
};

use sanchay_testkit::{
    Finished, Tree, content::noise, digest::digest, records,
};

use crate::sanchay;

fn hash(tree: &Tree, words: &str) -> Finished {
    let program = sanchay().within(tree.root());
    program.arg("hash").arg("--tree").words(words).run()
}

/// The digests, in the order of the folders.
fn digests(tree: &Tree, words: &str) -> Vec<String> {
    let finished = hash(tree, words).succeeds();
    let lines = finished.text().lines();
    lines.map(|it| it.split("  ").next().unwrap().to_owned()).collect()
}

/// The bytes of a digest in hexadecimal.
fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let byte = |it: &[u8]| {
        u8::from_str_radix(str::from_utf8(it).unwrap(), 16).unwrap()
    };
    digits.map(byte).collect()
}

/// The digest of a folder, as the documentation says.
fn plainly(folder: &Path, algorithm: &str) -> String {
    let mut entries: Vec<_> =
        fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(|it| it.file_name().as_bytes().to_vec());
    let mut encoded = b"sanchay tree 1\n".to_vec();
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        let (letter, value) = if kind.is_dir() {
            (b'd', bytes(&plainly(&path, algorithm)))
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            (b'l', target.as_os_str().as_bytes().to_vec())
        } else if kind.is_fifo() {
            (b'p', Vec::new())
        } else {
            let content = fs::read(&path).unwrap();
            (b'f', bytes(&digest(algorithm, &content)))
        };
        encoded.push(letter);
        for part in [entry.file_name().as_bytes(), value.as_slice()] {
            encoded.extend((part.len() as u64).to_le_bytes());
            encoded.extend(part);
        }
    }
    digest(algorithm, &encoded)
}

/// A tree with what tells folders apart.
fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/a", "first");
    tree.file("d/a-b", "second");
    tree.file("d/sub/deep/er/file", noise(1, 200_000));
    tree.file("d/sub.x", "");
    tree.file("d/.hidden/x", "x");
    tree.dir("d/empty");
    tree.link("../nowhere", "d/sub/link");
    tree.fifo("d/sub/pipe");
    tree.odd_names("d/odd");
    tree
}

#[test]
fn the_digest_is_that_of_the_documented_bytes() {
    let tree = tree();
    for algorithm in ["xxh3-128", "sha256", "blake3", "xxh64"] {
        let words = format!("-H -a {algorithm} d d/sub d/empty d/a");
        let found = digests(&tree, &words);
        let mut expected: Vec<_> = ["d", "d/sub", "d/empty"]
            .iter()
            .map(|it| plainly(&tree.path(it), algorithm))
            .collect();
        expected.push(digest(algorithm, b"first"));
        assert_eq!(found, expected, "{algorithm}");
        let from_within = sanchay().within(tree.path("d"));
        let words = format!("hash --tree -H -a {algorithm} . ./ -j 1");
        let run = from_within.words(&words).run().succeeds();
        for line in run.text().lines() {
            assert!(line.starts_with(&expected[0]), "{line}");
        }
    }
    // The example of the documentation.
    tree.file("example/a", "");
    let bytes = bytes(
        "73616e63686179207472656520310a66010000000000000061200000000000\
         0000e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78\
         52b855",
    );
    let found = digests(&tree, "--sha256 example");
    assert_eq!(found, [digest("sha256", &bytes)]);
}

#[test]
fn it_changes_with_names_kinds_and_contents_and_with_nothing_else() {
    let tree = tree();
    let of = |words: &str| digests(&tree, words).remove(0);
    let before = of("-H d");
    let copied = std::process::Command::new("cp")
        .arg("-R")
        .arg(tree.path("d"))
        .arg(tree.path("copy"))
        .status();
    assert!(copied.unwrap().success());
    sanchay_testkit::tree::set_mode(&tree.path("copy/a"), 0o755);
    assert_eq!(of("-H copy"), before);
    assert_ne!(of("d"), before);
    assert_eq!(of("d"), of("copy"));
    for (change, undo) in [
        ("copy/a", "copy/a2"),
        ("copy/empty", "copy/sub/empty"),
        ("copy/sub/link", "copy/sub/lin"),
    ] {
        fs::rename(tree.path(change), tree.path(undo)).unwrap();
        assert_ne!(of("-H copy"), before, "{change}");
        fs::rename(tree.path(undo), tree.path(change)).unwrap();
        assert_eq!(of("-H copy"), before);
    }
    fs::write(tree.path("copy/a"), "First").unwrap();
    assert_ne!(of("-H copy"), before);
    fs::write(tree.path("copy/a"), "first").unwrap();
    fs::remove_file(tree.path("copy/sub/link")).unwrap();
    tree.file("copy/sub/link", "../nowhere");
    assert_ne!(of("-H copy"), before);
}

#[test]
fn every_format_has_a_record_for_each_folder() {
    let tree = tree();
    let finished = hash(&tree, "-H --format ndjson d/sub d/empty").succeeds();
    let found = records::ndjson(&finished.stdout);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["path"], "d/sub");
    assert_eq!(found[0]["size"], 200_000);
    assert_eq!(found[1]["size"], 0);
    assert_eq!(found[0]["hash"], plainly(&tree.path("d/sub"), "xxh3-128"));
    let tagged = hash(&tree, "--tag --sha256 d/empty").succeeds();
    assert!(tagged.text().starts_with("SHA256 (d/empty) = "));
    let current = sanchay().within(tree.path("d/sub"));
    let current = current.words("hash --tree").run().succeeds();
    assert!(current.text().ends_with("  .\n"));
    for words in ["-", "--follow d", "--crc32 d", "--partial d", "--check d"] {
        hash(&tree, words).exits(2);
    }
}

#[test]
fn a_folder_with_something_that_cannot_be_read_has_no_digest() {
    let tree = tree();
    tree.forbid("d/sub/deep");
    let program = sanchay().unprivileged(&tree).within(tree.root());
    let finished = program.words("hash --tree d d/empty gone").run().exits(3);
    assert_eq!(finished.text().lines().count(), 1);
    assert!(finished.text().ends_with("  d/empty\n"));
    let why = "d/sub/deep: cannot open the directory";
    assert_eq!(finished.stderr.matches(why).count(), 1);
    assert_eq!(finished.stderr.matches("gone: cannot open").count(), 1);
    hash(&tree, "gone").exits(2);
}
