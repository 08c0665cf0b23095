//! `--follow` on trees that are made at random: any links to anything, cycles
//! included, against an oracle and on every number of threads.

use sanchay_testkit::{
    Tree,
    oracle::{Wanted, walk_following},
    random::Random,
    records,
};

use crate::{
    rows::{expected, scanned},
    sanchay,
};

/// A tree of a few dozen directories, files and links: up, down, across, to
/// files, to nothing, and in circles.
fn random_tree(seed: u64) -> Tree {
    let (tree, mut random) = (Tree::new(), Random::new(seed));
    let mut directories = vec!["r".to_owned()];
    tree.dir("r");
    for number in 0..12 {
        let parent = random.pick(&directories);
        let hidden = if random.one_in(8) { "." } else { "" };
        let name = format!("{parent}/{hidden}d{number}");
        tree.dir(&name);
        directories.push(name);
    }
    let mut targets = directories.clone();
    for number in 0..16 {
        let parent = random.pick(&directories);
        let extension = random.pick(&["mkv", "txt"]);
        let name = format!("{parent}/f{number}.{extension}");
        let len = random.below(20);
        tree.file(&name, vec![b'x'; len]);
        targets.push(name);
    }
    for number in 0..14 {
        let parent = random.pick(&directories).clone();
        let target = match random.below(10) {
            0 => "nowhere".into(),
            1 => "..".into(),
            2 => ".".into(),
            _ => tree.path(random.pick(&targets)),
        };
        let extension = random.pick(&["", ".mkv", ".txt"]);
        let name = format!("{parent}/l{number}{extension}");
        tree.link(target, &name);
        // Links to links, too.
        targets.push(name);
    }
    tree
}

#[test]
fn random_links_are_followed_as_the_oracle_follows_them() {
    for seed in 0..25 {
        let tree = random_tree(seed);
        let mut random = Random::new(seed + 1000);
        let wanted = Wanted {
            extensions: random.pick(&[vec![], vec!["mkv"]]).clone(),
            min_size: random.one_in(3).then_some(5),
            hidden: random.one_in(2),
            max_depth: random.one_in(4).then_some(2),
            ..Wanted::default()
        };
        let oracle = walk_following(tree.root(), &["r"], &wanted);
        let mut words = "-L r".to_owned();
        for extension in &wanted.extensions {
            words += &format!(" -e {extension}");
        }
        if let Some(size) = wanted.min_size {
            words += &format!(" --min-size {size}");
        }
        if wanted.hidden {
            words += " -H";
        }
        if let Some(depth) = wanted.max_depth {
            words += &format!(" -d {depth}");
        }
        for more in ["--threads 1", "--threads 8", "--walker portable"] {
            let words = format!("scan {words} {more} --format ndjson");
            let program = sanchay().within(tree.root()).words(&words);
            let finished = program.run().succeeds();
            let reported = scanned(&finished);
            assert_eq!(reported, expected(&oracle), "seed {seed}: {words}");
        }
        let words = format!("hash {words} --format ndjson");
        let program = sanchay().within(tree.root()).words(&words);
        let hashed = records::ndjson(&program.run().succeeds().stdout);
        let reported: Vec<_> = hashed.iter().map(records::path).collect();
        let paths: Vec<_> = oracle.into_keys().collect();
        assert_eq!(reported, paths, "seed {seed}: {words}");
    }
}

#[test]
fn the_answer_is_the_same_on_every_run_and_number_of_threads() {
    let tree = random_tree(4711);
    let oracle = walk_following(tree.root(), &["r"], &Wanted::default());
    assert!(!oracle.is_empty());
    for run in 0..20 {
        for threads in [1, 2, 8] {
            let words =
                format!("scan -L r --threads {threads} --format ndjson");
            let program = sanchay().within(tree.root()).words(&words);
            let reported = scanned(&program.run().succeeds());
            assert_eq!(reported, expected(&oracle), "run {run}, {threads}");
        }
    }
}

#[test]
fn roots_that_overlap_are_followed_once() {
    let tree = random_tree(7);
    tree.dir("s");
    tree.link(tree.path("r"), "s/to-r");
    for roots in [["r", "s"], ["s", "r"], ["r", "r"]] {
        let wanted = Wanted::default();
        let oracle = walk_following(tree.root(), &roots, &wanted);
        let words = format!("scan -L {} --format ndjson", roots.join(" "));
        let program = sanchay().within(tree.root()).words(&words);
        let reported = scanned(&program.run().succeeds());
        assert_eq!(reported, expected(&oracle), "{roots:?}");
    }
}
