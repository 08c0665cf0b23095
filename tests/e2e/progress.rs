//! Progress for programs, and what a run says of itself at its end.

use serde_json::Value;

use sanchay_testkit::{Finished, Tree};

use crate::sanchay;

/// A tree on which a run lasts longer than progress waits to be shown.
fn slow() -> Tree {
    let tree = Tree::new();
    for number in 0..4 {
        tree.sparse(format!("d/{number}"), 192 << 20);
    }
    tree
}

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).run()
}

/// The events among what was said.
fn events(finished: &Finished) -> Vec<Value> {
    let lines = finished.stderr.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn events_tell_how_far_a_run_is_and_the_last_one_what_was_done() {
    let tree = slow();
    let words = "hash d/0 d/1 d/2 d/3 -a sha256 -j 1 --progress json";
    let finished = run(&tree, words).exits(0);
    assert_eq!(finished.text().lines().count(), 4);
    let events = events(&finished);
    assert_eq!(events.len(), finished.stderr.lines().count());
    let (last, reports) = events.split_last().unwrap();
    assert!(!reports.is_empty(), "{}", finished.stderr);
    let mut before = 0;
    for report in reports {
        assert_eq!(report["type"], "progress");
        assert_eq!(report["phase"], "hashing");
        assert_eq!(report["total_files"], 4);
        assert_eq!(report["total_bytes"], 4 * (192 << 20));
        let bytes = report["bytes"].as_u64().unwrap();
        assert!(bytes >= before, "{report}");
        before = bytes;
        let path = report["path"].as_str().unwrap();
        assert!(path.starts_with("d/"), "{report}");
        let left = &report["seconds_left"];
        assert!(left.as_f64().is_some() || bytes == 0, "{report}");
    }
    assert_eq!(last["type"], "stats");
    assert_eq!(last["files"], 4);
    assert_eq!(last["bytes"], 4 * (192 << 20));
    assert_eq!(last["errors"], 0);
    assert!(last["bytes_per_second"].as_f64().unwrap() > 0.0, "{last}");
    assert!(last["peak_memory"].as_u64().unwrap() > 1 << 20, "{last}");
}

#[test]
fn every_command_that_walks_or_reads_tells_what_it_did() {
    let tree = Tree::new();
    for name in ["a", "b", "c/d"] {
        tree.file(format!("d/{name}"), "same");
    }
    let list = run(&tree, "hash d -o list").succeeds();
    assert_eq!(list.stdout, b"");
    for (words, files, directories, bytes) in [
        ("scan d", 3, 2, 12),
        ("scan --count d", 3, 2, 12),
        ("hash d", 3, 2, 12),
        ("hash d/a d/b", 2, 0, 8),
        ("dupes d -q", 3, 2, 12),
        ("hash --check list", 3, 0, 12),
    ] {
        let words = format!("{words} --progress json");
        let finished = run(&tree, &words).exits(0);
        // The least a run says is what it did; --quiet leaves that out.
        let events = events(&finished);
        if words.contains("-q") {
            assert!(events.is_empty(), "{words}");
            continue;
        }
        let last = events.last().unwrap();
        assert_eq!(last["type"], "stats", "{words}");
        let found = [&last["files"], &last["directories"], &last["bytes"]];
        let expected = [files, directories, bytes];
        assert_eq!(found.map(|it| it.as_u64().unwrap()), expected, "{words}");
    }
    let finished = run(&tree, "dupes d --progress json").exits(0);
    let last = events(&finished).pop().unwrap();
    assert_eq!((&last["files"], &last["bytes"]), (&3.into(), &12.into()));
}

#[test]
fn failures_are_counted_and_said_as_ever() {
    let tree = Tree::new();
    tree.file("d/a", "x");
    let finished = run(&tree, "hash d/a gone --progress json").exits(3);
    let last = events(&finished).pop().unwrap();
    assert_eq!(last["errors"], 1);
    assert!(finished.stderr.contains("sanchay: gone: "));
    let finished = run(&tree, "scan gone --progress json").exits(2);
    assert_eq!(events(&finished).pop().unwrap()["errors"], 1);
}

#[test]
fn what_was_done_is_said_in_lines_to_people_who_ask() {
    let tree = Tree::new();
    tree.file("d/a", "four");
    tree.file("d/b", "");
    let finished = run(&tree, "scan d --stats").exits(0);
    let labels: Vec<&str> =
        finished.stderr.lines().map(|line| line[..13].trim()).collect();
    let expected =
        ["time", "directories", "files", "bytes", "errors", "peak memory"];
    assert_eq!(labels, expected);
    let line = |label: &str| {
        let mut lines = finished.stderr.lines();
        lines.find(|line| line.starts_with(label)).unwrap()[13..].to_owned()
    };
    assert_eq!(line("directories"), "1");
    assert!(line("files").starts_with("2 ("), "{}", line("files"));
    assert!(line("bytes").starts_with("4 (4 B, "), "{}", line("bytes"));
    assert_eq!(line("errors"), "0");
    assert!(line("peak memory").ends_with("iB"), "{}", line("peak memory"));
    let quiet = run(&tree, "scan d --stats -q").exits(0);
    assert_eq!(quiet.stderr.lines().count(), 6);
    assert_eq!(run(&tree, "scan d").succeeds().stderr, "");
}
