//! Plans, and which of their shards are run.

use std::fs;

use sanchay_testkit::{Tree, content::noise};
use serde_json::Value;

use super::{plan, run, tree, walk};
use crate::sanchay;

fn shards(tree: &Tree, words: &str) -> Vec<Value> {
    run(tree, &format!("shards plan {words} -o plan")).exits(0);
    plan(tree, "plan")
}

fn sum(shards: &[Value], of: &str) -> u64 {
    shards.iter().map(|it| it[of].as_u64().unwrap()).sum()
}

#[test]
fn a_plan_counts_every_file_and_is_the_same_every_time() {
    let tree = tree(5);
    let all = shards(&tree, "-H d e --target-files 10");
    let files: Vec<_> =
        ["d", "e"].iter().flat_map(|it| walk(&tree.path(*it))).collect();
    assert_eq!(sum(&all, "files"), files.len() as u64);
    assert_eq!(sum(&all, "bytes"), files.iter().map(|it| it.1).sum::<u64>());
    assert!(all.iter().all(|it| it["files"].as_u64().unwrap() <= 20));
    let text = fs::read(tree.path("plan")).unwrap();
    for threads in ["-j1", "-j2", "-j7"] {
        let words = format!("shards plan -H d e --target-files 10 {threads}");
        assert_eq!(run(&tree, &words).exits(0).stdout, text);
    }
    // What a snapshot has is counted as what is there.
    run(&tree, "snapshot -H d e --catalog catalog.db").exits(0);
    let words = "shards plan -H d e --target-files 10 --from-snapshot \
                 --catalog catalog.db";
    assert_eq!(run(&tree, words).exits(0).stdout, text);
    let words = words.replace("d e", "d/a");
    let refused = run(&tree, &words).exits(2);
    assert!(refused.stderr.contains("no snapshot of"), "{}", refused.stderr);
}

#[test]
fn names_that_are_no_text_are_in_plans_in_base64() {
    let tree = Tree::new();
    for number in 0..9_u8 {
        tree.file([b"d/\xff".as_slice(), &[b'0' + number]].concat(), "x");
        tree.file(format!("d/line\n{number}"), "x");
    }
    let all = shards(&tree, "d --target-files 3");
    let text = fs::read_to_string(tree.path("plan")).unwrap();
    assert!(text.contains("\"from_base64\":"), "{text}");
    assert!(text.contains("\"from\":\"line\\n"), "{text}");
    assert_eq!(sum(&all, "files"), 18);
    run(&tree, "shards run plan --out out").exits(0);
    let merged = run(&tree, "shards merge --all --from out").exits(0);
    assert_eq!(merged.stdout, run(&tree, "dupes d").exits(0).stdout);
    assert!(merged.stdout.starts_with(b"# 18 files"));
}

#[test]
fn files_that_were_made_later_are_in_one_shard_each() {
    let tree = tree(17);
    shards(&tree, "-H d e --target-files 8");
    for number in 0..50 {
        tree.file(format!("d/new{number}/x"), "late");
        tree.file(format!("e/a/new{number}"), "late");
    }
    run(&tree, "shards run plan --out out").exits(0);
    let merged = run(&tree, "shards merge --all --from out").exits(0);
    assert_eq!(merged.stdout, run(&tree, "dupes -H d e").exits(0).stdout);
}

#[test]
fn filters_are_carried_out_where_shards_are_run() {
    let tree = tree(19);
    tree.file("d/.gitignore", "a-b\n*7\n");
    tree.dir("d/.git");
    for filter in [
        "--gitignore",
        "--where size>5 --exclude 1*",
        "-H --exclude odd --min-size 4096",
        "-d 2",
    ] {
        shards(&tree, &format!("d e --target-files 7 {filter}"));
        let _ = fs::remove_dir_all(tree.path("out"));
        run(&tree, "shards run plan --out out").exits(0);
        let merged = run(&tree, "shards merge --all --from out").exits(0);
        let own = run(&tree, &format!("dupes d e {filter}")).exits(0);
        assert_eq!(merged.stdout, own.stdout, "{filter}");
    }
}

#[test]
fn an_index_chooses_a_shard_and_a_count_a_share() {
    let tree = Tree::new();
    for number in 0..50 {
        tree.file(format!("d/{number:02}"), "x");
    }
    let all = shards(&tree, "d --target-files 10");
    assert_eq!(all.len(), 5);
    let told = |words: &str, index: Option<&str>| -> Vec<String> {
        let program = sanchay().within(tree.root()).words(words);
        let program = match index {
            Some(index) => program.env("JOB_COMPLETION_INDEX", index),
            None => program,
        };
        let done = program.run().exits(0);
        let lines = done.stderr.lines();
        lines.map(|it| it.split(' ').nth(1).unwrap().to_owned()).collect()
    };
    let run_one = "shards run plan --out out";
    assert_eq!(told(&format!("{run_one} --index 3"), None), ["3"]);
    assert_eq!(told(run_one, Some("1")), ["1"]);
    assert_eq!(told(&format!("{run_one} --index 2"), Some("1")), ["2"]);
    let share = format!("{run_one} --index 1 --count 2");
    assert_eq!(told(&share, None), ["1", "3"]);
    let share = format!("{run_one} --count 3");
    assert_eq!(told(&share, Some("0")), ["0", "3"]);
    assert_eq!(told(run_one, None).len(), 5);
    // A shard by itself is run, whatever the variable says.
    let one = fs::read_to_string(tree.path("plan")).unwrap();
    tree.file("one", one.lines().nth(4).unwrap());
    let run_one = "shards run one --out out3";
    assert_eq!(told(run_one, Some("0")), ["4"]);
    for (words, expected) in [
        ("shards run plan --out out --index 5", "no shard 5"),
        ("shards run plan --out out --index 3 --count 3", "not below"),
        ("shards run plan --out out --count 3", "needs --index"),
        ("shards plan d", "required"),
        ("shards plan d --target-files 1 --target-bytes 1", "cannot be used"),
        ("shards plan d d --target-files 1", "would be in two shards"),
        ("shards plan d -L --target-files 1", "links are not followed"),
        ("shards plan gone --target-files 1", "gone"),
        ("shards merge 0 --from out", "two hexadecimal digits"),
        ("shards merge --from out", "name partitions"),
        ("shards merge 00 --all --from out", "cannot be used"),
    ] {
        let refused = run(&tree, words).exits(2);
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
    let wrong = sanchay()
        .within(tree.root())
        .words("shards run plan --out out")
        .env("JOB_COMPLETION_INDEX", "x")
        .run()
        .exits(2);
    assert!(wrong.stderr.contains("JOB_COMPLETION_INDEX"));
}

#[test]
fn roots_that_are_files_are_in_one_shard_each() {
    let tree = tree(29);
    tree.file("one.txt", noise(0, 4096));
    tree.file("two.txt", "only here");
    let roots = "one.txt d two.txt e";
    shards(&tree, &format!("{roots} --target-files 9"));
    run(&tree, "shards run plan --out out").exits(0);
    let merged = run(&tree, "shards merge --all --from out").exits(0);
    let own = run(&tree, &format!("dupes {roots}")).exits(0);
    assert_eq!(merged.stdout, own.stdout);
    let text = String::from_utf8_lossy(&merged.stdout);
    assert!(text.contains("\none.txt\n"), "{text}");
}

#[test]
fn half_of_all_files_in_one_folder_or_with_one_content_break_no_bound() {
    let tree = Tree::new();
    for number in 0..3000 {
        let folder =
            if number % 2 == 0 { "skew".into() } else { format!("{number}") };
        tree.file(format!("d/{folder}/{number}"), "one content");
    }
    let all = shards(&tree, "d --target-files 100");
    assert!(all.iter().all(|it| it["files"].as_u64().unwrap() <= 200));
    assert!((15..=30).contains(&all.len()), "{}", all.len());
    run(&tree, "shards run plan --out out -q").exits(0);
    let merged = run(&tree, "shards merge --all --from out").exits(0);
    assert!(merged.stdout.starts_with(b"# 3000 files"));
    assert_eq!(merged.stdout, run(&tree, "dupes d").exits(0).stdout);
}
