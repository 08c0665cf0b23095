//! Texts of shards that are nearly the same: merged, they are what one search
//! finds.

use std::fmt::Write as _;

use sanchay_testkit::{Tree, records, tree::set_mode};

use super::{plan, run, sharded};
use crate::sanchay;

/// Drafts of some texts, odd names, equal texts, and what is no text.
fn drafts() -> Tree {
    let tree = Tree::new();
    for number in 0..90_u32 {
        let (of, folder) = (number / 9, number % 4);
        let mut text = String::new();
        for word in 0..120_u32 {
            match word % (number % 9 + 3) == 0 && number % 9 > 4 {
                true => write!(text, "w{number}x{word} ").unwrap(),
                false => write!(text, "of{of}word{word} ").unwrap(),
            }
        }
        tree.file(format!("d/{folder}/{number}"), text);
    }
    tree.odd_names("d/odd");
    tree.file("d/none", [0; 900]);
    tree.file("d/.hidden", b"some words of a hidden text");
    tree
}

#[test]
fn similar_texts_of_all_shards_are_what_similar_prints_byte_for_byte() {
    let tree = drafts();
    for (number, (walk, like, target)) in [
        ("", "", "--target-files 11"),
        ("-H", "--threshold 0.55", "--target-bytes 9k"),
        ("", "--characters --shingle-size 7", "--target-files 1000"),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out{number}");
        let options = format!("{walk} {target} --similar {like}");
        sharded(&tree, "d", &options, &out);
        for what in ["", "--format ndjson", "--format csv", "-0", "--limit 2"]
        {
            let own = run(&tree, &format!("similar d {walk} {like} {what}"));
            let own = own.exits(0);
            assert!(!own.stdout.is_empty());
            let words =
                format!("shards merge --all --similar --from {out} {what}");
            let merged = run(&tree, &words).exits(0);
            assert_eq!(
                String::from_utf8_lossy(&merged.stdout),
                String::from_utf8_lossy(&own.stdout),
                "{options} {what}"
            );
        }
    }
    // Duplicates and sums are there as well.
    let own = run(&tree, "dupes d").exits(0);
    let merged = run(&tree, "shards merge --all --from out0").exits(0);
    assert_eq!(merged.stdout, own.stdout);
    let shard = plan(&tree, "out1.ndjson").remove(0);
    assert_eq!(shard["similar"]["threshold"], 550_000);
    assert_eq!(shard["similar"]["unit"], "words");
}

#[test]
fn what_fails_twice_counts_once_and_what_changed_since_is_told() {
    let tree = drafts();
    sharded(&tree, "d", "--target-files 20 --similar", "out");
    let words = "shards merge --all --similar --from out --format ndjson";
    let all = records::ndjson(&run(&tree, words).exits(0).stdout);
    let gone = all[0]["path"].as_str().unwrap().to_owned();
    std::fs::remove_file(tree.path(&gone)).unwrap();
    let merged = run(&tree, words).exits(3);
    assert!(merged.stderr.contains(&gone), "{}", merged.stderr);
    let rest = records::ndjson(&merged.stdout);
    assert!(!rest.is_empty() && rest.iter().all(|it| it["path"] != *gone));
    tree.file("d/closed", b"a text that nobody reads");
    tree.forbid("d/closed");
    let plan = "shards plan d --target-files 9999 --similar -o p.ndjson";
    run(&tree, plan).exits(0);
    set_mode(&tree.dir("p"), 0o777);
    let words = "shards run p.ndjson --out p";
    let done =
        sanchay().unprivileged(&tree).within(tree.root()).words(words).run();
    let done = done.exits(3);
    assert_eq!(done.stderr.matches("d/closed").count(), 1, "{}", done.stderr);
}

#[test]
fn options_of_likeness_need_a_plan_and_a_merge_of_texts() {
    let tree = drafts();
    let told = run(&tree, "shards plan d --target-files 9 --threshold 0.9");
    let told = told.exits(2);
    assert!(told.stderr.contains("--threshold needs --similar"));
    let told =
        run(&tree, "shards plan d --target-files 9 --similar --threshold 2")
            .exits(2);
    assert!(told.stderr.contains("threshold: 2 is not"), "{}", told.stderr);
    sharded(&tree, "d", "--target-files 50", "out");
    let told = run(&tree, "shards merge 00 --similar --from out").exits(2);
    assert!(told.stderr.contains("with --similar"), "{}", told.stderr);
    run(&tree, "shards merge --all --similar --sums --from out").exits(2);
    let told = run(
        &tree,
        "shards plan d --target-files 9 --similar --threshold 0.6666666",
    )
    .exits(2);
    assert!(told.stderr.contains("six decimals"), "{}", told.stderr);
}

#[test]
fn what_took_the_place_of_a_text_is_neither_followed_nor_entered() {
    let tree = drafts();
    tree.file("other/secret", b"words that nobody asked for");
    sharded(&tree, "d", "--target-files 20 --similar", "out");
    let words = "shards merge --all --similar --from out --format ndjson";
    let all = records::ndjson(&run(&tree, words).exits(0).stdout);
    let path = |at: usize| all[at]["path"].as_str().unwrap().to_owned();
    let (link, folder) = (path(0), path(1));
    for gone in [&link, &folder] {
        std::fs::remove_file(tree.path(gone)).unwrap();
    }
    let other = tree.path("other");
    std::os::unix::fs::symlink(other, tree.path(&link)).unwrap();
    tree.file(format!("{folder}/inside"), b"words");
    let merged = run(&tree, words).exits(3);
    assert_eq!(merged.stderr.matches("no file any more").count(), 2);
    for row in records::ndjson(&merged.stdout) {
        let path = row["path"].as_str().unwrap_or_default();
        for gone in [&link, &folder] {
            assert!(path != gone, "{path}");
            assert!(!path.starts_with(&format!("{gone}/")), "{path}");
        }
    }
}
