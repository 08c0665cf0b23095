//! Trees that are too deep, too wide or too many for careless programs.

use std::time::Duration;

use sanchay_testkit::{
    Finished, Tree, oracle::Wanted, oracle::walk, random::Random,
};

use crate::{
    rows::{expected, scanned},
    sanchay,
};

const LIMIT: Duration = Duration::from_secs(60);

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).limit(LIMIT).run()
}

#[test]
fn sizes_that_have_no_sum_end_no_command() {
    let Some(memory) = tempfile::tempdir_in("/dev/shm").ok() else {
        eprintln!("SKIPPED: there is no /dev/shm");
        return;
    };
    let root = memory.path().join("d");
    std::fs::create_dir(&root).unwrap();
    for name in ["a", "b", "c"] {
        let file = std::fs::File::create(root.join(name)).unwrap();
        if file.set_len(i64::MAX as u64).is_err() {
            eprintln!("SKIPPED: /dev/shm takes no files of 8 EiB");
            return;
        }
    }
    let tree = Tree::new();
    let state = tree.root().to_str().unwrap();
    let run = |words: &str| {
        let program = sanchay().within(memory.path());
        program.env("XDG_STATE_HOME", state).words(words).run()
    };
    for words in [
        "scan d",
        "scan --format json --sort size d",
        "summary d",
        "snapshot --catalog c.db d",
        "rename --to x{name} d",
        "delete d",
        "move --into e d",
        "hash --partial d",
        "shards plan --target-files 1 d",
    ] {
        let finished = run(words);
        let code = finished.code();
        assert!(code.is_some_and(|it| it < 4), "{words}: {finished:?}");
    }
    let shown = run("summary --format json d").exits(0).text().to_owned();
    assert!(shown.contains(&u64::MAX.to_string()), "{shown}");
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
    let reported = text.split_terminator('\0').map(|line| &line[34..]);
    let names = oracle.keys().map(|name| str::from_utf8(name).unwrap());
    assert!(reported.eq(names), "all are hashed, in the order of their paths");
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
fn few_open_files_are_enough_whatever_the_number_of_threads() {
    let tree = wide();
    for root in ["d", "comb"] {
        let oracle = walk(tree.root(), root, &Wanted::default());
        for words in ["", "-L", "--threads 64", "--walker portable"] {
            for (verb, files) in [("scan", 64), ("hash", 64), ("scan", 32)] {
                let words = format!("{verb} {root} --format ndjson {words}");
                let finished = sanchay()
                    .within(tree.root())
                    .words(&words)
                    .open_files(files)
                    .limit(LIMIT)
                    .run()
                    .succeeds();
                assert_eq!(scanned(&finished), expected(&oracle), "{words}");
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
fn more_roots_than_descriptors_are_walked_to_the_last() {
    let tree = Tree::new();
    let mut words = String::new();
    for number in 0..300 {
        tree.file(format!("{number}/in/file"), "content");
        words += &format!(" {number}");
    }
    for verb in ["scan --count", "hash", "dupes -0", "scan -L --count"] {
        let words = format!("{verb} {words}");
        let program = sanchay().within(tree.root()).words(&words);
        let finished = program.open_files(64).limit(LIMIT).run().exits(0);
        let text = finished.text();
        let reported = text.matches("/in/file").count();
        assert!(text == "300\n" || reported == 300, "{verb}: {reported}");
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

#[test]
fn a_tree_as_deep_as_is_walked_costs_little_memory() {
    let tree = Tree::new();
    // 14,000 directories with paths of 14 KiB on average, and one beside each
    // of them: 200 MiB of paths, once for each that waits.
    tree.comb("d", 14_000, "a", "b");
    tree.file("small/file", "content");
    for verb in ["scan", "hash", "dupes"] {
        let peak = |root: &str| {
            let words = format!("{verb} {root} --threads 1");
            run(&tree, &words).exits(0).peak_kib
        };
        let more = peak("d").saturating_sub(peak("small"));
        assert!(more < 60 << 10, "{verb}: {more} KiB more");
    }
    let finished = run(&tree, "scan d -0").succeeds();
    let leaf = format!("d/{}leaf\0", "a/".repeat(14_000));
    assert!(finished.text() == leaf, "the file at its end is reported");
}

#[test]
fn many_files_with_long_paths_cost_little_memory() {
    let tree = Tree::new();
    // 4,000 paths of 50 KB: 200 MB of output.
    tree.deep_files("d", 200, &"n".repeat(250), 4000);
    tree.file("small/file", "content");
    for words in ["scan -0", "scan --format ndjson", "hash"] {
        let peak = |root: &str| {
            let words = format!("{words} {root} -o /dev/null");
            run(&tree, &words).exits(0).peak_kib
        };
        let more = peak("d").saturating_sub(peak("small"));
        assert!(more < 60 << 10, "{words}: {more} KiB more");
    }
}

#[test]
fn a_directory_with_too_long_a_path_is_one_error_and_is_not_entered() {
    let tree = Tree::new();
    let name = "n".repeat(250);
    // 251 bytes for each: 65,511 of 65,536.
    tree.comb("d", 300, &name, "z");
    let path = format!("d/{}{name}", format!("{name}/").repeat(261));
    let complaint = format!(
        "{path}: cannot open the directory: its path below the root is longer than \
         65536 bytes; to look into it, name a directory further down"
    );
    for words in ["scan d", "hash d", "dupes d", "scan d -L", "hash d -L"] {
        let stderr = run(&tree, words).exits(3).stderr;
        // The summary of dupes is no complaint.
        let reported = stderr.lines().filter(|it| it.starts_with("sanchay: "));
        let reported: Vec<_> = reported.collect();
        assert_eq!(reported, [format!("sanchay: {complaint}")], "{words}");
    }
    // What is said to be done helps.
    let further = format!("d/{}", format!("{name}/").repeat(200));
    let finished = run(&tree, &format!("scan {further} --count")).succeeds();
    assert_eq!(finished.text(), "1\n");
}

#[test]
fn a_list_of_paths_longer_than_the_system_takes_can_be_checked() {
    let tree = Tree::new();
    tree.deep("d", 3000, "level");
    for words in ["hash d", "hash d -a sha256 --tag", "hash d --partial"] {
        let list = run(&tree, words).succeeds();
        let program = sanchay().within(tree.root()).words("hash --check");
        let checked = program.input(list.stdout).limit(LIMIT).run();
        let checked = checked.succeeds();
        assert!(checked.text().ends_with("/leaf: OK\n"), "{words}");
    }
    let leaf = format!("d/{}leaf", "level/".repeat(3000));
    for words in ["scan --count", "hash --format csv", "hash -0"] {
        let finished = run(&tree, &format!("{words} {leaf}")).succeeds();
        assert!(!finished.stdout.is_empty(), "{words}");
    }
    let gone = run(&tree, &format!("hash {leaf}/gone")).exits(2);
    assert!(gone.stderr.ends_with("Not a directory\n"));
}

/// Directories and files at random, often one below the other.
fn random_tree(tree: &Tree, random: &mut Random) {
    let mut directories = vec!["d".to_owned()];
    tree.dir("d");
    for _ in 0..300 {
        let deepest = directories.len() - 1;
        let at = match random.one_in(3) {
            true => random.below(directories.len()),
            false => deepest,
        };
        let number = random.below(1000);
        let long = "x".repeat(random.below(60));
        let path = format!("{}/{number}{long}", directories[at]);
        if path.len() > 3500 {
            directories.swap(0, deepest);
        } else if random.one_in(3) {
            tree.file(path + ".f", number.to_string());
        } else {
            tree.dir(&path);
            directories.push(path);
        }
    }
}

#[test]
fn what_is_told_of_any_tree_is_what_a_plain_walk_comes_upon() {
    for seed in 0..6 {
        let tree = Tree::new();
        random_tree(&tree, &mut Random::new(seed));
        let oracle = walk(tree.root(), "d", &Wanted::default());
        for words in ["", "-L", "-L --beneath", "--threads 1"] {
            for verb in ["scan", "hash"] {
                let words = format!("{verb} d --format ndjson {words}");
                let program = sanchay().within(tree.root()).words(&words);
                let finished = program.open_files(32).run().succeeds();
                assert_eq!(scanned(&finished), expected(&oracle), "{words}");
            }
        }
    }
}
