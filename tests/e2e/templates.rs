//! `--template`: a line for each record, as the user wants it.

use std::{
    collections::BTreeSet,
    time::{Duration, UNIX_EPOCH},
};

use sanchay_testkit::{Tree, digest::digest};

use crate::sanchay;

fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/a.tar.gz", "abc");
    tree.file("d/e/Ölwechsel 1.TXT", "");
    tree.file(b"d/\xff".as_slice(), "x");
    tree
}

fn lines(tree: &Tree, arguments: &[&str]) -> BTreeSet<String> {
    let run = sanchay().within(tree.root()).args(arguments).run().succeeds();
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_template_writes_the_fields_of_files_and_digests() {
    let tree = tree();
    let all = |template| lines(&tree, &["scan", "d", "--template", template]);
    let expected = ["a.tar.gz|3|gz", "Ölwechsel 1.TXT|0|TXT", "\u{fffd}|1|-"];
    assert_eq!(
        all(r#"{name}|{size}|{ext|"-"}"#),
        expected.map(str::to_owned).into()
    );
    let expected =
        ["a-tar\td\t{003}", "olwechsel-1\td/e\t{000}", "\td\t{001}"];
    assert_eq!(
        all(r"{stem:slug}\t{parent}\t{{{size:03}}}"),
        expected.map(str::to_owned).into()
    );
    let sum = digest("sha256", b"abc");
    let hashed = ["hash", "--sha256", "d/a.tar.gz", "--template"];
    let with = |template| lines(&tree, &[&hashed[..], &[template]].concat());
    let found = with("{hash:8} {hash} {algorithm:upper} {links} {depth}");
    let expected = format!("{} {sum} SHA256 1 0", &sum[..8]);
    assert_eq!(found, [expected].into());
    let zero = ["scan", "-0", "d/a.tar.gz", "--template", "{name}"];
    let run = sanchay().within(tree.root()).args(zero).run().succeeds();
    assert_eq!(run.stdout, b"a.tar.gz\0");
}

#[test]
fn times_of_a_template_are_in_the_zone_of_the_environment() {
    let tree = tree();
    let time = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    tree.touch("d/a.tar.gz", time);
    let at = |zone| {
        let program = sanchay().within(tree.root()).env("TZ", zone);
        let words = "scan d -e gz --template {modified:%Y-%m-%dT%H%M}";
        program.words(words).run().succeeds().text().to_owned()
    };
    assert_eq!(at("UTC"), "2026-09-21T1413\n");
    assert_eq!(at("Asia/Tokyo"), "2026-09-21T2313\n");
}

#[test]
fn counters_count_in_the_order_that_is_stated() {
    let tree = Tree::new();
    for name in ["b/2", "a/1", "a/3", "b/1"] {
        tree.file(format!("d/{name}"), "");
    }
    let run = sanchay().within(tree.root()).args([
        "scan",
        "d",
        "--sort",
        "path:desc",
        "--template",
        "{n:02} {n:1,parent} {path}",
    ]);
    let expected = "01 1 d/b/2\n02 2 d/b/1\n03 1 d/a/3\n04 2 d/a/1\n";
    assert_eq!(run.run().succeeds().text(), expected);
}

#[test]
fn groups_and_verdicts_are_lines_too() {
    let tree = Tree::new();
    tree.file("d/a", "same");
    tree.file("d/b", "same");
    let run = |words: &str, template: &str| {
        let program = sanchay().within(tree.root()).words(words);
        program.args(["--template", template]).run()
    };
    let found = run("dupes -q d", "{group} {size} {name}").succeeds();
    assert_eq!(found.text(), "1 4 a\n1 4 b\n");
    tree.file("list", format!("{}  d/a\n", digest("md5", b"same")));
    let found = run("hash -c list", "{verdict:upper} {path}").succeeds();
    assert_eq!(found.text(), "OK d/a\n");
}

#[test]
fn a_template_that_makes_no_sense_is_shown_with_its_place() {
    for (template, line, place) in [
        ("a{path", "  a{path", "   ^"),
        ("{nmae}", "  {nmae}", "   ^^^^"),
        ("{size:big}", "  {size:big}", "        ^^^"),
    ] {
        let run = sanchay().args(["scan", "--template", template]).run();
        let run = run.exits(2);
        let said: Vec<&str> = run.stderr.lines().collect();
        let at = said.iter().position(|it| *it == line);
        let at = at.unwrap_or_else(|| panic!("{}", run.stderr));
        assert_eq!(said[at + 1], place, "{}", run.stderr);
        assert_eq!(run.stdout, b"");
    }
    for words in [
        "scan --template x --format csv",
        "scan --template x --json",
        "scan --template x --fields size",
        "scan --template x --count",
        "scan --template x --long",
        "hash --template x --tag f",
    ] {
        let _ = sanchay().words(words).run().exits(2);
    }
}
