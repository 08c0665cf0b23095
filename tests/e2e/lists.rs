//! Roots that lists name.

use sanchay_testkit::Tree;

use crate::sanchay;

fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/a", "same");
    tree.file("d/b", "same");
    tree.file("e/c\nd", "same");
    tree.file("-", "dash");
    tree
}

#[test]
fn the_paths_of_a_list_are_looked_at_like_those_that_are_named() {
    let tree = tree();
    tree.file("list", "d\n\ne\n");
    tree.file("list0", "d/a\0e/c\nd\0-\0");
    let run = |words: &str| {
        let run = sanchay().within(tree.root()).words(words).run().succeeds();
        run.stdout
    };
    let sorted = |words: &str| {
        let stdout = run(words);
        let mut paths: Vec<Vec<u8>> =
            stdout.split(|it| *it == 0).map(<[u8]>::to_vec).collect();
        paths.sort();
        paths
    };
    let both = sorted("scan -0 d e");
    assert_eq!(sorted("scan -0 --files-from list"), both);
    assert_eq!(sorted("scan -0 d --files-from list"), sorted("scan -0 d d e"));
    let listed = run("hash -0 --files0-from list0");
    assert_eq!(listed.split(|it| *it == 0).count(), 4);
    assert!(listed.ends_with(b"  ./-\0"));
    let duplicates = run("dupes -q -0 --files-from list");
    assert_eq!(duplicates, run("dupes -q -0 d e"));
}

#[test]
fn a_list_comes_from_standard_input_and_may_be_empty() {
    let tree = tree();
    let run = |words: &str, input: &str| {
        sanchay().within(tree.root()).words(words).input(input).run()
    };
    let text = run("scan --files-from -", "d/a\nd/b").succeeds();
    assert_eq!(text.text().lines().count(), 2);
    assert_eq!(run("scan --files-from -", "").succeeds().stdout, b"");
    assert_eq!(run("hash --files0-from -", "").succeeds().stdout, b"");
    assert_eq!(run("dupes -q --files-from -", "").succeeds().stdout, b"");
    let missing = run("hash --files-from -", "d/a\nnone\n").exits(3);
    assert!(missing.stderr.contains("none: "), "{}", missing.stderr);
}

#[test]
fn a_list_that_cannot_be_read_is_an_error() {
    let tree = tree();
    for words in ["scan --files-from none", "hash - --files-from -"] {
        let run = sanchay().within(tree.root()).words(words).run();
        let _ = run.exits(2);
    }
}
