//! What is no regular file, and what cannot be read: never a hang, never the
//! end of a run, always reported.

use std::time::Duration;

use sanchay_testkit::{Program, Tree, records};

use crate::{
    rows::{scanned, zero_ended},
    sanchay,
};

const SOON: Duration = Duration::from_secs(20);

/// A tree of special files with one regular file in it.
fn special() -> Tree {
    let tree = Tree::new();
    tree.file("d/regular", "content");
    tree.fifo("d/fifo");
    tree.socket("d/socket");
    tree.link("nowhere", "d/dangling");
    tree.link("itself", "d/itself");
    tree.link("fifo", "d/link-to-fifo");
    if !tree.device("d/device") {
        eprintln!("LEFT OUT: no device can be made here");
    }
    tree
}

#[test]
fn special_files_are_neither_told_nor_opened_nor_an_error() {
    let tree = special();
    for words in ["", "-H", "-L", "-L --beneath", "--walker portable"] {
        let run = |verb: &str, rest: &str| {
            let words = format!("{verb} d {words} {rest}");
            sanchay().within(tree.root()).words(&words).limit(SOON).run()
        };
        let finished = run("scan", "-0").succeeds();
        assert_eq!(zero_ended(&finished), [b"d/regular"], "{words}");
        let finished = run("hash", "--format ndjson").succeeds();
        let objects = records::ndjson(&finished.stdout);
        assert_eq!(objects.len(), 1, "{words}");
        assert_eq!(records::path(&objects[0]), b"d/regular");
        let finished = run("dupes", "--min-size 0 -0").exits(0);
        assert_eq!(finished.stdout, b"", "{words}");
    }
}

#[test]
fn a_special_file_that_is_named_is_an_error_and_not_a_hang() {
    let tree = special();
    for (name, word) in [
        ("d/fifo", "FIFO"),
        ("d/link-to-fifo", "FIFO"),
        ("d/socket", "socket"),
    ] {
        for verb in ["scan", "hash", "dupes"] {
            let finished = sanchay()
                .within(tree.root())
                .args([verb, name])
                .limit(SOON)
                .run()
                .exits(2);
            let complaint = finished.stderr.lines().next().unwrap();
            let start = format!("sanchay: {name}: ");
            assert!(complaint.starts_with(&start), "{verb}: {complaint}");
            assert!(complaint.contains(word), "{verb}: {complaint}");
        }
    }
    if tree.path("d/device").exists() {
        let finished = sanchay()
            .within(tree.root())
            .args(["hash", "d/device", "d/regular"])
            .limit(SOON)
            .run()
            .exits(3);
        assert_eq!(finished.lines().len(), 1);
        assert!(finished.stderr.contains("character device"));
    }
}

#[test]
fn a_list_that_names_special_files_is_checked_without_a_hang() {
    let tree = special();
    let zeros = "0".repeat(64);
    let list = format!("{zeros}  d/fifo\n{zeros}  d/socket\n{zeros}  d\n");
    let finished = sanchay()
        .within(tree.root())
        .args(["hash", "--check"])
        .input(list)
        .limit(SOON)
        .run()
        .exits(1);
    let lines = finished.text();
    assert_eq!(lines.matches(": FAILED open or read\n").count(), 3);
}

#[test]
fn what_may_not_be_read_is_one_complaint_each_and_the_rest_is_done() {
    let tree = Tree::new();
    tree.file("d/open/file", "same");
    tree.file("d/closed/file", "same");
    tree.file("d/unreadable", "same");
    tree.file("d/zebra", "same");
    tree.forbid("d/closed");
    tree.forbid("d/unreadable");
    let run = |words: &str| {
        let program = sanchay().unprivileged(&tree).within(tree.root());
        program.words(words).run().exits(3)
    };
    for more in ["", "-L", "--walker portable", "--threads 1"] {
        let finished = run(&format!("scan d --format ndjson {more}"));
        let rows = scanned(&finished);
        let reported: Vec<_> =
            rows.iter().map(|row| row.0.as_slice()).collect();
        assert_eq!(
            reported,
            [&b"d/open/file"[..], b"d/unreadable", b"d/zebra"]
        );
        let complaints = finished.complaints();
        let expected =
            ["d/closed: cannot open the directory: Permission denied"];
        assert_eq!(complaints, expected, "{more}");

        let finished = run(&format!("hash d --format ndjson {more}"));
        let objects = records::ndjson(&finished.stdout);
        let reported: Vec<_> = objects.iter().map(records::path).collect();
        assert_eq!(reported, [&b"d/open/file"[..], b"d/zebra"], "{more}");
        let mut complaints = finished.complaints();
        complaints.sort_unstable();
        let unreadable = "d/unreadable: cannot open: Permission denied";
        assert_eq!(complaints, [expected[0], unreadable], "{more}");

        let finished = run(&format!("dupes d --format ndjson {more}"));
        let groups = records::ndjson(&finished.stdout);
        assert_eq!(groups.len(), 1);
        let files = groups[0]["files"].as_array().unwrap();
        let reported: Vec<_> = files.iter().map(records::path).collect();
        assert_eq!(reported, [&b"d/open/file"[..], b"d/zebra"], "{more}");
        let says = |what: &str| finished.stderr.contains(what);
        assert!(says(expected[0]) && says(unreadable), "{more}");
    }
}

#[test]
fn a_directory_that_lists_but_cannot_be_entered_is_told() {
    let tree = Tree::new();
    tree.file("d/locked/inside", "content");
    tree.file("d/zebra", "content");
    // Names can be read, but nothing about them.
    tree.forbid("d/locked");
    sanchay_testkit::tree::set_mode(&tree.path("d/locked"), 0o644);
    for more in ["", "-L", "--walker portable"] {
        let words = format!("scan d --format ndjson {more}");
        let program = sanchay().unprivileged(&tree).within(tree.root());
        let finished = program.words(&words).run().exits(3);
        let rows = scanned(&finished);
        assert_eq!(rows.len(), 1, "{more}");
        assert_eq!(rows[0].0, b"d/zebra");
        let complaints = finished.complaints();
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].starts_with("d/locked"), "{complaints:?}");
        assert!(complaints[0].ends_with("Permission denied"));
    }
}

#[test]
fn a_missing_root_fails_the_run_and_one_of_two_only_that_part() {
    let tree = Tree::new();
    tree.file("here/a", "same");
    tree.file("here/b", "same");
    for verb in ["scan", "hash", "dupes"] {
        let run = |words: &str| {
            let words = format!("{verb} {words}");
            sanchay().within(tree.root()).words(&words).run()
        };
        let complaint =
            "sanchay: gone: cannot open: No such file or directory";
        for words in ["gone", "gone -L", "gone --format json"] {
            let finished = run(words).exits(2);
            assert!(finished.stderr.starts_with(complaint), "{verb} {words}");
        }
        assert!(run("gone away").exits(2).stderr.contains("away"));
        let finished = run("here gone -0").exits(3);
        assert!(finished.stderr.contains(complaint), "{verb}");
        assert!(!finished.stdout.is_empty(), "{verb}");
        let other = run("gone here -0").exits(3);
        assert_eq!(zero_ended(&finished).len(), zero_ended(&other).len());
    }
    let finished = sanchay().args(["scan", ""]).run().exits(2);
    assert_eq!(finished.stdout, b"");
}

/// The kernel makes it up, says that it has no size, and cannot read it at 0.
#[cfg(target_os = "linux")]
#[test]
fn a_file_without_a_size_that_cannot_be_read_has_no_digest() {
    for more in ["", "--partial", "-a sha256"] {
        let words = format!("hash /proc/self/mem /proc/self/comm {more}");
        let finished = sanchay().words(&words).limit(SOON).run().exits(3);
        assert_eq!(finished.text().lines().count(), 1, "{more}");
        let expected = ["/proc/self/mem: cannot read: Input/output error"];
        assert_eq!(finished.complaints(), expected, "{more}");
    }
}

/// A directory that was removed while it is open can be opened again, and not
/// be listed. (To the portable walker it is empty, as to `readdir`.)
#[cfg(target_os = "linux")]
#[test]
fn a_root_that_cannot_be_listed_is_as_good_as_none() {
    for verb in ["scan", "hash", "dupes", "scan -L", "hash -L"] {
        let tree = Tree::new();
        tree.file("f", "content");
        tree.dir("gone");
        let run = |roots: &str| {
            tree.dir("gone");
            let script = "exec 3<gone && rmdir gone && exec \"$@\"";
            let shell = Program::new("sh").args(["-c", script, "sh"]);
            let shell = shell.arg(crate::program());
            let words = format!("{verb} {roots}");
            shell.within(tree.root()).words(&words).limit(SOON).run()
        };
        let finished = run("/dev/fd/3").exits(2);
        let expected = "sanchay: /dev/fd/3: cannot list the directory: No \
                        such file or directory\n";
        let stderr = &finished.stderr;
        assert!(stderr.starts_with(expected), "{verb}: {stderr}");
        assert_eq!(run("/dev/fd/3 f").code(), Some(3), "{verb}");
    }
}
