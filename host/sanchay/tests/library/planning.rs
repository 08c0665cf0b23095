//! Plans as values: what is decided anew, names with folders before them.

use std::{fs, path::Path};

use sanchay::{
    EntryKind, Monitor,
    ops::{ConflictKind, OnConflict, OpsError, Plan, Runs},
};
use tempfile::TempDir;

use crate::engine;

/// A tree of these files, and a place for journals.
fn tree(files: &[&str]) -> (TempDir, Runs) {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join("tree").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    let runs = Runs::at(folder.path().join("runs"));
    (folder, runs)
}

/// The new names of a plan's entries.
fn targets(plan: &Plan, root: &Path) -> Vec<String> {
    let below = |number| {
        let to = plan.entry(number).unwrap().to.unwrap();
        to.strip_prefix(root).unwrap().to_str().unwrap().to_owned()
    };
    let mut names: Vec<_> = (0..plan.entry_count()).map(below).collect();
    names.sort();
    names
}

#[test]
fn what_becomes_of_conflicts_can_be_decided_after_planning() {
    let (folder, runs) = tree(&["a.txt", "b.txt", "c", "d"]);
    let root = folder.path().join("tree");
    let engine = engine(1);
    let monitor = Monitor::default();
    let mut plan = engine.rename([&root]).to("x.{ext}").plan().unwrap();
    // One of two gets the name; those without an extension get none.
    let kinds = |plan: &Plan| {
        let mut taken = 0;
        for conflict in plan.conflicts() {
            taken += usize::from(matches!(
                conflict.kind,
                ConflictKind::SameTarget(_)
            ));
        }
        (plan.len(), plan.conflicts().len(), taken)
    };
    assert_eq!(kinds(&plan), (1, 3, 1));
    let refused = plan.apply(&engine, &runs, &monitor);
    assert!(matches!(refused, Err(OpsError::Conflicts { count: 3, .. })));
    plan.set_on_conflict(OnConflict::Rename).unwrap();
    assert_eq!(kinds(&plan), (2, 2, 0));
    assert_eq!(targets(&plan, &root), ["x (2).txt", "x.txt"]);
    assert_eq!(plan.step(0), plan.steps().next());
    assert_eq!((plan.step(2), plan.entry(2)), (None, None));
    plan.set_on_conflict(OnConflict::Skip).unwrap();
    let mut text = Vec::new();
    plan.write(&mut text).unwrap();
    assert!(text.starts_with(b"{\"format\":\"sanchay-plan\""));
    let header = text.split(|byte| *byte == b'\n').next().unwrap();
    let header = String::from_utf8_lossy(header);
    assert_eq!(header.matches("on-conflict").count(), 1, "{header}");
    assert!(header.contains("\"on-conflict\":\"skip\""), "{header}");
    let report = plan.apply(&engine, &runs, &monitor).unwrap();
    // The second has no other name any more.
    assert_eq!((report.done, report.failed), (1, 0));
    assert!(!root.join("x (2).txt").exists() && root.join("c").exists());
}

#[test]
fn a_slash_in_the_template_of_a_new_name_makes_folders_below_its_own() {
    let (folder, runs) = tree(&["a.txt", "sub/b.TXT", "sub/c.rs"]);
    let root = folder.path().join("tree");
    let engine = engine(1);
    let monitor = Monitor::default();
    let to = "{ext:lower}/of {size}/{stem}";
    let plan = engine.rename([&root]).to(to).plan().unwrap();
    assert_eq!(plan.conflicts(), []);
    assert_eq!(plan.command(), "rename");
    let expected = ["sub/rs/of 8/c", "sub/txt/of 9/b", "txt/of 5/a"];
    assert_eq!(targets(&plan, &root), expected);
    let report = plan.apply(&engine, &runs, &monitor).unwrap();
    assert_eq!(report.failed, 0);
    assert_eq!(fs::read(root.join("sub/rs/of 8/c")).unwrap(), b"sub/c.rs");
    let undone = runs.undo(&engine, &report.run, false, &monitor).unwrap();
    assert_eq!(undone.kept, 0);
    assert!(root.join("sub/c.rs").exists() && !root.join("txt").exists());
    // Never out of the folder, and a name has no slash of a value's.
    for to in ["../{name}", "/tmp/{name}", "a/../{name}", "a/{path}", "a/"] {
        let plan = engine.rename([&root]).to(to).plan().unwrap();
        assert!(plan.is_empty(), "{to}");
        assert_eq!(plan.conflicts().len(), 3, "{to}");
    }
    // A folder does not go into itself.
    let plan = engine
        .rename([&root])
        .kind(EntryKind::Directory)
        .to("{name}/{name}")
        .plan()
        .unwrap();
    let kinds: Vec<_> = plan.conflicts().iter().map(|it| &it.kind).collect();
    assert_eq!(kinds, [&ConflictKind::WithinItself]);
}

#[test]
fn names_are_given_to_entries_and_not_to_what_came_between_them() {
    let (folder, _runs) = tree(&["b", "d"]);
    let root = folder.path().join("tree");
    let request = engine(1).rename([&root]);
    let listed = request.list().unwrap();
    fs::write(root.join("a"), "").unwrap();
    fs::write(root.join("c"), "").unwrap();
    let names = ["B", "D"].map(|it| it.as_bytes().to_vec());
    let plan = request.exactly(listed.into_iter().zip(names)).plan().unwrap();
    let mut steps: Vec<_> =
        plan.entries().map(|it| (it.from, it.to)).collect();
    steps.sort();
    let expected = ["b", "d"].map(|name| {
        let to = root.join(name.to_uppercase());
        (Some(root.join(name)), Some(to))
    });
    assert_eq!(steps, expected);
}
