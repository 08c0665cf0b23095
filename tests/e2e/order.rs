//! The order of `hash`: that of the paths' bytes, whatever the threads.

use sanchay_testkit::{
    Tree,
    content::noise,
    digest::digest,
    oracle::{Wanted, walk},
    random::Random,
    tool,
};

use crate::{rows::zero_ended, sanchay};

/// A tree whose names sort otherwise than its directories are listed: names
/// that are each other's beginnings, and bytes on both sides of the slash.
fn tangled(seed: u64) -> Tree {
    let (tree, mut random) = (Tree::new(), Random::new(seed));
    let letters: [&[u8]; 9] =
        [b"a", b"b", b"-", b"0", b" ", b"!", b"\x80", b"\xff", b"\n"];
    let mut directories = vec![b"d".to_vec()];
    tree.dir("d");
    let mut number = 0;
    while number < 300 {
        let mut path = random.pick(&directories).clone();
        path.push(b'/');
        for _ in 0..=random.below(3) {
            path.extend_from_slice(random.pick::<&[u8]>(&letters));
        }
        if tree.path(&path).symlink_metadata().is_ok() {
            continue;
        }
        if random.one_in(4) {
            tree.dir(&path);
            directories.push(path);
        } else {
            tree.file(&path, number.to_string());
        }
        number += 1;
    }
    tree
}

/// The names that `hash -0` prints, in its order.
fn hashed(tree: &Tree, words: &str) -> Vec<Vec<u8>> {
    let words = format!("hash d -0 -a xxh64 {words}");
    let finished = sanchay().within(tree.root()).words(&words).run();
    let lines = zero_ended(&finished.succeeds());
    // XXH64 is 16 digits, and two blanks follow.
    lines.into_iter().map(|line| line[18..].to_vec()).collect()
}

#[test]
fn the_order_is_that_of_the_paths_bytes() {
    for seed in 0..6 {
        let tree = tangled(seed);
        let oracle = walk(tree.root(), "d", &Wanted::default());
        let sorted: Vec<_> = oracle.into_keys().collect();
        assert!(sorted.is_sorted() && sorted.len() > 100);
        for words in ["--threads 1", "--threads 2", "--threads 8", "-L", "-H"]
        {
            assert_eq!(hashed(&tree, words), sorted, "seed {seed}: {words}");
        }
    }
}

#[test]
fn the_order_is_that_of_sort_in_the_plain_locale() {
    if !tool::has("find") || !tool::has("sort") {
        return;
    }
    let tree = tangled(99);
    let script = "find d -type f -print0 | LC_ALL=C sort -z";
    let output = tool::command("sh")
        .args(["-c", script])
        .current_dir(tree.root())
        .output()
        .unwrap();
    let sorted: Vec<_> = output
        .stdout
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    assert_eq!(hashed(&tree, ""), sorted);
}

#[test]
fn the_answer_is_the_same_on_every_run() {
    let tree = tangled(5);
    let words = "hash d --format ndjson";
    let mut answers = (0..12).map(|run| {
        let threads = [1, 2, 3, 8][run % 4].to_string();
        let program = sanchay().within(tree.root()).words(words);
        program.args(["--threads", &threads]).run().succeeds().stdout
    });
    let first = answers.next().unwrap();
    assert!(!first.is_empty());
    assert!(answers.all(|answer| answer == first));
}

#[test]
fn errors_stand_in_the_order_of_their_paths_too() {
    let tree = Tree::new();
    for name in ["a", "b/c", "b/d", "e"] {
        tree.file(format!("d/{name}"), name);
        tree.forbid(format!("d/{name}"));
    }
    tree.file("d/f", "f");
    for threads in ["1", "8"] {
        let program = sanchay().unprivileged(&tree).within(tree.root());
        let program = program.args(["hash", "d", "--threads", threads]);
        let finished = program.run().exits(3);
        let expected = ["d/a", "d/b/c", "d/b/d", "d/e"]
            .map(|name| format!("{name}: cannot open: Permission denied"));
        assert_eq!(finished.complaints(), expected);
        assert!(finished.text().ends_with("  d/f\n"));
    }
}

#[test]
fn files_behind_large_ones_keep_their_place_and_their_digests() {
    // A large file is a piece of work of its own, and what is behind it in
    // its directory is another's.
    let tree = Tree::new();
    let large = 5 << 20;
    let content = |number: usize| match number % 4 {
        0 => noise(number as u64, large),
        1 => vec![7; large + number],
        _ => noise(number as u64, number * 100),
    };
    for number in 0..24 {
        tree.file(format!("d/{number:02}"), content(number));
        tree.file(format!("d/{number:02}-/inner"), content(number + 1));
    }
    let oracle = walk(tree.root(), "d", &Wanted::default());
    let sorted: Vec<_> = oracle.into_keys().collect();
    for words in ["hash d -0", "hash d -0 --threads 3", "hash d -0 -L"] {
        let finished = sanchay().within(tree.root()).words(words).run();
        let lines = zero_ended(&finished.succeeds());
        let names: Vec<_> = lines.iter().map(|it| it[34..].to_vec()).collect();
        assert_eq!(names, sorted, "{words}");
        for line in lines {
            let name = str::from_utf8(&line[36..38]).unwrap();
            let inner = usize::from(line.ends_with(b"inner"));
            let number: usize = name.parse().unwrap();
            let expected = digest("xxh3-128", &content(number + inner));
            assert!(line.starts_with(expected.as_bytes()), "{words}: {name}");
        }
    }
    // Duplicates among them, and a list of them, come out alike.
    let list = sanchay().within(tree.root()).words("hash d -o list").run();
    assert_eq!(list.succeeds().stdout, b"");
    let check = sanchay().within(tree.root()).words("hash --check list").run();
    assert_eq!(check.succeeds().lines().len(), 48);
}
