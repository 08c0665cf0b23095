//! The same question, the same answer.

use sanchay_testkit::Tree;

use crate::{
    host::{self, Host},
    native,
    questions::{Answer, ORDERED, UNORDERED, tree},
};

/// Asks the native program and the command under a host, and compares.
fn compare(host: &Host, tree: &Tree, question: &str, ordered: bool) {
    let root = tree.root();
    let expected = native().within(root).words(question).run();
    let found = host.program(root).words(question).run();
    assert_eq!(
        Answer::of(&found, ordered),
        Answer::of(&expected, ordered),
        "{question} under {host:?}"
    );
}

#[test]
fn every_host_gets_the_answers_of_the_native_program_in_order() {
    for host in host::all() {
        let tree = tree(!host.is_jco());
        for question in ORDERED {
            compare(host, &tree, question, true);
        }
    }
}

#[test]
fn every_host_gets_the_answers_of_the_native_program_in_any_order() {
    for host in host::all() {
        let tree = tree(!host.is_jco());
        for question in UNORDERED {
            compare(host, &tree, question, false);
        }
    }
}

#[test]
fn standard_input_is_hashed_and_once_however_often_it_is_named() {
    let tree = Tree::new();
    tree.file("f", "file");
    for size in [0, 1, 4096, 300_000] {
        let input: Vec<u8> =
            (0..size).map(|at: u32| at.to_le_bytes()[0]).collect();
        for question in [
            "hash",
            "hash - f -",
            "hash --partial=1k -",
            "hash --partial=150000 -a xxh64 - -",
            "hash --format json -a sha256",
        ] {
            let root = tree.root();
            let ask = |program: sanchay_testkit::Program| {
                program.words(question).input(input.clone()).run()
            };
            let expected = ask(native().within(root));
            for host in host::all() {
                let found = ask(host.program(root));
                assert_eq!(
                    Answer::of(&found, true),
                    Answer::of(&expected, true),
                    "{question} of {size} bytes under {host:?}"
                );
            }
        }
    }
}

#[test]
fn an_output_file_gets_the_records_unless_it_is_one_that_is_read() {
    for host in host::all() {
        let tree = Tree::new();
        tree.file("d/a", "a");
        tree.file("d/b", "a");
        let root = tree.root();
        for (question, file) in [
            ("hash d -o out", "out"),
            ("scan --count d --output=count", "count"),
            ("dupes --format json d -oout.json", "out.json"),
        ] {
            let found = host.program(root).words(question).run().exits(0);
            assert_eq!(found.stdout, b"", "{question}");
            let found = std::fs::read(tree.path(file)).unwrap();
            let expected =
                native().within(root).words(question).run().exits(0);
            assert_eq!(expected.stdout, b"");
            let expected = std::fs::read(tree.path(file)).unwrap();
            assert_eq!(found, expected, "{question} under {host:?}");
        }
        let found = host.program(root).words("hash d/a d/b -o d/a").run();
        let expected = native().within(root).words("hash d/a d/b -o d/a");
        assert_eq!(
            Answer::of(&found, true),
            Answer::of(&expected.run(), true)
        );
        assert_eq!(std::fs::read(tree.path("d/a")).unwrap(), b"a");
    }
}

#[test]
fn a_file_is_as_it_was_where_nothing_could_be_done_and_not_listed() {
    for host in host::all() {
        let tree = Tree::new();
        tree.file("d/f", "content");
        let list = tree.file("d/list", "what was there before");
        let root = tree.root();
        for words in [
            "scan missing -o d/list",
            "scan --json missing -o d/list",
            "scan --count missing -o d/list",
            "hash missing --format csv -o d/list",
            "dupes missing -o d/list",
            "scan . -e a/b -o d/list",
            "scan d --min-size 2 --max-size 1 -o d/list",
        ] {
            for program in [native().within(root), host.program(root)] {
                let _ = program.words(words).run().exits(2);
                let found = std::fs::read(&list).unwrap();
                assert_eq!(found, b"what was there before", "{words}");
            }
        }
        for (words, name) in
            [("scan -0 d -o d/list", "list"), ("scan -0 d -o d/new", "new")]
        {
            for program in [native().within(root), host.program(root)] {
                let _ = program.words(words).run().exits(0);
                let found = std::fs::read(tree.path(format!("d/{name}")));
                let found = String::from_utf8(found.unwrap()).unwrap();
                assert!(found.contains("d/f\0"), "{words}");
                assert!(!found.contains(name), "{words} under {host:?}");
            }
        }
    }
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_run_quietly_under_wasmtime() {
    // (Of jco's it ends the host, with a complaint of Node's.)
    let Some(host) = host::wasmtime() else { return };
    let tree = Tree::new();
    for number in 0..3000 {
        tree.file(format!("d/{number:0>200}"), "");
    }
    let mut running = host.program(tree.root()).words("hash d").start();
    drop(running.stdout());
    let finished = running.wait();
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    assert_eq!(finished.stderr, "");
}

#[test]
fn the_command_runs_as_it_is_under_wasmtime_without_being_compiled_first() {
    let Some(Host::Wasmtime { program, .. }) = host::wasmtime() else {
        return;
    };
    let tree = Tree::new();
    tree.file("d/f", "f");
    let words = "hash -a sha256 /data/d";
    let given = format!("{}::/data", tree.root().display());
    let found = sanchay_testkit::Program::new(program)
        .args(["run", "-C", "cache=n", "--dir", &given])
        .arg(&crate::command::built().path)
        .words(words)
        .run()
        .succeeds();
    let expected =
        native().within(tree.root()).words("hash -a sha256 d").run();
    let expected = expected.text().replace("  d/", "  /data/d/");
    assert_eq!(found.text(), expected);
}
