//! Names that are not text, or that break text: byte for byte in every
//! format.

use std::collections::BTreeSet;

use sanchay_testkit::{
    Finished, Tree, bytes,
    digest::digest,
    drives_terminals, odd_names,
    oracle::{Wanted, walk},
    path, records,
};

use crate::{
    rows::{expected, scanned, zero_ended},
    sanchay,
};

/// All paths of a tree of odd names, ascending.
fn odd() -> (Tree, Vec<Vec<u8>>) {
    let tree = Tree::new();
    tree.odd_names("d");
    let files = walk(tree.root(), "d", &Wanted::default());
    assert_eq!(files.len(), odd_names().len());
    (tree, files.into_keys().collect())
}

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).run().succeeds()
}

fn sort(mut paths: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    paths.sort();
    paths
}

#[test]
fn scan_tells_odd_names_byte_for_byte_in_every_format() {
    let (tree, names) = odd();
    assert_eq!(sort(zero_ended(&run(&tree, "scan d -0"))), names);
    let rows = scanned(&run(&tree, "scan d --format ndjson"));
    let oracle = walk(tree.root(), "d", &Wanted::default());
    assert_eq!(rows, expected(&oracle));
    let objects = records::json(&run(&tree, "scan d --format json").stdout);
    assert_eq!(sort(objects.iter().map(records::path).collect()), names);
    let table = records::csv(&run(&tree, "scan d --format csv").stdout);
    assert_eq!(sort(table.paths()), names);
    let text = run(&tree, "scan d").stdout;
    for name in &names {
        let line = [b"\t", &name[..], b"\n"].concat();
        assert!(text.windows(line.len()).any(|part| part == line));
    }
}

#[test]
fn hash_tells_odd_names_byte_for_byte_in_every_format() {
    let (tree, names) = odd();
    let sum = |name: &Vec<u8>| {
        let own = path(name).file_name().unwrap();
        digest("xxh3-128", bytes(path(own.as_encoded_bytes())))
    };
    let sums: Vec<String> = names.iter().map(sum).collect();
    let objects =
        records::ndjson(&run(&tree, "hash d --format ndjson").stdout);
    let reported: Vec<_> = objects.iter().map(records::path).collect();
    assert_eq!(reported, names);
    let reported: Vec<_> =
        objects.iter().map(|it| it["hash"].as_str()).collect();
    let some: Vec<_> = sums.iter().map(|sum| Some(sum.as_str())).collect();
    assert_eq!(reported, some);
    let objects = records::json(&run(&tree, "hash d --format json").stdout);
    let reported: Vec<_> = objects.iter().map(records::path).collect();
    assert_eq!(reported, names);
    let table = records::csv(&run(&tree, "hash d --format csv").stdout);
    assert_eq!(table.paths(), names);
    assert_eq!(table.column("hash"), sums);
    let lines = names
        .iter()
        .zip(&sums)
        .map(|(name, sum)| [sum.as_bytes(), b"  ", name, b"\0"].concat());
    let reported = run(&tree, "hash d -0").stdout;
    assert_eq!(reported, lines.collect::<Vec<_>>().concat());
}

#[test]
fn dupes_tells_odd_names_byte_for_byte_in_every_format() {
    let (tree, mut names) = odd();
    for name in &names {
        let copy = [b"e", &name[1..]].concat();
        tree.file(&copy, std::fs::read(tree.path(name)).unwrap());
    }
    names.extend(walk(tree.root(), "e", &Wanted::default()).into_keys());
    assert_eq!(names.len(), 2 * odd_names().len());
    let objects = |groups: Vec<serde_json::Value>| {
        assert_eq!(groups.len(), odd_names().len());
        let files = groups.iter().flat_map(|group| {
            group["files"].as_array().unwrap().iter().map(records::path)
        });
        sort(files.collect())
    };
    let run = |format: &str| {
        let words = format!("dupes d e {format}");
        sanchay().within(tree.root()).words(&words).run().exits(0).stdout
    };
    assert_eq!(objects(records::ndjson(&run("--format ndjson"))), names);
    assert_eq!(objects(records::json(&run("--format json"))), names);
    let table = records::csv(&run("--format csv"));
    assert_eq!(sort(table.paths()), names);
    // A zero ends each path, and one more each group.
    let text = run("-0");
    let mut groups: Vec<_> = text.split(|byte| *byte == 0).collect();
    assert_eq!(groups.pop(), Some(&b""[..]));
    let ends = groups.iter().filter(|part| part.is_empty()).count();
    assert_eq!(ends, odd_names().len());
    groups.retain(|part| !part.is_empty());
    assert_eq!(sort(groups.into_iter().map(<[u8]>::to_vec).collect()), names);
}

#[test]
fn the_names_of_one_directory_may_be_any_bytes_at_all() {
    let tree = Tree::new();
    let mut names = BTreeSet::new();
    for byte in (1..=255_u8).filter(|byte| *byte != b'/' && *byte != b'.') {
        let name = vec![byte, byte];
        tree.file(&name, [byte]);
        names.insert(name);
    }
    tree.file(vec![b'x'; 255], "longest");
    names.insert(vec![b'x'; 255]);
    let words = "scan -H --format ndjson";
    let rows = scanned(&run(&tree, words));
    let reported: BTreeSet<_> = rows.into_iter().map(|row| row.0).collect();
    assert_eq!(reported, names);
    let table = records::csv(&run(&tree, "hash . -H --format csv").stdout);
    let reported = table.paths().into_iter().map(|path| path[2..].to_vec());
    assert_eq!(
        reported.collect::<Vec<_>>(),
        names.into_iter().collect::<Vec<_>>()
    );
}

#[test]
fn a_root_may_have_an_odd_name_too() {
    let (tree, names) = odd();
    for (name, own) in names.iter().zip(names.iter().map(|it| &it[2..])) {
        let root = path(own.split(|byte| *byte == b'/').next().unwrap());
        let finished = sanchay()
            .within(tree.path("d"))
            .args(["scan", "--format", "ndjson", "--"])
            .arg(root)
            .run()
            .succeeds();
        let rows = scanned(&finished);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].0, name[2..]);
    }
}

#[test]
fn an_error_shows_an_odd_name_escaped_on_one_line() {
    let tree = Tree::new();
    for name in odd_names() {
        let finished = sanchay()
            .within(tree.root())
            .args(["scan", "--"])
            .arg(path(name))
            .run()
            .exits(2);
        let complaints = finished.complaints();
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].ends_with("No such file or directory"));
        let plain = |c: char| !drives_terminals(c);
        assert!(complaints[0].chars().all(plain), "{:?}", complaints[0]);
    }
}
