//! What is decided by hand: above rules, below references, and of no group
//! everything goes.

use std::{fs, path::PathBuf};

use sanchay::ops::DedupeAction;

use crate::engine;

/// The files that make way in a tree of equal files, by their paths below it.
fn going(
    files: &[&str],
    references: &[&str],
    marks: &[(&str, bool)],
) -> Vec<String> {
    let tree = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(tree.path()).unwrap();
    for file in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let (_, content) = file.rsplit_once('/').unwrap();
        fs::write(path, content).unwrap();
    }
    let marks = marks.iter().map(|(path, stays)| (root.join(path), *stays));
    let references: Vec<PathBuf> =
        references.iter().map(|path| root.join(path)).collect();
    let plan = engine(1)
        .dedupe([root.clone()], DedupeAction::Delete)
        .references(references)
        .marks(marks)
        .plan()
        .unwrap();
    let paths = plan.entries().filter_map(|step| step.from);
    let mut all: Vec<String> = paths
        .map(|path| {
            let below = path.strip_prefix(&root).unwrap();
            below.to_str().unwrap().to_owned()
        })
        .collect();
    all.sort();
    all
}

#[test]
fn marks_by_hand_are_above_rules_and_of_no_group_everything_goes() {
    let files = ["a/one", "b/one", "c/one", "a/two", "b/sub/two"];
    let of = |marks: &[(&str, bool)]| going(&files, &[], marks);
    assert_eq!(of(&[]), ["b/one", "b/sub/two", "c/one"]);
    assert_eq!(of(&[("c/one", true)]), ["b/one", "b/sub/two"]);
    assert_eq!(
        of(&[("a/one", false), ("c/one", true)]),
        ["a/one", "b/one", "b/sub/two"]
    );
    // Nothing would be left: the first path stays.
    assert_eq!(of(&[("a/one", false)]), ["b/one", "b/sub/two", "c/one"]);
    // Of a folder, for what is in it; the nearest counts.
    assert_eq!(of(&[("b", true), ("c/one", false)]), ["c/one"]);
    assert_eq!(of(&[("b", true), ("b/sub", false)]), ["b/sub/two", "c/one"]);
    // Not of one whose name only begins so.
    assert_eq!(of(&[("b/su", true)]), ["b/one", "b/sub/two", "c/one"]);
}

#[test]
fn a_reference_stays_whatever_is_decided_by_hand() {
    let files = ["a/one", "b/one", "c/one"];
    let marks = [("b/one", false), ("c/one", true)];
    assert_eq!(going(&files, &["b"], &marks), ["a/one"]);
}
