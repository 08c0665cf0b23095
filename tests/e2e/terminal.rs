//! What a person sees: names that cannot drive the terminal, progress that
//! leaves no trace, colour only where it is wanted.

use std::fs;

use sanchay_testkit::{Tree, drives_terminals, odd_names, path};

use crate::sanchay;

/// What arrived at a terminal, with its line ends made plain.
fn seen((code, bytes): (Option<i32>, Vec<u8>), expected: i32) -> Vec<u8> {
    let shown = String::from_utf8_lossy(&bytes).into_owned();
    assert_eq!(code, Some(expected), "{shown}");
    shown.replace("\r\n", "\n").into_bytes()
}

/// Whether a terminal would do anything but show these bytes and end lines.
#[track_caller]
fn assert_harmless(bytes: &[u8], what: &str) {
    let text =
        str::from_utf8(bytes).unwrap_or_else(|_| panic!("{what}: not UTF-8"));
    let obeyed = |c: char| c != '\n' && c != '\t' && drives_terminals(c);
    let shown = text.escape_debug();
    assert!(!text.contains(obeyed), "{what}: {shown}");
}

#[test]
fn names_cannot_drive_a_terminal() {
    let tree = Tree::new();
    for name in odd_names() {
        tree.file([b"d/", name].concat(), "same");
    }
    for words in [
        "scan d",
        "scan d --format ndjson",
        "scan d --format json",
        "scan d --format csv",
        "hash d",
        "hash d --tag",
        "hash d --format ndjson",
        "hash d --format csv",
        "dupes d",
        "dupes d --format ndjson",
        "dupes d --format csv",
        "--color never summary d --top 100",
        "summary d --top 100 --format json",
    ] {
        // On a machine that is busy, progress would be shown.
        let program = sanchay().within(tree.root()).words(words);
        let program = program.arg("--no-progress");
        let bytes = seen(program.run_on_terminal(), 0);
        assert_harmless(&bytes, words);
        let text = String::from_utf8(bytes).unwrap();
        for part in ["comma,quote", "ünïcödé 文件 👻"] {
            assert!(text.contains(part), "{words}");
        }
    }
    let list = sanchay().within(tree.root()).words("hash d -o list").run();
    assert_eq!(list.succeeds().stdout, b"");
    for format in ["text", "ndjson", "csv"] {
        let words =
            format!("hash --check list --format {format} --no-progress");
        let program = sanchay().within(tree.root()).words(&words);
        let bytes = seen(program.run_on_terminal(), 0);
        assert_harmless(&bytes, &words);
    }
    for name in odd_names() {
        fs::remove_file(tree.path([b"d/", name].concat())).unwrap();
    }
    let program = sanchay().within(tree.root());
    let program = program.words("--color never hash --check list");
    assert_harmless(&seen(program.run_on_terminal(), 1), "missing");
    for name in odd_names() {
        let program = sanchay().within(tree.root());
        let program = program.args(["--color", "never", "scan", "--"]);
        let bytes = seen(program.arg(path(name)).run_on_terminal(), 2);
        assert_harmless(&bytes, "an error");
    }
}

#[test]
fn a_name_on_a_terminal_is_escaped_and_in_a_file_it_is_not() {
    let tree = Tree::new();
    tree.file("d/a\nb\x1b[1m", "");
    let program = sanchay().within(tree.root()).words("scan d");
    let bytes = seen(program.run_on_terminal(), 0);
    assert!(bytes.ends_with(b"\td/a\\nb\\u{1b}[1m\n"));
    let program = sanchay().within(tree.root()).words("scan d");
    let finished = program.run().succeeds();
    assert!(finished.stdout.ends_with(b"\td/a\nb\x1b[1m\n"));
}

/// A tree on which a run lasts longer than progress waits to be shown.
fn slow() -> Tree {
    let tree = Tree::new();
    for number in 0..4 {
        tree.sparse(format!("d/{number}"), 192 << 20);
    }
    tree
}

#[test]
fn progress_is_drawn_on_a_terminal_and_is_gone_in_the_end() {
    let tree = slow();
    let out = tree.path("out");
    let run = |words: &str| {
        let words = format!("hash d -a sha256 {words}");
        let program = sanchay().within(tree.root()).words(&words);
        program.run_with_stderr_on_terminal(&out)
    };
    let drawn = seen(run(""), 0);
    let text = String::from_utf8(drawn).unwrap();
    assert!(text.contains("files"), "{text:?}");
    // The last thing that is done to the line is to clear it.
    let last = text.rfind("files").unwrap();
    assert!(text[last..].contains("\x1b[2K"), "{text:?}");
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 4);
    assert_eq!(seen(run("--no-progress"), 0), b"");
    assert_eq!(seen(run("--progress none"), 0), b"");
    assert_eq!(seen(run("--progress bar --no-progress"), 0), b"");
    // The path of what is read, and how fast.
    assert!(text.contains("/s: d/"), "{text:?}");
    let program = sanchay().within(tree.root()).words("hash d -a sha256");
    let _ = program.run().succeeds();
}

#[test]
fn records_on_a_terminal_stand_alone_in_their_lines_beside_progress() {
    let tree = slow();
    let run = |words: &str| {
        let program = sanchay().within(tree.root()).words(words);
        String::from_utf8(seen(program.run_on_terminal(), 0)).unwrap()
    };
    let drawn = run("hash d -a sha256 -j 1");
    assert!(drawn.contains("files"), "{drawn:?}");
    // What is left on the screen: each line after it was last cleared.
    let left: Vec<&str> = drawn
        .lines()
        .map(|line| line.rsplit(['\r', 'K']).next().unwrap())
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(left.len(), 4, "{drawn:?}");
    assert!(left.iter().all(|line| line.len() == 64 + 2 + 3), "{left:?}");
    for words in ["--no-progress", "--quiet"] {
        let plain = run(&format!("hash d -a sha256 {words}"));
        assert_harmless(plain.as_bytes(), words);
        assert_eq!(plain.lines().count(), 4);
    }
}

#[test]
fn progress_of_named_files_has_a_total() {
    let tree = slow();
    let out = tree.path("out");
    let program = sanchay().within(tree.root());
    let program = program.words("hash d/0 d/1 d/2 d/3 -a sha256 -j 1");
    let drawn = seen(program.run_with_stderr_on_terminal(&out), 0);
    let text = String::from_utf8(drawn).unwrap();
    assert!(text.contains("of 4 files"), "{text:?}");
}

#[test]
fn messages_are_coloured_where_that_is_wanted() {
    let tree = Tree::new();
    let missing = || sanchay().within(tree.root()).words("scan gone");
    let coloured = |bytes: &[u8]| bytes.contains(&b'\x1b');
    let on_terminal = seen(missing().run_on_terminal(), 2);
    assert!(coloured(&on_terminal));
    let plain = seen(missing().env("NO_COLOR", "1").run_on_terminal(), 2);
    assert!(!coloured(&plain));
    assert!(plain.starts_with(b"sanchay: gone: "));
    let words = "--color never";
    assert!(!coloured(&seen(missing().words(words).run_on_terminal(), 2)));
    assert!(!coloured(missing().run().stderr.as_bytes()));
    let always = missing().words("--color always").run();
    assert!(coloured(always.stderr.as_bytes()));
    let dumb = missing().env("TERM", "dumb");
    assert!(!coloured(&seen(dumb.run_on_terminal(), 2)));
    // The parser's own messages obey, too.
    let wrong = || sanchay().words("scan --wrong");
    assert!(coloured(&seen(wrong().run_on_terminal(), 2)));
    let never = || wrong().words(words);
    assert!(!coloured(&seen(never().run_on_terminal(), 2)));
}
