//! `sanchay dupes` against an oracle that compares whole contents, on trees
//! made at random and on pairs that differ in a single byte.

use sanchay_testkit::{
    Finished, Tree,
    content::{changed_at, noise},
    digest::digest,
    oracle::{Group, Same, Wanted, duplicates, walk, walk_following},
    random::Random,
    records,
};
use serde_json::{Value, json};

use crate::sanchay;

fn dupes(tree: &Tree, words: &str) -> Finished {
    let words = format!("dupes {words} --format ndjson");
    sanchay().within(tree.root()).words(&words).run().exits(0)
}

/// The expected records of groups, and the summary that must follow.
fn expected(groups: &[Group]) -> (Vec<Value>, String) {
    let object = |group: &Group| {
        let text =
            |path: &Vec<u8>| json!({ "path": str::from_utf8(path).unwrap() });
        json!({
            "size": group.size,
            "algorithm": "xxh3-128",
            "hash": digest("xxh3-128", &group.content),
            "files": group.files.iter().map(text).collect::<Vec<_>>(),
            "reclaimable": group.reclaimable,
        })
    };
    let redundant: usize = groups.iter().map(|it| it.files.len() - 1).sum();
    let bytes: u64 = groups.iter().map(|it| it.reclaimable).sum();
    let numbers =
        (groups.len().to_string(), redundant.to_string(), bytes.to_string());
    let (groups_told, files, bytes) = numbers;
    let summary = format!("groups: {groups_told}, redundant files: {files}, ")
        + &format!("reclaimable: * ({bytes} bytes)\n");
    (groups.iter().map(object).collect(), summary)
}

#[track_caller]
fn assert_groups(finished: &Finished, groups: &[Group], what: &str) {
    let (objects, summary) = expected(groups);
    let reported = records::ndjson(&finished.stdout);
    for (reported, expected) in reported.iter().zip(&objects) {
        assert_eq!(reported, expected, "{what}");
    }
    assert_eq!(reported.len(), objects.len(), "{what}");
    // The rounded size is for people.
    let (start, end) = summary.split_once('*').unwrap();
    let stderr = &finished.stderr;
    assert!(stderr.starts_with(start), "{what}: {stderr}");
    assert!(stderr.ends_with(end), "{what}: {stderr}");
}

/// A tree of files that share contents, sizes, beginnings and ends, with hard
/// links, holes and links.
fn random_tree(seed: u64) -> Tree {
    let (tree, mut random) = (Tree::new(), Random::new(seed));
    let sizes = [0, 1, 7, 4096, 16_384, 40_000, 65_536, 65_537, 200_000];
    let mut made: Vec<String> = Vec::new();
    for number in 0..120 {
        let directory = ["", "a/", "a/b/", "c/", ".h/"];
        let name = format!("d/{}{number}", random.pick(&directory));
        let size = *random.pick(&sizes);
        let base = noise(size as u64, size);
        match random.below(10) {
            0 if !made.is_empty() => {
                tree.hard_link(random.pick(&made), &name);
            }
            1 => {
                tree.sparse(&name, size as u64);
            }
            2 => {
                tree.file(&name, vec![0; size]);
            }
            3 | 4 if size > 0 => {
                let at = random.below(size);
                tree.file(&name, changed_at(&base, at));
            }
            5 if !made.is_empty() => {
                let target = tree.path(random.pick(&made));
                tree.link(target, &name);
                continue;
            }
            _ => {
                tree.file(&name, base);
            }
        }
        made.push(name);
    }
    tree
}

#[test]
fn random_trees_have_the_groups_that_whole_contents_tell() {
    for seed in 0..8 {
        let tree = random_tree(seed);
        for (words, min, hidden, same) in [
            ("", Some(1), false, Same::Once),
            ("-H --min-size 0", None, true, Same::Once),
            ("-H --hardlinks", Some(1), true, Same::EachName),
            ("--min-size 0 --hardlinks", None, false, Same::EachName),
            ("--min-size 5000", Some(5000), false, Same::Once),
        ] {
            let wanted = Wanted { min_size: min, hidden, ..Wanted::default() };
            let files = walk(tree.root(), "d", &wanted);
            let groups = duplicates(tree.root(), &files, same);
            assert!(!groups.is_empty());
            let words = format!("d {words}");
            let finished = dupes(&tree, &words);
            assert_groups(&finished, &groups, &format!("{seed}: {words}"));
        }
        let wanted = Wanted { min_size: Some(1), ..Wanted::default() };
        let files = walk_following(tree.root(), &["d"], &wanted);
        let groups = duplicates(tree.root(), &files, Same::Once);
        let finished = dupes(&tree, "d -L");
        assert_groups(&finished, &groups, &format!("{seed}: -L"));
    }
}

#[test]
fn one_byte_anywhere_makes_files_of_any_size_different() {
    const KIB: usize = 1024;
    let tree = Tree::new();
    let near = |size: usize| [size - 1, size, size + 1];
    let mut sizes = vec![1, 2, 3, 1000];
    for size in [4, 16, 32, 64, 128, 256] {
        sizes.extend(near(size * KIB));
    }
    sizes.extend(near(1024 * KIB));
    sizes.extend([512 * KIB, 640 * KIB + 1, 5 << 20]);
    for (number, size) in sizes.into_iter().enumerate() {
        let base = noise(number as u64, size);
        tree.file(format!("d/{number:02}-base"), &base);
        tree.file(format!("d/{number:02}-copy"), &base);
        // The first, the last, the middle, and both sides of the ends.
        let end = 16 * KIB;
        let places = [
            0,
            size - 1,
            size / 2,
            end - 1,
            end,
            size.saturating_sub(end),
            size.saturating_sub(end + 1),
        ];
        for at in places.into_iter().filter(|at| *at < size) {
            let changed = changed_at(&base, at);
            tree.file(format!("d/{number:02}-changed-at-{at}"), changed);
        }
    }
    let files = walk(tree.root(), "d", &Wanted::default());
    let groups = duplicates(tree.root(), &files, Same::Once);
    for words in ["d", "d --threads 1", "d -L", "d --hardlinks"] {
        assert_groups(&dupes(&tree, words), &groups, words);
    }
}

#[test]
fn the_answer_is_the_same_on_every_run_and_number_of_threads() {
    let tree = random_tree(99);
    for format in ["text", "ndjson", "csv"] {
        let mut answers = (0..10).flat_map(|_| [1, 2, 8]).map(|threads| {
            let words =
                format!("dupes d -H --threads {threads} --format {format}");
            let program = sanchay().within(tree.root()).words(&words);
            let finished = program.run().exits(0);
            (finished.stdout, finished.stderr)
        });
        let first = answers.next().unwrap();
        assert!(!first.0.is_empty());
        assert!(answers.all(|answer| answer == first), "{format}");
    }
}

#[test]
fn several_roots_are_one_set_of_files() {
    let tree = random_tree(3);
    let wanted = Wanted { min_size: Some(1), ..Wanted::default() };
    let mut files = walk(tree.root(), "d/c", &wanted);
    files.extend(walk(tree.root(), "d/a/b", &wanted));
    let groups = duplicates(tree.root(), &files, Same::Once);
    assert_groups(&dupes(&tree, "d/c d/a/b"), &groups, "d/c d/a/b");
    assert_groups(&dupes(&tree, "d/a/b d/c"), &groups, "d/a/b d/c");
    files.extend(walk(tree.root(), "d", &wanted));
    let groups = duplicates(tree.root(), &files, Same::Once);
    for words in ["d/c d", "d d/a/b d/c", "d/c d/a/b d --threads 8"] {
        assert_groups(&dupes(&tree, words), &groups, words);
    }
}

#[test]
fn many_small_files_of_one_size_are_told_apart() {
    let tree = Tree::new();
    for number in 0..4000_usize {
        let content = format!("{:04}", number / 2 * 2 % 3000);
        tree.file(format!("d/{}/{number:04}", number % 5), content);
    }
    let files = walk(tree.root(), "d", &Wanted::default());
    let groups = duplicates(tree.root(), &files, Same::Once);
    assert_eq!(groups.len(), 1500);
    assert_groups(&dupes(&tree, "d"), &groups, "d");
}
