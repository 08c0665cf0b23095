//! `sanchay hash`: what its arguments mean and in which order it answers.

use sanchay_testkit::{
    Finished, Tree,
    content::noise,
    digest::digest,
    oracle::{Wanted, walk},
    records,
};

use crate::{
    rows::{expected, scanned, sums},
    sanchay,
};

fn tree() -> Tree {
    let tree = Tree::new();
    for name in ["b", "a", "d/z", "d/a", "d/sub/m", "d/.hidden", "d/x.mkv"] {
        tree.file(name, name);
    }
    tree
}

fn hash(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).arg("hash").words(words).run()
}

fn names(finished: &Finished) -> Vec<String> {
    sums(finished).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn arguments_are_answered_in_their_order_and_as_often_as_given() {
    let tree = tree();
    for threads in [1, 2, 8] {
        let words = format!("b d a b d/z ./a --threads {threads}");
        let finished = hash(&tree, &words).succeeds();
        let expected =
            ["b", "d/a", "d/sub/m", "d/x.mkv", "d/z", "a", "b", "d/z", "./a"];
        assert_eq!(names(&finished), expected);
        for (name, sum) in sums(&finished) {
            let content = name.trim_start_matches("./");
            assert_eq!(sum, digest("xxh3-128", content.as_bytes()));
        }
    }
}

#[test]
fn a_missing_argument_costs_its_own_place_only() {
    let tree = tree();
    let finished = hash(&tree, "a gone b also-gone").exits(3);
    assert_eq!(names(&finished), ["a", "b"]);
    let complaints = finished.complaints();
    assert_eq!(complaints.len(), 2);
    assert!(complaints[0].starts_with("gone: "));
    assert!(complaints[1].starts_with("also-gone: "));
}

#[test]
fn the_options_for_walking_select_in_directories_and_spare_what_is_named() {
    let tree = tree();
    let finished = hash(&tree, "a d -e mkv").succeeds();
    assert_eq!(names(&finished), ["a", "d/x.mkv"]);
    let finished = hash(&tree, "d/.hidden d -H").succeeds();
    let expected =
        ["d/.hidden", "d/.hidden", "d/a", "d/sub/m", "d/x.mkv", "d/z"];
    assert_eq!(names(&finished), expected);
    let finished = hash(&tree, "d -d 1 --min-size 4").succeeds();
    assert_eq!(names(&finished), ["d/x.mkv"]);
    let finished = hash(&tree, "d --max-size 3").succeeds();
    assert_eq!(names(&finished), ["d/a", "d/z"]);
    let finished = hash(&tree, "d -d 0").succeeds();
    assert_eq!(names(&finished), [""; 0]);
}

#[test]
fn the_current_directory_is_named_by_a_dot() {
    let tree = tree();
    let finished = hash(&tree, ".").succeeds();
    let expected = ["./a", "./b", "./d/a", "./d/sub/m", "./d/x.mkv", "./d/z"];
    assert_eq!(names(&finished), expected);
}

#[test]
fn size_and_time_are_told_beside_the_digest() {
    let tree = tree();
    let oracle = walk(tree.root(), "d", &Wanted::default());
    let finished = hash(&tree, "d --format ndjson").succeeds();
    assert_eq!(scanned(&finished), expected(&oracle));
    let objects = records::ndjson(&finished.stdout);
    let keys: Vec<_> = objects[0].as_object().unwrap().keys().collect();
    let expected = ["algorithm", "hash", "modified", "path", "size"];
    assert_eq!(keys, expected);
    let table = records::csv(&hash(&tree, "d --format csv").stdout);
    let header =
        ["path", "path_base64", "size", "modified", "algorithm", "hash"];
    assert_eq!(table.header(), header);
}

#[test]
fn the_output_option_writes_a_list_that_checks() {
    let tree = tree();
    assert_eq!(hash(&tree, "d -o list").succeeds().stdout, b"");
    let finished = hash(&tree, "--check list").succeeds();
    let expected = "d/a: OK\nd/sub/m: OK\nd/x.mkv: OK\nd/z: OK\n";
    assert_eq!(finished.text(), expected);
}

#[test]
fn a_file_that_lies_about_its_size_is_read_to_its_end() {
    // The kernel's own files say that they are empty.
    let Ok(content) = std::fs::read("/proc/version") else { return };
    let tree = Tree::new();
    for algorithm in ["xxh3-128", "sha256"] {
        let finished =
            hash(&tree, &format!("/proc/version -a {algorithm}")).succeeds();
        let expected = digest(algorithm, &content);
        assert_eq!(finished.text(), format!("{expected}  /proc/version\n"));
    }
}

#[test]
fn one_big_file_among_many_small_ones_keeps_the_order() {
    let tree = Tree::new();
    let mut expected = Vec::new();
    for number in 0..1200_usize {
        let len = if number % 400 == 3 { 6 << 20 } else { number };
        let content = noise(number as u64, len);
        let name = format!("d/{}/{number:04}", number / 100);
        tree.file(&name, &content);
        expected.push((name, digest("xxh3-128", &content)));
    }
    expected.sort();
    for threads in [1, 2, 8] {
        let words = format!("d --threads {threads}");
        let finished = hash(&tree, &words).succeeds();
        assert!(sums(&finished) == expected, "{threads}");
    }
}
