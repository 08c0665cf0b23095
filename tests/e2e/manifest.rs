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
