//! Names that are swapped while somebody else changes what is there.

use std::fs;

use super::{Scene, map};

/// Two files, and an editor that swaps their names.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.tree.file("top/a", "A");
    scene.tree.file("top/b", "B");
    scene
}

fn swap(scene: &Scene, more: &[&str]) {
    let script = r"s/\ta$/\tQ/;s/\tb$/\ta/;s/\tQ$/\tb/";
    let editor = format!("sed -i '{script}'");
    let edit = [&["rename", "--edit"], more].concat();
    let _ = scene.program(&edit).env("VISUAL", &editor).run().exits(0);
}

#[test]
fn a_swap_that_cannot_be_undone_leaves_no_hidden_file() {
    let scene = scene();
    swap(&scene, &[]);
    let swapped = [("a", "B"), ("b", "A")];
    assert_eq!(scene.contents(), map(&swapped));
    scene.tree.file("top/new", "new");
    fs::rename(scene.top().join("new"), scene.top().join("b")).unwrap();
    let now = [("a", "B"), ("b", "new")];
    for dry in [&["-n"][..], &[]] {
        let undone = scene.run(&[&["undo"], dry].concat()).exits(2);
        let said = &undone.stderr;
        assert!(said.contains("3 kept"), "{said}");
        let stays = format!("it stays {}/a", scene.top().display());
        assert!(said.contains(&stays), "{said}");
        assert!(!said.contains(".sanchay-"), "{said}");
        assert_eq!(scene.contents(), map(&now));
    }
    // Once the name is free, the file gets it back.
    fs::remove_file(scene.top().join("b")).unwrap();
    let runs = scene.run(&["runs"]).exits(0);
    let run = runs.text().split_whitespace().next().unwrap().to_owned();
    let again = scene.run(&["undo", &run]).exits(3);
    assert!(again.stderr.contains("2 undone, 1 kept"), "{}", again.stderr);
    assert_eq!(scene.contents(), map(&[("b", "B")]));
}

#[test]
fn a_swap_of_which_one_file_was_changed_leaves_both_as_they_are() {
    let scene = scene();
    swap(&scene, &["--plan", "../plan"]);
    fs::write(scene.top().join("a"), "A2").unwrap();
    let applied = scene.run(&["apply", "../plan"]).exits(2);
    let said = &applied.stderr;
    assert!(said.contains("it was changed since"), "{said}");
    let top = scene.top().display().to_string();
    for name in ["a", "b"] {
        let told = format!("{top}/{name}: cannot rename: ");
        assert!(said.contains(&told), "{said}");
    }
    assert!(!said.contains(".sanchay-"), "{said}");
    assert_eq!(scene.contents(), map(&[("a", "A2"), ("b", "B")]));
    let runs = scene.run(&["runs"]).exits(0);
    assert!(runs.text().contains("finished"), "{}", runs.text());
}
