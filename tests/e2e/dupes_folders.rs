//! `sanchay dupes --folders`: identical folders as one result, compared with
//! what `hash --tree` tells of them.

use std::{collections::BTreeMap, fs, process::Command};

use sanchay_testkit::{Finished, Tree, content::noise, records};
use serde_json::Value;

use crate::sanchay;

fn dupes(tree: &Tree, words: &str) -> Finished {
    let program = sanchay().within(tree.root());
    program.words("dupes --folders").words(words).run()
}

#[track_caller]
fn objects(tree: &Tree, words: &str) -> Vec<Value> {
    let finished = dupes(tree, &format!("--format ndjson {words}"));
    records::ndjson(&finished.exits(0).stdout)
}

/// The groups as lines: the kind, what is reclaimable, and the paths, those of
/// references with a plus.
#[track_caller]
fn groups(tree: &Tree, words: &str) -> Vec<String> {
    let path = |file: &Value| {
        let path = file["path"].as_str().unwrap();
        match file["role"].as_str() {
            Some("reference") => format!("+{path}"),
            _ => path.to_owned(),
        }
    };
    let line = |group: &Value| {
        let files = group["files"].as_array().unwrap();
        let paths: Vec<_> = files.iter().map(path).collect();
        let kind = group["kind"].as_str().unwrap();
        format!("{kind} {} {}", group["reclaimable"], paths.join(" "))
    };
    objects(tree, words).iter().map(line).collect()
}

fn copy(tree: &Tree, from: &str, to: &str) {
    let status = Command::new("cp")
        .args(["-a", from, to])
        .current_dir(tree.root())
        .status();
    assert!(status.unwrap().success());
}

/// An album, a copy of it, and other files.
fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("r/album/1", noise(1, 100_000));
    tree.file("r/album/2", "second");
    tree.file("r/album/empty", "");
    tree.file("r/album/sub/deep/3", "third");
    tree.dir("r/album/nothing");
    tree.link("2", "r/album/link");
    tree.fifo("r/album/sub/pipe");
    tree
}

#[test]
fn the_topmost_identical_folders_are_one_result() {
    let tree = tree();
    copy(&tree, "r/album", "r/copy");
    let size = 100_000 + 6 + 5;
    let expected = [format!("directory {size} r/album r/copy")];
    assert_eq!(groups(&tree, "r"), expected);
    let found = objects(&tree, "r");
    assert_eq!(found[0]["size"], size);
    assert_eq!(found[0]["file_count"], 4);
    let hash = sanchay()
        .within(tree.root())
        .words("hash --tree r/copy")
        .run()
        .succeeds();
    let digest = found[0]["hash"].as_str().unwrap();
    assert_eq!(hash.text(), format!("{digest}  r/copy\n"));
    // In words, as a table, and as paths.
    let text = dupes(&tree, "r").exits(0);
    let head = format!(
        "# 2 folders of {size} bytes in 4 files, {size} bytes reclaimable, \
         xxh3-128:{digest}\nr/album\nr/copy\n\n"
    );
    assert_eq!(text.text(), head);
    assert!(text.stderr.contains("groups: 1, redundant files: 4"));
    assert!(text.stderr.contains("redundant folders: 1"));
    assert!(text.stderr.contains("hidden files"), "{}", text.stderr);
    let all = dupes(&tree, "-H r").exits(0);
    assert!(!all.stderr.contains("hidden files"), "{}", all.stderr);
    let table = records::csv(&dupes(&tree, "--format csv r").exits(0).stdout);
    assert_eq!(table.column("kind"), ["directory"; 2]);
    assert_eq!(table.column("file_count"), ["4"; 2]);
    let paths = dupes(&tree, "-0 r").exits(0).stdout;
    assert_eq!(paths, b"r/album\0r/copy\0\0");
}

#[test]
fn what_differs_in_any_way_is_not_identical() {
    type Change = fn(&Tree);
    let changes: [Change; 8] = [
        |tree| drop(tree.file("r/copy/more", "m")),
        |tree| drop(tree.file("r/copy/2", "SECOND")),
        |tree| drop(tree.dir("r/copy/folder")),
        |tree| fs::remove_dir(tree.path("r/copy/nothing")).unwrap(),
        |tree| fs::remove_file(tree.path("r/copy/empty")).unwrap(),
        |tree| {
            fs::remove_file(tree.path("r/copy/link")).unwrap();
            tree.link("1", "r/copy/link");
        },
        |tree| fs::remove_file(tree.path("r/copy/sub/pipe")).unwrap(),
        |tree| {
            let path = |name| tree.path(name);
            fs::rename(path("r/copy/2"), path("r/copy/two")).unwrap();
        },
    ];
    for change in changes {
        let tree = tree();
        copy(&tree, "r/album", "r/copy");
        change(&tree);
        let found = groups(&tree, "r");
        let whole = "r/album r/copy";
        assert!(found.iter().all(|it| !it.ends_with(whole)), "{found:?}");
        // What is the same in it still is.
        let same = "directory 5 r/album/sub/deep r/copy/sub/deep";
        let sub = "directory 5 r/album/sub r/copy/sub";
        assert!(found.iter().any(|it| it == same || it == sub), "{found:?}");
    }
}

#[test]
fn files_in_folders_that_could_go_are_in_no_other_group() {
    let tree = tree();
    tree.file("r/album/twice", "second");
    copy(&tree, "r/album", "r/copy");
    tree.file("r/single", "third");
    // A folder that is in the others, and elsewhere as well.
    copy(&tree, "r/album/sub", "r/sub");
    assert_eq!(
        groups(&tree, "r"),
        [
            "directory 100017 r/album r/copy",
            "directory 5 r/album/sub r/sub",
            "file 6 r/album/2 r/album/twice",
            "file 5 r/album/sub/deep/3 r/single",
        ]
    );
}

#[test]
fn without_folders_nothing_is_told_of_them() {
    let tree = tree();
    copy(&tree, "r/album", "r/copy");
    let plain = sanchay()
        .within(tree.root())
        .words("dupes --format ndjson r")
        .run()
        .exits(0);
    let found = records::ndjson(&plain.stdout);
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|it| it.get("kind").is_none()));
}

#[test]
fn references_stay_and_folders_without_content_are_nobodys_duplicates() {
    let tree = tree();
    copy(&tree, "r/album", "r/copy");
    copy(&tree, "r/album", "kept");
    for name in ["r/e1/x", "r/e2/x"] {
        tree.file(name, "");
        tree.dir(format!("{name}-folder"));
    }
    let size = 2 * 100_011;
    let expected = [format!("directory {size} +kept r/album r/copy")];
    assert_eq!(groups(&tree, "--reference kept r"), expected);
    assert_eq!(groups(&tree, "--against kept r"), expected);
    let three = groups(&tree, "--min-group 3 r");
    assert_eq!(three, [""; 0]);
    // A root that lies in another is compared once, and what has it in it is
    // not known as a whole.
    let found = groups(&tree, "--reference r/copy r");
    assert_eq!(found, ["directory 100011 r/album +r/copy"]);
}

#[test]
fn links_to_one_file_free_nothing() {
    let tree = tree();
    let linked = Command::new("cp")
        .args(["-al", "r/album", "r/copy"])
        .current_dir(tree.root())
        .status();
    assert!(linked.unwrap().success());
    assert_eq!(groups(&tree, "r"), ["directory 0 r/album r/copy"]);
    // Nor does what has another name outside.
    copy(&tree, "r/album", "r/other");
    tree.hard_link("r/other/1", "outside");
    let expected = ["directory 11 r/album r/copy r/other"];
    assert_eq!(groups(&tree, "r"), expected);
}

#[test]
fn a_folder_that_cannot_be_read_as_a_whole_has_no_equal() {
    let tree = tree();
    copy(&tree, "r/album", "r/copy");
    copy(&tree, "r/album", "r/third");
    tree.forbid("r/copy/sub/deep");
    let run = |words: &str| {
        let program = sanchay().within(tree.root()).words(words);
        program.unprivileged(&tree).run()
    };
    let finished = run("dupes --folders --format ndjson r").exits(3);
    assert!(finished.stderr.contains("r/copy/sub/deep"));
    let found = records::ndjson(&finished.stdout);
    let paths = |group: &Value| -> Vec<String> {
        let files = group["files"].as_array().unwrap().iter();
        files.map(|it| it["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(paths(&found[0]), ["r/album", "r/third"]);
    sanchay_testkit::tree::set_mode(&tree.path("r/copy/sub/deep"), 0o755);
}

#[test]
fn what_filters_leave_out_is_not_compared() {
    let tree = tree();
    copy(&tree, "r/album", "r/copy");
    tree.file("r/copy/.hidden", "only here");
    tree.file("r/copy/2.tmp", "only here, too");
    assert!(groups(&tree, "-H r")[0].starts_with("directory 5 "));
    let filtered = groups(&tree, "-E *.tmp r");
    assert_eq!(filtered, ["directory 100011 r/album r/copy"]);
    for words in ["--follow r", "--kind file r"] {
        dupes(&tree, words).exits(2);
    }
}

/// Of many trees, each pair of folders of one digest is told, or lies in one
/// that is; and no other.
#[test]
fn groups_are_those_of_equal_digests() {
    let tree = Tree::new();
    // Some of few contents, in folders that lie in each other.
    for number in 0..400_u32 {
        let mixed = number.wrapping_mul(2_654_435_761) >> 7;
        let (a, b) = (mixed % 5, mixed / 5 % 4);
        let (c, content) = (mixed / 20 % 3, mixed / 60 % 2);
        let path = format!("r/a{a}/b{b}/c{c}/f");
        tree.file(path, format!("content {content}"));
    }
    let mut by_digest: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut left = vec!["r".to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(tree.path(&folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                let name = entry.file_name().into_string().unwrap();
                left.push(format!("{folder}/{name}"));
            }
        }
        let finished = sanchay()
            .within(tree.root())
            .words(&format!("hash --tree {folder}"))
            .run()
            .succeeds();
        let digest = finished.text().split(' ').next().unwrap().to_owned();
        by_digest.entry(digest).or_default().push(folder);
    }
    let mut expected: Vec<String> = Vec::new();
    let mut gone: Vec<String> = Vec::new();
    let depth = |it: &String| it.matches('/').count();
    let mut same: Vec<_> = by_digest.into_values().collect();
    same.sort_by_key(|it| depth(&it[0]));
    for mut folders in same {
        folders.sort();
        folders.retain(|it| {
            let is_in = |above: &String| it.starts_with(&format!("{above}/"));
            !gone.iter().any(is_in)
        });
        if folders.len() > 1 {
            gone.extend(folders[1..].iter().cloned());
            expected.push(folders.join(" "));
        }
    }
    expected.sort();
    let found = groups(&tree, "r");
    let mut found: Vec<_> = found
        .iter()
        .filter_map(|it| it.strip_prefix("directory "))
        .map(|it| it.split_once(' ').unwrap().1.to_owned())
        .collect();
    let again = groups(&tree, "-j 1 r");
    assert!(found.len() > 3, "{found:?}");
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(again, groups(&tree, "-j 7 r"));
}

#[test]
fn a_file_is_free_once_all_its_names_are_in_folders_that_can_go() {
    let tree = Tree::new();
    for path in ["r/a/x", "r/b/x", "r/c/y"] {
        tree.file(path, noise(1, 1000));
    }
    tree.hard_link("r/b/x", "r/d/y");
    for more in ["", " --hardlinks"] {
        let groups = groups(&tree, &format!("--min-group 2{more} r"));
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        assert!(groups.contains(&"directory 0 r/a r/b"), "{groups:?}");
        assert!(groups.contains(&"directory 1000 r/c r/d"), "{groups:?}");
        let found = dupes(&tree, &format!("{} r", more.trim()));
        let sum = found.exits(0);
        assert!(sum.stderr.contains("(2000 bytes)"), "{}", sum.stderr);
    }
}
