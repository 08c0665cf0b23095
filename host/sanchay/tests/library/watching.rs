//! What a run tells of itself: what it reads, and what it did in the end.

use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex},
    time::Duration,
};

use sanchay::{Cancel, Error, Monitor, Source, Summary};
use sanchay_testkit::Tree;

use crate::engine;

type Told<T> = Arc<Mutex<Vec<T>>>;

/// A monitor, and what it was told: paths, and the ends of runs.
fn watched() -> (Monitor, Told<Vec<u8>>, Told<Summary>) {
    let (paths, ends) =
        (Told::<Vec<u8>>::default(), Told::<Summary>::default());
    let (seen, ended) = (Arc::clone(&paths), Arc::clone(&ends));
    let reading = move |path: &[u8]| seen.lock().unwrap().push(path.to_vec());
    let finished = move |done: &Summary| ended.lock().unwrap().push(*done);
    let monitor = Monitor {
        interval: Duration::ZERO,
        reading: Some(Arc::new(reading)),
        finished: Some(Arc::new(finished)),
        ..Monitor::default()
    };
    (monitor, paths, ends)
}

fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/a", "same");
    tree.file("d/below/b", "same");
    tree.file("d/below/c", "other");
    tree
}

#[test]
fn a_run_tells_the_paths_that_it_lists_and_reads() {
    let tree = tree();
    let (monitor, paths, _) = watched();
    let root = tree.path("d");
    let listed = engine(1)
        .scan([&root])
        .monitor(&monitor)
        .for_each_batch(|_| |_| ControlFlow::Continue(()));
    assert_eq!(listed.unwrap().files, 3);
    let name = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    let told = |ending: &str| {
        let paths = paths.lock().unwrap();
        paths.iter().any(|path| name(path).ends_with(ending))
    };
    assert!(told("d/below/") && !told("d/below/b"));
    let hashed = engine(1)
        .hash(&[Source::Path(root)])
        .monitor(&monitor)
        .for_each(|_| ControlFlow::Continue(()));
    assert_eq!(hashed.unwrap().files, 3);
    assert!(told("d/a") && told("d/below/b") && told("d/below/c"));
}

#[test]
fn a_run_tells_in_the_end_what_it_did_however_it_ends() {
    let tree = tree();
    let (monitor, _, ends) = watched();
    let found = engine(2)
        .duplicates(&[tree.path("d")])
        .monitor(&monitor)
        .find(|_| ControlFlow::Continue(()))
        .unwrap();
    assert_eq!(found.summary().groups, 1);
    let cancel = Cancel::new();
    cancel.cancel();
    let cancelled = engine(2)
        .scan([tree.path("d")])
        .monitor(&Monitor { cancel, ..monitor })
        .for_each_batch(|_| |_| ControlFlow::Continue(()));
    assert!(matches!(cancelled, Err(Error::Cancelled)), "{cancelled:?}");
    let ends = ends.lock().unwrap();
    assert_eq!(ends.len(), 2);
    // The files that were found, and the bytes of those that were compared.
    assert_eq!((ends[0].files, ends[0].directories), (3, 2));
    assert_eq!(ends[0].bytes, 8);
    assert_eq!(ends[1].files, 0);
}
