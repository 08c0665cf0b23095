//! What was changed between a plan and its application is left alone, whatever
//! was done to hide it; what the run itself does to a file is not taken for a
//! change by somebody else.

use std::{
    fs::{self, File, FileTimes},
    os::unix::fs::MetadataExt as _,
};

use super::{Scene, map};

/// Writes to a file and sets its times back.
fn edit_unseen(scene: &Scene, path: &str, text: &str) {
    let path = scene.tree.path(path);
    let before = fs::metadata(&path).unwrap();
    fs::write(&path, text).unwrap();
    let times = FileTimes::new()
        .set_modified(before.modified().unwrap())
        .set_accessed(before.accessed().unwrap());
    let file = File::options().write(true).open(&path).unwrap();
    file.set_times(times).unwrap();
    let after = fs::metadata(&path).unwrap();
    assert_eq!(
        (before.mtime(), before.mtime_nsec(), before.size()),
        (after.mtime(), after.mtime_nsec(), after.size())
    );
}

#[test]
fn a_file_with_several_names_that_was_edited_unseen_is_left_alone() {
    let scene = Scene::new();
    scene.tree.file("top/a", "one");
    scene.tree.hard_link("top/a", "top/b");
    scene.tree.file("top/c", "two");
    let delete = ["delete", "--permanent", "--plan", "../plan", "."];
    let _ = scene.run(&delete).exits(0);
    edit_unseen(&scene, "top/a", "eno");
    let applied = scene.run(&["apply", "../plan"]).exits(3);
    let said = &applied.stderr;
    assert!(said.contains("it was changed since the plan was made"), "{said}");
    assert!(said.contains("1 done, 2 failed"), "{said}");
    assert_eq!(scene.contents(), map(&[("a", "eno"), ("b", "eno")]));
}

#[test]
fn names_of_one_file_are_changed_one_after_the_other() {
    let scene = Scene::new();
    for number in 0..4 {
        let path = format!("top/d{number}/name");
        match number {
            0 => scene.tree.file(path.as_str(), "one"),
            _ => scene.tree.hard_link("top/d0/name", path.as_str()),
        };
    }
    let before = scene.snapshot();
    let commands: [&[&str]; 4] = [
        &["rename", "--to", "other", "--apply"],
        &["move", "--into", "new", "--apply", "."],
        &["link", "--into", "linked", "--apply", "."],
        &["delete", "--apply", "."],
    ];
    for command in commands {
        let run = scene.run(command).exits(0);
        assert!(!run.stderr.contains("failed"), "{}", run.stderr);
        let _ = scene.undo().exits(0);
        assert_eq!(scene.snapshot(), before, "{command:?}");
    }
    let _ = scene.run(&["delete", "--permanent", "--apply", "."]).exits(0);
    assert_eq!(scene.contents(), map(&[]));
}

#[test]
fn a_destination_that_became_a_link_is_not_used() {
    let scene = Scene::new();
    scene.tree.file("top/in/a", "a");
    scene.tree.dir("top/out");
    scene.tree.dir("outside");
    let into = ["move", "--into", "out", "--plan", "../plan", "in"];
    let _ = scene.run(&into).exits(0);
    fs::rename(scene.tree.path("top/out"), scene.tree.path("away")).unwrap();
    scene.tree.link("../outside", "top/out");
    for dry in [&["--dry-run"][..], &[]] {
        let apply = [&["apply", "../plan"][..], dry].concat();
        let refused = scene.run(&apply).exits(2);
        let said = &refused.stderr;
        assert!(said.contains("top/out: it is another directory"), "{said}");
    }
    assert_eq!(scene.contents()["in/a"], "a");
    assert!(!scene.tree.path("outside/a").exists());
    // A link that was one when the plan was made is what the user named.
    let into = ["move", "--into", "out", "--plan", "../plan", "in"];
    let _ = scene.run(&into).exits(0);
    let _ = scene.run(&["apply", "../plan"]).exits(0);
    assert!(scene.tree.path("outside/a").exists());
    let _ = scene.undo().exits(0);
    assert_eq!(scene.contents()["in/a"], "a");
}

#[test]
fn a_root_that_was_replaced_is_not_undone_in() {
    let scene = Scene::new();
    scene.tree.file("top/d/a", "a");
    let _ = scene.run(&["rename", "--to", "x", "--apply", "d"]).exits(0);
    fs::rename(scene.tree.path("top/d"), scene.tree.path("top/e")).unwrap();
    scene.tree.file("top/d/x", "mine");
    let refused = scene.undo().exits(2);
    assert!(refused.stderr.contains("it is another directory"));
    assert_eq!(scene.contents(), map(&[("d/x", "mine"), ("e/x", "a")]));
}

#[test]
fn a_dry_run_tells_what_could_not_be_done_any_more() {
    let scene = Scene::new();
    for name in ["a", "b", "c", "d"] {
        scene.tree.file(format!("top/{name}").as_str(), name);
    }
    let plan = ["rename", "--to", "x{name}", "--plan", "../plan"];
    let _ = scene.run(&plan).exits(0);
    let looks = ["apply", "-n", "../plan", "--format", "text"];
    let looked = scene.run(&looks).exits(0);
    assert_eq!(looked.text().lines().count(), 4);
    assert!(looked.stderr.contains("without --dry-run does it"));
    fs::write(scene.tree.path("top/a"), "changed").unwrap();
    fs::remove_file(scene.tree.path("top/b")).unwrap();
    fs::write(scene.tree.path("top/xc"), "mine").unwrap();
    let before = scene.snapshot();
    let looked = scene.run(&looks).exits(3);
    let expected = "d → xd\n\
        ! FOLDER/a → FOLDER/xa: it was changed since the plan was made\n\
        ! FOLDER/b → FOLDER/xb: it is no longer there\n\
        ! FOLDER/c → FOLDER/xc: something has that name by now\n";
    let folder = scene.top().display().to_string();
    let said = looked.text().replace(&folder, "FOLDER");
    assert_eq!(said.replace("FOLDER/d → FOLDER/xd", "d → xd"), expected);
    assert_eq!(scene.snapshot(), before);
    let applied = scene.run(&["apply", "../plan"]).exits(3);
    assert!(applied.stderr.contains("1 done, 3 failed"), "{}", applied.stderr);
}

#[test]
fn a_dry_run_knows_what_the_steps_before_would_have_done() {
    let scene = Scene::new();
    scene.tree.file("top/in/a", "a");
    scene.tree.file("top/in/b", "b");
    // A ring by a temporary name, and folders that are made first.
    let ring = ["rename", "--replace", "s/a/c/", "--replace", "s/b/a/"];
    let ring = [&ring[..], &["--replace", "s/c/b/"]].concat();
    for command in [&ring[..], &["move", "--into", "x/y/z", "in"]] {
        let write = [command, &["--plan", "../plan"]].concat();
        let _ = scene.run(&write).exits(0);
        let looked = scene.run(&["apply", "-n", "../plan"]).exits(0);
        assert_eq!(looked.stderr, "");
        let _ = scene.run(&["apply", "../plan"]).exits(0);
        let _ = scene.undo().exits(0);
    }
}
