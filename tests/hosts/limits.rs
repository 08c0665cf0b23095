//! What WASI, or a host, cannot do: it costs a row on standard error, and
//! never a wrong answer.

use std::time::{Duration, SystemTime};

use sanchay_testkit::{Program, Tree};

use crate::{
    host::{self, Host},
    native,
    questions::Answer,
};

#[test]
fn names_that_are_not_utf8_cost_themselves_and_nothing_else() {
    for host in host::all() {
        let tree = Tree::new();
        tree.file("d/plain", "");
        tree.file("d/sub/plain", "");
        tree.file(&b"d/sub/a\xff"[..], "1");
        tree.file(&b"d/sub/b\xfe"[..], "2");
        let run = |words: &str| host.program(tree.root()).words(words).run();
        let found = run("scan -0 d").exits(3);
        let mut paths: Vec<_> = found.text().split_terminator('\0').collect();
        paths.sort_unstable();
        assert_eq!(paths, ["d/plain", "d/sub/plain"]);
        let complaints = found.complaints();
        if host.is_jco() {
            // Node shows another name, under which there is nothing.
            for complaint in &complaints {
                assert!(complaint.starts_with("d/sub/"), "{complaint}");
                assert!(complaint.contains('\u{fffd}'), "{complaint}");
            }
            assert_eq!(complaints.len(), 2);
        } else {
            assert_eq!(
                complaints,
                ["d/sub: cannot list the directory: the names of 2 of its \
                  entries are not UTF-8 and do not exist in WASI; the native \
                  program sanchay can read them"]
            );
        }
        let found = run("hash -a xxh64 d").exits(3);
        assert_eq!(
            found.text(),
            "ef46db3751d8e999  d/plain\nef46db3751d8e999  d/sub/plain\n"
        );
    }
}

#[test]
fn a_time_before_1970_is_right_or_left_out() {
    for host in host::all() {
        let tree = Tree::new();
        tree.file("old", "");
        let before = Duration::from_millis(1500);
        tree.touch("old", SystemTime::UNIX_EPOCH - before);
        let found = host.program(tree.root()).words("scan old").run();
        let expected = match host.is_jco() {
            true => "0\t1969-12-31T23:59:58.500000000Z\told\n",
            // wasmtime has no such times.
            false => "0\t-\told\n",
        };
        assert_eq!(found.succeeds().text(), expected);
    }
}

#[test]
fn a_root_that_is_no_regular_file_is_refused_without_being_opened() {
    for host in host::all() {
        let tree = Tree::new();
        tree.fifo("fifo");
        tree.socket("socket");
        for name in ["fifo", "socket"] {
            for command in ["scan", "hash", "dupes"] {
                let program = host.program(tree.root());
                let found = program.arg(command).arg(name).run().exits(2);
                let expected = format!("sanchay: {name}: cannot open: it is ");
                assert!(found.stderr.starts_with(&expected));
                let first = found.stderr.lines().next().unwrap();
                assert!(first.ends_with(", not a regular file"), "{first}");
            }
        }
    }
}

#[test]
fn paths_longer_than_the_system_takes_are_walked_under_wasmtime() {
    let Some(host) = host::wasmtime() else { return };
    let tree = Tree::new();
    tree.deep("d", 60, &"long".repeat(50));
    let ask = |program: Program, words: &str| program.words(words).run();
    for question in ["scan d", "hash d"] {
        let expected = ask(native().within(tree.root()), question);
        assert_eq!(expected.code(), Some(0));
        let found = ask(host.program(tree.root()), question);
        assert_eq!(Answer::of(&found, true), Answer::of(&expected, true));
    }
}

#[test]
fn a_directory_with_too_long_a_path_is_the_same_error_under_wasmtime() {
    let Some(host) = host::wasmtime() else { return };
    let tree = Tree::new();
    tree.comb("d", 300, &"n".repeat(250), "z");
    for question in ["scan d", "hash d", "dupes d"] {
        let ask = |program: Program| program.words(question).run().exits(3);
        let expected = ask(native().within(tree.root()));
        let found = ask(host.program(tree.root()));
        assert_eq!(Answer::of(&found, true), Answer::of(&expected, true));
    }
}

#[test]
fn what_may_not_be_read_costs_its_row_in_the_same_words() {
    let Some(Host::Wasmtime { program, compiled }) = host::wasmtime() else {
        return;
    };
    let tree = || {
        let tree = Tree::new();
        tree.file("d/open", "open");
        tree.file("d/shut", "shut");
        tree.file("d/sub/f", "f");
        for name in ["d/open", "d/shut"] {
            tree.touch(name, SystemTime::UNIX_EPOCH);
        }
        tree.forbid("d/shut");
        tree.forbid("d/sub");
        tree
    };
    let (ours, theirs) = (tree(), tree());
    // Whoever runs it must be able to read it.
    std::fs::copy(compiled, ours.path("sanchay.cwasm")).unwrap();
    for question in ["scan d", "hash d", "hash d/shut", "scan d/sub"] {
        let expected = native().within(theirs.root()).words(question);
        let expected = expected.unprivileged(&theirs).run();
        assert_ne!(expected.code(), Some(0), "{question}");
        let found = Program::new(&program)
            .within(ours.root())
            .words("run -C cache=n --allow-precompiled --dir .")
            .arg("sanchay.cwasm")
            .words(question)
            .unprivileged(&ours)
            .run();
        assert_eq!(
            Answer::of(&found, false),
            Answer::of(&expected, false),
            "{question}"
        );
    }
}
