//! Outputs that are missing, damaged, or of something else.

use std::fs;

use sanchay_testkit::Tree;

use super::{plan, run, sharded, walk};

fn tree() -> Tree {
    let tree = Tree::new();
    for number in 0..30 {
        tree.file(format!("d/{}/{number}", number % 5), "the same");
    }
    sharded(&tree, "d", "--target-files 6", "out");
    tree
}

const MERGE: &str = "shards merge --all --from out";

#[test]
fn a_missing_output_is_an_error_that_names_the_shard() {
    let tree = tree();
    let third = plan(&tree, "out.ndjson").swap_remove(2);
    let id = third["id"].as_str().unwrap();
    fs::remove_file(tree.path(&*format!("out/shards/{id}.json"))).unwrap();
    let merged = run(&tree, MERGE).exits(2);
    let expected = "1 of 5 shards are not there: 2";
    assert!(merged.stderr.contains(expected), "{}", merged.stderr);
    assert!(merged.stdout.is_empty());
    let some = run(&tree, &format!("{MERGE} --allow-missing")).exits(3);
    assert!(some.stderr.contains("output of 1 shards is missing"));
    assert!(some.text().starts_with("# 24 files"), "{}", some.text());
    run(&tree, "shards run out.ndjson --index 2 --out out").exits(0);
    assert!(run(&tree, MERGE).exits(0).text().starts_with("# 30 files"));
}

#[test]
fn a_damaged_table_is_recognised() {
    let tree = tree();
    let (table, _) = walk(&tree.path("out/files")).swap_remove(0);
    let whole = fs::read(&table).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    let cut = whole[..whole.len() - 1].to_vec();
    for wrong in [damaged, cut, Vec::new()] {
        fs::write(&table, wrong).unwrap();
        let merged = run(&tree, MERGE).exits(2);
        let told = &merged.stderr;
        assert!(told.contains("is not what was written"), "{told}");
        assert!(told.contains("run shard "), "{told}");
    }
    fs::remove_file(&table).unwrap();
    let merged = run(&tree, MERGE).exits(2);
    assert!(merged.stderr.contains("it is not there"), "{}", merged.stderr);
}

#[test]
fn a_place_is_for_the_outputs_of_one_plan() {
    let tree = tree();
    run(&tree, "shards plan d --target-files 7 -o other").exits(0);
    let refused = run(&tree, "shards run other --out out --index 0").exits(2);
    let told = &refused.stderr;
    assert!(told.contains("a place of its own"), "{told}");
    // What was there is as it was; the refused plan claims nothing.
    assert_eq!(walk(&tree.path("out/plans")).len(), 1);
    assert!(run(&tree, MERGE).exits(0).text().starts_with("# 30 files"));
    run(&tree, "shards run out.ndjson --out out").exits(0);
    let nothing = run(&tree, "shards merge --all --from nowhere").exits(2);
    assert!(nothing.stderr.contains("nowhere"), "{}", nothing.stderr);
    assert!(!tree.path("nowhere").exists());
}

#[test]
fn a_plan_that_is_refused_is_not_in_the_way_of_one_that_has_just_begun() {
    let tree = tree();
    let id = plan(&tree, "out.ndjson").swap_remove(0)["plan"].clone();
    tree.file(format!("new/plans/{}", id.as_str().unwrap()), "");
    run(&tree, "shards plan d --target-files 7 -o other").exits(0);
    run(&tree, "shards run other --out new").exits(2);
    run(&tree, "shards run out.ndjson --out new").exits(0);
}

#[test]
fn files_that_others_leave_among_outputs_are_left_alone() {
    let tree = tree();
    for name in [".nfs0001", "._x.json", "0123.json", "x"] {
        tree.file(format!("out/shards/{name}"), "");
    }
    assert!(run(&tree, MERGE).exits(0).text().starts_with("# 30 files"));
}

#[test]
fn what_is_merged_is_not_overwritten() {
    let tree = tree();
    let (table, whole) = walk(&tree.path("out/files")).swap_remove(0);
    let table = table.strip_prefix(tree.root()).unwrap().to_owned();
    for output in [table.to_str().unwrap(), "out/groups", "./d/../out/x"] {
        let words = format!("{MERGE} -o {output}");
        let refused = run(&tree, &words).exits(2);
        assert!(refused.stderr.contains("--from"), "{}", refused.stderr);
    }
    let _ = whole;
    run(&tree, &format!("{MERGE} -o groups")).exits(0);
}

#[test]
fn what_is_no_place_is_refused() {
    let tree = tree();
    for (out, expected) in [
        ("gcs://bucket/x", "URLs begin with"),
        ("S3://bucket/x", "URLs begin with"),
        ("-", "standard output"),
        ("out.ndjson", "out.ndjson: cannot open it: "),
    ] {
        let words = format!("shards run out.ndjson --out {out}");
        let refused = run(&tree, &words).exits(2);
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
    assert!(!tree.path("gcs:").exists() && !tree.path("-").exists());
}

#[test]
fn what_is_no_plan_is_not_read_to_its_end() {
    let tree = tree();
    let words = "shards run /dev/zero --out new";
    let refused = run(&tree, words).exits(2);
    assert!(refused.stderr.contains("longer than 64 MiB"));
    let missing = run(&tree, "shards run missing --out new").exits(2);
    let told = &missing.stderr;
    assert!(told.contains("missing: cannot read the plan"), "{told}");
}

#[test]
fn a_plan_that_was_edited_or_is_of_a_newer_program_is_refused() {
    let tree = tree();
    let text = fs::read_to_string(tree.path("out.ndjson")).unwrap();
    for (from, to, expected) in [
        ("\"files\":6", "\"files\":7", "it was edited"),
        ("\"version\":1", "\"version\":2", "a newer program made it"),
        ("sanchay-shard", "something", "it is no shard"),
        ("{", "", "it is not JSON"),
    ] {
        assert!(text.contains(from), "{text}");
        tree.file("edited", text.replacen(from, to, 1));
        let refused = run(&tree, "shards run edited --out out2").exits(2);
        let told = &refused.stderr;
        assert!(told.starts_with("sanchay: line 1: "), "{told}");
        assert!(told.contains(expected), "{told}");
    }
    tree.file("empty", "\n");
    let refused = run(&tree, "shards run empty --out out2").exits(2);
    assert!(refused.stderr.contains("there is no shard"));
    assert!(!tree.path("out2").exists());
}

#[test]
fn a_root_that_is_not_there_is_no_empty_shard() {
    let tree = tree();
    fs::rename(tree.path("d"), tree.path("gone")).unwrap();
    let refused = run(&tree, "shards run out.ndjson --out new").exits(2);
    assert!(refused.stderr.contains("d: cannot"), "{}", refused.stderr);
    let merged = run(&tree, "shards merge --all --from new").exits(2);
    assert!(merged.stderr.contains("no output of a shard"));
    // As if what is mounted there were not.
    tree.dir("d");
    let refused = run(&tree, "shards run out.ndjson --out new").exits(2);
    let told = &refused.stderr;
    let expected = "d: nothing is there of the 6 files that were planned";
    assert!(told.contains(expected), "{told}");
    run(&tree, "shards merge --all --from new").exits(2);
}

#[test]
fn an_output_among_the_files_is_refused() {
    let tree = tree();
    for out in ["d/out", "d", "./d/1/../out", "no/../d/out"] {
        let words = format!("shards run out.ndjson --out {out}");
        let refused = run(&tree, &words).exits(2);
        let told = &refused.stderr;
        assert!(told.contains("choose another place for it"), "{told}");
    }
}

#[test]
fn an_output_among_the_files_of_another_shard_is_refused() {
    let tree = Tree::new();
    tree.file("d/a", "one");
    tree.file("e/b", "two");
    run(&tree, "shards plan d e --target-files 1 -o plan").exits(0);
    run(&tree, "shards run plan --index 0 --out e/out").exits(2);
    assert!(!tree.path("e/out").exists());
}

#[test]
fn entries_that_fail_are_told_counted_and_kept() {
    let tree = Tree::new();
    tree.file("d/a", "same");
    tree.file("d/b", "same");
    tree.file("d/closed", "same");
    tree.forbid("d/closed");
    let words = "shards plan d --target-files 9 -o plan";
    run(&tree, words).exits(0);
    let program = || crate::sanchay().unprivileged(&tree).within(tree.root());
    open_to_all(&tree);
    let done = program().words("shards run plan --out out").run().exits(3);
    assert!(done.stderr.contains("d/closed: cannot open"), "{}", done.stderr);
    assert!(done.stderr.contains("errors: 1"), "{}", done.stderr);
    let errors = walk(&tree.path("out/errors"));
    let line = fs::read_to_string(&errors[0].0).unwrap();
    assert!(line.starts_with("{\"type\":\"error\",\"path\":\"d/closed\""));
    let again = program().words("shards run plan --out out").run().exits(3);
    assert!(again.stderr.contains("was complete"), "{}", again.stderr);
    let accepted = "shards run plan --out out --accept-errors";
    program().words(accepted).run().exits(0);
    run(&tree, &format!("{MERGE} --accept-errors")).exits(0);
    let merged = run(&tree, MERGE).exits(3);
    assert!(merged.text().starts_with("# 2 files"), "{}", merged.text());
    assert!(merged.stderr.contains("1 entries failed"));
}

/// Lets an unprivileged user write in the tree.
fn open_to_all(tree: &Tree) {
    use std::os::unix::fs::PermissionsExt as _;
    let all = fs::Permissions::from_mode(0o777);
    fs::set_permissions(tree.root(), all).unwrap();
}
