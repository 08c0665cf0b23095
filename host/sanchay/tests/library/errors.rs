//! Errors have types: those of a run, and those of one entry.

use std::{fs, io, ops::ControlFlow, sync::Mutex};

use sanchay::{
    Action, Cause, CheckEvent, CheckStatus, DuplicateOptions, Engine,
    EntryError, Error, Filter, HashEvent, HashOptions, Limits, MAX_CHUNK,
    Method, Problem, ScanEvent, Source, WalkOptions,
};
use sanchay_testkit::{Tree, content::noise};

use crate::{engine, scan};

fn go_on<T>(_: T) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn options_that_make_no_sense_end_a_run_before_it_begins() {
    for threads in [0, 1025, usize::MAX] {
        let outcome = Engine::builder().threads(threads).build();
        let Err(Error::Option { option: "threads", .. }) = outcome else {
            panic!("{threads}: {outcome:?}");
        };
    }
    let engine = engine(2);
    let tree = Tree::new();
    let roots = [tree.root().to_owned()];
    let filters = [
        (Filter::default().extension(""), "extension"),
        (Filter::default().extension("fine").extension("a/b"), "extension"),
        (Filter::default().min_size(2).max_size(1), "size"),
    ];
    for (filter, option) in filters {
        let walk = WalkOptions { filter, ..Default::default() };
        let outcome = engine
            .scan(&roots)
            .options(walk.clone())
            .for_each_batch(|_| |event: ScanEvent<'_>| go_on(event));
        let Err(Error::Filter(error)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(error.option, option, "{error}");
        let sources = [Source::Path(roots[0].clone())];
        let options = HashOptions { walk: walk.clone(), ..Default::default() };
        let outcome = engine
            .hash(&sources)
            .options(options.clone())
            .for_each(|event| go_on(event));
        assert!(matches!(outcome, Err(Error::Filter(_))), "{outcome:?}");
        let options = DuplicateOptions { walk, ..Default::default() };
        let outcome =
            engine.duplicates(&roots).options(options.clone()).find(go_on);
        assert!(matches!(outcome, Err(Error::Filter(_))), "{outcome:?}");
    }
    for chunk in [0, MAX_CHUNK + 1] {
        let method = Method::Partial { chunk };
        let options = HashOptions { method, ..Default::default() };
        let outcome = engine
            .hash(Vec::<Source>::new())
            .options(options.clone())
            .for_each(|event| go_on(event));
        let Err(Error::Option { option: "chunk", .. }) = outcome else {
            panic!("{chunk}: {outcome:?}");
        };
        let outcome = engine
            .check(io::empty())
            .chunk(chunk)
            .for_each(|event| go_on(event));
        assert!(matches!(outcome, Err(Error::Option { .. })));
    }
}

#[test]
fn a_root_that_fails_is_told_as_one_that_was_named() {
    let tree = Tree::new();
    let fifo = tree.fifo("fifo");
    let roots = [tree.path("gone"), fifo.clone()];
    let (files, errors) = scan(&engine(2), &roots, &WalkOptions::default());
    assert!(files.is_empty());
    assert_eq!(errors.len(), 2);
    assert!(errors.iter().all(|error| error.named));
    assert!(errors.iter().all(|error| error.action == Action::Root));
    assert_eq!(errors[0].path, fifo);
    let cause = &errors[0].cause;
    assert!(
        matches!(cause, Cause::Problem(Problem::NotRegular("a FIFO"))),
        "{cause:?}"
    );
    assert!(errors[1].is_missing() && !errors[1].is_refused());
}

#[test]
fn an_entry_that_fails_is_told_with_its_path_action_and_cause() {
    let tree = Tree::new();
    tree.file("d/a", "same");
    tree.file("d/closed/b", "same");
    tree.file("d/locked", "same");
    tree.forbid("d/closed");
    tree.forbid("d/locked");
    let refused = fs::read_dir(tree.path("d/closed")).is_err();
    if !refused {
        eprintln!("LEFT OUT: refusals, since root is refused nothing");
    }
    let errors = Mutex::new(Vec::new());
    let outcome =
        engine(2).hash([Source::Path(tree.path("d"))]).for_each(|event| {
            if let HashEvent::Error(error) = event {
                errors.lock().unwrap().push(error);
            }
            ControlFlow::Continue(())
        });
    let errors = errors.into_inner().unwrap();
    let summary = outcome.unwrap();
    assert_eq!(summary.errors, if refused { 2 } else { 0 });
    assert_eq!(summary.named_errors, 0);
    assert_eq!(errors.len() as u64, summary.errors);
    if refused {
        assert_eq!(errors[0].path, tree.path("d/closed"));
        assert_eq!(errors[0].action, Action::OpenDirectory);
        assert_eq!(errors[1].path, tree.path("d/locked"));
        assert_eq!(errors[1].action, Action::Open);
        assert!(errors.iter().all(EntryError::is_refused));
        assert!(errors.iter().all(|error| !error.named));
    }
}

#[test]
fn a_list_that_cannot_be_read_ends_its_check() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let outcome = engine(2).check(Broken).for_each(|event| go_on(event));
    let Err(Error::Checklist(error)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn a_check_tells_verdicts_and_malformed_lines_in_order() {
    let tree = Tree::new();
    let file = tree.file("f", "hello world");
    let (file, gone) = (file.display(), tree.path("gone"));
    let list = format!(
        "45ab6734b21e6968  {file}\nrubbish\n{}  {file}\n{}  {}\n",
        "0".repeat(32),
        "0".repeat(64),
        gone.display()
    );
    let mut reported = Vec::new();
    let summary = engine(2)
        .check(list.as_bytes())
        .for_each(|event| {
            reported.push(match event {
                CheckEvent::Malformed { line, .. } => line.to_string(),
                CheckEvent::Checked { verdict, .. } => match verdict {
                    CheckStatus::Match => "match".to_owned(),
                    CheckStatus::Mismatch => "mismatch".to_owned(),
                    CheckStatus::Failed(error) => {
                        assert_eq!(error.action, Action::Open);
                        assert!(error.named && error.is_missing());
                        "failed".to_owned()
                    }
                },
                _ => panic!("an event that this test does not know"),
            });
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(reported, ["match", "2", "mismatch", "failed"]);
    let counts = [
        summary.matched,
        summary.mismatched,
        summary.missing,
        summary.unreadable,
        summary.malformed,
    ];
    assert_eq!(counts, [1, 1, 1, 0, 1]);
}

#[test]
fn an_instance_that_may_not_have_memory_costs_rows_and_not_the_run() {
    let tree = Tree::new();
    tree.file("d/small", "small");
    tree.file("d/large", noise(1, 400_000));
    // Enough for the guest itself, not for what a large file brings.
    let limits = Limits::default().memory(256 << 10);
    let engine = match Engine::builder().threads(1).limits(limits).build() {
        Ok(engine) => engine,
        Err(Error::Sandbox(_)) => return,
        Err(error) => panic!("{error}"),
    };
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    let sources = [tree.path("d"), tree.path("d/large")];
    let outcome = engine.hash(&sources).for_each(|event| {
        match event {
            HashEvent::File(file) => rows.push(file.path.to_vec()),
            HashEvent::Error(error) => errors.push(error),
            _ => panic!("an event that this test does not know"),
        }
        ControlFlow::Continue(())
    });
    match outcome {
        Ok(summary) => {
            assert_eq!(rows.len() + errors.len(), 3);
            assert_eq!(summary.errors, errors.len() as u64);
            for error in errors {
                assert!(matches!(error.cause, Cause::Sandbox(_)));
            }
        }
        Err(Error::Filter(_) | Error::Sandbox(_)) => {}
        Err(error) => panic!("{error}"),
    }
}
