//! Names that are swapped or passed on in a ring, while somebody else changes
//! what is there: no entry stays under a temporary name unless it is told
//! where, and no file is lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use sanchay::{
    EntryKind, FileId, MemoryStorage, Storage,
    ops::{Plan, RunReport, Runs},
    storage::{Directory, Opened},
};

use super::{names, request};
use crate::engine;

/// Files a, b, c, ..., each of which gets the name of the next, and the last
/// that of the first.
fn ring(count: u8) -> (MemoryStorage, Plan) {
    let storage = MemoryStorage::new();
    let name = |at: u8| vec![b'a' + at % count];
    for at in 0..count {
        let path = format!("r/{}", char::from(b'a' + at));
        storage.write(&path, path.as_bytes());
    }
    let listed = request(&storage, false).list().unwrap();
    let names = listed.into_iter().zip((1..=count).map(name));
    let plan = request(&storage, false).exactly(names).plan().unwrap();
    assert_eq!(plan.len(), usize::from(count) + 1);
    (storage, plan)
}

fn root(storage: &MemoryStorage) -> Box<dyn Directory> {
    match storage.open(Path::new("/r")).unwrap() {
        Opened::Directory(root, _) => root,
        other => panic!("{other:?} is no directory"),
    }
}

/// Saves as editors do: a new file, renamed over the old one.
fn save(storage: &MemoryStorage, name: &str) {
    storage.write("r/new", b"SAVED");
    let folder = root(storage);
    folder.replace(b"new", &*folder, name.as_bytes()).unwrap();
}

/// The paths of temporary names.
fn litter(storage: &MemoryStorage) -> Vec<String> {
    let paths = names(storage).into_keys();
    paths.filter(|path| path.contains("/.sanchay-")).collect()
}

type Names = BTreeMap<String, (EntryKind, FileId)>;

fn ids(names: &Names) -> BTreeSet<FileId> {
    names.values().map(|it| it.1).collect()
}

/// Fails unless what has a temporary name is told of.
#[track_caller]
fn is_told(storage: &MemoryStorage, report: &RunReport) {
    for path in litter(storage) {
        let path = format!("/r{path}");
        let mut whys = report.problems.iter().map(|it| &it.why);
        assert!(whys.any(|why| why.contains(&path)), "{path}: {report:?}");
        assert!(report.left_aside > 0, "{report:?}");
    }
}

#[test]
fn a_ring_of_which_one_was_changed_stays_as_it_is() {
    for count in 2..6 {
        for changed in 0..count {
            let (storage, plan) = ring(count);
            let path = format!("r/{}", char::from(b'a' + changed));
            storage.write(&path, b"changed");
            let before = names(&storage);
            let folder = tempfile::tempdir().unwrap();
            let runs = Runs::at(folder.path())
                .with_storage(Arc::new(storage.clone()));
            let monitor = Default::default();
            let engine = engine(1);
            let report = plan.apply(&engine, &runs, &monitor).unwrap();
            assert_eq!(names(&storage), before, "{report:?}");
            assert_eq!((report.done, report.left_aside), (0, 0), "{report:?}");
            assert!(report.failed >= u64::from(count), "{report:?}");
            let mut paths: Vec<_> =
                report.problems.iter().map(|it| it.path.clone()).collect();
            paths.sort_unstable();
            paths.dedup();
            assert_eq!(paths.len(), usize::from(count), "{report:?}");
            assert_eq!(runs.unfinished().unwrap(), Vec::<String>::new());
            let listed = runs.list(&engine).unwrap();
            assert_eq!((listed[0].done, listed[0].undone), (0, 0));
            let undone = runs.undo(&engine, &report.run, false, &monitor);
            assert_eq!(undone.unwrap().problems, []);
            assert_eq!(names(&storage), before);
        }
    }
}

#[test]
fn a_ring_that_cannot_be_undone_stays_as_it_is() {
    for count in 2..6 {
        for replaced in 0..count {
            let (storage, plan) = ring(count);
            let folder = tempfile::tempdir().unwrap();
            let runs = Runs::at(folder.path())
                .with_storage(Arc::new(storage.clone()));
            let monitor = Default::default();
            let engine = engine(1);
            let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
            save(&storage, &char::from(b'a' + replaced).to_string());
            let before = names(&storage);
            let looked = runs.undo(&engine, &run, true, &monitor).unwrap();
            assert_eq!(names(&storage), before);
            let report = runs.undo(&engine, &run, false, &monitor).unwrap();
            assert_eq!(names(&storage), before, "{report:?}");
            assert_eq!(report.left_aside, 0, "{report:?}");
            assert_eq!((looked.done, looked.kept), (report.done, report.kept));
            let kept = u64::from(count) + 1;
            assert_eq!((report.done, report.kept), (0, kept), "{report:?}");
            let listed = runs.list(&engine).unwrap();
            assert_eq!((listed[0].undone, listed[0].kept), (0, kept));
            // Once the stranger is gone, all but the one that is lost go back.
            let gone = [b'a' + replaced];
            root(&storage).remove_file(&gone).unwrap();
            let report = runs.undo(&engine, &run, false, &monitor).unwrap();
            assert_eq!(litter(&storage), [] as [&str; 0], "{report:?}");
            // Of one that goes by a temporary name, both steps are kept.
            assert!((1..=2).contains(&report.kept), "{report:?}");
        }
    }
}

#[test]
fn whatever_is_saved_while_a_ring_turns_no_entry_is_hidden() {
    for count in 2..4 {
        for saved in 0..count {
            let name = char::from(b'a' + saved).to_string();
            for calls in 0.. {
                let (storage, plan) = ring(count);
                let before = ids(&names(&storage));
                let folder = tempfile::tempdir().unwrap();
                let runs = Runs::at(folder.path())
                    .with_storage(Arc::new(storage.clone()));
                let monitor = Default::default();
                let engine = engine(1);
                let other = name.clone();
                storage.meddle_after(calls, move |it| save(it, &other));
                let report = plan.apply(&engine, &runs, &monitor).unwrap();
                if !storage.has_meddled() {
                    break;
                }
                is_told(&storage, &report);
                let left = ids(&names(&storage));
                // What was saved has replaced one of them, or none.
                let lost = before.difference(&left).count();
                assert!(lost <= 1, "{report:?}");
                let run = report.run;
                let report = runs.undo(&engine, &run, false, &monitor);
                is_told(&storage, &report.unwrap());
                assert_eq!(ids(&names(&storage)), left);
            }
        }
    }
}

#[test]
fn whatever_is_saved_while_a_ring_is_undone_no_entry_is_hidden() {
    for count in 2..4 {
        for saved in 0..count {
            let name = char::from(b'a' + saved).to_string();
            for calls in 0.. {
                let (storage, plan) = ring(count);
                let before = ids(&names(&storage));
                let folder = tempfile::tempdir().unwrap();
                let runs = Runs::at(folder.path())
                    .with_storage(Arc::new(storage.clone()));
                let monitor = Default::default();
                let engine = engine(1);
                let run = plan.apply(&engine, &runs, &monitor).unwrap().run;
                let other = name.clone();
                storage.meddle_after(calls, move |it| save(it, &other));
                let report = runs.undo(&engine, &run, false, &monitor);
                let report = report.unwrap();
                if !storage.has_meddled() {
                    break;
                }
                is_told(&storage, &report);
                let left = ids(&names(&storage));
                assert!(before.difference(&left).count() <= 1, "{report:?}");
            }
        }
    }
}
