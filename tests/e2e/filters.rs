//! Filters by time and kind, beside what `find` says.

use std::{
    collections::BTreeSet,
    fs::{File, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    process::Command,
    time::{Duration, SystemTime},
};

use sanchay_testkit::{Tree, tool::has};

use crate::sanchay;

/// The paths that the program lists, without the root.
fn listed(tree: &Tree, words: &str) -> BTreeSet<Vec<u8>> {
    let question = format!("scan -H -0 . {words}");
    let run = sanchay().within(tree.root()).words(&question).run();
    paths(&run.succeeds().stdout)
}

/// The paths that `find` lists.
fn found(tree: &Tree, words: &str) -> BTreeSet<Vec<u8>> {
    let mut find = Command::new("find");
    find.current_dir(tree.root()).args([".", "-mindepth", "1"]);
    find.args(words.split_whitespace()).arg("-print0");
    let output = find.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    paths(&output.stdout)
}

fn paths(text: &[u8]) -> BTreeSet<Vec<u8>> {
    let all = text.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    all.map(|path| path.strip_prefix(b"./").unwrap_or(path).to_vec()).collect()
}

/// Files of different ages, in days.
fn aged() -> Tree {
    let tree = Tree::new();
    for days in [0, 1, 2, 6, 8, 40, 400] {
        let path = tree.file(format!("d{days}/f{days}.txt"), "x");
        let age = Duration::from_secs(days * 86_400 + 3600);
        let file = File::options().append(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }
    tree
}

#[test]
fn what_was_changed_within_or_before_a_time_is_what_find_says() {
    if !has("find") {
        return;
    }
    let tree = aged();
    for (words, same) in [
        ("--changed-within 7d", "-type f -mmin -10080"),
        ("--changed-within 1w", "-type f -mmin -10080"),
        ("--changed-within 36h", "-type f -mmin -2160"),
        ("--changed-before 7d", "-type f -mmin +10080"),
        ("--changed-before 90s", "-type f -mmin +1"),
        (
            "--changed-within 10d --changed-before 1d",
            "-type f -mmin -14400 -mmin +1440",
        ),
        ("--changed-within 1970-01-02", "-type f"),
        ("--changed-before 1970-01-02", "-type f -false"),
        ("--changed-within 7d -e txt", "-type f -mmin -10080 -name *.txt"),
    ] {
        assert_eq!(listed(&tree, words), found(&tree, same), "{words}");
    }
    // The last one counts.
    let words = "--changed-within 1s --changed-within 7d";
    assert_eq!(listed(&tree, words), listed(&tree, "--changed-within 7d"));
}

#[test]
fn a_time_holds_for_files_that_are_named_and_for_every_command() {
    let tree = aged();
    let run = |words: &str| {
        let run = sanchay().within(tree.root()).words(words).run().succeeds();
        run.text().lines().count()
    };
    assert_eq!(run("scan d0/f0.txt d8/f8.txt --changed-within 7d"), 1);
    assert_eq!(run("hash d0/f0.txt d8/f8.txt --changed-before 7d"), 1);
    assert_eq!(run("hash . --changed-within 7d"), 4);
    // A heading, two paths, and an empty line.
    assert_eq!(run("dupes -q . --changed-before 30d"), 4);
}

#[test]
fn entries_of_each_kind_are_those_that_find_says() {
    if !has("find") {
        return;
    }
    let tree = Tree::new();
    tree.file("a/file", "x");
    tree.file("a/b/.hidden", "x");
    tree.dir("a/empty");
    tree.dir(".dot");
    tree.link("file", "a/link");
    tree.link("missing", "a/nowhere");
    tree.link("a", "to");
    tree.fifo("a/fifo");
    tree.socket("socket");
    for (kind, letter) in [
        ("file", "f"),
        ("directory", "d"),
        ("symlink", "l"),
        ("fifo", "p"),
        ("socket", "s"),
        ("block-device", "b"),
        ("char-device", "c"),
    ] {
        let same = found(&tree, &format!("-type {letter}"));
        assert_eq!(listed(&tree, &format!("--kind {kind}")), same, "{kind}");
        let portable = format!("--kind {kind} --walker portable");
        assert_eq!(listed(&tree, &portable), same, "{kind}");
    }
    let several = found(&tree, "-type d,l,p");
    assert_eq!(listed(&tree, "--kind directory,symlink --kind fifo"), several);
    // What a directory is called decides whether it is listed, not whether it
    // is entered.
    tree.dir("a/x.d/y.d");
    let named = found(&tree, "-type d -name *.d");
    assert_eq!(listed(&tree, "--kind directory -e d"), named);
}

#[test]
fn only_regular_files_are_hashed_and_compared() {
    let tree = Tree::new();
    tree.file("d/f", "x");
    tree.file("d/g", "x");
    tree.link("d/l", "f");
    for words in ["hash d --kind symlink", "dupes -q d --kind directory"] {
        let run = sanchay().within(tree.root()).words(words).run().exits(2);
        let why = "only regular files have contents";
        assert!(run.stderr.contains(why), "{words}: {}", run.stderr);
    }
    let words = "hash d --kind file,symlink";
    let run = sanchay().within(tree.root()).words(words).run();
    assert_eq!(run.succeeds().text().lines().count(), 2);
}

#[test]
fn a_value_that_makes_no_sense_is_refused_with_what_was_expected() {
    for (words, expected) in [
        ("scan --changed-within soon", "a duration (7d, 1d12h)"),
        ("scan --changed-before 2026-13-01", "a date"),
        ("scan --kind folder", "directory"),
        ("scan -e {rs,md}", "it is a pattern"),
        ("scan --min-size 2 --max-size 1", "the minimum is greater"),
    ] {
        let run = sanchay().words(words).run().exits(2);
        assert!(run.stderr.contains(expected), "{words}: {}", run.stderr);
    }
}

/// A tree in which few names are alike.
fn named() -> Tree {
    let tree = Tree::new();
    for path in [
        "a.rs",
        "b.RS",
        "src/a.rs",
        "src/deep/er/x.c",
        "src/deep/y[1].txt",
        "target/a.rs",
        "target/debug/out",
        "docs/target",
        ".git/config",
        "docs/.hidden",
    ] {
        tree.file(path, path);
    }
    tree
}

#[test]
fn a_pattern_selects_what_find_says() {
    if !has("find") {
        return;
    }
    let tree = named();
    for (words, same) in [
        ("-g *.rs", "-type f -name *.rs"),
        ("--iglob *.rs", "-type f -iname *.rs"),
        ("-g *.rs -g *.c", "-type f ( -name *.rs -o -name *.c )"),
        ("-g src/**", "-type f -path ./src/*"),
        ("-g **/deep/**", "-type f -path */deep/*"),
        ("-g [a-y]*.?s", "-type f -name [a-y]*.?s"),
        ("-g y[[]1].txt", "-type f -name y[[]1].txt"),
        ("-g {a,b}.[rR][sS]", "-type f -iname [ab].rs"),
        ("--regex ^[ab]", "-type f -name [abAB]*"),
        ("--regex deep/", "-type f -path */deep/*"),
        ("-E target", "-type f -not -path */target -not -path */target/*"),
        ("-E target/", "-type f -not -path */target/*"),
        ("-g *.rs -g !target", "-type f -name *.rs -not -path */target/*"),
        ("-E src/deep", "-type f -not -path ./src/deep/*"),
        ("--min-depth 3", "-type f -mindepth 3"),
        ("--kind directory -E deep", "-type d -not -path */deep*"),
        ("--exact-depth 2", "-type f -mindepth 2 -maxdepth 2"),
        ("--exact-depth 1 -E docs", "-type f -mindepth 1 -maxdepth 1"),
        ("--exact-depth 0", "-type f -false"),
    ] {
        assert_eq!(listed(&tree, words), found(&tree, same), "{words}");
    }
}

#[test]
fn a_backslash_takes_the_meaning_from_a_sign_of_a_glob() {
    if !has("find") {
        return;
    }
    let (tree, name) = (named(), "y\\[1\\].txt");
    let same = format!("-type f -name {name}");
    assert_eq!(listed(&tree, &format!("-g {name}")), found(&tree, &same));
}

#[test]
fn an_expression_selects_what_find_says() {
    if !has("find") {
        return;
    }
    let tree = named();
    let script = tree.file("run", "#!/bin/sh");
    std::fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
    let sealed = tree.file("sealed", "");
    std::fs::set_permissions(&sealed, Permissions::from_mode(0o444)).unwrap();
    std::fs::hard_link(&script, tree.root().join("again")).unwrap();
    let uid = std::fs::metadata(&script).unwrap().uid();
    for (expr, same) in [
        ("size > 8 and name glob \"*.rs\"", "-type f -size +8c -name *.rs"),
        ("empty", "-type f -empty"),
        ("executable", "-type f -perm /111"),
        ("readonly", "-type f -not -perm /222"),
        ("mode = 755", "-type f -perm 755"),
        ("links > 1", "-type f -links +1"),
        ("hidden", "-type f -name .*"),
        ("depth = 1", "-type f -maxdepth 1"),
        ("name in (run, sealed)", "-type f ( -name run -o -name sealed )"),
        (
            "path ~ \"^src/\" and not ext = rs",
            "-path ./src/* -type f -not -name *.rs",
        ),
        (
            "kind = directory and parent = \"src\"",
            "-type d -path ./src/deep -prune",
        ),
        ("stem = a", "-type f -name a.*"),
        ("accessed within 1h and changed within 1h", "-type f"),
        ("modified before 1h", "-type f -false"),
        ("allocated >= 0 and inode > 0 and device >= 0", "-type f"),
        ("not (size > 8 or empty)", "-type f -size -9c -not -empty"),
    ] {
        let run = sanchay().within(tree.root());
        let run = run.words("scan -H -0 . --where").arg(expr).run();
        let listed = paths(&run.succeeds().stdout);
        assert_eq!(listed, found(&tree, same), "{expr}");
    }
    let owner = format!("uid = {uid}");
    let run = sanchay().within(tree.root());
    let run = run.words("scan -H -0 . --where").arg(&owner).run();
    assert_eq!(paths(&run.succeeds().stdout), found(&tree, "-type f"));
}

#[test]
fn explain_prints_an_expression_that_selects_the_same() {
    let tree = named();
    for (command, words) in [
        ("scan", "-e rs --min-size 5"),
        ("scan", "-g src/** -E deep -H"),
        ("scan", "--kind directory,file --changed-within 7d"),
        ("hash", "--iglob *.rs"),
        ("dupes", ""),
    ] {
        let run = |words: &str| {
            sanchay().within(tree.root()).words(words).run().succeeds()
        };
        let explained = run(&format!("{command} {words} --explain ."));
        let expr = explained.text().trim_end().to_owned();
        assert!(!expr.is_empty() && !expr.contains('\n'), "{expr}");
        let direct = run(&format!("scan -0 {words} ."));
        if command == "scan" {
            let again = sanchay().within(tree.root());
            let again = again.words("scan -0 . --where").arg(&expr).run();
            let again = paths(&again.succeeds().stdout);
            assert_eq!(again, paths(&direct.stdout), "{expr}");
        }
    }
    let run = sanchay().within(tree.root()).words("dupes --explain .").run();
    let expected = "not hidden and size >= 1 and kind = file\n";
    assert_eq!(run.succeeds().text(), expected);
}

#[test]
fn an_expression_that_makes_no_sense_is_shown_with_its_place() {
    let run = sanchay().words("scan --where").arg("size > and").run();
    let text = run.exits(2).stderr;
    assert!(text.contains("  size > and\n         ^^^\n"), "{text}");
    for (option, pattern) in
        [("--glob", "a["), ("--regex", "("), ("--exclude", "{"), ("-g", "")]
    {
        let run = sanchay().words("scan").arg(option).arg(pattern).run();
        run.exits(2);
    }
}

#[test]
fn permissions_are_selected_as_find_does() {
    if !has("find") {
        return;
    }
    let tree = Tree::new();
    let modes = [
        0o000, 0o400, 0o444, 0o600, 0o644, 0o664, 0o666, 0o700, 0o755, 0o777,
        0o4755, 0o2755, 0o1644, 0o111, 0o222,
    ];
    for mode in modes {
        let path = tree.file(format!("f{mode:04o}"), "x");
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
    let digits = ["0", "644", "0644", "755", "222", "111", "4000", "7777"];
    for digits in digits {
        for sign in ["", "-", "/"] {
            let words = format!("--perm={sign}{digits}");
            let same = format!("-type f -perm {sign}{digits}");
            assert_eq!(listed(&tree, &words), found(&tree, &same), "{words}");
        }
    }
    assert_eq!(
        listed(&tree, "--perm -222 --kind file"),
        found(&tree, "-type f -perm -222")
    );
}

#[test]
fn owners_are_selected_by_name_or_number_as_find_does() {
    if !has("find") {
        return;
    }
    let tree = Tree::new();
    let own = tree.file("own", "x");
    let own = std::fs::metadata(own).unwrap();
    let is_root = own.uid() == 0;
    if is_root {
        let other = tree.file("other", "x");
        std::os::unix::fs::chown(other, Some(4_242), Some(1)).unwrap();
    }
    let (uid, gid) = (own.uid(), own.gid());
    for (words, same) in [
        (format!("--owner {uid}"), format!("-type f -uid {uid}")),
        (format!("--owner :{gid}"), format!("-type f -gid {gid}")),
        (
            format!("--owner {uid}:{gid}"),
            format!("-type f -uid {uid} -gid {gid}"),
        ),
        (format!("--owner !{uid}"), format!("-type f -not -uid {uid}")),
        ("--owner root".to_owned(), "-type f -user root".to_owned()),
        ("--owner !root:".to_owned(), "-type f -not -user root".to_owned()),
        ("--owner :!root".to_owned(), "-type f -not -group root".to_owned()),
        ("--owner 4242:".to_owned(), "-type f -uid 4242".to_owned()),
    ] {
        assert_eq!(listed(&tree, &words), found(&tree, &same), "{words}");
    }
    for (expr, same) in [
        ("user = root and group = root", "-type f -user root -group root"),
        ("user in (root, 4242)", "-type f ( -user root -o -uid 4242 )"),
        ("user != root", "-type f -not -user root"),
    ] {
        let run = sanchay().within(tree.root());
        let run = run.words("scan -H -0 . --where").arg(expr).run();
        let listed = paths(&run.succeeds().stdout);
        assert_eq!(listed, found(&tree, same), "{expr}");
    }
    let none = ["--owner", "nobody-is-called-so"];
    let run = sanchay().arg("scan").args(none).run().exits(2);
    assert!(run.stderr.contains("no user called"), "{}", run.stderr);
}

#[test]
fn empty_and_executable_files_are_kinds_that_find_knows() {
    if !has("find") {
        return;
    }
    let tree = Tree::new();
    tree.file("empty", "");
    tree.file("full", "x");
    tree.dir("folder");
    tree.link("full", "link");
    for name in ["run", "run-empty"] {
        let text = if name == "run" { "x" } else { "" };
        let path = tree.file(name, text);
        std::fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    for (words, same) in [
        ("--kind empty", "-type f -empty"),
        ("--kind executable", "-type f -perm /111"),
        ("--kind empty,executable", "-type f -empty -perm /111"),
        ("--kind file --kind empty", "-type f -empty"),
        ("--kind file,symlink", "-type f,l"),
        ("--kind Empty -g run*", "-type f -empty -name run*"),
    ] {
        assert_eq!(listed(&tree, words), found(&tree, same), "{words}");
    }
}

#[test]
fn the_other_times_are_what_find_says() {
    if !has("find") {
        return;
    }
    let tree = aged();
    let old = tree.file("old", "x");
    let times = std::fs::FileTimes::new();
    let ago = SystemTime::now() - Duration::from_secs(10 * 86_400);
    let file = File::options().append(true).open(old).unwrap();
    file.set_times(times.set_accessed(ago)).unwrap();
    for (words, same) in [
        ("--accessed-before 7d", "-type f -amin +10080"),
        ("--accessed-within 7d", "-type f -amin -10080"),
        ("--status-changed-within 1h", "-type f -cmin -60"),
        ("--status-changed-before 1h", "-type f -cmin +60"),
    ] {
        assert_eq!(listed(&tree, words), found(&tree, same), "{words}");
    }
    // Not every file system tells when a file was created.
    let all = listed(&tree, "--where has(created)");
    assert_eq!(listed(&tree, "--created-within 1h"), all);
    assert!(listed(&tree, "--created-before 1h").is_empty());
}
