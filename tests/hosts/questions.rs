//! What the native program and the command are both asked, and the tree that
//! they are asked about.

use std::time::{Duration, SystemTime};

use sanchay_testkit::{Finished, ODD_NAMES, Tree};

/// Commands whose records come in a documented order.
pub(crate) const ORDERED: &[&str] = &[
    "hash d",
    "hash -H d",
    "hash -a xxh64 d",
    "hash -a xxh3-64 d",
    "hash -a xxh3-128 d",
    "hash -a blake3 d",
    "hash --algorithm=sha256 d",
    "hash -asha256 --tag d",
    "hash -a sha512 d",
    "hash -a sha1 --tag d",
    "hash -a md5 --format ndjson d",
    "hash -a crc32 d",
    "hash -0 d",
    "hash --tag -0 -a blake3 d",
    "hash --partial d",
    "hash --partial=1k -a xxh64 d",
    "hash --partial=1 -0 d",
    "hash --format ndjson -H d",
    "hash --format json --partial=100KiB d",
    "hash --format csv -a sha256 d",
    "hash --format csv --partial d",
    "hash --format text --json --blake3 --sha256 d",
    "hash --json --format csv --xxh64 -o out -o - -q d",
    "hash -e *.txt,.tar.gz d",
    "hash --format json -e nothing d",
    "hash -e txt -e .TAR.GZ --min-size 2 --max-size 1KiB d",
    "hash -d 2 d",
    "hash -d0 d",
    "hash d/sub/b.txt d/a.txt d d/missing ./d/large -- d/empty",
    "hash d/missing d/nothing",
    "hash d/a.txt/ d/sub/",
    "hash d/to-a d/to-sub",
    "hash --min-size 100 d/a.txt d/large",
    "hash --template {n:03,parent}|{hash:8}\\t{stem:slug,upper}|{depth} d",
    "hash --fields path,root,depth,kind,links,hidden,empty,changed d ./d/sub",
    "dupes d",
    "dupes",
    "dupes d d/sub ./d",
    "dupes -H -a sha256 d",
    "dupes -0 d",
    "dupes -q --blake3 d",
    "dupes --hardlinks d",
    "dupes --hardlinks ./d/a.txt d/sub/linked d d/to-a",
    "dupes --hardlinks --format json -a xxh64 d",
    "dupes --min-size 0 --format ndjson d",
    "dupes --format csv --max-size 100 d",
    "dupes d/missing d",
    "hash -H --gitignore g",
    "dupes --gitignore --ignore-file g/rules g",
    "hash --ignore-file d/missing d",
    "hash --ignore-file g/sub d",
    "--version",
];

/// Commands whose records come in no particular order.
pub(crate) const UNORDERED: &[&str] = &[
    "scan d",
    "scan",
    "scan -H d/",
    "scan -0 .",
    "scan -0 -0 -d 9 -d 1 .",
    "scan -e txt,*.TAR.GZ d",
    "scan --count -H d",
    "scan --format ndjson d",
    "scan --format=json -H d",
    "scan --format csv d",
    "scan -e txt -etar.gz d",
    "scan --min-size 2 --max-size 64KiB d",
    "scan --min-size 1p --format json d",
    "scan -d 1 d",
    "scan d d/sub",
    "scan d/a.txt d/missing d/to-sub",
    "scan -H --gitignore --kind file,directory g",
    "scan --ignore-file g/rules --ignore-file=g/.gitignore g g/sub/c.o",
    "scan --template {modified:%s}|{size:human}|{{{path:title}}}\\n d",
    "scan --fields path,root,depth,target,hidden,empty -H --kind symlink d",
    "scan --fields root,depth,parent,name,kind . ./d/sub/ d/a.txt",
];

/// A tree with something for every question. `backslashes` tells whether the
/// host can name a file with one.
pub(crate) fn tree(backslashes: bool) -> Tree {
    let tree = Tree::new();
    tree.file("d/a.txt", "twelve bytes");
    tree.file("d/sub/b.txt", "twelve bytes");
    tree.file("d/sub-1/c.TXT", "twelve other");
    tree.file("d/sub.tar.gz", "x");
    tree.file("d/empty", "");
    tree.file("d/sub/deeper/empty.txt", "");
    tree.file("d/.hidden/e.txt", "hidden");
    tree.file("d/.f.txt", "hidden");
    tree.hard_link("d/a.txt", "d/sub/linked");
    tree.hard_link("d/a.txt", "d/linked.txt");
    tree.link("a.txt", "d/to-a");
    tree.link("sub", "d/to-sub");
    tree.link("nowhere", "d/to-nothing");
    tree.fifo("d/fifo");
    tree.socket("d/socket");
    for size in [65_535, 65_536, 65_537, 131_072, 200_001, 3_000_000] {
        let mut content: Vec<u8> =
            (0..size).map(|at: u32| at.to_le_bytes()[0]).collect();
        tree.file(format!("d/sizes/{size}"), &content);
        tree.file(format!("d/sizes/again/{size}"), &content);
        content.reverse();
        tree.file(format!("d/sizes/other/{size}"), &content);
    }
    tree.file("d/large", vec![7; 5_000_000]);
    tree.file("g/.gitignore", "*.o\n/sub/b\nout/\n");
    tree.file("g/rules", "a\n");
    tree.file("g/sub/.gitignore", "!c.o\n");
    tree.file("g/sub/.ignore", "d\n");
    tree.file("g/large/.gitignore", "a".repeat((1 << 20) + 1));
    let class = "a-z".repeat(300_000);
    tree.file("g/costly/.gitignore", format!("*[{class}]x?\nb\n"));
    tree.file(format!("g/costly/{}", "q".repeat(200)), "q");
    tree.file("g/inner/.git/info/exclude", "d\n");
    for at in ["g", "g/sub", "g/large", "g/out", "g/costly", "g/inner"] {
        for name in ["a", "b", "c.o", "d"] {
            tree.file(format!("{at}/{name}"), name);
        }
    }
    // Deep enough for directories to be closed and opened again.
    for depth in (0..150).step_by(7) {
        let below = "x/".repeat(depth);
        tree.file(format!("d/deep/{below}f"), format!("{depth}"));
        tree.file(format!("d/deep/{below}y/z"), format!("{depth}"));
    }
    for name in ODD_NAMES {
        let Ok(name) = str::from_utf8(name) else { continue };
        if backslashes || !name.contains('\\') {
            tree.file(format!("d/odd/{name}"), name);
        }
    }
    for (name, seconds, nanoseconds) in [
        ("d/a.txt", 0, 0),
        ("d/empty", 0, 1),
        ("d/sub/b.txt", 951_782_399, 999_999_999),
        ("d/sub-1/c.TXT", 4_102_444_800, 120_000_000),
    ] {
        let time = Duration::new(seconds, nanoseconds);
        tree.touch(name, SystemTime::UNIX_EPOCH + time);
    }
    tree
}

/// What a program said, in a form in which two answers can be compared: its
/// exit code, its records, and its complaints, whose order is free.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    code: Option<i32>,
    records: Vec<Vec<u8>>,
    said: Vec<String>,
}

impl Answer {
    /// What it said, with its records in their order or in any.
    pub(crate) fn of(finished: &Finished, ordered: bool) -> Self {
        let parts = finished.stdout.split(|byte| matches!(byte, b'\n' | 0));
        let mut records: Vec<Vec<u8>> = parts.map(<[u8]>::to_vec).collect();
        if ordered {
            records = vec![finished.stdout.clone()];
        } else {
            for record in &mut records {
                // Between the objects of an array.
                if record.ends_with(b"},") {
                    record.pop();
                }
            }
            records.sort();
        }
        let mut said: Vec<_> =
            finished.stderr.lines().map(str::to_owned).collect();
        said.sort();
        Self { code: finished.code(), records, said }
    }
}
