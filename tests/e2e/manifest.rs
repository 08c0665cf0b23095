//! `sanchay manifest`, and what takes such lists: `hash --check` and `diff`.

use std::{fs, process::Command};

use sanchay_testkit::{Finished, Tree, digest::digest, records, tool::has};

use crate::sanchay;

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).run()
}

/// What became of files, as lines of change, path and former path.
#[track_caller]
fn diff(tree: &Tree, words: &str) -> Vec<String> {
    let words = format!("diff --catalog c.db --format ndjson {words}");
    let finished = run(tree, &words);
    let found = records::ndjson(&finished.stdout);
    finished.exits(i32::from(!found.is_empty()));
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let line = |it: &serde_json::Value| {
        let parts = ["change", "path", "from"].map(|name| text(&it[name]));
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    found.iter().map(line).collect()
}

fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/kept", "kept");
    tree.file("d/edited", "before");
    tree.file("d/sub/gone", "gone");
    tree.file("d/old-name", "some content of its own");
    tree.odd_names("d/odd");
    tree
}

fn change(tree: &Tree) {
    tree.file("d/edited", "behind");
    fs::remove_file(tree.path("d/sub/gone")).unwrap();
    fs::rename(tree.path("d/old-name"), tree.path("d/sub/new-name")).unwrap();
    tree.file("d/fresh", "fresh");
}

const CHANGES: [&str; 4] = [
    "changed edited",
    "new fresh",
    "deleted sub/gone",
    "moved sub/new-name old-name",
];

#[test]
fn a_manifest_lists_files_with_their_digests() {
    let tree = tree();
    run(&tree, "manifest -o m d").exits(0);
    let text = fs::read(tree.path("m")).unwrap();
    let found = records::ndjson(&text);
    let kept = found.iter().find(|it| it["path"] == "d/kept").unwrap();
    assert_eq!((&kept["size"], &kept["kind"]), (&4.into(), &"file".into()));
    assert_eq!(kept["algorithm"], "xxh3-128");
    assert_eq!(kept["hash"], digest("xxh3-128", b"kept"));
    assert!(kept["modified"].is_string() && kept["mode"].is_string());
    let short = run(&tree, "manifest --fields path,hash d/kept").exits(0);
    let short = records::ndjson(&short.stdout);
    assert_eq!(short[0].as_object().unwrap().len(), 2);
    // What cannot be read is not on the list, and told.
    run(&tree, "manifest d gone").exits(3);
    run(&tree, "manifest gone").exits(2);
}

#[test]
fn each_form_that_can_be_read_is_checked() {
    let tree = tree();
    for format in ["ndjson", "json", "text"] {
        let words = format!("manifest --sha256 --format {format} -o m d");
        run(&tree, &words).exits(0);
        let good = run(&tree, "hash --check --strict m").exits(0);
        assert!(good.stderr.is_empty(), "{format}: {}", good.stderr);
        assert!(good.lines().contains(&&b"d/kept: OK"[..]), "{format}");
        tree.file("d/kept", "other");
        let bad = run(&tree, "hash --check m").exits(1);
        assert!(bad.lines().contains(&&b"d/kept: FAILED"[..]));
        tree.file("d/kept", "kept");
    }
    if has("sha256sum") {
        run(&tree, "manifest --sha256 --format text -o SUMS d").exits(0);
        let status = Command::new("sha256sum")
            .args(["--check", "--strict", "--quiet", "SUMS"])
            .current_dir(tree.root())
            .status();
        assert!(status.unwrap().success());
    }
}

#[test]
fn a_manifest_is_compared_with_the_disk_a_snapshot_and_another_one() {
    let tree = tree();
    run(&tree, "manifest -o before d").exits(0);
    run(&tree, "snapshot --catalog c.db --hash --name first d").exits(0);
    for words in ["./before d/", "snapshot:first before", "before first"] {
        assert_eq!(diff(&tree, words), [""; 0], "{words}");
    }
    change(&tree);
    let mut expected = CHANGES.map(str::to_owned).to_vec();
    expected.sort_by_key(|line| line.split(' ').nth(1).unwrap().to_owned());
    assert_eq!(diff(&tree, "before ./d"), expected);
    run(&tree, "manifest --format text -o after d").exits(0);
    let found = diff(&tree, "before after");
    let whole: Vec<String> =
        found.iter().map(|line| line.replace(" d/", " ")).collect();
    assert_eq!(whole, expected);
    assert_eq!(diff(&tree, "first after"), expected);
    // A copy elsewhere, whose paths are those below it.
    fs::rename(tree.path("d"), tree.path("e")).unwrap();
    let inside = sanchay()
        .within(tree.path("e"))
        .words("manifest -o ../inside .")
        .run();
    inside.exits(0);
    assert_eq!(diff(&tree, "inside ./e"), [""; 0]);
    assert_eq!(diff(&tree, "--catalog=c.db inside e/").len(), 0);
    // Sizes and times are not known, and not made up.
    let words = "diff --catalog c.db --format ndjson before after";
    let found = records::ndjson(&run(&tree, words).stdout);
    assert!(found.iter().all(|it| it["size"].is_null()));
    assert!(found.iter().all(|it| it["modified"].is_null()));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let tree = tree();
    run(&tree, "manifest --sha256 -o m d").exits(0);
    run(&tree, "manifest --md5 -o other d").exits(0);
    run(&tree, "snapshot --catalog c.db d").exits(0);
    for (words, why) in [
        ("m other", "no sha256 digest"),
        ("latest m", "take a snapshot with --hash --sha256"),
        ("d/kept m", "it is no list of digests"),
    ] {
        let words = format!("diff --catalog c.db {words}");
        let refused = run(&tree, &words).exits(2);
        assert!(refused.stderr.contains(why), "{words}: {}", refused.stderr);
    }
    // The output cannot be what is compared.
    run(&tree, "diff --catalog c.db m ./d -o m").exits(2);
}

#[test]
fn what_cannot_be_read_is_an_error_and_neither_new_nor_deleted() {
    let tree = tree();
    run(&tree, "manifest -o m d").exits(0);
    run(&tree, "snapshot --catalog c.db --hash --name first d").exits(0);
    let status = Command::new("cp")
        .args(["-a", "d", "e"])
        .current_dir(tree.root())
        .status();
    assert!(status.unwrap().success());
    // Others may not read a catalog unless they are let.
    sanchay_testkit::tree::set_mode(&tree.path("c.db"), 0o644);
    tree.forbid("d/edited");
    tree.forbid("d/sub");
    for words in ["m ./d", "./d m", "first ./d", "e/ d/", "d/ e/"] {
        let words = format!("diff --hash --format ndjson {words}");
        let program = sanchay().within(tree.root()).words(&words);
        let program = program.env("SANCHAY_CATALOG", "c.db");
        let finished = program.unprivileged(&tree).run().exits(3);
        let found = records::ndjson(&finished.stdout);
        let found = found.iter().filter(|it| it["change"] != "touched");
        assert_eq!(found.count(), 0, "{words}: {}", finished.text());
        assert!(finished.stderr.contains("d/edited"), "{words}");
        assert!(finished.stderr.contains("d/sub"), "{words}");
    }
    sanchay_testkit::tree::set_mode(&tree.path("d/sub"), 0o755);
    // A side that is not there at all is no answer.
    for words in ["diff m ./nothing", "diff ./d ./nothing"] {
        assert_eq!(run(&tree, words).exits(2).text(), "", "{words}");
    }
}

#[test]
fn a_path_that_is_listed_twice_counts_once_or_not_at_all() {
    let tree = Tree::new();
    tree.file("d/a", "a");
    tree.file("d/b", "b");
    let [a, b] = [b"a", b"b"].map(|it| digest("sha256", it));
    tree.file("same", format!("{a}  a\n{b}  b\n{a}  ./a\n"));
    assert_eq!(diff(&tree, "./same ./d"), [""; 0]);
    tree.file("other", format!("{a}  a\n{b}  b\n{b}  a\n"));
    let finished = run(&tree, "diff ./other ./d --format ndjson").exits(3);
    assert_eq!(finished.text(), "");
    let said = &finished.stderr;
    assert!(
        said.contains("a: a list has several different digests"),
        "{said}"
    );
}

#[test]
fn lists_and_folders_are_compared_without_a_catalog() {
    let tree = tree();
    run(&tree, "manifest -o m d").exits(0);
    for words in ["./m ./d", "m d/", "./d ./d", "m m"] {
        let words = format!("diff {words}");
        let home = tree.dir("home").to_str().unwrap().to_owned();
        let program = sanchay().within(tree.root()).words(&words);
        program.env("XDG_DATA_HOME", &home).run().exits(0);
        assert_eq!(fs::read_dir(tree.path("home")).unwrap().count(), 0);
        // Nor a place for one.
        let program = sanchay().within(tree.root()).words(&words);
        program.env("XDG_DATA_HOME", "/dev/null/x").run().exits(0);
    }
    let program = sanchay().within(tree.root()).words("diff latest ./d");
    let home = tree.path("home").to_str().unwrap().to_owned();
    let program = program.env("XDG_DATA_HOME", &home);
    let refused = program.run().exits(2);
    assert!(refused.stderr.contains("no snapshot latest"));
}

#[test]
fn a_list_of_nothing_is_one_and_standard_input_is_another() {
    let tree = Tree::new();
    tree.file("d/a", "a");
    tree.dir("nothing");
    run(&tree, "manifest -o none nothing").exits(0);
    assert_eq!(fs::read(tree.path("none")).unwrap(), b"");
    assert_eq!(diff(&tree, "none ./d"), ["new a"]);
    assert_eq!(diff(&tree, "./d none"), ["deleted a"]);
    assert_eq!(diff(&tree, "none none"), [""; 0]);
    run(&tree, "snapshot --catalog c.db --hash --sha256 --name s d").exits(0);
    assert_eq!(diff(&tree, "s none"), ["deleted a"]);
    tree.file("m", format!("{}  a\n", digest("sha256", b"a")));
    let list = fs::read(tree.path("m")).unwrap();
    for words in ["diff - ./d", "diff d/ -", "diff - m"] {
        let program = sanchay().within(tree.root()).words(words);
        let finished = program.input(list.clone()).run().exits(0);
        assert_eq!(finished.text(), "", "{words}");
    }
    let both = run(&tree, "diff - -").exits(2);
    assert!(both.stderr.contains("standard input"), "{}", both.stderr);
}

#[test]
fn a_list_of_a_root_of_another_name_fits_a_copy() {
    let tree = tree();
    run(&tree, "manifest -o m d").exits(0);
    fs::create_dir_all(tree.path("x/y")).unwrap();
    fs::rename(tree.path("d"), tree.path("x/y/copy")).unwrap();
    let expected = ["changed edited", "deleted sub/gone"];
    assert_eq!(diff(&tree, "m x/y/copy"), [""; 0]);
    let said = run(&tree, "diff m x/y/copy").exits(0).stderr;
    assert!(said.contains("taken without d/, which"), "{said}");
    tree.file("x/y/copy/edited", "behind");
    fs::remove_file(tree.path("x/y/copy/sub/gone")).unwrap();
    assert_eq!(diff(&tree, "m x/y/copy"), expected);
    run(&tree, "manifest -o copy x/y/copy").exits(0);
    let found = diff(&tree, "./m ./copy");
    assert_eq!(found, expected);
    // Absolute paths, of a place that is no more.
    let sums = [("edited", b"behind"), ("sub/new", b"before")];
    let line = |(name, content): (&str, &[u8; 6])| {
        let digest = digest("sha256", content);
        format!("{digest}  /mnt/card/d/{name}\n")
    };
    tree.file("absolute", sums.map(line).concat());
    tree.file("z/edited", "behind");
    assert_eq!(diff(&tree, "absolute z/"), ["deleted sub/new"]);
    // Where the paths lead into the root as they are, they are not fitted.
    tree.file("w/inner/file", "some content");
    run(&tree, "manifest -o inner w").exits(0);
    fs::rename(tree.path("w/inner/file"), tree.path("w/file")).unwrap();
    assert_eq!(diff(&tree, "./inner w/"), ["moved file inner/file"]);
}

#[test]
fn filters_are_for_both_sides_of_a_comparison_with_a_list() {
    let tree = Tree::new();
    for name in ["a.rs", "b.md", "sub/c.rs", ".hidden/d.rs", "old/e.rs"] {
        tree.file(format!("d/{name}"), name);
    }
    run(&tree, "manifest -H -o m d").exits(0);
    tree.dir("e");
    let all = ["a.rs", "b.md", "old/e.rs", "sub/c.rs"];
    let deleted = |names: &[&str]| {
        let names = names.iter().map(|it| format!("deleted d/{it}"));
        names.collect::<Vec<_>>()
    };
    assert_eq!(diff(&tree, "m e/"), deleted(&all));
    assert_eq!(diff(&tree, "m e/ -H").len(), 5);
    let rust = ["a.rs", "sub/c.rs"];
    assert_eq!(diff(&tree, "m e/ -e rs -E old"), deleted(&rust));
    let shallow = diff(&tree, "m d/ -e md --max-depth 1");
    assert_eq!(shallow, [""; 0]);
    let said = run(&tree, "diff m d/").exits(0).stderr;
    assert!(said.contains("filters leave out: 1 (-H"), "{said}");
    let refused = run(&tree, "diff m e/ --min-size 1k").exits(2);
    assert!(refused.stderr.contains("the list tells paths and digests"));
}
