//! Files that are the same: one stays, the others make way, and come back.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use super::{Scene, What, map};

/// A tree with inodes replaced by the first path that has each: a file that
/// was given back is another, with all that it had.
fn without_inodes(
    tree: BTreeMap<PathBuf, What>,
) -> BTreeMap<PathBuf, (What, PathBuf)> {
    let mut first: BTreeMap<u64, PathBuf> = BTreeMap::new();
    tree.into_iter()
        .map(|(path, what)| {
            let same = first.entry(what.1).or_insert(path.clone()).clone();
            let what = (what.0, 0, what.2, what.3, what.4, what.5);
            (path, (what, same))
        })
        .collect()
}

/// Files of which some are the same, with permissions and times of their own.
fn scene() -> Scene {
    let scene = Scene::new();
    let big = "same bytes ".repeat(20_000);
    for (number, (path, content)) in [
        ("a/one", "same"),
        ("a/two", "same"),
        ("b/deep/three", "same"),
        ("b/big", &big),
        ("c/big", &big),
        ("c/other", "othr"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("top/{path}");
        let file = scene.tree.file(path.as_str(), content);
        let mode = 0o600 + u32::try_from(number).unwrap();
        fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
        let number = u32::try_from(number).unwrap();
        let then = Duration::new(1_000_000_000 + u64::from(number), number);
        scene.tree.touch(path.as_str(), SystemTime::UNIX_EPOCH + then);
    }
    scene
}

fn inode(scene: &Scene, path: &str) -> u64 {
    let path = scene.top().join(path);
    fs::symlink_metadata(path).unwrap().ino()
}

#[test]
fn nothing_makes_way_unless_it_is_asked_for() {
    let scene = scene();
    let before = scene.snapshot();
    let dedupe = ["dedupe", "--action", "hardlink", "--keep", "oldest", "."];
    let plan = scene.run(&dedupe).exits(0);
    assert!(plan.text().contains(r#""command":"dedupe""#), "{}", plan.text());
    assert!(plan.text().contains(r#""same_as":{"path":"a/one","#));
    let because = r#""because":"kept: oldest; differs in permissions""#;
    assert!(plan.text().contains(because), "{}", plan.text());
    let hash = r#""hash":"xxh3-128:"#;
    assert!(plan.text().contains(hash), "{}", plan.text());
    let losing = ", 3 lose what they have otherwise";
    assert!(plan.stderr.contains(losing), "{}", plan.stderr);
    let sum = "3 entries for 2 that stay, reclaimable:";
    assert!(plan.stderr.starts_with(sum), "{}", plan.stderr);
    assert!(plan.stderr.contains("(220008 bytes)"), "{}", plan.stderr);
    let table = [&dedupe[..], &["--format", "text"]].concat();
    let table = scene.run(&table).exits(0);
    let lines: Vec<&str> = table.text().lines().collect();
    let big = "./c/big        = ./b/big (differs in permissions)";
    assert!(lines.contains(&big), "{lines:?}");
    let three = "./b/deep/three = ./a/one (differs in permissions)";
    assert!(lines.contains(&three), "{lines:?}");
    assert_eq!(lines.len(), 3);
    assert_eq!(scene.snapshot(), before);
    assert!(!scene.tree.path("state").exists());
    // What a pipe carries is a plan.
    let applied =
        scene.program(&["apply", "-"]).input(plan.stdout).run().exits(0);
    assert!(applied.stderr.starts_with("3 done"), "{}", applied.stderr);
    for (one, other) in
        [("a/one", "a/two"), ("a/one", "b/deep/three"), ("b/big", "c/big")]
    {
        assert_eq!(inode(&scene, one), inode(&scene, other));
    }
    let _ = scene.undo().exits(0);
    let after = without_inodes(scene.snapshot());
    assert_eq!(after, without_inodes(before));
}

#[test]
fn whatever_becomes_of_duplicates_is_taken_back() {
    for (action, left) in [
        ("hardlink", 6),
        ("symlink", 6),
        ("delete", 3),
        ("trash", 3),
        ("move-to", 6),
    ] {
        let scene = scene();
        let before = scene.snapshot();
        let mut dedupe = vec!["dedupe", "--action", action, "--apply", "."];
        if action == "move-to" {
            dedupe.extend(["--into", "doubles/of"]);
        }
        let run = scene.run(&dedupe).exits(0);
        let done = if action == "move-to" { "9 done" } else { "3 done" };
        assert!(run.stderr.contains(done), "{action}: {}", run.stderr);
        let contents = scene.contents();
        assert_eq!(contents.len(), left, "{action}: {contents:?}");
        assert_eq!(contents["c/other"], "othr");
        if action == "symlink" {
            let link = fs::read_link(scene.top().join("a/two")).unwrap();
            assert_eq!(link, PathBuf::from("one"));
            let link = fs::read_link(scene.top().join("b/deep/three"));
            assert_eq!(link.unwrap(), PathBuf::from("../../a/one"));
        }
        if action == "move-to" {
            assert_eq!(contents["doubles/of/b/deep/three"], "same");
        }
        // All that is left is found again, and nothing more makes way.
        if action != "move-to" {
            let again = scene.run(&dedupe).exits(0);
            assert!(again.stderr.contains("nothing to do"));
        }
        let undone = scene.undo().exits(0);
        assert!(undone.stderr.contains(&done[..1]), "{}", undone.stderr);
        let after = without_inodes(scene.snapshot());
        assert_eq!(after, without_inodes(before), "{action}");
    }
}

#[test]
fn a_file_that_was_changed_since_the_plan_is_left_alone_and_named() {
    let scene = scene();
    let dedupe = ["dedupe", "--action", "delete", "--plan", "../plan", "."];
    let _ = scene.run(&dedupe).exits(0);
    // Of the same length; with its old time; and the one that stays is gone.
    let touched = scene.tree.file("top/a/two", "SAME");
    let then = SystemTime::UNIX_EPOCH + Duration::new(1_000_000_001, 1);
    scene.tree.touch("top/a/two", then);
    fs::remove_file(scene.top().join("b/big")).unwrap();
    let run = scene.run(&["apply", "../plan"]).exits(3);
    assert!(run.stderr.contains("a/two: cannot delete"), "{}", run.stderr);
    assert!(run.stderr.contains("c/big: cannot delete"), "{}", run.stderr);
    assert!(run.stderr.contains("1 done, 2 failed"), "{}", run.stderr);
    assert_eq!(fs::read(touched).unwrap(), b"SAME");
    let contents = scene.contents();
    assert_eq!(contents["a/one"], "same");
    assert!(contents.contains_key("c/big"));
    assert_eq!(contents.len(), 4, "{contents:?}");
}

#[test]
fn what_stays_is_chosen_by_rules_and_references() {
    let scene = scene();
    let kept = |more: &[&str]| {
        let dedupe = ["dedupe", "--action", "delete", "--format", "text"];
        let run = scene.run(&[&dedupe, more].concat()).exits(0);
        let mut kept: Vec<String> = run
            .text()
            .lines()
            .filter_map(|line| Some(line.split_once(" = ")?.1.to_owned()))
            .collect();
        kept.sort();
        kept.dedup();
        kept
    };
    assert_eq!(kept(&["."]), ["./a/one", "./b/big"]);
    assert_eq!(
        kept(&["--keep", "newest", "."]),
        ["./b/deep/three", "./c/big"]
    );
    assert_eq!(kept(&["--keep", "under:c", "."]), ["./a/one", "./c/big"]);
    let both = ["--keep", "regex:/b/", "--keep", "longest-path", "."];
    assert_eq!(kept(&both), ["./b/big", "./b/deep/three"]);
    assert_eq!(
        kept(&["--keep", "first-root", "c", "b", "a"]),
        ["b/deep/three", "c/big"]
    );
    assert_eq!(kept(&["--reference", "c", "."]), ["./a/one", "./c/big"]);
    assert_eq!(kept(&["--against", "c", "b"]), ["c/big"]);
    let refused =
        scene.run(&["dedupe", "--action", "delete", "--keep", "eldest", "."]);
    assert_eq!(refused.code(), Some(2));
    assert!(
        refused.stderr.contains("eldest is no rule"),
        "{}",
        refused.stderr
    );
    let into = ["dedupe", "--action", "delete", "--into", "x", "."];
    assert_eq!(scene.run(&into).code(), Some(2));
    let none = ["dedupe", "--action", "move-to", "."];
    assert_eq!(scene.run(&none).code(), Some(2));
}

#[test]
fn names_of_one_file_are_duplicates_only_where_that_is_asked_for() {
    let scene = Scene::new();
    scene.tree.file("top/a", "same");
    scene.tree.hard_link("top/a", "top/b");
    scene.tree.file("top/c", "same");
    scene.tree.hard_link("top/c", "top/d");
    let before = scene.snapshot();
    let dedupe = ["dedupe", "--action", "hardlink", "--apply", "."];
    let run = scene.run(&dedupe).exits(0);
    assert!(run.stderr.contains("2 done"), "{}", run.stderr);
    let files = ["a", "b", "c", "d"].map(|it| inode(&scene, it));
    assert!(files.iter().all(|it| *it == files[0]), "{files:?}");
    // Two names of one file become that again.
    let _ = scene.undo().exits(0);
    let after = without_inodes(scene.snapshot());
    assert_eq!(after, without_inodes(before));
    let delete = ["dedupe", "--action", "delete", "--apply", "."];
    let _ = scene.run(&delete).exits(0);
    assert_eq!(scene.contents(), map(&[("a", "same"), ("b", "same")]));
    let all = [&delete[..], &["--hardlinks"]].concat();
    let _ = scene.run(&all).exits(0);
    assert_eq!(scene.contents(), map(&[("a", "same")]));
}

#[test]
fn roots_that_overlap_leave_a_copy_of_everything() {
    let scene = scene();
    scene.tree.link("a", "top/again");
    let run = scene.run(&[
        "dedupe",
        "--action",
        "delete",
        "--hardlinks",
        "--apply",
        "a",
        ".",
        "again",
        "./a/one",
        "b/deep",
        "b",
    ]);
    let _ = run.exits(0);
    let mut contents: Vec<String> = scene.contents().into_values().collect();
    contents.sort();
    contents.dedup();
    assert_eq!(contents.len(), 4, "three contents and a link: {contents:?}");
    let _ = scene.undo().exits(0);
    assert_eq!(scene.contents().len(), 7);
}

#[test]
fn the_user_is_asked_about_each_duplicate() {
    let scene = scene();
    let dedupe = ["dedupe", "--action", "delete", "--interactive", "a"];
    let run = scene.program(&dedupe).input("y\n").run().exits(0);
    assert!(run.stderr.contains("delete - a/two = a/one?"), "{}", run.stderr);
    assert!(!scene.contents().contains_key("a/two"));
}

#[test]
fn a_plan_that_would_remove_what_it_keeps_is_refused() {
    let scene = Scene::new();
    for name in ["a", "b", "c"] {
        scene.tree.file(format!("top/{name}").as_str(), "same");
    }
    let before = scene.snapshot();
    let dedupe = ["dedupe", "--action", "delete", "--plan", "../plan", "."];
    let _ = scene.run(&dedupe).exits(0);
    let text = fs::read_to_string(scene.tree.path("plan")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let of = |name: &str| {
        let step = lines[1].replace("\"from\":\"b\"", "\"from\":\"?\"");
        step.replace('?', name)
    };
    let step = |from: &str, kept: &str| {
        let same = format!("\"same_as\":{{\"path\":\"{kept}\"");
        of(from).replace("\"same_as\":{\"path\":\"a\"", &same)
    };
    let plain = r#"{"op":"delete","from":"a","#.to_owned()
        + &lines[1][lines[1].find("\"because\"").unwrap()..];
    for steps in [
        vec![step("a", "b"), step("b", "a")],
        vec![step("a", "b"), step("b", "c"), step("c", "a")],
        vec![step("b", "c"), step("a", "b")],
        vec![step("a", "a")],
        vec![step("b", "a"), plain],
        vec![step("b", "../plan")],
    ] {
        let text = format!("{}\n{}\n", lines[0], steps.join("\n"));
        fs::write(scene.tree.path("plan"), &text).unwrap();
        let run = scene.run(&["apply", "--force-edited", "../plan"]);
        assert_eq!(run.code(), Some(2), "{text}: {}", run.stderr);
        assert_eq!(scene.snapshot(), before);
    }
    // By ways that do not look the same: a copy stays all the same.
    scene.tree.link(".", "top/way");
    let other = lines[0].replace("\"}]", "\"},{\"path\":\"?\"}]");
    let way = scene.top().join("way");
    let other = other.replace('?', way.to_str().unwrap());
    let expect = |name: &str| {
        let about = fs::metadata(scene.top().join(name)).unwrap();
        let line = lines.iter().find(|line| {
            line.contains(&format!("\"inode\":{},", about.ino()))
        });
        let line = line.unwrap();
        let at = line.find(&format!("\"inode\":{}", about.ino())).unwrap();
        let begin = line[..at].rfind("{\"kind\"").unwrap();
        let end = begin + line[begin..].find('}').unwrap();
        line[begin..=end].to_owned()
    };
    let step = |from: &str, kept: &str| {
        format!(
            r#"{{"op":"delete","from":"{from}","same_as":{{"path":"{kept}","root":1,"expect":{}}},"expect":{}}}"#,
            expect(kept),
            expect(from)
        )
    };
    let steps = [step("a", "b"), step("b", "c"), step("c", "a")].join("\n");
    fs::write(scene.tree.path("plan"), format!("{other}\n{steps}\n")).unwrap();
    let _ = scene.run(&["apply", "--force-edited", "../plan"]);
    assert!(scene.contents().values().any(|it| it == "same"));
    assert!(scene.contents().keys().all(|it| !it.starts_with(".sanchay")));
}

#[test]
fn what_was_moved_into_a_folder_below_a_root_is_no_candidate_again() {
    let scene = scene();
    let words =
        ["dedupe", "--action", "move-to", "--into", "aside", "--apply"];
    let words = [&words[..], &["."]].concat();
    scene.run(&words).exits(0);
    let before = scene.snapshot();
    assert!(scene.top().join("aside/a/two").exists());
    scene.run(&words).exits(0);
    assert_eq!(scene.snapshot(), before);
}

#[test]
fn what_another_run_has_left_aside_neither_stays_nor_makes_way() {
    let scene = scene();
    scene.tree.file("top/a/.sanchay-aside-x-1", "same");
    let words = ["dedupe", "-H", "--action", "delete", "--format", "text"];
    let words = [&words[..], &["--keep", "shortest-path", "."]].concat();
    let plan = scene.run(&words).exits(0);
    assert!(!plan.text().contains("aside"), "{}", plan.text());
}

#[test]
fn a_rule_about_a_folder_that_is_not_there_is_an_error() {
    let scene = scene();
    let words = ["dedupe", "--action", "delete", "--keep", "under:nope", "."];
    let finished = scene.run(&words).exits(2);
    assert!(finished.stderr.contains("under:nope"), "{}", finished.stderr);
}

#[test]
fn links_between_roots_say_real_paths() {
    let scene = scene();
    scene.tree.link("top/c", "way");
    let words = ["dedupe", "--action", "symlink", "--keep", "under:../way"];
    let words = [&words[..], &["--apply", "b", "../way"]].concat();
    let _ = scene.run(&words).exits(0);
    let link = fs::read_link(scene.top().join("b/big")).unwrap();
    assert_eq!(link, scene.top().canonicalize().unwrap().join("c/big"));
    let _ = scene.undo().exits(0);
    assert_eq!(scene.contents().len(), 6);
    assert!(scene.top().join("b/big").symlink_metadata().unwrap().is_file());
}

#[test]
fn a_folder_gets_its_time_back_from_an_undoing_that_was_killed_too() {
    let scene = scene();
    let before = without_inodes(scene.snapshot());
    let words = ["dedupe", "--action", "delete", "--apply", "."];
    let _ = scene.run(&words).exits(0);
    let runs = scene.run(&["runs"]).exits(0);
    let run = runs.text().split(' ').next().unwrap().to_owned();
    let _ = scene.undo().exits(0);
    assert_eq!(without_inodes(scene.snapshot()), before);
    // The journal of one that was killed before it wrote what it had done,
    // and the files as it leaves them then.
    let journal = format!("state/runs/{run}.ndjson");
    let journal = scene.tree.path(journal.as_str());
    let text = fs::read_to_string(&journal).unwrap();
    let begin = text.find("{\"state\":\"reversing\"").unwrap();
    let (done, undoing) = text.split_at(begin);
    let kept = undoing.lines().filter(|line| {
        line.contains("reversing") || line.starts_with("{\"folder\"")
    });
    let kept: String = kept.map(|line| format!("{line}\n")).collect();
    fs::write(&journal, format!("{done}{kept}")).unwrap();
    fs::write(journal.with_extension("unfinished"), "").unwrap();
    for path in ["a/two", "c/big"] {
        fs::remove_file(scene.top().join(path)).unwrap();
    }
    let undone = scene.run(&["undo", &run]).exits(0);
    assert!(undone.stderr.contains("3 undone"), "{}", undone.stderr);
    assert_eq!(without_inodes(scene.snapshot()), before);
}

#[test]
fn a_file_that_comes_back_without_its_owner_says_so() {
    let scene = Scene::new();
    let own = scene.tree.file("top/a", "the same");
    let other = scene.tree.file("top/r", "the same");
    if !rustix::process::geteuid().is_root() {
        println!("SKIPPED: only root can give files away");
        return;
    }
    const NOBODY: u32 = 65_534;
    for path in [own, scene.top()] {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    fs::set_permissions(&other, PermissionsExt::from_mode(0o4755)).unwrap();
    let as_nobody = |arguments: &[&str]| {
        let state = scene.top().join(".state");
        let program = scene.program(arguments).unprivileged(&scene.tree);
        program.env("SANCHAY_STATE_DIR", state.to_str().unwrap()).run()
    };
    let delete = ["dedupe", "--action", "delete", "--apply", "."];
    let done = as_nobody(&delete).exits(0);
    assert!(done.stderr.contains("takes it back"), "{}", done.stderr);
    assert!(!other.exists());
    let undone = as_nobody(&["undo"]).exits(0);
    let said = &undone.stderr;
    let lost = "top/r: it does not have its owner or group, its permissions";
    assert!(said.contains(lost), "{said}");
    let found = fs::metadata(&other).unwrap();
    assert_ne!(found.uid(), 0);
    assert_eq!(found.mode() & 0o7777, 0o755);
}
