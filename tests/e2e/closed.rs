//! Standard streams that are closed, or whose other end goes away: never taken
//! for success.

use std::io::{BufRead as _, BufReader};

use sanchay_testkit::{Finished, Program, Tree};

use crate::sanchay;

/// Runs the program with what a shell makes of its streams.
fn redirected(tree: &Tree, words: &str) -> Finished {
    let script = format!("exec \"$0\" {words}");
    let program = Program::new("sh").within(tree.root()).args(["-c", &script]);
    program.arg(crate::program()).run()
}

#[test]
fn a_closed_output_is_an_error_where_something_is_to_be_written() {
    let tree = Tree::new();
    tree.file("d/f", "content");
    for words in [
        "scan d >&-",
        "scan --count d >&-",
        "scan d -o - >&-",
        "hash d >&-",
        "dupes d --json >&-",
        "component >&-",
        "man >&-",
        "completions bash >&-",
        "--help >&-",
        "scan --help >&-",
        "--version >&-",
    ] {
        let finished = redirected(&tree, words).exits(2);
        let expected = "standard output: cannot write: it is closed";
        assert_eq!(finished.complaints(), [expected], "{words}");
    }
    let _ = redirected(&tree, "scan d -o list >&-").succeeds();
    assert!(tree.path("list").exists());
    let _ = redirected(&tree, "hash d > /dev/null").succeeds();
}

#[test]
fn a_closed_input_is_an_error_where_something_is_to_be_read() {
    let tree = Tree::new();
    tree.file("d/f", "content");
    for words in ["hash <&-", "hash - <&-", "hash d - <&-", "hash -c <&-"] {
        let finished = redirected(&tree, words).exits(2);
        let expected = "standard input: cannot read: it is closed";
        assert_eq!(finished.complaints(), [expected], "{words}");
        assert_eq!(finished.stdout, b"", "{words}");
    }
    let _ = redirected(&tree, "hash d <&-").succeeds();
    // One that is empty is no error.
    let _ = redirected(&tree, "hash < /dev/null").succeeds();
    let _ = redirected(&tree, "hash <> /dev/null").succeeds();
}

/// A list of very many files, of which only the one that is not as listed is
/// there, first or last.
fn list(tree: &Tree, bad: usize) -> usize {
    let count = 20_000;
    tree.file("good", "good");
    tree.file("bad", "bad");
    let sum = sanchay().within(tree.root()).words("hash good").run();
    let line = sum.succeeds().text().to_owned();
    let mut lines = vec![line.clone(); count];
    lines[bad] = line.replace("good", "bad");
    tree.file("list", lines.concat());
    count
}

/// Checks the list, for a reader that goes away after a line.
fn checked(tree: &Tree, words: &str) -> Finished {
    let program = sanchay().within(tree.root()).words(words);
    let mut running = program.start();
    let mut stdout = BufReader::new(running.stdout());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.ends_with('\n'));
    drop(stdout);
    running.wait()
}

#[test]
fn a_check_whose_reader_goes_away_never_says_yes() {
    let tree = Tree::new();
    let count = list(&tree, 0);
    // What was found until then is the answer.
    let finished = checked(&tree, "hash --check list");
    assert_eq!(finished.code(), Some(1), "{}", finished.stderr);
    // Nothing was, but not all was checked.
    list(&tree, count - 1);
    let finished = checked(&tree, "hash --check list");
    assert_eq!(finished.code(), Some(141), "{}", finished.stderr);
    let finished = checked(&tree, "hash --check list --format ndjson");
    assert_eq!(finished.code(), Some(141), "{}", finished.stderr);
}
