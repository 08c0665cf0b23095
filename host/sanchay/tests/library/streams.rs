//! Results one by one, from a run in the background.

use std::{
    collections::BTreeSet,
    io::Cursor,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use sanchay::{Cancel, CheckedLine, Error, ScanEvent};
use sanchay_testkit::Tree;

use crate::engine;

fn many() -> Tree {
    let tree = Tree::new();
    for number in 0..3000 {
        tree.file(format!("d/{}/{number}", number % 30), "same");
    }
    tree
}

#[test]
fn all_files_come_once_and_with_their_root() {
    let tree = many();
    let root = tree.path("d");
    let mut files = engine(4).scan([&root]).start().unwrap();
    let mut seen = BTreeSet::new();
    for file in &mut files {
        let file = file.unwrap();
        assert_eq!(file.root(), root);
        assert_eq!(file.path().file_name(), Some(file.file_name()));
        assert_eq!(file.size(), 4);
        assert!(seen.insert(file.into_path()), "reported twice");
    }
    assert_eq!(seen.len(), 3000);
    assert_eq!(files.finish().unwrap().files, 3000);
}

#[test]
fn a_run_is_finished_though_its_results_are_not_taken() {
    let tree = many();
    let mut files = engine(2).scan([tree.path("d")]).start().unwrap();
    assert!(files.next().is_some());
    assert_eq!(files.finish().unwrap().files, 3000);
}

#[test]
fn dropping_the_results_ends_the_run_and_cancels_nothing_else() {
    let tree = Tree::new();
    for number in 0..50 {
        tree.sparse(format!("d/{number}"), 4 << 30);
    }
    let (cancel, calls) = (Cancel::new(), Arc::new(AtomicUsize::new(0)));
    let (alive, counts) = (Arc::new(AtomicBool::new(true)), calls.clone());
    let guard = Guard(alive.clone());
    let files = engine(2)
        .hash([tree.path("d")])
        .cancel(&cancel)
        .progress(move |_| {
            let _held = &guard;
            counts.fetch_add(1, SeqCst);
            std::ops::ControlFlow::Continue(())
        })
        .start()
        .unwrap();
    while calls.load(SeqCst) == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    drop(files);
    let dropped = Instant::now();
    while alive.load(SeqCst) {
        assert!(dropped.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(5));
    }
    assert!(!cancel.is_cancelled());
}

/// Says when the run that holds it is over.
struct Guard(Arc<AtomicBool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}

#[test]
fn what_ends_a_run_is_said_when_it_is_finished() {
    let tree = many();
    let scan = engine(2).scan([tree.path("d")]).extension("");
    let outcome = scan.start().unwrap().finish();
    assert!(matches!(outcome, Err(Error::Filter(_))), "{outcome:?}");
    let cancel = Cancel::new();
    cancel.cancel();
    let scan = engine(2).scan([tree.path("d")]).cancel(&cancel);
    let outcome = scan.start().unwrap().finish();
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
}

#[test]
fn a_check_tells_of_every_line_in_order() {
    let tree = Tree::new();
    let file = tree.file("f", "hello world");
    let (shown, gone) = (file.display(), tree.path("gone"));
    let list = format!(
        "45ab6734b21e6968  {shown}\nrubbish\n{}  {shown}\n{}  {}\n",
        "0".repeat(32),
        "0".repeat(64),
        gone.display()
    );
    let mut lines = engine(2).check(Cursor::new(list)).start().unwrap();
    let mut next = || lines.next().unwrap();
    assert_eq!(next().unwrap(), CheckedLine::Match(file.clone()));
    let malformed = next().unwrap();
    assert!(matches!(malformed, CheckedLine::Malformed { line: 2, .. }));
    assert_eq!(next().unwrap(), CheckedLine::Mismatch(file));
    let error = next().unwrap_err();
    assert!(error.is_missing() && error.path == Path::new(&gone));
    assert!(lines.next().is_none());
    assert_eq!(lines.finish().unwrap().matched, 1);
}

#[test]
fn no_two_visitors_have_one_number_at_the_same_time() {
    struct Number<'a>(&'a AtomicBool);
    impl Drop for Number<'_> {
        fn drop(&mut self) {
            assert!(self.0.swap(false, SeqCst));
        }
    }
    let tree = many();
    let engine = engine(8);
    for follow in [false, true] {
        let taken: Vec<AtomicBool> =
            (0..engine.workers()).map(|_| AtomicBool::new(false)).collect();
        let files = AtomicUsize::new(0);
        let summary = engine
            .scan([tree.path("d"), tree.path("d/1/1")])
            .follow(follow)
            .for_each_batch(|number| {
                assert!(!taken[number].swap(true, SeqCst));
                let (number, home) =
                    (Number(&taken[number]), thread::current().id());
                let files = &files;
                move |event: ScanEvent<'_>| {
                    let _held = &number;
                    assert_eq!(thread::current().id(), home);
                    if let ScanEvent::Files(batch) = event {
                        files.fetch_add(batch.len(), SeqCst);
                    }
                    std::ops::ControlFlow::Continue(())
                }
            })
            .unwrap();
        assert_eq!(files.into_inner() as u64, summary.files);
        assert!(taken.iter().all(|taken| !taken.load(SeqCst)));
    }
}
