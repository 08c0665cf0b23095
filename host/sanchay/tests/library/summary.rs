//! Summaries: of a tree in memory, with faults, and ended early.

use std::{
    io::ErrorKind,
    ops::ControlFlow,
    sync::{Arc, Mutex},
};

use sanchay::{
    Action, Cancel, ContentKind, Engine, Error, FolderTotals, MemoryStorage,
    Storage, SummaryOptions, Timestamp, TreeSummary, storage::Fault,
};

use crate::engine;

fn tree() -> MemoryStorage {
    let storage = MemoryStorage::new();
    storage.write("d/a.txt", b"some text");
    storage.write("d/b/c.RS", b"fn main() {}");
    storage.write("d/b/e/f.rs", &[0; 100_000]);
    storage.write("d/b/e/empty", b"");
    storage.write("d/.hidden", b"hidden");
    storage.hard_link("d/b/c.RS", "d/b/again.rs");
    storage.make_dir("d/nothing/here");
    storage.link("a.txt", "d/link");
    storage
}

fn shared(storage: &MemoryStorage) -> Arc<dyn Storage> {
    Arc::new(storage.clone())
}

/// A summary of `d`, and what failed.
fn summary(
    engine: &Engine,
    storage: &MemoryStorage,
    options: SummaryOptions,
) -> (TreeSummary, Vec<(String, Action)>) {
    let errors = Mutex::new(Vec::new());
    let found = engine
        .summary(["d"])
        .options(options)
        .storage(shared(storage))
        .report(|error| {
            let path = error.path.to_str().unwrap().to_owned();
            errors.lock().unwrap().push((path, error.action));
            ControlFlow::Continue(())
        })
        .unwrap();
    (found, errors.into_inner().unwrap())
}

fn folder<'s>(found: &'s TreeSummary, path: &str) -> &'s FolderTotals {
    let mut folders = found.report.folders.iter();
    folders.find(|it| *it.path == *path.as_bytes()).unwrap()
}

#[test]
fn a_tree_in_memory_is_summed_up() {
    let now = Timestamp { seconds: 1 << 40, nanoseconds: 0 };
    let options =
        SummaryOptions { now: Some(now), ..SummaryOptions::default() };
    let (found, errors) = summary(&engine(2), &tree(), options);
    assert_eq!(errors, []);
    let report = &found.report;
    assert_eq!(report.now, now);
    assert_eq!((report.totals.files, report.totals.bytes), (5, 100_021));
    assert_eq!(report.directories, 5);
    assert_eq!(folder(&found, "d").all, report.totals);
    assert_eq!(folder(&found, "d").own.bytes, 9);
    assert_eq!(folder(&found, "d/b/e").all.files, 2);
    let rs = &report.extensions[0];
    assert_eq!(rs.extension.as_deref(), Some(&b"rs"[..]));
    assert_eq!((rs.totals.files, rs.totals.bytes), (3, 100_012));
    assert_eq!(&*report.largest[1].path, b"d/b/again.rs");
    assert_eq!(report.empty.count, 2);
    assert_eq!(&*report.empty.top[0].path, b"d/nothing");
    assert_eq!(&*report.fullest[0].path, b"d");
    assert_eq!(report.ages.last().unwrap().files, 5);
    assert_eq!(report.contents, None);
}

#[test]
fn a_file_that_cannot_be_read_costs_only_its_own_kind() {
    let storage = tree();
    for index in 0..150 {
        storage.write(format!("d/many/{index}"), b"text");
    }
    storage.fail("d/many/77", Fault::Open(ErrorKind::PermissionDenied));
    storage.fail("d/many/78", Fault::Read(ErrorKind::Other));
    let options =
        SummaryOptions { content: true, ..SummaryOptions::default() };
    let (found, mut errors) = summary(&engine(1), &storage, options);
    errors.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        errors,
        [
            ("d/many/77".to_owned(), Action::Open),
            ("d/many/78".to_owned(), Action::Read),
        ]
    );
    assert_eq!((found.report.errors, found.summary.errors), (2, 2));
    let contents = found.report.contents.unwrap();
    let files = |kind: ContentKind| contents.kinds[kind.index()].files;
    assert_eq!(files(ContentKind::Text), 151);
    assert_eq!(files(ContentKind::Empty), 1);
    assert_eq!(files(ContentKind::Other), 1);
    assert_eq!(contents.unknown.files, 2);
    assert_eq!(found.report.totals.files, 155);
}

#[test]
fn a_summary_can_be_cancelled_and_ended_by_an_error() {
    let engine = engine(2);
    let cancel = Cancel::new();
    cancel.cancel();
    let ended = engine
        .summary(["d"])
        .storage(shared(&tree()))
        .cancel(&cancel)
        .report(|_| ControlFlow::Continue(()));
    assert!(matches!(ended, Err(Error::Cancelled)));
    let ended = engine
        .summary(["gone", "d"])
        .storage(shared(&tree()))
        .report(|_| ControlFlow::Break(()));
    assert!(matches!(ended, Err(Error::Cancelled)));
}
