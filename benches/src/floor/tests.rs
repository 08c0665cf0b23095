//! Tests of `floor`.

use std::fs;
use std::os::unix::fs::symlink;

use super::walk::walk;
use super::{Tally, Work};

fn tree() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for directory in 0..20 {
        let path = root.path().join(format!("d{directory}"));
        fs::create_dir(&path).unwrap();
        fs::create_dir(path.join(".below")).unwrap();
        for file in 0..10 {
            fs::write(path.join(format!("f{file}")), [7; 100]).unwrap();
        }
        fs::write(path.join(".below/one"), [7; 300_000]).unwrap();
        symlink("..", path.join("up")).unwrap();
        symlink("f1", path.join("link")).unwrap();
    }
    // Enough for the names to be shared between threads.
    for file in 0..2000 {
        fs::write(root.path().join(format!("flat-{file}")), "x").unwrap();
    }
    root
}

#[test]
fn every_regular_file_is_seen_once_whatever_the_number_of_threads() {
    let root = tree();
    for work in [Work::Names, Work::Stat, Work::Read, Work::Partial] {
        for threads in [1, 2, 7] {
            let tally = walk(work, threads, root.path()).unwrap();
            assert_eq!(tally.files, 20 * 11 + 2000, "{work:?} {threads}");
        }
    }
}

#[test]
fn sizes_and_contents_are_counted_in_full() {
    let root = tree();
    let bytes = 20 * (10 * 100 + 300_000) + 2000;
    for work in [Work::Stat, Work::Read] {
        let tally = walk(work, 2, root.path()).unwrap();
        assert_eq!(tally, Tally { files: 2220, bytes });
    }
}

#[test]
fn a_root_that_is_missing_is_an_error_that_names_it() {
    let root = tempfile::tempdir().unwrap();
    let missing = root.path().join("missing");
    let problem = walk(Work::Names, 2, &missing).unwrap_err();
    assert!(problem.to_string().contains("missing"), "{problem}");
}
