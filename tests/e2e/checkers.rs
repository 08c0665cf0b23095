//! What we print, the machine's own programs check; what they print, we
//! check: names that break lines included.

use std::process::{Command, Output};

use sanchay_testkit::{Tree, odd_names, path, tool};

use crate::sanchay;

/// A program that prints and checks lists of digests.
struct Checker {
    program: &'static str,
    options: &'static [&'static str],
    algorithm: &'static str,
}

const CHECKERS: [Checker; 8] = [
    checker("sha256sum", &[], "sha256"),
    checker("sha512sum", &[], "sha512"),
    checker("sha1sum", &[], "sha1"),
    checker("md5sum", &[], "md5"),
    checker("b3sum", &[], "blake3"),
    checker("xxhsum", &["-H1"], "xxh64"),
    checker("xxhsum", &["-H2"], "xxh3-128"),
    checker("xxhsum", &["-H3"], "xxh3-64"),
];

const fn checker(
    program: &'static str,
    options: &'static [&'static str],
    algorithm: &'static str,
) -> Checker {
    Checker { program, options, algorithm }
}

impl Checker {
    /// The odd names that this program can tell and be told.
    fn names(&self) -> Vec<&'static [u8]> {
        let escapes = self.escapes();
        let known = |name: &&[u8]| match self.program {
            // "-" is standard input to all of them, wherever it stands.
            _ if **name == *b"-" => false,
            // It prints what is not UTF-8 as something else, and no escape
            // for a carriage return that a list's line may end in.
            "b3sum" => str::from_utf8(name).is_ok() && !name.ends_with(b"\r"),
            _ if escapes => true,
            _ => !name.iter().any(|byte| b"\n\r\\".contains(byte)),
        };
        odd_names().into_iter().filter(known).collect()
    }

    /// Whether it escapes names that would break its lines: xxhsum does from
    /// version 0.8.2 on.
    fn escapes(&self) -> bool {
        let tree = Tree::new();
        tree.file("a\\b", "");
        let output = self.run(&tree, |command| {
            command.args(self.options).arg("a\\b");
        });
        output.stdout.starts_with(b"\\")
    }

    /// A tree of the names that it knows and one plain one.
    fn tree(&self) -> (Tree, Vec<&'static [u8]>) {
        let tree = Tree::new();
        let names = self.names();
        for name in &names {
            tree.file(name, name);
        }
        tree.file("plain", "plain");
        (tree, names)
    }

    fn run(&self, tree: &Tree, set: impl FnOnce(&mut Command)) -> Output {
        let mut command = tool::command(self.program);
        command.current_dir(tree.root());
        set(&mut command);
        command.output().unwrap()
    }
}

#[test]
fn what_we_print_is_what_they_check() {
    for checker in CHECKERS {
        let program = checker.program;
        if !tool::has(program) {
            continue;
        }
        let (tree, names) = checker.tree();
        for more in ["", "--tag"] {
            if more == "--tag" && program == "b3sum" {
                // It reads no tags.
                continue;
            }
            let ours = sanchay()
                .within(tree.root())
                .args(["hash", "-a", checker.algorithm])
                .words(more)
                .args(["-o", "list", "--", "plain"])
                .args(names.iter().map(|name| path(name)))
                .run();
            assert_eq!(ours.succeeds().stdout, b"");
            let check = |command: &mut Command| {
                command.args(["-c", "list"]);
            };
            let theirs = checker.run(&tree, check);
            let all = String::from_utf8_lossy(&theirs.stdout);
            let stderr = String::from_utf8_lossy(&theirs.stderr);
            assert!(
                theirs.status.success() && stderr.is_empty(),
                "{program} {}{more}\n{all}{stderr}",
                checker.algorithm
            );
            let good = all.matches(": OK\n").count();
            assert_eq!(good, names.len() + 1, "{program}\n{all}");
            // And they notice.
            tree.file("plain", "not so plain");
            assert!(!checker.run(&tree, check).status.success());
            tree.file("plain", "plain");
        }
    }
}

#[test]
fn what_they_print_is_what_we_check_and_print_ourselves() {
    for checker in CHECKERS {
        let program = checker.program;
        if !tool::has(program) {
            continue;
        }
        let (tree, names) = checker.tree();
        let all = || names.iter().map(|name| path(name));
        let theirs = checker.run(&tree, |command| {
            let command = command.args(checker.options);
            command.args(["--", "plain"]).args(all());
        });
        assert!(theirs.status.success(), "{program}");
        let ours = sanchay()
            .within(tree.root())
            .args(["hash", "-a", checker.algorithm, "--", "plain"])
            .args(all())
            .run()
            .succeeds();
        // Versions of xxhsum differ in how they print XXH3 with 64 bits.
        if checker.algorithm != "xxh3-64" {
            let shown = String::from_utf8_lossy(&theirs.stdout);
            assert!(ours.stdout == theirs.stdout, "{program}\n{shown}");
        }
        let checked = sanchay()
            .within(tree.root())
            .args(["hash", "--check"])
            .input(theirs.stdout)
            .run()
            .succeeds();
        assert_eq!(checked.lines().len(), names.len() + 1, "{program}");
        assert!(checked.lines().iter().all(|line| line.ends_with(b": OK")));
    }
}

#[test]
fn every_form_that_they_print_is_understood() {
    let forms: [(&str, &[&str]); 19] = [
        ("sha256sum", &["--tag"]),
        ("sha256sum", &["--binary"]),
        ("sha256sum", &["--text"]),
        ("xxhsum", &["-H1", "--tag"]),
        ("xxhsum", &["-H2", "--tag"]),
        ("xxhsum", &["-H1", "--tag", "--little-endian"]),
        ("xxhsum", &["-H2", "--tag", "--little-endian"]),
        ("xxhsum", &["-H3", "--tag"]),
        ("b3sum", &["--no-mmap"]),
        ("sha1sum", &["--tag"]),
        ("sha512sum", &["--tag"]),
        ("md5sum", &["--tag"]),
        ("md5sum", &["--binary"]),
        ("cksum", &["--algorithm=sha512"]),
        ("cksum", &["--algorithm=md5", "--untagged"]),
        ("openssl", &["dgst", "-sha256"]),
        ("openssl", &["dgst", "-sha512", "-r"]),
        ("openssl", &["dgst", "-md5"]),
        ("openssl", &["dgst", "-sha1"]),
    ];
    let tree = Tree::new();
    tree.file("one", "content of one");
    tree.file("two (2) = 2", "content of two");
    for (program, options) in forms {
        if !tool::has(program) {
            continue;
        }
        let theirs = tool::command(program)
            .args(options)
            .args(["one", "two (2) = 2"])
            .current_dir(tree.root())
            .output()
            .unwrap();
        assert!(theirs.status.success(), "{program} {options:?}");
        let checked = sanchay()
            .within(tree.root())
            .args(["hash", "--check"])
            .input(theirs.stdout)
            .run()
            .succeeds();
        let expected = "one: OK\ntwo (2) = 2: OK\n";
        assert_eq!(checked.text(), expected, "{program} {options:?}");
    }
}

#[test]
fn their_verdicts_and_ours_are_the_same_words() {
    if !tool::has("sha256sum") {
        return;
    }
    let tree = Tree::new();
    for name in ["good", "bad", "gone", "zlast"] {
        tree.file(name, name);
    }
    let checker = &CHECKERS[0];
    let list = checker.run(&tree, |command| {
        command.args(["good", "bad", "gone", "zlast"]);
    });
    let list = [list.stdout, b"no digest at all\n".to_vec()].concat();
    tree.file("list", list);
    tree.file("bad", "changed");
    std::fs::remove_file(tree.path("gone")).unwrap();
    for options in [
        "",
        "--quiet",
        "--status",
        "--ignore-missing",
        "--ignore-missing --quiet",
        "--strict",
        "--warn",
        "--ignore-missing --strict --warn",
    ] {
        let theirs = checker.run(&tree, |command| {
            command.args(options.split_whitespace()).args(["-c", "list"]);
        });
        let ours = sanchay()
            .within(tree.root())
            .words(&format!("hash --check {options} list"))
            .run();
        assert_eq!(ours.code(), theirs.status.code(), "{options}");
        let expected = String::from_utf8_lossy(&theirs.stdout);
        assert_eq!(ours.text(), expected, "{options}");
        // Ours begin otherwise, and say "digest" where they say the function.
        let warnings = |text: &str| {
            let lines = text.lines().filter(|it| it.contains("WARNING: "));
            let ends = lines.map(|it| it.split_once("WARNING: ").unwrap().1);
            ends.map(str::to_owned).collect::<Vec<_>>()
        };
        let stderr = String::from_utf8_lossy(&theirs.stderr);
        assert_eq!(warnings(&ours.stderr), warnings(&stderr), "{options}");
    }
}
