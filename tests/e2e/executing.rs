//! `scan --exec` and `--exec-batch`: commands for the files found.

use std::collections::BTreeSet;

use sanchay_testkit::{Finished, Tree, odd_names};

use crate::sanchay;

fn run(tree: &Tree, arguments: &[&str]) -> Finished {
    sanchay().within(tree.root()).args(arguments).run()
}

fn lines(finished: &Finished) -> BTreeSet<String> {
    finished.text().lines().map(str::to_owned).collect()
}

#[test]
fn a_command_is_run_for_each_file_with_the_parts_of_its_path() {
    let tree = Tree::new();
    tree.file("d/a.tar.gz", "");
    tree.file("d/e/b", "");
    for threads in ["1", "4"] {
        let all = ["scan", "d", "-j", threads, "-x", "echo", "{}", "{/}"];
        let more = ["{//}", "{.}", "{/.}", "--x={/}", "{{}}"];
        let found = run(&tree, &[&all[..], &more].concat()).succeeds();
        let expected = [
            "d/a.tar.gz a.tar.gz d d/a.tar a.tar --x=a.tar.gz {}",
            "d/e/b b d/e d/e/b b --x=b {}",
        ];
        assert_eq!(lines(&found), expected.map(str::to_owned).into());
    }
    // The path is added, and options may follow a semicolon.
    let found =
        run(&tree, &["scan", "-x", "echo", "-n", ";", "d", "-e", "gz"]);
    assert_eq!(found.succeeds().text(), "d/a.tar.gz");
    // Several commands for each file, in turn.
    let both = ["scan", "d/e", "-x", "echo", "1", ";", "-x", "echo", "2"];
    assert_eq!(run(&tree, &both).succeeds().text(), "1 d/e/b\n2 d/e/b\n");
}

#[test]
fn output_of_commands_is_not_mixed() {
    let tree = Tree::new();
    for number in 0..24 {
        tree.file(format!("d/{number}"), "");
    }
    let script = "for i in 1 2 3 4 5 6; do echo \"$0 $i\"; sleep 0.002; done";
    let found = run(&tree, &["scan", "d", "-j8", "-x", "sh", "-c", script]);
    let found = found.succeeds();
    let lines: Vec<&str> = found.text().lines().collect();
    assert_eq!(lines.len(), 24 * 6);
    for lines in lines.chunks(6) {
        let (name, _) = lines[0].split_once(' ').unwrap();
        let expected: Vec<_> = (1..7).map(|i| format!("{name} {i}")).collect();
        assert_eq!(lines, expected);
    }
}

#[test]
fn a_batch_has_as_many_files_as_the_system_takes() {
    let tree = Tree::new();
    let long = "x".repeat(200);
    for number in 0..12_000 {
        tree.file(format!("{long}/{long}/{number}-{long}"), "");
    }
    // Some 7 MB of arguments do not fit into one command.
    let script = "echo $# $0; for i; do echo \"$i\"; done";
    let found = run(&tree, &["scan", &long, "-X", "sh", "-c", script, "zero"]);
    let found = found.succeeds();
    let (counts, paths): (Vec<&str>, Vec<&str>) =
        found.text().lines().partition(|line| line.ends_with(" zero"));
    assert!(counts.len() > 1, "{counts:?}");
    let paths: BTreeSet<&str> = paths.into_iter().collect();
    assert_eq!(paths.len(), 12_000);
    let few = run(&tree, &["scan", "-X", "echo", "a", "{/}", "b", ";", &long]);
    let few = few.succeeds();
    assert!(few.text().starts_with("a ") && few.text().ends_with(" b\n"));
}

#[test]
fn batches_are_in_order_and_none_is_run_for_nothing() {
    let tree = Tree::new();
    for name in ["b", "a", "c"] {
        tree.file(format!("d/{name}"), name.repeat(3));
    }
    let sorted = ["scan", "d", "--sort", "path:desc", "-X", "echo", "{/}"];
    assert_eq!(run(&tree, &sorted).succeeds().text(), "c b a\n");
    let first = ["scan", "d", "--sort", "path", "--limit", "2", "-X", "echo"];
    assert_eq!(run(&tree, &first).succeeds().text(), "d/a d/b\n");
    let none = ["scan", "d", "-e", "none", "-X", "echo", "called"];
    assert_eq!(run(&tree, &none).succeeds().text(), "");
}

#[test]
fn names_are_arguments_as_they_are_and_never_options() {
    let tree = Tree::new();
    for name in odd_names() {
        tree.file([b"d/", name].concat(), "");
    }
    tree.file("-n", "");
    let found = run(&tree, &["scan", "d", "-x", "printf", "%s\\0", "{/}"]);
    let found = found.succeeds();
    let names: BTreeSet<&[u8]> = found
        .stdout
        .split(|byte| *byte == 0)
        .map(|name| match name.strip_prefix(b"./") {
            Some(rest) if rest.starts_with(b"-") => rest,
            _ => name,
        })
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(names, odd_names().into_iter().collect());
    let hyphen = run(&tree, &["scan", "-x", "echo", "x", ";", "--", "-n"]);
    assert_eq!(hyphen.succeeds().text(), "x ./-n\n");
}

#[test]
fn the_exit_code_tells_of_a_command_that_failed_and_of_one_that_is_none() {
    let tree = Tree::new();
    tree.file("d/a", "");
    tree.file("d/b", "");
    for option in ["-x", "-X"] {
        let _ = run(&tree, &["scan", "d", option, "true"]).exits(0);
        let _ = run(&tree, &["scan", "d", option, "false"]).exits(1);
        let _ = run(&tree, &["scan", "d", "gone", option, "true"]).exits(3);
        let none = run(&tree, &["scan", "d", option, "no-such-program"]);
        let none = none.exits(2);
        let complaints = none.complaints();
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        assert!(complaints[0].contains("cannot run no-such-program"));
    }
    let one = "test {/} = a";
    let words: Vec<&str> = one.split(' ').collect();
    let one = run(&tree, &[&["scan", "d", "-x"], &words[..]].concat());
    let _ = one.exits(1);
}

#[test]
fn what_a_command_prints_takes_no_format() {
    for words in [
        "scan -x",
        "scan -X {} a",
        "scan -X a {} {/}",
        "scan -x a ; -X b",
        "scan -x a ; --json",
        "scan -x a ; --format csv",
        "scan -x a ; --fields size",
        "scan -x a ; --template x",
        "scan -x a ; -0",
        "scan -x a ; -l",
        "scan -x a ; --count",
        "scan -x a ; -o f",
        "hash f -x a",
    ] {
        let run = sanchay().words(words).run().exits(2);
        assert!(run.stderr.contains("error"), "{words}: {}", run.stderr);
        assert_eq!(run.stdout, b"", "{words}");
    }
}
