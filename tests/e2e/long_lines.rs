//! `scan --long`: what `ls -l` says.

use std::os::unix::fs::PermissionsExt as _;

use sanchay_testkit::{Tree, tool};

use crate::sanchay;

/// The words of lines, sorted; `ls` aligns them otherwise.
fn words(text: &str) -> Vec<Vec<String>> {
    let line =
        |line: &str| line.split_whitespace().map(str::to_owned).collect();
    let mut lines: Vec<Vec<String>> = text.lines().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn long_lines_say_what_ls_says() {
    if !tool::has("ls") {
        return;
    }
    let tree = Tree::new();
    for (name, mode) in [
        ("d/plain", 0o644),
        ("d/setuid", 0o4755),
        ("d/setgid", 0o2070),
        ("d/odd", 0o7000),
    ] {
        let file = tree.file(name, name);
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(file, mode).unwrap();
    }
    std::fs::hard_link(tree.path("d/plain"), tree.path("d/again")).unwrap();
    tree.link("plain", "d/link");
    tree.link("no where", "d/dangling");
    tree.dir("d/sub");
    let sticky = std::fs::Permissions::from_mode(0o1777);
    std::fs::set_permissions(tree.path("d/sub"), sticky).unwrap();
    let kinds = "scan d -l --kind file,symlink,directory";
    let program = sanchay().within(tree.root()).env("TZ", "Asia/Tokyo");
    let found = program.words(kinds).run().succeeds();
    let listed = tool::command("ls")
        .args(["-l", "-d", "--time-style=long-iso"])
        .env("TZ", "Asia/Tokyo")
        .current_dir(tree.root())
        .args(
            ["plain", "setuid", "setgid", "odd", "again"]
                .map(|it| format!("d/{it}")),
        )
        .args(["d/link", "d/dangling", "d/sub"])
        .output()
        .unwrap();
    let expected = String::from_utf8(listed.stdout).unwrap();
    let (mut found, mut expected) = (words(found.text()), words(&expected));
    // A directory's size is the file system's affair, but the same here.
    assert_eq!(found.len(), 8);
    for line in found.iter_mut().chain(&mut expected) {
        assert!(line.len() >= 8, "{line:?}");
    }
    assert_eq!(found, expected);
}

#[test]
fn long_lines_are_aligned_and_take_no_other_form() {
    let tree = Tree::new();
    tree.file("d/a", "x");
    tree.file("d/b", "x".repeat(2000));
    let words = "scan d --long --sort path";
    let run = sanchay().within(tree.root()).words(words).run().succeeds();
    let ends: Vec<_> = run.text().lines().map(str::len).collect();
    assert_eq!(ends.len(), 2);
    assert_eq!(ends[0], ends[1], "{}", run.text());
    for words in [
        "scan --long --format csv",
        "scan --long --json",
        "scan --long --fields size",
        "scan --long -0",
        "scan --long --count",
    ] {
        let _ = sanchay().words(words).run().exits(2);
    }
}
