//! Files that vanish, shrink, grow and change while they are read: the run
//! ends, soon, and what it says of all other files is right.

use std::{fs, time::Duration};

use sanchay_testkit::{
    Finished, Mischief, Tree,
    content::noise,
    digest::{ALGORITHMS, digest},
    records,
};

use crate::sanchay;

/// Far longer than any of these runs takes, far shorter than for ever.
const SOON: Duration = Duration::from_secs(30);

/// A tree with one file to make mischief with, among steady ones.
fn tree(size: usize) -> Tree {
    let tree = Tree::new();
    for number in 0..40 {
        tree.file(format!("d/{number:02}"), noise(number, 5000));
    }
    tree.file("d/20-unsteady", noise(100, size));
    tree
}

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).limit(SOON).run()
}

/// Hashes again and again, in every way; the steady files' digests must be
/// right, and there must be a row or an error for the unsteady one.
fn hash_on(tree: &Tree, rounds: usize) {
    for round in 0..rounds {
        let algorithm = ALGORITHMS[round % ALGORITHMS.len()];
        let threads = [1, 2, 4][round % 3];
        let words = format!(
            "hash d -a {algorithm} --format ndjson --threads {threads}"
        );
        let finished = run(tree, &words);
        let code = finished.code();
        assert!(matches!(code, Some(0 | 3)), "{code:?} {}", finished.stderr);
        let mut steady = 0;
        for object in records::ndjson(&finished.stdout) {
            let path = String::from_utf8(records::path(&object)).unwrap();
            let Ok(number) = path["d/".len()..].parse() else { continue };
            let expected = digest(algorithm, &noise(number, 5000));
            assert_eq!(object["hash"].as_str(), Some(expected.as_str()));
            steady += 1;
        }
        assert_eq!(steady, 40);
        let row = finished.text().contains("d/20-unsteady");
        let error = finished.stderr.contains("d/20-unsteady");
        assert!(row != error || code == Some(0), "{}", finished.stderr);
        for complaint in finished.complaints() {
            assert!(complaint.starts_with("d/20-unsteady: "), "{complaint}");
        }
        let finished = run(tree, "hash --partial d");
        assert!(matches!(finished.code(), Some(0 | 3)));
        let finished = run(tree, "dupes d");
        assert!(matches!(finished.code(), Some(0 | 3)));
        let finished = run(tree, "scan d --min-size 1");
        assert!(matches!(finished.code(), Some(0 | 3)));
    }
}

#[test]
fn files_that_vanish_and_come_back_cost_an_error_row_at_most() {
    for size in [3000, 500_000] {
        let tree = tree(size);
        let file = tree.path("d/20-unsteady");
        let _mischief = Mischief::vanish(&file, noise(100, size));
        hash_on(&tree, 10);
    }
}

#[test]
fn files_that_shrink_and_grow_back_cost_an_error_row_at_most() {
    for size in [100_000, 3 << 20] {
        let tree = tree(size);
        let _mischief = Mischief::cut(&tree.path("d/20-unsteady"));
        hash_on(&tree, 10);
    }
}

#[test]
fn a_file_that_is_appended_to_without_end_does_not_hold_up_the_run() {
    let tree = tree(200_000);
    let _mischief = Mischief::append(&tree.path("d/20-unsteady"));
    hash_on(&tree, 2);
}

#[test]
fn a_file_that_grows_faster_than_it_can_be_read_does_not_hold_up_the_run() {
    let sum = digest("sha256", b"");
    for size in [10, 100_000, 2 << 20] {
        for words in [
            "hash d",
            "hash d -a sha256",
            "hash d/20-unsteady -a blake3 -L",
            "hash --partial d",
            "hash --check list",
            "dupes d",
            "scan d",
        ] {
            let tree = tree(size);
            tree.file("list", format!("{sum}  d/20-unsteady\n"));
            let file = tree.path("d/20-unsteady");
            let _mischief = Mischief::stretch(&file);
            let finished = run(&tree, words);
            let code = finished.code();
            assert!(matches!(code, Some(0..=3)), "{words}: {code:?}");
        }
    }
}

#[test]
fn a_list_is_checked_to_its_end_whatever_becomes_of_its_files() {
    let tree = tree(2 << 20);
    let sum = digest("xxh3-128", &noise(100, 2 << 20));
    let list = format!("{sum}  d/20-unsteady\n").repeat(20);
    tree.file("list", list);
    let _mischief = Mischief::cut(&tree.path("d/20-unsteady"));
    let finished = run(&tree, "hash --check list");
    assert!(matches!(finished.code(), Some(0 | 1)), "{}", finished.stderr);
    assert_eq!(finished.lines().len(), 20);
}

#[test]
fn a_duplicate_that_changed_since_it_was_listed_is_never_called_one() {
    // Equal, then different in the last byte, by turns: whatever the run
    // sees, a group's digest must be one that both files had.
    let tree = Tree::new();
    let (one, other) = (noise(1, 300_000), {
        let mut other = noise(1, 300_000);
        *other.last_mut().unwrap() ^= 1;
        other
    });
    tree.file("d/steady", &one);
    let file = tree.file("d/unsteady", &one);
    tree.file("spare/one", &one);
    tree.file("spare/other", &other);
    let (from, to) = (tree.path("spare/one"), tree.path("spare/other"));
    let new = tree.path("spare/new");
    let mischief = Mischief::repeat(move || {
        for content in [&to, &from] {
            fs::copy(content, &new).unwrap();
            fs::rename(&new, &file).unwrap();
        }
    });
    let good = digest("xxh3-128", &one);
    for _ in 0..30 {
        let finished = run(&tree, "dupes d --format ndjson");
        assert!(matches!(finished.code(), Some(0 | 3)));
        for group in records::ndjson(&finished.stdout) {
            assert_eq!(group["hash"].as_str(), Some(good.as_str()));
        }
        if finished.code() == Some(3) {
            let reported =
                ["another file has taken its place", "No such file"];
            let known = |why: &&str| finished.stderr.contains(why);
            let changed = finished.stderr.contains("it changed while");
            assert!(
                changed || reported.iter().any(known),
                "{}",
                finished.stderr
            );
        }
    }
    drop(mischief);
}

#[test]
fn a_tree_that_is_torn_down_while_it_is_walked_ends_the_run_in_order() {
    for words in ["scan d", "scan d -L", "hash d", "dupes d", "hash -L d"] {
        let tree = Tree::new();
        for number in 0..800 {
            let name = format!("d/{}/{}/{number}", number % 20, number % 7);
            tree.file(&name, number.to_string());
        }
        let running =
            sanchay().within(tree.root()).words(words).limit(SOON).start();
        fs::remove_dir_all(tree.path("d")).unwrap();
        let finished = running.wait();
        // Gone from the start, in between, or after.
        let code = finished.code();
        assert!(matches!(code, Some(0 | 2 | 3)), "{words}: {code:?}");
    }
}
