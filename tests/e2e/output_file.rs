//! `--output FILE`: what is in it when, and what is never lost.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    thread,
    time::Duration,
};

use sanchay_testkit::{Finished, Signal, Tree};

use crate::{interrupt::slow_in_the_end, sanchay};

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).run()
}

/// The names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_was_there_survives_every_run_that_could_not_begin() {
    let tree = Tree::new();
    tree.file("d/f", "content");
    let list = tree.file("list", "what was there");
    for words in [
        "scan missing",
        "scan --count missing",
        "scan --json missing",
        "scan d -e a/b",
        "scan d --frobnicate",
        "scan d --min-size 2 --max-size 1",
        "scan d --plugin missing.wasm",
        "hash missing",
        "hash --format csv missing missing",
        "hash --check missing",
        "dupes missing --json",
        "dupes d --min-size 2 --max-size 1",
    ] {
        let _ = run(&tree, &format!("{words} -o list")).exits(2);
        assert_eq!(fs::read(&list).unwrap(), b"what was there", "{words}");
        let _ = run(&tree, &format!("{words} -o new")).exits(2);
        assert_eq!(names(tree.root()), ["d", "list"], "{words}");
    }
}

#[test]
fn what_was_there_survives_an_interrupt() {
    let tree = slow_in_the_end();
    let list = tree.file("list", "what was there");
    for signal in [Signal::INT, Signal::TERM] {
        for file in ["list", "new"] {
            let words = format!("hash d -a sha256 -o {file}");
            let program = sanchay().within(tree.root()).words(&words);
            let running = program.start();
            thread::sleep(Duration::from_millis(500));
            running.signal(signal);
            assert_eq!(running.wait().signal(), Some(signal.as_raw()));
            assert_eq!(fs::read(&list).unwrap(), b"what was there");
            assert_eq!(names(tree.root()), ["d", "list"]);
        }
    }
}

#[test]
fn a_run_with_some_errors_or_the_answer_no_replaces_the_file() {
    let tree = Tree::new();
    tree.file("d/f", "content");
    let list = tree.file("list", "what was there");
    let _ = run(&tree, "hash d missing -o list").exits(3);
    let text = fs::read_to_string(&list).unwrap();
    assert!(text.ends_with("  d/f\n"), "{text}");
    tree.file("d/f", "changed");
    let _ = run(&tree, "hash --check list -o verdicts").exits(1);
    let verdicts = fs::read(tree.path("verdicts")).unwrap();
    assert_eq!(verdicts, b"d/f: FAILED\n");
}

#[test]
fn a_file_keeps_its_mode_and_its_other_names_and_a_link_stays_one() {
    let tree = Tree::new();
    tree.file("d/f", "content");
    let list = tree.file("list", "what was there");
    fs::set_permissions(&list, Permissions::from_mode(0o640)).unwrap();
    let link = tree.link("list", "link");
    let _ = run(&tree, "scan -0 d -o link").succeeds();
    assert!(link.is_symlink());
    assert_eq!(fs::read(&list).unwrap(), b"d/f\0");
    assert_eq!(fs::metadata(&list).unwrap().mode() & 0o777, 0o640);
    let other = tree.hard_link("list", "other");
    let _ = run(&tree, "scan --count d -o list").succeeds();
    assert_eq!(fs::read(&other).unwrap(), b"1\n");
    // One that is not to be written is not replaced, either.
    fs::remove_file(&other).unwrap();
    fs::set_permissions(&list, Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(tree.root(), Permissions::from_mode(0o777)).unwrap();
    let program = sanchay().within(tree.root()).words("scan d -o list");
    let finished = program.unprivileged(&tree).run().exits(2);
    assert!(finished.stderr.contains("Permission denied"));
}

#[test]
fn what_is_no_regular_file_is_written_as_it_is() {
    let tree = Tree::new();
    tree.file("d/f", "content");
    let _ = run(&tree, "scan d -o /dev/null").succeeds();
    let finished = run(&tree, "scan -0 d -o /dev/stdout").succeeds();
    assert_eq!(finished.stdout, b"d/f\0");
    let fifo = tree.fifo("fifo");
    let reading = thread::spawn(move || fs::read(fifo).unwrap());
    let _ = run(&tree, "scan -0 d -o fifo").succeeds();
    assert_eq!(reading.join().unwrap(), b"d/f\0");
    assert!(!tree.path("fifo").is_file());
}

#[test]
fn a_dash_is_standard_output() {
    let tree = Tree::new();
    tree.file("d/f", "content");
    for words in ["scan -0 d", "hash d", "scan --count d", "component --wit"] {
        let expected = run(&tree, words).succeeds().stdout;
        if !words.contains("component") {
            let finished = run(&tree, &format!("{words} -o -"));
            assert_eq!(finished.succeeds().stdout, expected, "{words}");
        }
    }
    let component = run(&tree, "component -o -").succeeds().stdout;
    assert!(component.starts_with(b"\0asm"));
    assert_eq!(names(tree.root()), ["d"]);
}

#[test]
fn standard_input_is_not_written_to() {
    let tree = Tree::new();
    let file = tree.file("in", "content");
    for words in ["hash -", "hash", "hash --check", "hash in -"] {
        let program = sanchay().within(tree.root()).words(words);
        let input = File::open(&file).unwrap();
        let finished = program.words("-o in").stdin(input).run().exits(2);
        let complaint = finished.complaints()[0];
        assert!(
            complaint.contains("is also an input"),
            "{words}: {complaint}"
        );
        assert_eq!(fs::read(&file).unwrap(), b"content", "{words}");
    }
}

#[test]
fn a_list_does_not_list_itself() {
    let tree = Tree::new();
    tree.file("d/f", "same");
    tree.file("d/g", "same");
    for words in [
        "scan -0 -H d -o d/list",
        "scan -0 -H -L d -o d/list",
        "scan --count -H d -o d/list",
        "hash -H d -o d/list",
        "hash -H -L d -o d/list",
        "hash -H d --min-size 1 -o d/list",
        "dupes -0 -H d --min-size 0 -o d/list",
    ] {
        // When it is new, when it is there, and when it is written in place.
        for name in ["list", "list", "other"] {
            if name == "other" {
                tree.hard_link("d/list", "d/other");
            }
            let finished = run(&tree, words).exits(0);
            assert!(!finished.stderr.contains("sanchay:"), "{words}");
            let text = fs::read_to_string(tree.path("d/list")).unwrap();
            for own in ["list", "other", ".sanchay"] {
                assert!(!text.contains(own), "{words}: {text}");
            }
            let all = text.contains("d/f") && text.contains("d/g");
            assert!(all || text == "2\n", "{words}: {text}");
        }
        fs::remove_file(tree.path("d/list")).unwrap();
        fs::remove_file(tree.path("d/other")).unwrap();
    }
    // Nor where the shell opened it.
    for words in ["scan -0 d", "hash d"] {
        let script = format!("\"$0\" {words} > d/list");
        let program = sanchay_testkit::Program::new("sh").within(tree.root());
        let program = program.args(["-c", &script]);
        let program = program.arg(crate::program());
        let _ = program.run().succeeds();
        let text = fs::read_to_string(tree.path("d/list")).unwrap();
        assert!(text.contains("d/f") && !text.contains("list"), "{text}");
    }
}

#[test]
fn verdicts_do_not_take_the_place_of_a_file_that_is_checked() {
    let tree = Tree::new();
    let precious = tree.file("d/f", "precious");
    let _ = run(&tree, "hash d -o list").succeeds();
    let finished = run(&tree, "hash --check list -o d/f").exits(2);
    assert!(finished.stderr.contains("d/f"), "{}", finished.stderr);
    assert_eq!(fs::read(precious).unwrap(), b"precious");
}

#[test]
fn a_list_and_a_file_of_rules_are_inputs_too() {
    let tree = Tree::new();
    tree.file("d/a", "1");
    tree.file("rules", "*.o\n");
    tree.file("list", "d\n");
    for words in [
        "scan --ignore-file rules -o rules d",
        "scan --count --ignore-file rules -o rules d",
        "scan --files-from list -o list",
        "hash --files0-from list -o ./list",
        "dupes --ignore-file rules -o rules d",
        "summary --ignore-file rules --html rules d",
    ] {
        let refused = run(&tree, words).exits(2);
        assert!(
            refused.stderr.contains("input"),
            "{words}: {}",
            refused.stderr
        );
        let rules = fs::read(tree.path("rules")).unwrap();
        assert_eq!(rules, b"*.o\n", "{words}");
        assert_eq!(fs::read(tree.path("list")).unwrap(), b"d\n", "{words}");
    }
}
