//! Somebody else changes the tree between any two steps of a run: nothing that
//! was saved is overwritten, no content is lost, and nothing stays under a
//! temporary name.

use std::{path::Path, sync::Arc};

use sanchay::{
    MemoryStorage, Storage,
    ops::{DedupeAction, RunReport, Runs},
    storage::{Attributes, Directory, Links, Opened},
};

use super::{Look, plan, root, tree};
use crate::engine;

const ACTIONS: [DedupeAction; 3] =
    [DedupeAction::HardLink, DedupeAction::Symlink, DedupeAction::Delete];

/// `r/z/c` stays for `r/a` and `r/x/b`.
fn scene(has_exchange: bool) -> MemoryStorage {
    let storage = tree(&[(0, 0, 0), (1, 1, 0), (3, 2, 0)], &[]);
    if !has_exchange {
        storage.refuse_exchanges();
    }
    storage
}

/// A directory by its path.
fn directory(storage: &MemoryStorage, path: &str) -> Box<dyn Directory> {
    match storage.open(Path::new(path)).unwrap() {
        Opened::Directory(directory, _) => directory,
        other => panic!("{other:?} is no directory"),
    }
}

/// Saves as editors do: a new file, renamed over the old one.
fn save(storage: &MemoryStorage, folder: &str, name: &[u8]) {
    storage.write(Path::new(folder).join("new"), b"SAVED");
    let folder = directory(storage, folder);
    folder.replace(b"new", &*folder, name).unwrap();
}

fn saved(storage: &MemoryStorage, path: &str) -> bool {
    let look = Look::at(storage);
    look.tree.get(path).is_some_and(|it| it.3.starts_with(b"SAVED"))
}

fn litter(storage: &MemoryStorage) -> Vec<String> {
    let paths = Look::at(storage).tree.into_keys();
    paths.filter(|path| path.contains("/.sanchay-")).collect()
}

fn has_content(storage: &MemoryStorage, content: &[u8]) -> bool {
    Look::at(storage).contents.contains(content)
}

/// Applies a plan while a deed is done at each possible moment in turn, and
/// undoes it. `judge` is called after both.
fn at_any_moment(
    has_exchange: bool,
    deed: fn(&MemoryStorage),
    judge: impl Fn(&MemoryStorage, &DedupeAction, &RunReport),
) {
    for action in ACTIONS {
        for moment in 0.. {
            let storage = scene(has_exchange);
            let folder = tempfile::tempdir().unwrap();
            let runs = Runs::at(folder.path())
                .with_storage(Arc::new(storage.clone()));
            let (engine, monitor) = (engine(1), Default::default());
            let plan = plan(&storage, &action, false);
            storage.meddle_after(moment, deed);
            let report = plan.apply(&engine, &runs, &monitor).unwrap();
            if !storage.has_meddled() {
                assert!(moment > 20, "hardly a race");
                break;
            }
            let context = format!("{action:?}, {moment}: {report:?}");
            assert_eq!(report.left_aside, 0, "{context}");
            assert_eq!(litter(&storage), [""; 0], "{context}");
            judge(&storage, &action, &report);
            let undone = runs.undo(&engine, &report.run, false, &monitor);
            let undone = undone.unwrap();
            assert_eq!(litter(&storage), [""; 0], "{context}, {undone:?}");
            judge(&storage, &action, &report);
        }
    }
}

#[test]
fn a_folder_that_is_renamed_meanwhile_keeps_its_files() {
    for has_exchange in [true, false] {
        let deed = |storage: &MemoryStorage| {
            let root = root(storage);
            root.rename(b"x", &*root, b"w").unwrap();
        };
        at_any_moment(has_exchange, deed, |storage, action, report| {
            assert!(has_content(storage, b"00000"), "{report:?}");
            let tree = Look::at(storage).tree;
            let there = tree.contains_key("/w/b");
            let goes = *action == DedupeAction::Delete;
            assert!(there || goes && report.done > 0, "{report:?}");
        });
    }
}

#[test]
fn what_a_program_saves_meanwhile_stays() {
    for has_exchange in [true, false] {
        let deed = |storage: &MemoryStorage| save(storage, "r/x", b"b");
        at_any_moment(has_exchange, deed, |storage, action, report| {
            assert!(saved(storage, "/x/b"), "{action:?}: {report:?}");
            assert!(has_content(storage, b"00000"), "{report:?}");
        });
    }
}

#[test]
fn a_file_that_stays_may_be_saved_anew_meanwhile() {
    for has_exchange in [true, false] {
        let deed = |storage: &MemoryStorage| save(storage, "r/z", b"c");
        at_any_moment(has_exchange, deed, |storage, action, report| {
            assert!(saved(storage, "/z/c"), "{action:?}: {report:?}");
            // Where all made way before, it was the only one.
            let all = report.done == 2 && *action != DedupeAction::HardLink;
            assert!(has_content(storage, b"00000") || all, "{report:?}");
        });
    }
}

#[test]
fn what_is_saved_while_a_run_is_undone_stays() {
    for has_exchange in [true, false] {
        for action in ACTIONS {
            for moment in 0.. {
                let storage = scene(has_exchange);
                let folder = tempfile::tempdir().unwrap();
                let runs = Runs::at(folder.path())
                    .with_storage(Arc::new(storage.clone()));
                let (engine, monitor) = (engine(1), Default::default());
                let plan = plan(&storage, &action, false);
                let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
                storage.meddle_after(moment, |storage| {
                    save(storage, "r/x", b"b");
                });
                let report = runs.undo(&engine, &run, false, &monitor);
                let report = report.unwrap();
                if !storage.has_meddled() {
                    break;
                }
                let context = format!("{action:?}, {moment}: {report:?}");
                assert!(saved(&storage, "/x/b"), "{context}");
                assert_eq!(litter(&storage), [""; 0], "{context}");
                assert!(has_content(&storage, b"00000"), "{context}");
            }
        }
    }
}

#[test]
fn a_folder_that_is_renamed_before_a_kill_is_found_again() {
    for resume in [true, false] {
        for after in 0..20 {
            let storage = scene(true);
            let folder = tempfile::tempdir().unwrap();
            let runs = Runs::at(folder.path())
                .with_storage(Arc::new(storage.clone()));
            let (engine, monitor) = (engine(1), Default::default());
            let plan = plan(&storage, &DedupeAction::HardLink, false);
            storage.stop_after(after);
            let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
            storage.revive();
            super::forget(&runs, &run, false);
            let top = root(&storage);
            top.rename(b"x", &*top, b"w").unwrap();
            top.create_dir(b"x", 0o755).unwrap();
            if resume {
                drop(runs.resume(&engine, &run, &monitor).unwrap());
                assert_eq!(litter(&storage), [""; 0], "{after}");
            }
            let undone = runs.undo(&engine, &run, false, &monitor);
            let context = format!("{after}: {undone:?}");
            assert_eq!(litter(&storage), [""; 0], "{context}");
            assert!(has_content(&storage, b"00000"), "{context}");
            let tree = Look::at(&storage).tree;
            assert!(tree.contains_key("/w/b"), "{context}");
        }
    }
}

#[test]
fn what_cannot_be_put_back_keeps_the_run_open() {
    // Killed between the two halves, and something was saved since.
    let storage = scene(true);
    let folder = tempfile::tempdir().unwrap();
    let runs = Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
    let (engine, monitor) = (engine(1), Default::default());
    let plan = plan(&storage, &DedupeAction::HardLink, false);
    storage.stop_after(4);
    let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
    storage.revive();
    super::forget(&runs, &run, false);
    let left = litter(&storage);
    let in_x: Vec<_> =
        left.iter().filter(|it| it.starts_with("/x/")).collect();
    assert_eq!(in_x.len(), 1, "{left:?}");
    save(&storage, "r/x", b"b");
    let report = runs.undo(&engine, &run, false, &monitor).unwrap();
    assert_eq!((report.left_aside, report.kept), (1, 1), "{report:?}");
    let why = &report.problems[0].why;
    let path = format!("/r{}", in_x[0]);
    assert!(why.contains(&path), "{why}");
    assert_eq!(runs.unfinished().unwrap(), [run.as_str()]);
    // Once the name is free, it comes back.
    directory(&storage, "r/x").remove_file(b"b").unwrap();
    let report = runs.undo(&engine, &run, false, &monitor).unwrap();
    assert_eq!((report.left_aside, report.kept), (0, 0), "{report:?}");
    assert_eq!(litter(&storage), [""; 0]);
    assert_eq!(runs.unfinished().unwrap(), [""; 0]);
    assert!(has_content(&storage, b"00000"));
}

#[test]
fn a_file_is_not_given_back_with_contents_that_were_edited_unseen() {
    for action in ACTIONS {
        let storage = scene(true);
        let folder = tempfile::tempdir().unwrap();
        let runs =
            Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
        let (engine, monitor) = (engine(1), Default::default());
        let plan = plan(&storage, &action, false);
        let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
        let kept = directory(&storage, "r/z");
        let before = kept.stat(b"c", Links::Refuse).unwrap().1;
        storage.write("r/z/c", b"other");
        let times = Attributes {
            modified: Some(before.modified),
            ..Attributes::default()
        };
        kept.set_attributes(b"c", &times).unwrap();
        let report = runs.undo(&engine, &run, false, &monitor).unwrap();
        assert_eq!((report.done, report.kept), (0, 2), "{report:?}");
        let why = &report.problems[0].why;
        assert!(why.contains("edited since"), "{action:?}: {why}");
        assert_eq!(litter(&storage), [""; 0]);
    }
}

#[test]
fn many_files_are_made_durable_at_once_when_they_are_given_back() {
    let storage = MemoryStorage::new();
    for number in 0..300 {
        storage.write(format!("r/z/{number:03}"), b"the same");
    }
    let before = Look::at(&storage);
    let folder = tempfile::tempdir().unwrap();
    let runs = Runs::at(folder.path()).with_storage(Arc::new(storage.clone()));
    let (engine, monitor) = (engine(2), Default::default());
    let plan = plan(&storage, &DedupeAction::HardLink, false);
    let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
    assert_eq!(Look::at(&storage).ids.len(), 1);
    let syncs = storage.counts().syncs;
    let report = runs.undo(&engine, &run, false, &monitor).unwrap();
    assert_eq!((report.done, report.kept), (299, 0), "{report:?}");
    assert_eq!(Look::at(&storage).tree, before.tree);
    assert_eq!(storage.counts().syncs - syncs, 1);
}
