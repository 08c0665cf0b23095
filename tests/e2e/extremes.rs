//! Trees that are too deep, too wide or too many for careless programs.

use std::time::Duration;

use sanchay_testkit::{Finished, Tree, oracle::Wanted, oracle::walk};

use crate::{
    rows::{expected, scanned},
    sanchay,
};

const LIMIT: Duration = Duration::from_secs(60);

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).limit(LIMIT).run()
}

#[test]
fn a_path_longer_than_the_system_takes_is_walked_to_its_end() {
    let tree = Tree::new();
    // 3000 levels of 6 bytes: more than four times PATH_MAX.
    tree.deep("d", 3000, "level");
    let leaf = format!("d/{}leaf", "level/".repeat(3000));
    for words in [
        "scan d -0",
        "scan d -0 -L",
        "scan d -0 -L --beneath",
        "scan d -0 --walker portable",
        "scan d -0 --threads 8",
    ] {
        let finished = run(&tree, words).succeeds();
        assert_eq!(finished.stdout, [leaf.as_bytes(), b"\0"].concat());
    }
    for words in ["hash d", "hash d -L", "hash d -L --beneath"] {
        let finished = run(&tree, words).succeeds();
        let line = format!("{}  {leaf}\n", digest_of_leaf());
        assert_eq!(finished.text(), line, "{words}");
    }
}

#[test]
fn duplicates_are_found_at_any_depth() {
    let tree = Tree::new();
    tree.deep("d", 1500, "level");
    tree.deep("e", 1500, "other");
    for words in ["dupes d e -0", "dupes d e -0 -L"] {
        let finished = run(&tree, words).exits(0);
        let paths = [
            format!("d/{}leaf\0", "level/".repeat(1500)),
            format!("e/{}leaf\0", "other/".repeat(1500)),
        ];
        assert_eq!(finished.text(), format!("{}\0", paths.concat()));
    }
}

fn digest_of_leaf() -> String {
    sanchay_testkit::digest::digest("xxh3-128", b"leaf")
}

#[test]
fn a_directory_of_twenty_thousand_files_is_told_whole() {
    let tree = Tree::new();
    for number in 0..20_000 {
        tree.file(format!("d/file-{number}"), number.to_string());
    }
    let oracle = walk(tree.root(), "d", &Wanted::default());
    for words in ["", "-L", "--threads 1", "--walker portable"] {
        let words = format!("scan d --format ndjson {words}");
        let finished = run(&tree, &words).succeeds();
        assert!(scanned(&finished) == expected(&oracle), "{words}");
    }
    let finished = run(&tree, "hash d -0").succeeds();
    let text = finished.text();
    let told = text.split_terminator('\0').map(|line| &line[34..]);
    let names = oracle.keys().map(|name| str::from_utf8(name).unwrap());
    assert!(told.eq(names), "all are hashed, in the order of their paths");
    let finished = run(&tree, "dupes d").exits(0);
    assert_eq!(finished.stdout, b"");
}

/// Three thousand directories side by side, and a comb of two hundred levels
/// with a directory beside each.
fn wide() -> Tree {
    let tree = Tree::new();
    for number in 0..3000 {
        tree.file(format!("d/{number}/file"), "content");
    }
    let mut path = "comb".to_owned();
    for level in 0..200 {
        tree.file(format!("{path}/a/file"), "content");
        tree.file(format!("{path}/z/file"), level.to_string());
        path += "/m";
    }
    tree
}

#[test]
fn few_open_files_are_enough_or_what_is_missing_is_told() {
    let tree = wide();
    for root in ["d", "comb"] {
        let oracle = walk(tree.root(), root, &Wanted::default());
        for words in ["", "-L", "--threads 8", "--walker portable"] {
            for verb in ["scan", "hash"] {
                let words = format!("{verb} {root} --format ndjson {words}");
                let finished = sanchay()
                    .within(tree.root())
                    .words(&words)
                    .open_files(64)
                    .limit(LIMIT)
                    .run();
                let told = scanned(&finished);
                if told == expected(&oracle) {
                    assert_eq!(finished.code(), Some(0), "{words}");
                    continue;
                }
                let finished = finished.exits(3);
                let missing = oracle.len() - told.len();
                let complaints = finished.complaints();
                let many = "Too many open files";
                assert!(!complaints.is_empty(), "{missing}: {words}");
                assert!(complaints.iter().all(|it| it.ends_with(many)));
            }
        }
    }
}

#[test]
fn a_wide_tree_needs_few_open_files() {
    let tree = wide();
    for words in ["scan d --count", "scan d --count -L"] {
        let program = sanchay().within(tree.root()).words(words);
        let finished = program.open_files(64).run().succeeds();
        assert_eq!(finished.text(), "3000\n", "{words}");
    }
    for words in ["hash d", "dupes d"] {
        let program = sanchay().within(tree.root()).words(words);
        let finished = program.open_files(64).run().exits(0);
        assert!(finished.lines().len() >= 3000, "{words}");
    }
}

#[test]
fn little_address_space_is_enough_or_the_failure_says_so() {
    let tree = Tree::new();
    tree.file("d/a", "same");
    tree.file("d/b", "same");
    for (gib, threads) in [(64, 2), (16, 1), (8, 1), (2, 1)] {
        let words = format!("dupes d -0 --threads {threads}");
        let program = sanchay().within(tree.root()).words(&words);
        let program = program.address_space_kib(gib << 20).limit(LIMIT);
        let finished = program.run();
        let works = finished.code() == Some(0);
        assert!(works || gib < 8, "{gib} GiB: {}", finished.stderr);
        if works {
            assert_eq!(finished.stdout, b"d/a\0d/b\0\0");
            continue;
        }
        let complaint = finished.exits(2).stderr;
        assert!(complaint.starts_with("sanchay: "), "{gib}: {complaint}");
    }
}

#[test]
fn many_threads_in_little_address_space_are_fewer_threads() {
    let tree = Tree::new();
    for number in 0..400 {
        tree.file(format!("d/{}/{number}", number % 20), "same");
    }
    for mib in [150, 300, 500, 1000] {
        for threads in ["", "--threads 8", "--threads 64"] {
            for verb in ["dupes d -o out", "hash d -o out", "scan d -o out"] {
                let words = format!("{verb} {threads}");
                let program = sanchay().within(tree.root()).words(&words);
                let program = program.address_space_kib(mib << 10);
                let finished = program.limit(LIMIT).run();
                assert_eq!(finished.code(), Some(0), "{mib} MiB: {words}");
            }
        }
    }
}

#[test]
fn a_deep_tree_is_followed_in_time_that_grows_with_its_depth_only() {
    // Going down from the root for every level would be 10,000,000 steps.
    let tree = Tree::new();
    tree.deep("d", 4500, "l");
    let program = sanchay().within(tree.root()).words("scan d -L --count");
    let followed = program.limit(LIMIT).run().succeeds();
    assert_eq!(followed.text(), "1\n");
    let program = sanchay().within(tree.root()).words("scan d --count");
    let plain = program.limit(LIMIT).run().succeeds();
    assert!(followed.took < 40 * plain.took + Duration::from_secs(1));
}
