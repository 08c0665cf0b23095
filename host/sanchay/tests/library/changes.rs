//! Entries that change between the moment they are listed and the moment they
//! are dealt with.

use std::{
    fs,
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use sanchay::{
    Action, Cause, EntryError, Monitor, Problem, Progress, ScanEvent,
};
use sanchay_testkit::{Tree, content::noise};

use crate::engine;

#[test]
fn a_file_that_changed_after_it_was_listed_is_told_with_both_sizes() {
    let tree = Tree::new();
    for number in 0..2000 {
        tree.file(format!("d/{number:04}"), noise(1, 500));
    }
    // One worker reports progress when the directory is listed, which is
    // before any file is read.
    let victim = tree.path("d/1999");
    let errors: Mutex<Vec<EntryError>> = Mutex::default();
    let monitor = Monitor {
        interval: Duration::ZERO,
        progress: Some(Arc::new(move |_: &Progress| {
            fs::write(&victim, noise(1, 700)).unwrap();
            ControlFlow::Continue(())
        })),
        ..Monitor::default()
    };
    let duplicates = engine(1)
        .duplicates([tree.path("d")])
        .monitor(&monitor)
        .find(|error| {
            errors.lock().unwrap().push(error);
            ControlFlow::Continue(())
        })
        .unwrap();
    let errors = errors.into_inner().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].path, tree.path("d/1999"));
    let cause = &errors[0].cause;
    let changed =
        Cause::Problem(Problem::Changed { expected: 500, found: 700 });
    assert_eq!(format!("{cause:?}"), format!("{changed:?}"));
    let groups: Vec<_> = duplicates.groups().collect();
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].len(), 1999);
    assert_eq!(duplicates.summary().scanned.errors, 1);
}

#[test]
fn a_file_that_another_replaced_is_told_as_such() {
    let tree = Tree::new();
    tree.file("d/a", "same");
    tree.file("d/b", "same");
    tree.file("spare", "same");
    let (from, to) = (tree.path("spare"), tree.path("d/b"));
    let monitor = Monitor {
        interval: Duration::ZERO,
        progress: Some(Arc::new(move |_: &Progress| {
            // Only the first time is there anything to rename.
            let _ = fs::rename(&from, &to);
            ControlFlow::Continue(())
        })),
        ..Monitor::default()
    };
    let errors: Mutex<Vec<EntryError>> = Mutex::default();
    let duplicates = engine(1)
        .duplicates([tree.path("d")])
        .monitor(&monitor)
        .find(|error| {
            errors.lock().unwrap().push(error);
            ControlFlow::Continue(())
        })
        .unwrap();
    let errors = errors.into_inner().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        matches!(errors[0].cause, Cause::Problem(Problem::Replaced)),
        "{errors:?}"
    );
    assert_eq!(duplicates.groups().count(), 0);
}

#[test]
fn a_scan_tells_what_became_of_an_entry_since_it_was_listed() {
    // One worker: the batch of the first directory is reported before the
    // second is opened.
    let tree = Tree::new();
    for name in ["a", "b"] {
        tree.file(format!("d/{name}/file"), "content");
    }
    let root = tree.path("d");
    let errors = Mutex::new(Vec::new());
    let reported = Mutex::new(Vec::<PathBuf>::new());
    engine(1)
        .scan([&root])
        .for_each_batch(|_| {
            |event: ScanEvent<'_>| {
                match event {
                    ScanEvent::Files(batch) => {
                        let mut reported = reported.lock().unwrap();
                        reported.extend(batch.iter().map(|file| file.path()));
                        if reported.len() == 1 {
                            let here = reported[0].parent().unwrap();
                            let name = match here.ends_with("a") {
                                true => "b",
                                false => "a",
                            };
                            fs::remove_dir_all(root.join(name)).unwrap();
                        }
                    }
                    ScanEvent::Error(error) => {
                        errors.lock().unwrap().push(error);
                    }
                    _ => panic!("an event that this test does not know"),
                }
                ControlFlow::Continue(())
            }
        })
        .unwrap();
    assert_eq!(reported.into_inner().unwrap().len(), 1);
    let errors = errors.into_inner().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].action, Action::OpenDirectory);
    assert!(errors[0].is_missing() && !errors[0].named);
}
