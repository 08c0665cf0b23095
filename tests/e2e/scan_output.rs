//! What `sanchay scan` prints: every format, to every destination.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use sanchay_testkit::{
    Tree,
    oracle::{Wanted, walk},
    records,
};

use crate::{
    rows::{expected, of_object, paths, rfc3339, scanned, sorted},
    scan::{scan, tree},
};

#[test]
fn a_text_line_is_size_time_and_path_with_tabs_between() {
    let tree = tree();
    let finished = scan(&tree, "").succeeds();
    let rows = finished.lines().into_iter().map(|line| {
        let mut parts = line.splitn(3, |byte| *byte == b'\t');
        let mut next = || str::from_utf8(parts.next().unwrap()).unwrap();
        let (size, modified) = (next().parse().unwrap(), next().to_owned());
        (next().as_bytes().to_vec(), size, modified)
    });
    let oracle = walk(tree.root(), "", &Wanted::default());
    assert_eq!(sorted(rows.collect()), expected(&oracle));
}

#[test]
fn every_format_says_the_same() {
    let tree = tree();
    let oracle = walk(tree.root(), "", &Wanted::default());
    let array = scan(&tree, "--format json").succeeds();
    let rows = records::json(&array.stdout).iter().map(of_object).collect();
    assert_eq!(sorted(rows), expected(&oracle));
    let csv = scan(&tree, "--format csv").succeeds();
    let table = records::csv(&csv.stdout);
    assert_eq!(table.header(), ["path", "path_base64", "size", "modified"]);
    let sizes = table.column("size").into_iter().map(|it| it.parse().unwrap());
    let facts = sizes.zip(table.column("modified"));
    let rows = table.paths().into_iter().zip(facts);
    let rows = rows.map(|(path, (size, time))| (path, size, time)).collect();
    assert_eq!(sorted(rows), expected(&oracle));
}

#[test]
fn where_there_is_nothing_every_format_is_still_whole() {
    let tree = Tree::new();
    assert_eq!(scan(&tree, "").succeeds().stdout, b"");
    assert_eq!(scan(&tree, "-0").succeeds().stdout, b"");
    assert_eq!(scan(&tree, "--count").succeeds().stdout, b"0\n");
    assert_eq!(scan(&tree, "--format ndjson").succeeds().stdout, b"");
    let array = scan(&tree, "--format json").succeeds();
    assert!(records::json(&array.stdout).is_empty());
    let csv = scan(&tree, "--format csv").succeeds();
    assert!(records::csv(&csv.stdout).is_empty());
    assert_eq!(csv.lines().len(), 1);
}

#[test]
fn the_count_is_the_number_of_files_and_nothing_else() {
    let tree = tree();
    let all = walk(tree.root(), "", &Wanted::default()).len();
    let finished = scan(&tree, "--count").succeeds();
    assert_eq!(finished.text(), format!("{all}\n"));
    let some = Wanted { extensions: vec!["mkv"], ..Wanted::default() };
    let some = walk(tree.root(), "a", &some).len();
    let finished = scan(&tree, "--count -e mkv a").succeeds();
    assert_eq!(finished.text(), format!("{some}\n"));
}

#[test]
fn the_output_option_writes_a_file_and_nothing_else() {
    let (tree, out) = (tree(), Tree::new());
    for format in ["text", "ndjson", "json", "csv"] {
        let file = out.file("out", "what was there before, and was longer");
        let words = format!("--threads 1 --format {format}");
        let printed = scan(&tree, &words).succeeds().stdout;
        let words = format!("{words} -o {}", file.display());
        assert_eq!(scan(&tree, &words).succeeds().stdout, b"");
        assert_eq!(fs::read(&file).unwrap(), printed, "{format}");
    }
    let words = format!("--count --output {}", out.path("out").display());
    assert_eq!(scan(&tree, &words).succeeds().stdout, b"");
    let all = walk(tree.root(), "", &Wanted::default()).len();
    let count = fs::read_to_string(out.path("out")).unwrap();
    assert_eq!(count, format!("{all}\n"));
}

#[test]
fn an_output_file_that_cannot_be_made_is_a_failure() {
    let tree = tree();
    let finished = scan(&tree, "-o no/such/directory").exits(2);
    let complaint = finished.complaints().join("\n");
    assert!(complaint.starts_with("no/such/directory: "), "{complaint}");
    let full = Path::new("/dev/full");
    if full.exists() {
        let finished = scan(&tree, "-o /dev/full").exits(2);
        let complaint = finished.complaints().join("\n");
        assert!(complaint.contains("No space left"), "{complaint}");
    }
}

#[test]
fn times_before_1970_and_in_the_far_future_are_told() {
    let tree = Tree::new();
    let epoch = SystemTime::UNIX_EPOCH;
    tree.file("before", "");
    tree.touch("before", epoch - Duration::new(86_400 * 365, 250_000_000));
    tree.file("after", "");
    tree.touch("after", epoch + Duration::new(7_000_000_000, 1));
    let rows = scanned(&scan(&tree, "--format ndjson").succeeds());
    let oracle = walk(tree.root(), "", &Wanted::default());
    assert_eq!(rows, expected(&oracle));
    assert_eq!(paths(&oracle), ["after", "before"]);
    assert_eq!(rows[1].2, "1968-12-31T23:59:59.750000000Z");
    assert_eq!(rows[0].2, rfc3339(oracle[&b"after"[..]].modified));
}
