//! `sanchay hash --check`: verdicts, messages and exit codes.

use std::fs;

use sanchay_testkit::{
    Finished, Tree,
    content::noise,
    digest::{ALGORITHMS, digest, partial, tag},
    records,
};

use crate::sanchay;

pub(crate) fn check(tree: &Tree, words: &str) -> Finished {
    let program = sanchay().within(tree.root());
    program.arg("hash").arg("--check").words(words).run()
}

/// A tree with a list of a good, a bad and a missing file.
pub(crate) fn tree() -> Tree {
    let tree = Tree::new();
    let mut list = String::new();
    for name in ["good", "bad", "missing"] {
        let sum = digest("sha256", name.as_bytes());
        list += &format!("{sum}  {name}\n");
    }
    tree.file("list", list);
    tree.file("good", "good");
    tree.file("bad", "not what was promised");
    tree
}

#[test]
fn each_file_gets_its_verdict_in_the_order_of_the_list() {
    let tree = tree();
    let finished = check(&tree, "list").exits(1);
    let verdicts = "good: OK\nbad: FAILED\nmissing: FAILED open or read\n";
    assert_eq!(finished.text(), verdicts);
    let expected = [
        "missing: cannot open: No such file or directory",
        "WARNING: 1 listed file could not be read",
        "WARNING: 1 computed checksum did NOT match",
    ];
    assert_eq!(finished.complaints(), expected);
}

#[test]
fn quiet_status_and_ignore_missing_change_what_is_said() {
    let tree = tree();
    let finished = check(&tree, "--quiet list").exits(1);
    let verdicts = "bad: FAILED\nmissing: FAILED open or read\n";
    assert_eq!(finished.text(), verdicts);
    let finished = check(&tree, "--status list").exits(1);
    assert_eq!(finished.text(), "");
    assert!(!finished.stderr.contains("WARNING"), "{}", finished.stderr);
    let finished = check(&tree, "--ignore-missing list").exits(1);
    assert_eq!(finished.text(), "good: OK\nbad: FAILED\n");
    assert!(!finished.stderr.contains("missing"), "{}", finished.stderr);
    tree.file("bad", "bad");
    let finished = check(&tree, "--ignore-missing list").succeeds();
    assert_eq!(finished.text(), "good: OK\nbad: OK\n");
    assert_eq!(check(&tree, "--ignore-missing --status list").code(), Some(0));
    assert_eq!(check(&tree, "--status list").code(), Some(1));
    // Nothing to be verified is no "yes".
    for name in ["good", "bad"] {
        fs::remove_file(tree.path(name)).unwrap();
    }
    let finished = check(&tree, "--ignore-missing list").exits(1);
    assert!(finished.stderr.contains("no file was verified"));
}

#[test]
fn every_algorithm_is_told_by_its_line_or_by_the_length_of_its_digest() {
    let tree = Tree::new();
    let content = noise(6, 100_000);
    tree.file("f", &content);
    for algorithm in ALGORITHMS {
        let sum = digest(algorithm, &content);
        let name = tag(algorithm);
        let mut lines = vec![
            format!("{name} (f) = {sum}\n"),
            format!("{name} (f) = {}\n", sum.to_uppercase()),
        ];
        if algorithm != "xxh3-64" {
            lines.push(format!("{sum}  f\n"));
            lines.push(format!("{sum} *f\r\n"));
            lines.push(format!("{}  f", sum.to_uppercase()));
        }
        for line in lines {
            tree.file("list", &line);
            let finished = check(&tree, "list").succeeds();
            assert_eq!(finished.text(), "f: OK\n", "{line}");
        }
        tree.file("list", format!("{sum}  f\n"));
        let finished = check(&tree, &format!("-a {algorithm} list"));
        assert_eq!(finished.succeeds().text(), "f: OK\n");
    }
}

#[test]
fn both_algorithms_of_64_digits_may_stand_in_one_list() {
    let tree = Tree::new();
    let mut list = String::new();
    for number in 0..200_usize {
        let name = format!("{number}");
        tree.file(&name, noise(number as u64, number * 100));
        let algorithm = ["sha256", "blake3"][number / 3 % 2];
        let sum = digest(algorithm, &noise(number as u64, number * 100));
        list += &format!("{sum}  {name}\n");
    }
    tree.file("list", &list);
    for threads in [1, 8] {
        let words = format!("list --threads {threads}");
        let finished = check(&tree, &words).succeeds();
        let expected: String =
            (0..200).map(|number| format!("{number}: OK\n")).collect();
        assert_eq!(finished.text(), expected);
    }
    // With a choice, the other is a mismatch.
    let finished = check(&tree, "-a sha256 list").exits(1);
    assert_eq!(finished.text().matches(": OK").count(), 101);
}

#[test]
fn partial_digests_are_checked_with_the_chunk_that_is_given() {
    let tree = Tree::new();
    let content = noise(12, 300_000);
    tree.file("f", &content);
    tree.file("list", format!("{}  f\n", partial(&content, 65_536)));
    assert_eq!(check(&tree, "list").succeeds().text(), "f: OK\n");
    tree.file("list", format!("{}  f\n", partial(&content, 1000)));
    assert_eq!(check(&tree, "list").exits(1).text(), "f: FAILED\n");
    let finished = check(&tree, "--partial=1000 list").succeeds();
    assert_eq!(finished.text(), "f: OK\n");
    for option in ["--partial", "--partial=1000", "--partial=1"] {
        let hash = sanchay().within(tree.root()).words("hash f -o list");
        let printed = hash.arg(option).run();
        assert_eq!(printed.succeeds().stdout, b"");
        // What the list says is better than what is said of it.
        for words in ["list", "--partial=5000 list"] {
            if option == "--partial" && words != "list" {
                continue;
            }
            assert_eq!(check(&tree, words).succeeds().text(), "f: OK\n");
        }
    }
}

#[test]
fn the_machine_formats_tell_the_verdict_and_the_reason() {
    let tree = tree();
    tree.dir("directory");
    let sum = digest("sha256", b"");
    let list = fs::read_to_string(tree.path("list")).unwrap();
    tree.file("list", format!("{list}{sum}  directory\n"));
    let finished = check(&tree, "list --format ndjson").exits(1);
    let objects = records::ndjson(&finished.stdout);
    let verdicts: Vec<_> = objects
        .iter()
        .map(|it| (records::path(it), it["verdict"].as_str().unwrap()))
        .collect();
    let expected = [
        (b"good".to_vec(), "ok"),
        (b"bad".to_vec(), "failed"),
        (b"missing".to_vec(), "missing"),
        (b"directory".to_vec(), "unreadable"),
    ];
    assert_eq!(verdicts, expected);
    assert!(objects[0]["error"].is_null());
    let why = objects[2]["error"].as_str().unwrap();
    assert_eq!(why, "cannot open: No such file or directory");
    let finished = check(&tree, "list --format json --quiet").exits(1);
    assert_eq!(records::json(&finished.stdout).len(), 3);
    let finished = check(&tree, "list --format csv").exits(1);
    let table = records::csv(&finished.stdout);
    let header = ["path", "path_base64", "verdict", "error"];
    assert_eq!(table.header(), header);
    let expected = ["ok", "failed", "missing", "unreadable"];
    assert_eq!(table.column("verdict"), expected);
}
