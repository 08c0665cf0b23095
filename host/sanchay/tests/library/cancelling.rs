//! Runs that are watched, and ended from every side.

use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sanchay::{
    Algorithm, Cancel, CheckEvent, DuplicateOptions, Error, HashEvent,
    HashOptions, Method, Monitor, Phase, Progress, ScanEvent, Source,
    WalkOptions,
};
use sanchay_testkit::Tree;

use crate::engine;

/// A tree that takes minutes to read.
fn endless() -> Tree {
    let tree = Tree::new();
    for number in 0..50 {
        tree.sparse(format!("d/{number}"), 4 << 30);
    }
    tree
}

fn sha256() -> HashOptions {
    let method = Method::Whole(Algorithm::Sha256);
    HashOptions { method, ..HashOptions::default() }
}

fn go_on<T>(_: T) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A monitor whose progress callback ends the run the third time.
fn third_time() -> (Monitor, Arc<Mutex<Vec<Progress>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let reported = Arc::clone(&seen);
    let monitor = Monitor {
        interval: Duration::from_millis(20),
        progress: Some(Arc::new(move |progress: &Progress| {
            let mut reported = reported.lock().unwrap();
            reported.push(*progress);
            if reported.len() < 3 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })),
        ..Monitor::default()
    };
    (monitor, seen)
}

#[test]
fn the_progress_callback_can_end_a_run() {
    let tree = endless();
    let started = Instant::now();
    let (monitor, seen) = third_time();
    let source = [Source::Path(tree.path("d"))];
    let outcome = engine(2)
        .hash(&source)
        .options(sha256())
        .monitor(&monitor)
        .for_each(|event| go_on(event));
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 3, "it is not called again");
    assert!(seen.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes));
    assert!(seen[2].bytes > 0 && seen[2].directories == 1);

    let (monitor, seen) = third_time();
    let roots = [tree.path("d")];
    // All are equal and have to be read to their ends.
    let options = DuplicateOptions {
        algorithm: Algorithm::Sha256,
        ..DuplicateOptions::default()
    };
    let outcome = engine(2)
        .duplicates(&roots)
        .options(options.clone())
        .monitor(&monitor)
        .find(go_on);
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    let last = seen.lock().unwrap()[2];
    assert_eq!(last.phase, Phase::Comparing);
    assert_eq!(last.total_files, Some(50));
    // Their ends, of 16 KiB each, are read first.
    assert_eq!(last.total_bytes, Some(50 * ((4 << 30) + (32 << 10))));
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// A monitor that keeps every report.
fn all() -> (Monitor, Arc<Mutex<Vec<Progress>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let reported = Arc::clone(&seen);
    let monitor = Monitor {
        interval: Duration::ZERO,
        progress: Some(Arc::new(move |progress: &Progress| {
            reported.lock().unwrap().push(*progress);
            ControlFlow::Continue(())
        })),
        ..Monitor::default()
    };
    (monitor, seen)
}

#[test]
fn a_search_for_duplicates_comes_to_the_totals_that_it_told() {
    let tree = Tree::new();
    for number in 0..8_u8 {
        // Two of them are equal, the others differ at their ends.
        let content = vec![number.max(1); 1 << 20];
        tree.file(format!("d/{number}"), content);
    }
    tree.file("d/small", "same");
    tree.file("d/as small", "same");
    let (monitor, seen) = all();
    let roots = [tree.path("d")];
    let options = DuplicateOptions::default();
    engine(1)
        .duplicates(&roots)
        .options(options.clone())
        .monitor(&monitor)
        .find(go_on)
        .unwrap();
    let last = *seen.lock().unwrap().last().unwrap();
    let read = 8 * (32 << 10) + 2 * (1 << 20) + 8;
    assert_eq!((last.bytes, last.total_bytes), (read, Some(read)));
    assert_eq!((last.files, last.total_files), (10, Some(10)));
}

#[test]
fn hashing_what_is_named_tells_how_much_that_is() {
    let tree = Tree::new();
    let files = [("a", 70_000), ("b", 10)];
    let sources =
        files.map(|(name, size)| Source::Path(tree.file(name, vec![1; size])));
    for (method, bytes) in
        [(Method::default(), 70_010), (Method::Partial { chunk: 100 }, 210)]
    {
        let options = HashOptions { method, ..HashOptions::default() };
        let (monitor, seen) = all();
        engine(1)
            .hash(&sources)
            .options(options.clone())
            .monitor(&monitor)
            .for_each(|event| go_on(event))
            .unwrap();
        let last = *seen.lock().unwrap().last().unwrap();
        assert_eq!(last.phase, Phase::Hashing);
        assert_eq!((last.files, last.total_files), (2, Some(2)));
        assert_eq!((last.bytes, last.total_bytes), (bytes, Some(bytes)));
    }
    // What a directory holds is not known.
    let (monitor, seen) = all();
    let source = [Source::Path(tree.root().to_owned())];
    let options = HashOptions::default();
    engine(1)
        .hash(&source)
        .options(options.clone())
        .monitor(&monitor)
        .for_each(|event| go_on(event))
        .unwrap();
    let last = *seen.lock().unwrap().last().unwrap();
    assert_eq!((last.phase, last.total_files), (Phase::Walking, None));
}

#[test]
fn a_run_can_be_cancelled_from_another_thread_and_before_it_begins() {
    let tree = endless();
    let cancel = Cancel::new();
    let monitor = Monitor { cancel: cancel.clone(), ..Monitor::default() };
    let source = [Source::Path(tree.path("d"))];
    let engine = engine(2);
    let started = Instant::now();
    let outcome = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            cancel.cancel();
        });
        engine
            .hash(&source)
            .options(sha256())
            .monitor(&monitor)
            .for_each(|event| go_on(event))
    });
    assert!(matches!(outcome, Err(Error::Cancelled)));
    assert!(started.elapsed() < Duration::from_secs(10));
    // It stays cancelled.
    let roots = [tree.path("d")];
    let options = WalkOptions::default();
    let outcome = engine
        .scan(&roots)
        .options(options.clone())
        .monitor(&monitor)
        .for_each_batch(|_| |event: ScanEvent<'_>| go_on(event));
    assert!(matches!(outcome, Err(Error::Cancelled)));
    let options = DuplicateOptions::default();
    let outcome = engine
        .duplicates(&roots)
        .options(options.clone())
        .monitor(&monitor)
        .find(go_on);
    assert!(matches!(outcome, Err(Error::Cancelled)));
}

/// A tree with many small files.
fn many() -> Tree {
    let tree = Tree::new();
    for number in 0..3000 {
        tree.file(format!("d/{}/{number}", number % 30), "same");
    }
    tree
}

#[test]
fn a_visitor_that_breaks_ends_a_scan() {
    let tree = many();
    let calls = AtomicUsize::new(0);
    let outcome = engine(1).scan([tree.path("d")]).for_each_batch(|_| {
        |_: ScanEvent<'_>| {
            calls.fetch_add(1, Ordering::Relaxed);
            ControlFlow::Break(())
        }
    });
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn a_visitor_that_breaks_ends_a_hash_run_there_and_then() {
    let tree = many();
    for threads in [1, 4] {
        let mut seen = Vec::new();
        let outcome = engine(threads)
            .hash([Source::Path(tree.path("d"))])
            .for_each(|event| {
                if let HashEvent::File(file) = event {
                    seen.push(file.path.to_vec());
                }
                match seen.len() {
                    100 => ControlFlow::Break(()),
                    _ => ControlFlow::Continue(()),
                }
            });
        assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
        assert_eq!(seen.len(), 100, "nothing is reported after a break");
        assert!(seen.is_sorted());
    }
}

#[test]
fn a_visitor_that_breaks_ends_a_check_and_a_search_for_duplicates() {
    let list = format!("{}  gone\n", "0".repeat(64)).repeat(5000);
    let mut calls = 0;
    let outcome = engine(2).check(list.as_bytes()).for_each(|event| {
        assert!(matches!(event, CheckEvent::Checked { .. }));
        calls += 1;
        ControlFlow::Break(())
    });
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert_eq!(calls, 1);
    let gone = [Tree::new().path("gone")];
    let outcome = engine(2).duplicates(&gone).find(|_| ControlFlow::Break(()));
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
}

#[test]
fn progress_is_told_no_more_often_than_asked_for_and_never_twice_at_once() {
    let tree = Tree::new();
    for number in 0..6 {
        tree.sparse(format!("d/{number}"), 64 << 20);
    }
    let inside = Arc::new(AtomicUsize::new(0));
    let times = Arc::new(Mutex::new(Vec::new()));
    let (busy, reported) = (Arc::clone(&inside), Arc::clone(&times));
    let monitor = Monitor {
        interval: Duration::from_millis(30),
        progress: Some(Arc::new(move |_: &Progress| {
            assert_eq!(busy.fetch_add(1, Ordering::SeqCst), 0);
            reported.lock().unwrap().push(Instant::now());
            thread::sleep(Duration::from_millis(5));
            busy.fetch_sub(1, Ordering::SeqCst);
            ControlFlow::Continue(())
        })),
        ..Monitor::default()
    };
    let source = [Source::Path(tree.path("d"))];
    let summary = engine(4)
        .hash(&source)
        .options(sha256())
        .monitor(&monitor)
        .for_each(|event| go_on(event))
        .unwrap();
    assert_eq!(summary.files, 6);
    assert_eq!(summary.bytes, 6 * (64 << 20));
    let times = times.lock().unwrap();
    assert!(!times.is_empty());
    let least = Duration::from_millis(20);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= least));
}
