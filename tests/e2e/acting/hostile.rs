//! Plans that somebody else made, or edited, and trees that change while a
//! plan is applied: nothing outside of the roots is ever touched.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use super::{Scene, snapshot};

/// A plan of a scene, and the plan's file.
fn plan(scene: &Scene, arguments: &[&str]) -> String {
    let run = scene.run(&[arguments, &["--plan", "../plan"]].concat());
    let _ = run.exits(0);
    fs::read_to_string(scene.tree.path("plan")).unwrap()
}

fn refused(scene: &Scene, text: &str, force: bool) -> String {
    fs::write(scene.tree.path("plan"), text).unwrap();
    let force = if force { &["--force-edited"][..] } else { &[] };
    let run = scene.run(&[&["apply", "../plan"], force].concat());
    assert_eq!(run.code(), Some(2), "{text}: {}", run.stderr);
    run.stderr
}

#[test]
fn a_plan_that_was_cut_or_edited_is_refused() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    scene.tree.file("top/b", "b");
    let rename = ["rename", "--to", "x{name}"];
    let text = plan(&scene, &rename);
    let before = scene.snapshot();
    let lines: Vec<&str> = text.lines().collect();
    let cut = format!("{}\n{}\n", lines[0], lines[1]);
    assert!(refused(&scene, &cut, false).contains("it was cut"));
    let edited = text.replace("xa", "ya");
    assert!(refused(&scene, &edited, false).contains("it was edited"));
    let newer = text.replace("\"version\":1", "\"version\":9");
    let why = refused(&scene, &newer, true);
    assert!(why.contains("version 9"), "{why}");
    assert!(why.contains("line 1"), "{why}");
    assert_eq!(scene.snapshot(), before);
    fs::write(scene.tree.path("plan"), edited).unwrap();
    let _ = scene.run(&["apply", "--force-edited", "../plan"]).exits(0);
    assert!(scene.tree.path("top/ya").exists());
}

#[test]
fn a_plan_leads_nowhere_but_down() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    scene.tree.file("outside", "outside");
    let text = plan(&scene, &["rename", "--to", "x{name}"]);
    let before = snapshot(scene.tree.root());
    for path in [
        "../x",
        "/tmp/x",
        "x/../../y",
        ".",
        "..",
        "",
        "x//y",
        "x/",
        "x\\u0000",
    ] {
        let text = text.replace("\"xa\"", &format!("\"{path}\""));
        let why = refused(&scene, &text, true);
        assert!(why.contains("a path is refused"), "{path}: {why}");
    }
    for path in ["../outside", "/etc/passwd"] {
        let text =
            text.replace("\"from\":\"a\"", &format!("\"from\":\"{path}\""));
        let why = refused(&scene, &text, true);
        assert!(why.contains("a path is refused"), "{path}: {why}");
    }
    let long = "x".repeat(256);
    let text = text.replace("\"xa\"", &format!("\"{long}\""));
    assert!(refused(&scene, &text, true).contains("255"));
    fs::remove_file(scene.tree.path("plan")).unwrap();
    fs::write(scene.tree.path("plan"), "").unwrap();
    let now = snapshot(scene.tree.root());
    assert_eq!(
        now.keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
    assert_eq!(now[Path::new("outside")], before[Path::new("outside")]);
}

#[test]
fn what_is_no_plan_is_refused() {
    let scene = Scene::new();
    for text in ["", "{}", "[]\n", "{\"op\":\"rename\"}\n", "\u{0}\n", "null"]
    {
        let why = refused(&scene, text, true);
        assert!(why.contains("line 1"), "{text}: {why}");
    }
    let endless = "x".repeat(20 << 20);
    assert!(refused(&scene, &endless, true).contains("too long"));
}

#[test]
fn a_file_that_was_changed_since_is_left_alone() {
    let scene = Scene::new();
    for name in ["a", "b", "c"] {
        scene.tree.file(format!("top/{name}").as_str(), name);
    }
    plan(&scene, &["rename", "--to", "x{name}"]);
    fs::write(scene.tree.path("top/a"), "changed").unwrap();
    fs::remove_file(scene.tree.path("top/b")).unwrap();
    let run = scene.run(&["apply", "../plan"]).exits(3);
    assert!(run.stderr.contains("it was changed since"), "{}", run.stderr);
    assert!(run.stderr.contains("1 done, 2 failed"), "{}", run.stderr);
    let names: Vec<String> = scene.contents().into_keys().collect();
    assert_eq!(names, ["a", "xc"]);
}

#[test]
fn what_is_in_another_s_place_is_not_taken_back() {
    let scene = Scene::new();
    scene.tree.file("top/a", "a");
    scene.tree.file("top/b", "b");
    let _ = scene.run(&["rename", "--to", "x{name}", "--apply"]).exits(0);
    // Replaced, as editors do it; and the old name taken.
    fs::write(scene.tree.path("top/new"), "edited").unwrap();
    fs::rename(scene.tree.path("top/new"), scene.tree.path("top/xa")).unwrap();
    fs::write(scene.tree.path("top/b"), "mine").unwrap();
    let run = scene.undo().exits(2);
    assert!(run.stderr.contains("another entry has taken"), "{}", run.stderr);
    assert!(run.stderr.contains("its old name is taken"), "{}", run.stderr);
    let contents = scene.contents();
    assert_eq!(contents["xa"], "edited");
    assert_eq!(contents["b"], "mine");
    assert_eq!(contents["xb"], "b");
}

#[test]
fn a_link_in_the_place_of_a_folder_is_not_followed() {
    let scene = Scene::new();
    scene.tree.file("top/d/a", "a");
    scene.tree.file("outside/a", "outside");
    plan(&scene, &["rename", "--to", "x{name}"]);
    fs::rename(scene.tree.path("top/d"), scene.tree.path("top/e")).unwrap();
    scene.tree.link("../outside", "top/d");
    let run = scene.run(&["apply", "../plan"]).exits(2);
    assert!(run.stderr.contains("symbolic link"), "{}", run.stderr);
    assert!(scene.tree.path("outside/a").exists());
    let deleting = ["delete", "--permanent", "--apply", "."];
    let _ = scene.run(&deleting).exits(0);
    assert!(scene.tree.path("outside/a").exists());
    assert!(!scene.tree.path("top/e/a").exists());
}

#[test]
fn a_folder_that_becomes_a_link_again_and_again_leads_nowhere() {
    let scene = Scene::new();
    for number in 0..40 {
        scene.tree.file(format!("top/d/{number}").as_str(), "inside");
        scene.tree.file(format!("outside/{number}").as_str(), "outside");
    }
    scene.tree.link("outside", "link");
    let outside = snapshot(&scene.tree.path("outside"));
    let over = AtomicBool::new(false);
    let (real, other) = (scene.tree.path("top/d"), scene.tree.path("link"));
    let exchange = || {
        let flags = rustix::fs::RenameFlags::EXCHANGE;
        let cwd = rustix::fs::CWD;
        // Where the name is taken by another just then, the next time.
        let _ = rustix::fs::renameat_with(cwd, &real, cwd, &other, flags);
    };
    let mut met = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Relaxed) {
                exchange();
            }
        });
        for round in 0..60 {
            let to = format!("{{stem}}.{round}");
            let run = scene.run(&[
                "rename",
                "--to",
                &to,
                "--apply",
                "--on-conflict",
                "skip",
                ".",
            ]);
            met += usize::from(run.code() != Some(0));
            let run = scene.run(&[
                "move",
                "--into",
                "d/in",
                "--flat",
                "--apply",
                "--on-conflict",
                "skip",
                ".",
            ]);
            met += usize::from(run.code() != Some(0));
        }
        over.store(true, Relaxed);
    });
    assert_eq!(snapshot(&scene.tree.path("outside")), outside);
    assert!(met > 0, "hardly a race");
}
