//! Symbolic links, case by case: followed or not, in circles, out of the
//! root.

use std::path::Path;

use sanchay_testkit::{Finished, Tree};

use crate::{rows::zero_ended, sanchay};

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).run()
}

/// What `scan -0` tells, sorted, as text.
#[track_caller]
fn scan(tree: &Tree, words: &str) -> Vec<String> {
    let finished = run(tree, &format!("scan -0 {words}")).succeeds();
    texts(&finished)
}

fn texts(finished: &Finished) -> Vec<String> {
    let paths = zero_ended(finished).into_iter();
    let mut texts: Vec<_> =
        paths.map(|path| String::from_utf8(path).unwrap()).collect();
    texts.sort();
    texts
}

#[test]
fn links_are_not_followed_unless_asked_for() {
    let tree = Tree::new();
    tree.file("r/file", "content");
    tree.file("elsewhere/other", "content");
    tree.link(tree.path("elsewhere"), "r/directory");
    tree.link(tree.path("elsewhere/other"), "r/link");
    assert_eq!(scan(&tree, "r"), ["r/file"]);
    let followed = ["r/directory/other", "r/file"];
    assert_eq!(scan(&tree, "-L r"), followed);
    assert_eq!(scan(&tree, "--follow r"), followed);
}

#[test]
fn a_file_is_told_under_its_own_name_rather_than_that_of_a_link() {
    let tree = Tree::new();
    tree.file("r/a/b/c/real", "content");
    tree.link("a/b/c/real", "r/aaa");
    assert_eq!(scan(&tree, "-L r"), ["r/a/b/c/real"]);
    // Where its own name is not wanted, a link's may be.
    assert_eq!(scan(&tree, "-L r -d 1"), ["r/aaa"]);
}

#[test]
fn of_several_links_to_a_file_the_shortest_then_least_is_told() {
    let tree = Tree::new();
    tree.file("elsewhere/real", "content");
    let real = tree.path("elsewhere/real");
    tree.link(&real, "r/a/deep");
    tree.link(&real, "r/z");
    tree.link(&real, "r/y");
    assert_eq!(scan(&tree, "-L r"), ["r/y"]);
}

#[test]
fn of_several_ways_to_a_directory_the_shortest_then_least_is_taken() {
    let tree = Tree::new();
    tree.file("elsewhere/inside", "content");
    let real = tree.path("elsewhere");
    tree.link(&real, "r/a/deep");
    tree.link(&real, "r/zz");
    tree.link(&real, "r/zy");
    assert_eq!(scan(&tree, "-L r"), ["r/zy/inside"]);
}

#[test]
fn cycles_end_and_every_file_is_told_once() {
    let tree = Tree::new();
    tree.file("r/a/file", "content");
    tree.file("r/b/other", "content");
    tree.link("..", "r/a/up");
    tree.link("../b", "r/a/across");
    tree.link("../a", "r/b/across");
    tree.link(".", "r/b/here");
    tree.link(tree.root(), "r/b/above");
    let all = ["r/a/file", "r/b/other"];
    for threads in [1, 2, 8] {
        let words = format!("-L r --threads {threads}");
        assert_eq!(scan(&tree, &words), all, "{threads}");
    }
    let words = "dupes -L r --format ndjson";
    let finished = run(&tree, words).exits(0);
    assert_eq!(finished.lines().len(), 1);
}

#[test]
fn links_in_a_circle_and_links_to_nothing_are_no_files() {
    let tree = Tree::new();
    tree.file("r/file", "content");
    tree.link("b", "r/a");
    tree.link("a", "r/b");
    tree.link("gone", "r/dangling");
    tree.link("file/below", "r/through-a-file");
    assert_eq!(scan(&tree, "-L r"), ["r/file"]);
    assert_eq!(scan(&tree, "-L --beneath r"), ["r/file"]);
    assert_eq!(scan(&tree, "r"), ["r/file"]);
}

#[test]
fn a_root_that_is_a_link_is_followed_in_any_case() {
    let tree = Tree::new();
    tree.file("real/file", "content");
    tree.link("real", "link");
    for words in ["link", "link/", "link -L", "link -L --beneath"] {
        assert_eq!(scan(&tree, words), ["link/file"], "{words}");
    }
    let finished = run(&tree, "hash link").succeeds();
    assert!(finished.text().ends_with("  link/file\n"));
}

#[test]
fn a_link_that_leads_out_of_the_root_is_refused_where_asked_for() {
    let tree = Tree::new();
    tree.file("r/in/file", "content");
    tree.file("out/secret", "content");
    tree.link("in", "r/inside");
    tree.link("in/file", "r/file-inside");
    tree.link("../out", "r/relative");
    tree.link(tree.path("out"), "r/absolute");
    tree.link("../out/secret", "r/to-file");
    tree.link("inside/../../out", "r/through");
    let finished = run(&tree, "scan -0 -L --beneath r").exits(3);
    assert_eq!(texts(&finished), ["r/in/file"]);
    let mut complaints = finished.complaints();
    complaints.sort_unstable();
    let expected =
        ["absolute", "relative", "through", "to-file"].map(|name| {
            format!(
                "r/{name}: cannot read the metadata: the link leads out of \
                 the root"
            )
        });
    assert_eq!(complaints, expected);
    for verb in ["hash", "dupes"] {
        let words = format!("{verb} -L --beneath r");
        let finished = run(&tree, &words).exits(3);
        assert!(!finished.text().contains("secret"), "{verb}");
        assert!(!finished.text().contains("to-file"), "{verb}");
    }
    let all = scan(&tree, "-L r");
    assert!(all.iter().any(|path| path.ends_with("/secret")), "{all:?}");
}

#[test]
fn a_link_with_an_extension_is_filtered_by_its_own_name() {
    let tree = Tree::new();
    tree.file("elsewhere/movie.mkv", "content");
    tree.link(tree.path("elsewhere/movie.mkv"), "r/plain");
    tree.link(tree.path("elsewhere"), "r/directory.txt");
    assert_eq!(scan(&tree, "-L r -e txt"), [""; 0]);
    assert_eq!(scan(&tree, "-L r -e mkv"), ["r/directory.txt/movie.mkv"]);
}

#[test]
fn a_chain_of_many_links_is_followed_to_its_end() {
    let tree = Tree::new();
    tree.file("elsewhere/real", "content");
    let mut target = tree.path("elsewhere");
    for number in 0..30 {
        target = tree.link(&target, format!("chain/{number}"));
    }
    tree.link(&target, "r/link");
    assert_eq!(scan(&tree, "-L r"), ["r/link/real"]);
    assert!(Path::new(&tree.path("r/link/real")).is_file());
}
