//! Snapshots, what changed between them, and the history of a path.

use std::{fs, thread, time::Duration};

use sanchay_testkit::{Finished, Tree, records};
use serde_json::Value;

use crate::sanchay;

fn run(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).words(words).run()
}

#[track_caller]
fn snapshot(tree: &Tree, words: &str) -> Vec<Value> {
    let words = format!("snapshot --catalog c.db --format ndjson {words}");
    records::ndjson(&run(tree, &words).succeeds().stdout)
}

/// What became of files, as lines of change, path and former path.
#[track_caller]
fn diff(tree: &Tree, words: &str) -> Vec<String> {
    let words = format!("diff --catalog c.db --format ndjson {words}");
    let finished = run(tree, &words);
    let found = records::ndjson(&finished.stdout);
    finished.exits(i32::from(!found.is_empty()));
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let line = |it: &Value| {
        let parts = ["change", "path", "from"].map(|name| text(&it[name]));
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    found.iter().map(line).collect()
}

/// A tick of the clock, so that a change shows in the times of files.
fn tick() {
    thread::sleep(Duration::from_millis(20));
}

fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/kept", "kept");
    tree.file("d/edited", "before");
    tree.file("d/touched", "touched");
    tree.file("d/old-name", "some content of its own");
    tree.file("d/sub/gone", "gone");
    tree.file("d/sub/copied", "this was copied and then deleted");
    tick();
    tree
}

fn change(tree: &Tree) {
    tree.file("d/edited", "behind");
    tree.file("d/touched", "touched");
    fs::rename(tree.path("d/old-name"), tree.path("d/sub/new-name")).unwrap();
    fs::remove_file(tree.path("d/sub/gone")).unwrap();
    tree.file("d/copy", "this was copied and then deleted");
    fs::remove_file(tree.path("d/sub/copied")).unwrap();
    tree.file("d/fresh/file", "fresh");
}

const CHANGES: [&str; 6] = [
    "moved copy sub/copied",
    "changed edited",
    "new fresh/file",
    "deleted sub/gone",
    "moved sub/new-name old-name",
    "touched touched",
];

#[test]
fn what_became_of_files_is_told_between_snapshots_and_the_disk() {
    let tree = tree();
    let first = snapshot(&tree, "--hash --name before d");
    assert_eq!(first[0]["snapshot"], 1);
    assert_eq!(first[0]["snapshot_name"], "before");
    assert_eq!(
        (&first[0]["files"], &first[0]["bytes"]),
        (&6.into(), &76.into())
    );
    assert_eq!(diff(&tree, "before latest"), [""; 0]);
    assert_eq!(diff(&tree, "before d/"), [""; 0]);
    change(&tree);
    let mut expected = CHANGES.map(str::to_owned).to_vec();
    expected.sort_by_key(|line| line.split(' ').nth(1).unwrap().to_owned());
    assert_eq!(diff(&tree, "--hash before ./d"), expected);
    let second = snapshot(&tree, "--hash d");
    assert_eq!(second[0]["snapshot"], 2);
    for words in ["before latest", "1 2", "latest~1 latest"] {
        assert_eq!(diff(&tree, words), expected, "{words}");
    }
    assert_eq!(diff(&tree, "--hash latest ./d"), [""; 0]);
    // The other way round.
    let back = diff(&tree, "latest before");
    assert!(back.contains(&"moved sub/copied copy".to_owned()), "{back:?}");
    assert!(back.contains(&"new sub/gone".to_owned()), "{back:?}");
    assert_eq!(diff(&tree, "--hash ./d before"), back);
}

#[test]
fn without_digests_times_and_inodes_tell() {
    let tree = tree();
    snapshot(&tree, "d");
    change(&tree);
    snapshot(&tree, "d");
    let found = diff(&tree, "latest~1 latest");
    let expected = [
        "new copy",
        "changed edited",
        "new fresh/file",
        "deleted sub/copied",
        "deleted sub/gone",
        "moved sub/new-name old-name",
        "changed touched",
    ];
    assert_eq!(found, expected);
}

#[test]
fn two_trees_are_compared_by_the_paths_below_them() {
    let tree = tree();
    let copied = std::process::Command::new("cp")
        .args(["-a", "d", "e"])
        .current_dir(tree.root())
        .status();
    assert!(copied.unwrap().success());
    tree.file("e/kept", "KEPT");
    fs::remove_file(tree.path("e/sub/gone")).unwrap();
    let found = diff(&tree, "--hash d/ e/");
    let real: Vec<_> =
        found.iter().filter(|it| !it.starts_with("touched")).collect();
    assert_eq!(real, ["changed kept", "deleted sub/gone"]);
    // A snapshot of one and the other on disk.
    snapshot(&tree, "--hash --name d d");
    assert_eq!(diff(&tree, "--hash snapshot:d e/"), found);
    let refused =
        run(&tree, "diff --catalog c.db snapshot:d nothing").exits(2);
    assert!(refused.stderr.contains("no snapshot nothing"));
}

#[test]
fn the_history_of_a_path_is_what_each_snapshot_was_the_first_to_show() {
    let tree = Tree::new();
    tree.file("d/other", "other");
    snapshot(&tree, "d");
    tree.file("d/a", "one");
    tick();
    snapshot(&tree, "d");
    snapshot(&tree, "d");
    tree.file("d/a", "three");
    snapshot(&tree, "d");
    fs::remove_file(tree.path("d/a")).unwrap();
    snapshot(&tree, "d");
    tree.file("d/a", "again");
    snapshot(&tree, "d");
    let words = "history --catalog c.db --format ndjson d/a";
    let found = records::ndjson(&run(&tree, words).succeeds().stdout);
    let told: Vec<_> = found
        .iter()
        .map(|it| (it["snapshot"].as_u64().unwrap(), it["change"].clone()))
        .collect();
    let expected = [(2, "new"), (4, "changed"), (5, "deleted"), (6, "new")];
    assert_eq!(told, expected.map(|(at, it)| (at, Value::from(it))));
    assert_eq!(found[1]["size"], 5);
    run(&tree, "history --catalog c.db d/nothing").exits(1);
    // Snapshots that went have no history.
    run(&tree, "catalog prune --catalog c.db --keep 2").exits(0);
    let found = records::ndjson(&run(&tree, words).succeeds().stdout);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["snapshot"], 6);
    let words = "catalog status --catalog c.db --format ndjson";
    let left = records::ndjson(&run(&tree, words).exits(0).stdout);
    let numbers: Vec<_> =
        left.iter().map(|it| it["snapshot"].clone()).collect();
    assert_eq!(numbers, [5, 6]);
    assert_eq!(diff(&tree, "5 6"), ["new a"]);
}

#[test]
fn what_cannot_be_read_is_kept_as_it_was() {
    let tree = tree();
    tree.file("d/locked/file", "unseen");
    let path = tree.path("d/locked");
    let catalog = tree.dir("db");
    sanchay_testkit::tree::set_mode(&catalog, 0o777);
    let take = |code| {
        let words = "snapshot --catalog db/c.db d";
        let program = sanchay().within(tree.root()).words(words);
        program.unprivileged(&tree).run().exits(code)
    };
    take(0);
    sanchay_testkit::tree::set_mode(&path, 0o000);
    let finished = take(3);
    assert!(finished.stderr.contains("d/locked"), "{}", finished.stderr);
    let words = "diff --catalog db/c.db 1 2 --format ndjson";
    let found = records::ndjson(&run(&tree, words).stdout);
    assert_eq!(found, [Value::Null; 0]);
    sanchay_testkit::tree::set_mode(&path, 0o755);
}

#[test]
fn names_that_would_be_taken_for_something_else_are_refused() {
    let tree = tree();
    for name in ["7", "latest", "latest~1", "a/b", "..", "snapshot:x", ""] {
        let refused = sanchay()
            .within(tree.root())
            .words("snapshot --catalog c.db d --name")
            .arg(name)
            .run()
            .exits(2);
        assert!(
            refused.stderr.contains("name")
                || name.is_empty()
                || refused.stderr.contains("called")
        );
    }
    snapshot(&tree, "--name once d");
    let twice = run(&tree, "snapshot --catalog c.db --name once d").exits(2);
    assert!(twice.stderr.contains("already"), "{}", twice.stderr);
    let status = run(&tree, "catalog status --catalog c.db").exits(0);
    assert_eq!(status.lines().len(), 1);
}

#[test]
fn snapshots_of_different_filters_are_series_of_their_own() {
    let tree = tree();
    snapshot(&tree, "d");
    snapshot(&tree, "--min-size 7 d");
    snapshot(&tree, "d");
    snapshot(&tree, "--min-size 7 d");
    assert_eq!(diff(&tree, "1 3"), [""; 0]);
    assert_eq!(diff(&tree, "2 4"), [""; 0]);
    let few = diff(&tree, "1 2");
    assert!(few.iter().all(|line| line.starts_with("deleted")), "{few:?}");
    assert_eq!(few.len(), 3, "{few:?}");
}

#[test]
fn a_name_of_a_snapshot_and_a_path_is_not_guessed_about() {
    let tree = tree();
    snapshot(&tree, "--name d d");
    for words in ["d latest", "latest d", "d ./d"] {
        let words = format!("diff --catalog c.db {words}");
        let refused = run(&tree, &words).exits(2);
        let said = &refused.stderr;
        assert!(said.contains("snapshot:d or ./d"), "{said}");
    }
    tree.file("1", "a file of a snapshot's number");
    run(&tree, "diff --catalog c.db 1 latest").exits(2);
    tree.file("d/fresh", "fresh");
    assert_eq!(diff(&tree, "snapshot:d ./d"), ["new fresh"]);
    assert_eq!(diff(&tree, "snapshot:1 d/"), ["new fresh"]);
    assert_eq!(diff(&tree, "snapshot:latest ./d"), ["new fresh"]);
}

#[test]
fn latest_is_of_the_series_that_the_other_side_tells() {
    let tree = tree();
    snapshot(&tree, "--name first d");
    tree.file("d/fresh", "fresh");
    snapshot(&tree, "d");
    tree.file("e/other", "other");
    snapshot(&tree, "e");
    assert_eq!(diff(&tree, "first latest"), ["new fresh"]);
    assert_eq!(diff(&tree, "latest~1 ./d"), ["new fresh"]);
    let alone = run(&tree, "diff --catalog c.db latest~1 latest").exits(2);
    assert!(alone.stderr.contains("no snapshot latest~1"));
    // Of several series of one root, that with the filters that are given.
    snapshot(&tree, "--min-size 7 d");
    assert_eq!(diff(&tree, "latest ./d"), [""; 0]);
    assert_eq!(diff(&tree, "--min-size 7 latest ./d"), [""; 0]);
}

#[test]
fn filters_that_do_not_count_are_named() {
    let tree = tree();
    snapshot(&tree, "d");
    snapshot(&tree, "--name small --min-size 7 d");
    tree.file("d/fresh", "fresh");
    snapshot(&tree, "d");
    let said = |words: &str| {
        let words = format!("diff --catalog c.db {words}");
        run(&tree, &words).exits(1).stderr
    };
    let note = "the filters are not those of the snapshot";
    assert!(!said("1 3").contains(note));
    assert!(!said("-g fresh 1 3").contains(note));
    assert!(said("small ./d").contains(note));
    assert!(!said("1 ./d").contains(note));
}

#[test]
fn a_snapshot_of_nothing_that_can_be_opened_is_not_kept() {
    let tree = tree();
    snapshot(&tree, "d");
    for command in ["snapshot", "watch"] {
        let words = format!("{command} --catalog c.db gone");
        let refused = run(&tree, &words).exits(2);
        assert!(refused.stderr.contains("no root"), "{}", refused.stderr);
    }
    let words = "catalog status --catalog c.db --format ndjson";
    let all = records::ndjson(&run(&tree, words).exits(0).stdout);
    assert_eq!(all.len(), 1);
    assert_eq!(diff(&tree, "latest ./d"), [""; 0]);
    // Of several roots, what is there is kept.
    let words = "snapshot --catalog c.db d gone";
    run(&tree, words).exits(3);
    let words = "catalog status --catalog c.db";
    assert_eq!(run(&tree, words).exits(0).lines().len(), 3);
}

#[test]
fn snapshots_with_a_name_go_only_where_that_is_said() {
    let tree = tree();
    snapshot(&tree, "--name kept d");
    for number in 0..4 {
        tree.file("d/more", format!("{number}"));
        tick();
        snapshot(&tree, "d");
    }
    run(&tree, "catalog prune --catalog c.db --keep 1").exits(0);
    let numbers = || {
        let words = "catalog status --catalog c.db --format ndjson";
        let all = records::ndjson(&run(&tree, words).exits(0).stdout);
        let numbers = all.iter().map(|it| it["snapshot"].as_u64().unwrap());
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(numbers(), [1, 5]);
    assert_eq!(diff(&tree, "kept latest"), ["new more"]);
    let prune = "catalog prune --catalog c.db --taken-before now";
    run(&tree, prune).exits(0);
    assert_eq!(numbers(), [1, 5]);
    // Without the newest, the next one goes on from the one before.
    run(&tree, "catalog prune --catalog c.db --drop latest").exits(0);
    assert_eq!(numbers(), [1]);
    snapshot(&tree, "d");
    assert_eq!(diff(&tree, "kept latest"), ["new more"]);
    snapshot(&tree, "d");
    assert_eq!(diff(&tree, "kept latest"), ["new more"]);
    run(&tree, "catalog prune --catalog c.db --drop kept").exits(0);
    run(&tree, "catalog prune --catalog c.db --drop kept").exits(2);
    assert_eq!(numbers(), [6, 7]);
}

#[test]
fn a_question_is_answered_in_little_memory_and_no_longer_than_it_is_read() {
    use std::io::{BufRead as _, BufReader};
    let tree = tree();
    snapshot(&tree, "d");
    let query = |sql: &str| {
        let program = sanchay().within(tree.root());
        program.words("catalog query --catalog c.db").arg(sql)
    };
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL \
                   SELECT i + 1 FROM n) SELECT i, hex(i) FROM n";
    let mut running = query(numbers).start();
    let mut lines = BufReader::new(running.stdout()).lines();
    assert_eq!(lines.nth(1).unwrap().unwrap(), "1\t31");
    drop(lines);
    running.wait().exits(0);
    let large = "SELECT hex(zeroblob(300000000))";
    let refused = query(large).run().exits(2);
    assert!(refused.stderr.contains("too big"), "{}", refused.stderr);
    // What is sorted goes to files.
    let sorted = format!("{numbers} LIMIT 400000) ORDER BY hex DESC LIMIT 1");
    let sorted = sorted.replace("SELECT i, hex(i)", "SELECT 'x', hex(i) hex");
    let sorted = format!("SELECT * FROM ({sorted}");
    let found = query(&sorted).address_space_kib(2 << 20).run().exits(0);
    assert!(found.text().ends_with("x\t3939393939\n"), "{}", found.text());
}

#[test]
fn a_watch_tells_what_becomes_of_files_as_it_happens() {
    use std::io::{BufRead as _, BufReader};
    let tree = tree();
    snapshot(&tree, "d");
    tree.file("d/while-away", "new");
    for words in ["", "--poll 1"] {
        let words = format!("watch --catalog d/c.db --limit 4 {words} d");
        let words = words.replace("d/c.db", "c.db");
        let mut running = sanchay().within(tree.root()).words(&words).start();
        let mut lines = BufReader::new(running.stdout()).lines();
        let mut next = || -> String {
            let line = lines.next().unwrap().unwrap();
            let line: Value = serde_json::from_str(&line).unwrap();
            let change = line["change"].as_str().unwrap();
            format!("{change} {}", line["path"].as_str().unwrap())
        };
        assert_eq!(next(), "new while-away");
        tree.file("d/deep/er/file", "in new folders");
        assert_eq!(next(), "new deep/er/file");
        fs::rename(tree.path("d/deep/er/file"), tree.path("d/moved")).unwrap();
        assert_eq!(next(), "moved moved");
        fs::remove_file(tree.path("d/moved")).unwrap();
        assert_eq!(next(), "deleted moved");
        drop(lines);
        running.wait().exits(0);
        // The next one begins from there.
        fs::remove_file(tree.path("d/while-away")).unwrap();
        snapshot(&tree, "d");
        tree.file("d/while-away", "new");
    }
}

#[test]
fn a_watch_tells_of_files_that_are_called_like_its_catalog() {
    use std::io::{BufRead as _, BufReader};
    let tree = tree();
    tree.dir("d/app");
    run(&tree, "snapshot --catalog d/c.db d").exits(0);
    tree.file("d/while-away", "new");
    let words = "watch --catalog d/c.db --limit 3 d";
    let mut running = sanchay().within(tree.root()).words(words).start();
    let mut lines = BufReader::new(running.stdout()).lines();
    let mut next = || -> String {
        let line = lines.next().unwrap().unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        line["path"].as_str().unwrap().to_owned()
    };
    assert_eq!(next(), "while-away");
    tree.file("d/app/c.db", "another program's");
    assert_eq!(next(), "app/c.db");
    tree.file("d/c.db.notes", "what somebody noted");
    assert_eq!(next(), "c.db.notes");
    drop(lines);
    running.wait().exits(0);
}

#[test]
fn a_watch_that_is_interrupted_leaves_a_catalog_that_is_current() {
    let tree = tree();
    let running = sanchay()
        .within(tree.root())
        .words("watch --catalog d/c.db d")
        .start();
    let ready = || {
        let words = "catalog status --catalog d/c.db";
        tree.path("d/c.db").exists() && !run(&tree, words).stdout.is_empty()
    };
    while !ready() {
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(Duration::from_millis(300));
    running.signal(sanchay_testkit::Signal::INT);
    let finished = running.wait().exits(130);
    assert!(finished.stdout.is_empty());
    let words = "diff --catalog d/c.db latest ./d --format ndjson";
    let found = records::ndjson(&run(&tree, words).stdout);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn filters_choose_among_the_files_of_two_snapshots() {
    let tree = Tree::new();
    for name in ["a.rs", "b.md", "sub/c.rs", ".hidden/d.rs", "old/e.rs"] {
        tree.file(format!("d/{name}"), name);
    }
    tree.file("d/grows", "1");
    snapshot(&tree, "-H d");
    fs::remove_dir_all(tree.path("d")).unwrap();
    tree.file("d/grows", "12345678");
    snapshot(&tree, "-H d");
    let deleted = |names: &[&str]| {
        let names = names.iter().map(|it| format!("deleted {it}"));
        names.collect::<Vec<_>>()
    };
    // Without filters, all that there is.
    assert_eq!(diff(&tree, "1 2").len(), 6);
    let rust = [".hidden/d.rs", "a.rs", "old/e.rs", "sub/c.rs"];
    assert_eq!(diff(&tree, "1 2 -e rs"), deleted(&rust));
    let found = diff(&tree, "1 2 -e rs -E old -E .hidden");
    assert_eq!(found, deleted(&["a.rs", "sub/c.rs"]));
    let found = diff(&tree, "1 2 -g sub/* -g *.md");
    assert_eq!(found, deleted(&["b.md", "sub/c.rs"]));
    assert_eq!(diff(&tree, "1 2 --max-depth 1 -e rs"), deleted(&["a.rs"]));
    // What outgrows a filter is gone, or has come.
    assert_eq!(diff(&tree, "1 2 --max-size 1"), ["deleted grows"]);
    assert_eq!(diff(&tree, "1 2 --min-size 8 -g grows"), ["new grows"]);
    let found = diff(&tree, "1 2 --where size<9 -g grows");
    assert_eq!(found, ["changed grows"]);
    let finished = run(&tree, "diff --catalog c.db 1 2 -e rs").exits(1);
    assert_eq!(finished.stderr, "");
    // What is not in a snapshot cannot be asked about.
    for field in ["width", "links", "allocated"] {
        let words = format!("diff --catalog c.db 1 2 --where {field}>5");
        let refused = run(&tree, &words).exits(2);
        let said = &refused.stderr;
        assert!(said.contains("a snapshot does not tell"), "{said}");
    }
}

#[test]
fn filters_are_for_a_snapshot_as_for_the_disk() {
    let tree = tree();
    tree.file("d/.hidden", "hidden");
    snapshot(&tree, "-H d");
    fs::remove_file(tree.path("d/.hidden")).unwrap();
    fs::remove_file(tree.path("d/kept")).unwrap();
    assert_eq!(diff(&tree, "latest ./d"), ["deleted kept"]);
    assert_eq!(diff(&tree, "latest ./d -H").len(), 2);
    assert_eq!(diff(&tree, "latest ./d --where name!~\"^k\""), [""; 0]);
    let copied = std::process::Command::new("cp")
        .args(["-a", "d", "e"])
        .current_dir(tree.root())
        .status();
    assert!(copied.unwrap().success());
    assert_eq!(diff(&tree, "--hash latest ./e -g kept"), ["deleted kept"]);
}

#[test]
fn a_list_that_lies_in_the_tree_it_is_of_is_no_difference() {
    let tree = tree();
    let within = |words: &str| {
        let catalog = tree.path("c.db");
        sanchay()
            .within(tree.path("d"))
            .words(words)
            .args(["--catalog".as_ref(), catalog.as_os_str()])
            .run()
    };
    within("manifest -o m.ndjson .").exits(0);
    for words in ["diff m.ndjson .", "diff . ./m.ndjson"] {
        let found = within(words).exits(0);
        assert_eq!(found.text(), "", "{words}");
    }
    tree.file("d/new", "new");
    let found = within("diff m.ndjson .").exits(1);
    assert_eq!(found.text().lines().count(), 1, "{}", found.text());
}
