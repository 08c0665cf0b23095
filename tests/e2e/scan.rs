//! `sanchay scan`: its options, each against a walk with the standard library.

use std::time::{Duration, SystemTime};

use sanchay_testkit::{
    Finished, Tree,
    content::noise,
    oracle::{Wanted, walk},
};

use crate::{
    rows::{expected, scanned, zero_ended},
    sanchay,
};

/// A tree with what the options tell apart.
pub(crate) fn tree() -> Tree {
    let tree = Tree::new();
    let files = [
        ("top.mkv", 10),
        ("top.MP4", 999),
        ("empty", 0),
        ("thousand.bin", 1000),
        ("kibi.bin", 1024),
        ("archive.tar.gz", 1025),
        ("ARCHIVE.TAR.GZ.old", 3),
        ("a/one.Mkv", 1_000_000),
        ("a/b/two.mkv.part", 12),
        ("a/b/c/three.mkv", 5),
        ("a/b/c/.four.mkv", 5),
        ("a/.hidden/five.mkv", 5),
        ("a/.hidden/sub/six", 5),
        (".mkv", 4),
        (".tar.gz", 4),
        ("mkv", 4),
        ("dots..mkv", 4),
        ("trailing.", 4),
        ("a.mkv.d/inside.txt", 7),
    ];
    for (index, (name, len)) in files.into_iter().enumerate() {
        tree.file(name, noise(index as u64, len));
        let age = Duration::from_nanos(index as u64 * 86_399_123_456_789);
        tree.touch(name, SystemTime::now() - age);
    }
    tree.dir("a/nothing/in/here");
    tree.link("a", "link-to-a");
    tree.link("top.mkv", "link.mkv");
    tree
}

pub(crate) fn scan(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).arg("scan").words(words).run()
}

#[track_caller]
fn agree(tree: &Tree, words: &str, wanted: &Wanted) {
    for walker in ["native", "portable"] {
        let words = format!("{words} --format ndjson --walker {walker}");
        let finished = scan(tree, &words).succeeds();
        let oracle = walk(tree.root(), "", wanted);
        assert_eq!(scanned(&finished), expected(&oracle), "{words}");
    }
}

#[test]
fn every_option_selects_what_the_standard_library_selects() {
    let tree = tree();
    let all = Wanted::default;
    agree(&tree, "", &all());
    agree(&tree, "-H", &Wanted { hidden: true, ..all() });
    let mkv = vec!["mkv"];
    let wanted = Wanted { extensions: mkv.clone(), ..all() };
    for words in ["-e mkv", "-e MKV", "-e .mkv", "--extension mKv"] {
        agree(&tree, words, &wanted);
    }
    let wanted = Wanted { hidden: true, extensions: mkv, ..all() };
    agree(&tree, "-H -e mkv", &wanted);
    let extensions = vec!["mkv", "mp4", "tar.gz"];
    let wanted = Wanted { extensions, ..all() };
    agree(&tree, "-e mkv -e mp4 -e tar.gz", &wanted);
    agree(&tree, "-e .MKV -e Mp4 -e TAR.gz -e mkv", &wanted);
    for depth in 0..6 {
        let wanted = Wanted { max_depth: Some(depth), ..all() };
        agree(&tree, &format!("-d {depth}"), &wanted);
        agree(&tree, &format!("--max-depth {depth}"), &wanted);
    }
}

#[test]
fn sizes_are_bytes_in_every_unit_and_both_ends_are_included() {
    let tree = tree();
    let sizes = [
        ("0", 0),
        ("1000", 1000),
        ("1k", 1000),
        ("1KB", 1000),
        ("1KiB", 1024),
        ("1ki", 1024),
        ("1025b", 1025),
        ("1m", 1_000_000),
        ("1MB", 1_000_000),
        ("1MiB", 1 << 20),
        ("1G", 1_000_000_000),
        ("16383PiB", 16383 << 50),
    ];
    for (text, size) in sizes {
        let least = Wanted { min_size: Some(size), ..Wanted::default() };
        agree(&tree, &format!("--min-size {text}"), &least);
        let most = Wanted { max_size: Some(size), ..Wanted::default() };
        agree(&tree, &format!("--max-size {text}"), &most);
    }
    let between = Wanted {
        min_size: Some(1000),
        max_size: Some(1024),
        ..Wanted::default()
    };
    agree(&tree, "--min-size 1k --max-size 1KiB", &between);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let tree = tree();
    for threads in [1, 2, 3, 8, 64] {
        agree(&tree, &format!("--threads {threads}"), &Wanted::default());
    }
}

#[test]
fn without_a_root_the_current_directory_is_scanned_and_named_by_nothing() {
    let tree = tree();
    let finished = scan(&tree, "-0").succeeds();
    let mut reported = zero_ended(&finished);
    reported.sort();
    let oracle = walk(tree.root(), "", &Wanted::default());
    assert_eq!(reported, oracle.into_keys().collect::<Vec<_>>());
    assert!(reported.iter().all(|path| !path.starts_with(b"./")));
}

#[test]
fn a_root_is_named_as_it_was_given() {
    let tree = tree();
    let whole = tree.path("a");
    for root in
        ["a", "a/", "./a", "a/../a", ".", "a//", whole.to_str().unwrap()]
    {
        let finished = scan(&tree, &format!("{root} --format ndjson"));
        let oracle = walk(tree.root(), root, &Wanted::default());
        assert!(!oracle.is_empty());
        let rows = scanned(&finished.succeeds());
        assert_eq!(rows, expected(&oracle), "{root}");
    }
}

#[test]
fn a_hidden_root_is_scanned_and_a_root_that_is_a_file_is_told() {
    let tree = tree();
    let finished = scan(&tree, "a/.hidden -0").succeeds();
    let mut reported = zero_ended(&finished);
    reported.sort();
    assert_eq!(reported, [&b"a/.hidden/five.mkv"[..], b"a/.hidden/sub/six"]);
    // It was named: what filters names is for what is found.
    let finished = scan(&tree, ".mkv -e mp4 -0").succeeds();
    assert_eq!(zero_ended(&finished), [b".mkv"]);
    // What filters sizes is for all.
    for (words, count) in [
        ("scan .mkv .mkv --max-size 4G", 2),
        ("scan .mkv .mkv --min-size 4G", 0),
        ("hash .mkv .mkv --max-size 4G", 2),
        ("hash .mkv .mkv --min-size 4G", 0),
    ] {
        let words = format!("{words} -0");
        let program = sanchay().within(tree.root()).words(&words);
        let reported = zero_ended(&program.run().succeeds());
        assert_eq!(reported.len(), count, "{words}");
    }
    let finished = scan(&tree, "link.mkv link-to-a -0").succeeds();
    let oracle = walk(tree.root(), "link-to-a", &Wanted::default());
    assert_eq!(zero_ended(&finished).len(), oracle.len() + 1);
}
