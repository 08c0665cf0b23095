//! Files that are nearly the same: one stays, those that are like it make way.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use super::Scene;
use crate::similar_images::{painted, save};

/// A text of 100 words, 98 shingles, of which some are other words. Each of
/// those changes 3 shingles.
fn text(others: &[usize]) -> String {
    let word = |at| match others.contains(&at) {
        true => format!("other{at} "),
        false => format!("word{at} "),
    };
    (0..100).map(word).collect()
}

/// `b` is like `a` and like `c`, and these are not like each other: 89 of 107
/// shingles are in both, or 80 of 116.
fn scene() -> Scene {
    let scene = Scene::new();
    for (number, (path, others)) in [
        ("a", &[][..]),
        ("b", &[20, 30, 40]),
        ("sub/c", &[20, 30, 40, 50, 60, 70]),
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("top/{path}");
        scene.tree.file(path.as_str(), text(others));
        let then = Duration::from_secs(1_000_000_000 + number as u64);
        scene.tree.touch(path.as_str(), SystemTime::UNIX_EPOCH + then);
    }
    scene.tree.file("top/unlike", "nothing of that at all");
    scene
}

const TRASH: [&str; 4] = ["dedupe", "--similar", "--action", "trash"];

fn table(scene: &Scene, more: &[&str]) -> Vec<String> {
    let words = [&TRASH[..], &["--format", "text"], more].concat();
    let run = scene.run(&words).exits(0);
    run.text().lines().map(str::to_owned).collect()
}

#[test]
fn nothing_similar_makes_way_unless_it_is_asked_for() {
    let scene = scene();
    let before = scene.snapshot();
    let plan = scene.run(&[&TRASH[..], &["."]].concat()).exits(0);
    let text = plan.text();
    assert!(text.contains(r#""similar":"texts","threshold":"0.8""#), "{text}");
    assert!(text.contains(r#""like":{"path":"a","expect":"#), "{text}");
    assert!(text.contains(r#""because":"0.832 alike; kept: "#), "{text}");
    assert!(!text.contains("same_as"), "{text}");
    let sum = "1 entry for 1 that stay, reclaimable:";
    assert!(plan.stderr.starts_with(sum), "{}", plan.stderr);
    assert_eq!(
        table(&scene, &["."]),
        ["- ./b ~ ./a (0.832 alike; kept: the first path)"]
    );
    assert_eq!(scene.snapshot(), before);
    assert!(!scene.tree.path("state").exists());
    // What a pipe carries is a plan.
    let applied =
        scene.program(&["apply", "-"]).input(plan.stdout).run().exits(0);
    assert!(applied.stderr.starts_with("1 done"), "{}", applied.stderr);
    assert!(!scene.contents().contains_key("b"));
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
}

#[test]
fn a_file_makes_way_only_for_one_that_it_is_itself_like() {
    let scene = scene();
    // What is like b stays for want of b.
    let oldest = table(&scene, &["--keep", "oldest", "."]);
    assert_eq!(oldest, ["- ./b ~ ./a (0.832 alike; kept: oldest)"]);
    let newest = table(&scene, &["--keep", "newest", "."]);
    assert_eq!(newest, ["- ./b ~ ./sub/c (0.832 alike; kept: newest)"]);
    let middle = table(&scene, &["--keep", "regex:b$", "."]);
    assert_eq!(middle.len(), 2, "{middle:?}");
    assert!(middle.iter().all(|it| it.contains(" ~ ./b (0.832 alike; ")));
    // All of them are like each other.
    let all = table(&scene, &["--threshold", "0.6", "--keep", "oldest", "."]);
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[1].starts_with("- ./sub/c ~ ./a (0.690 alike"), "{all:?}");
    assert!(table(&scene, &["--threshold", "0.9", "."]).is_empty());
    // A reference stays, whatever the rules say, and what is like it goes.
    let other =
        table(&scene, &["--reference", "sub", "--keep", "oldest", "."]);
    assert_eq!(other, ["- ./b ~ ./sub/c (0.832 alike; kept: a reference)"]);
    let all = ["--reference", ".", "."];
    assert!(table(&scene, &all).is_empty());
}

#[test]
fn what_made_way_for_a_similar_file_is_taken_back() {
    for (action, left) in [("trash", 3), ("move-to", 4)] {
        let scene = scene();
        let before = scene.snapshot();
        let mut words =
            vec!["dedupe", "--similar", "--action", action, "--apply", "."];
        if action == "move-to" {
            words.extend(["--into", "set/aside"]);
        }
        let run = scene.run(&words).exits(0);
        assert!(run.stderr.contains("sanchay undo"), "{}", run.stderr);
        let contents = scene.contents();
        assert_eq!(contents.len(), left, "{contents:?}");
        assert!(!contents.contains_key("b"), "{contents:?}");
        if action == "move-to" {
            assert_eq!(contents["set/aside/b"], text(&[20, 30, 40]));
            // What is there makes way for nothing.
            let again = scene.run(&words).exits(0);
            assert!(again.stderr.contains("nothing to do"));
        }
        let _ = scene.undo().exits(0);
        assert_eq!(scene.snapshot(), before, "{action}");
    }
    let scene = scene();
    let delete = ["dedupe", "--similar", "--action", "delete", "--apply", "."];
    let _ = scene.run(&delete).exits(0);
    assert!(!scene.contents().contains_key("b"));
    let undone = scene.undo();
    assert_ne!(undone.code(), Some(0));
    assert!(undone.stderr.contains("deleted for good"), "{}", undone.stderr);
}

#[test]
fn both_files_must_be_what_they_were_when_they_were_judged() {
    let fails = |change: &dyn Fn(&Scene), why: &str| {
        let scene = scene();
        let plan = ["--plan", "../plan", "."];
        let _ = scene.run(&[&TRASH[..], &plan].concat()).exits(0);
        change(&scene);
        let run = scene.run(&["apply", "../plan"]).exits(2);
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert!(scene.contents().contains_key("b"), "{}", run.stderr);
    };
    let set_back = |scene: &Scene, path: &str, seconds: u64| {
        let then = Duration::from_secs(1_000_000_000 + seconds);
        scene.tree.touch(path, SystemTime::UNIX_EPOCH + then);
    };
    let changed = "b: cannot trash: it was changed since the plan was made";
    let stays = "b: cannot trash: the similar file that stays was changed";
    fails(
        &|scene| {
            scene.tree.file("top/b", text(&[20, 30, 40]).to_uppercase());
            set_back(scene, "top/b", 1);
        },
        changed,
    );
    // Of the same length, and with its old time.
    fails(
        &|scene| {
            scene.tree.file("top/a", text(&[]).to_uppercase());
            set_back(scene, "top/a", 0);
        },
        stays,
    );
    fails(
        &|scene| {
            let own = scene.top().join("a");
            fs::rename(&own, scene.top().join("elsewhere")).unwrap();
        },
        "b: cannot trash: the similar file that stays is gone",
    );
    fails(
        &|scene| {
            let own = scene.top().join("a");
            fs::copy(&own, scene.top().join("copy")).unwrap();
            fs::rename(scene.top().join("copy"), own).unwrap();
        },
        stays,
    );
}

#[test]
fn similar_files_never_become_links_to_each_other() {
    let scene = scene();
    for action in ["hardlink", "symlink", "reflink"] {
        let words = ["dedupe", "--similar", "--action", action, "."];
        let refused = scene.run(&words).exits(2);
        let why = "do not become links to each other";
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
    let plan = scene.run(&[&TRASH[..], &["."]].concat()).exits(0);
    for operation in ["hardlink", "symlink", "reflink", "rename"] {
        let edited = plan
            .text()
            .replace(r#""op":"trash""#, &format!(r#""op":"{operation}""#));
        let apply = ["apply", "--force-edited", "-"];
        let refused = scene.program(&apply).input(edited).run().exits(2);
        let why = "like no other file that stays";
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
    assert_eq!(scene.contents().len(), 4);
}

#[test]
fn options_of_equal_files_do_not_go_with_similar_ones() {
    let scene = scene();
    for more in [
        &["--similar", "--verify"][..],
        &["--similar", "--against", "sub"],
        &["--similar", "--hardlinks"],
        &["--similar", "--min-group", "3"],
        &["--similar", "--sort", "size"],
        &["--similar", "--algorithm", "sha256"],
        &["--similar", "--sha256"],
        &["--similar", "--catalog", "c.db"],
        &["--similar", "--threshold", "7"],
        &["--similar", "--rotations"],
        &["--threshold", "0.9"],
        &["--characters"],
        &["--images"],
    ] {
        let words = ["dedupe", "--action", "trash", "--apply"];
        let refused = scene.run(&[&words[..], more, &["."]].concat());
        assert_eq!(refused.code(), Some(2), "{more:?}: {}", refused.stderr);
    }
    assert_eq!(scene.contents().len(), 4);
}

#[test]
fn the_picture_with_the_most_pixels_stays_though_it_has_fewer_bytes() {
    let scene = Scene::new();
    let picture = painted(1);
    let filter = image::imageops::FilterType::Triangle;
    save(&picture, &scene.top().join("small.bmp"));
    save(
        &picture.resize_exact(480, 320, filter),
        &scene.top().join("sub/large.jpg"),
    );
    save(&painted(2), &scene.top().join("other.png"));
    let size =
        |name: &str| fs::metadata(scene.top().join(name)).unwrap().len();
    assert!(size("small.bmp") > size("sub/large.jpg"));
    let before = scene.snapshot();
    let kept = |rule: &str| {
        let lines = table(&scene, &["--images", "--keep", rule, "."]);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let (_, kept) = lines[0].split_once(" ~ ").unwrap();
        kept.split(" (").next().unwrap().to_owned()
    };
    assert_eq!(kept("largest"), "./sub/large.jpg");
    assert_eq!(kept("smallest"), "./small.bmp");
    let words = ["--images", "--keep", "largest", "--apply", "."];
    let run = scene.run(&[&TRASH[..], &words].concat()).exits(0);
    assert!(run.stderr.contains("1 done"), "{}", run.stderr);
    assert!(!scene.top().join("small.bmp").exists());
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
}
