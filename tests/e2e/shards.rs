//! Trees in shards: planned, run by several processes of which some are
//! killed, and merged to what one search finds.

mod damage;
mod deploying;
mod killed;
mod planning;
mod texts;

use std::{collections::BTreeSet, path::Path};

use sanchay_testkit::{
    Finished, Tree, content::noise, random::Random, records,
};
use serde_json::Value;

use crate::sanchay;

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).run()
}

/// Plans roots, and runs all shards.
fn sharded(tree: &Tree, roots: &str, options: &str, out: &str) {
    run(tree, &format!("shards plan {roots} {options} -o {out}.ndjson"))
        .exits(0);
    run(tree, &format!("shards run {out}.ndjson --out {out}")).exits(0);
}

/// The lines of a plan.
fn plan(tree: &Tree, file: &str) -> Vec<Value> {
    records::ndjson(&std::fs::read(tree.path(file)).unwrap())
}

/// A tree of files that share contents, with odd names, hard links, empty and
/// hidden files, in two roots.
fn tree(seed: u64) -> Tree {
    let (tree, mut random) = (Tree::new(), Random::new(seed));
    let sizes = [0, 1, 7, 4096, 40_000, 65_537, 200_000];
    let folders = ["", "a/", "a/b/", "a-b/", "c/d/e/", ".h/"];
    let mut made: Vec<String> = Vec::new();
    for number in 0..160 {
        let root = random.pick(&["d", "e"]);
        let name = format!("{root}/{}{number}", random.pick(&folders));
        if random.below(8) == 0 && !made.is_empty() {
            tree.hard_link(random.pick(&made), &name);
        } else {
            let size = *random.pick(&sizes);
            tree.file(&name, noise(random.below(3) as u64, size));
        }
        made.push(name);
    }
    tree.odd_names("d/odd");
    tree.odd_names("e/odd");
    tree
}

/// The line that says what groups come to.
fn totals(finished: &Finished) -> &str {
    let mut told = finished.stderr.lines();
    told.rfind(|it| it.starts_with("groups: ")).unwrap()
}

#[test]
fn all_shards_merged_are_what_dupes_prints_byte_for_byte() {
    for seed in 0..3 {
        let tree = tree(seed);
        for (number, (walk, target, merge)) in [
            ("", "--target-files 9", ""),
            ("-H", "--target-bytes 300k", "--sort size,path:desc"),
            ("-H --min-size 0", "--target-files 1", "--hardlinks"),
            ("--blake3", "--target-files 1000", "--min-group 3"),
        ]
        .into_iter()
        .enumerate()
        {
            let out = format!("out{number}");
            sharded(&tree, "d e", &format!("{walk} {target}"), &out);
            for format in ["text", "ndjson", "json", "csv"] {
                let what = format!("{merge} --format {format}");
                let own = run(&tree, &format!("dupes d e {walk} {what}"));
                let own = own.exits(0);
                assert!(!own.stdout.is_empty());
                let words = format!("shards merge --all --from {out} {what}");
                let merged = run(&tree, &words).exits(0);
                let shown = String::from_utf8_lossy(&merged.stdout);
                let expected = String::from_utf8_lossy(&own.stdout);
                assert_eq!(shown, expected, "{seed}: {walk} {what}");
                assert_eq!(merged.stdout, own.stdout);
                assert_eq!(totals(&merged), totals(&own));
            }
        }
    }
}

#[test]
fn zeros_fields_and_parquet_are_as_dupes_has_them() {
    let tree = tree(7);
    sharded(&tree, "d e", "--target-files 20", "out");
    for what in ["-0", "--fields hash,path,reclaimable", "--max-results 3"] {
        let own = run(&tree, &format!("dupes d e {what}")).exits(0);
        let words = format!("shards merge --all --from out {what}");
        let merged = run(&tree, &words).exits(0);
        assert_eq!(merged.stdout, own.stdout, "{what}");
    }
    let table = "--format parquet -o";
    run(&tree, &format!("dupes d e {table} own.parquet")).exits(0);
    let words = format!("shards merge --all --from out {table} m.parquet");
    run(&tree, &words).exits(0);
    let read = |name: &str| std::fs::read(tree.path(name)).unwrap();
    assert_eq!(read("own.parquet"), read("m.parquet"));
}

#[test]
fn each_group_is_in_one_partition_which_its_digest_tells() {
    let tree = tree(11);
    sharded(&tree, "d e", "--target-files 15", "out");
    let all = "shards merge --all --from out --format ndjson";
    let all = records::ndjson(&run(&tree, all).exits(0).stdout);
    let mut parts = Vec::new();
    let byte = |group: &Value| {
        u8::from_str_radix(&group["hash"].as_str().unwrap()[..2], 16).unwrap()
    };
    let mut partitions: BTreeSet<u8> = all.iter().map(byte).collect();
    partitions.extend([0, 127, 255]);
    for partition in partitions {
        let words = format!(
            "shards merge {partition:02x} --from out --format ndjson -q"
        );
        for group in records::ndjson(&run(&tree, &words).exits(0).stdout) {
            let hash = group["hash"].as_str().unwrap();
            assert!(hash.starts_with(&format!("{partition:02x}")), "{hash}");
            parts.push(group);
        }
    }
    assert!(!all.is_empty());
    assert_eq!(parts.len(), all.len());
    assert!(all.iter().all(|group| parts.contains(group)));
    // Several at once are in their common order.
    let some: Vec<String> =
        (0..=255_u8).map(|it| format!("{it:02X}")).collect();
    let some =
        format!("shards merge --from out --format ndjson {}", some.join(" "));
    assert_eq!(records::ndjson(&run(&tree, &some).exits(0).stdout), all);
}

#[test]
fn sums_by_folder_are_those_of_a_summary() {
    let tree = tree(13);
    sharded(&tree, "d e", "-H --target-files 12 --depth 2", "out");
    let merged = "shards merge --all --sums --from out --format ndjson";
    let merged = records::ndjson(&run(&tree, merged).exits(0).stdout);
    let summary = run(&tree, "summary -H --depth 2 --json d e").exits(0);
    let summary: Value = serde_json::from_slice(&summary.stdout).unwrap();
    let folders = summary["folders"].as_array().unwrap();
    let expected: Vec<(Vec<u8>, u64)> = folders
        .iter()
        .map(|it| (records::path(it), it["files"].as_u64().unwrap()))
        .filter(|(_, files)| *files > 0)
        .collect();
    let mut found: Vec<(Vec<u8>, u64)> = merged
        .iter()
        .map(|it| (records::path(it), it["file_count"].as_u64().unwrap()))
        .collect();
    assert!(found.is_sorted());
    found.sort();
    let mut expected = expected;
    expected.sort();
    assert_eq!(found, expected);
    // Bytes: an independent sum. Each name counts.
    let bytes = |root: &str| -> u64 {
        walk(&tree.path(root)).iter().map(|it| it.1).sum()
    };
    for root in ["d", "e"] {
        let record = merged.iter().find(|it| it["path"] == root).unwrap();
        assert_eq!(record["size"], bytes(root), "{root}");
    }
}

/// All files below a folder, with their sizes.
fn walk(folder: &Path) -> Vec<(std::path::PathBuf, u64)> {
    let mut all = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return all };
    for entry in entries {
        let entry = entry.unwrap();
        let found = entry.metadata().unwrap();
        if found.is_dir() {
            all.extend(walk(&entry.path()));
        } else if found.is_file() {
            all.push((entry.path(), found.len()));
        }
    }
    all
}

#[test]
fn what_shards_know_of_files_is_parquet_with_the_fields_asked_for() {
    let tree = Tree::new();
    tree.file("d/a.txt", "some text");
    tree.file("d/b/c.bin", "other");
    let options = "--target-files 1 --add-fields mode,extension,media_type";
    sharded(&tree, "d", options, "out");
    let mut rows = 0;
    for (path, _) in walk(&tree.path("out/files")) {
        let folder = path.parent().unwrap().file_name().unwrap();
        let folder = folder.to_str().unwrap().to_owned();
        assert!(folder.starts_with("partition="), "{folder}");
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
        rows += 1;
        let text = String::from_utf8_lossy(&bytes);
        for column in ["path_bytes", "inode", "mode", "media_type"] {
            assert!(text.contains(column), "{column}");
        }
    }
    assert_eq!(rows, 2);
}
