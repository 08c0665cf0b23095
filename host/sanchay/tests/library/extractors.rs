//! What extractors tell, where it is much or the run does not come to it.

use std::{
    ops::ControlFlow,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use sanchay::{
    Cancel, DuplicateOptions, Error, Limits, Monitor, Plugin, PluginOptions,
    Plugins, ScanEvent, WalkOptions,
};
use sanchay_testkit::{Tree, plugin};

use crate::engine;

fn plugins() -> Plugins {
    let mut options = PluginOptions::default();
    let budget = Duration::from_secs(60);
    options.limits = Limits::of_plugins().call_budget(budget);
    let plugin = Plugin::load(&plugin::extractor(), &options).unwrap();
    Plugins::new(vec![plugin]).unwrap()
}

#[test]
fn what_a_run_did_not_come_to_is_not_told_to_have_no_values() {
    let tree = Tree::new();
    for number in 0..3000 {
        tree.file(format!("{number}").as_str(), "k");
    }
    let cancel = Cancel::default();
    let monitor = Monitor { cancel: cancel.clone(), ..Monitor::default() };
    let options = WalkOptions { plugins: plugins(), ..WalkOptions::default() };
    let reported = Mutex::new((0, 0));
    let ended = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(500));
            cancel.cancel();
        });
        engine(2)
            .scan([tree.root().to_owned()])
            .options(options.clone())
            .monitor(&monitor)
            .for_each_batch(|_| {
                |it: ScanEvent<'_>| {
                    if let ScanEvent::Files(batch) = it {
                        let mut reported = reported.lock().unwrap();
                        for file in batch.iter() {
                            match file.values.iter().all(Option::is_some) {
                                true => reported.0 += 1,
                                false => reported.1 += 1,
                            }
                        }
                    }
                    ControlFlow::Continue(())
                }
            })
    });
    assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
    let (with, without) = reported.into_inner().unwrap();
    assert_eq!(without, 0, "beside {with} that have values");
    assert!(with < 3000);
}

#[test]
fn too_many_values_cost_the_last_files_of_a_group_theirs_and_no_others() {
    let tree = Tree::new();
    // 200,000 bytes of text each: together 80 MB.
    for number in 0..400 {
        tree.file(format!("many/{number:03}").as_str(), "o");
    }
    for number in 0..40 {
        tree.file(format!("some/{number:02}").as_str(), "ox");
    }
    for name in ["a", "b"] {
        tree.file(format!("few/{name}").as_str(), "fine");
    }
    let engine = engine(8);
    let monitor = Monitor::default();
    let options = DuplicateOptions::default();
    let go_on = |_| ControlFlow::Continue(());
    let roots = [tree.root().to_owned()];
    let duplicates = engine
        .duplicates(&roots)
        .options(options.clone())
        .monitor(&monitor)
        .find(go_on)
        .unwrap();
    let plugins = plugins();
    let began = Instant::now();
    let describe = || {
        let mut reported = Vec::new();
        let errors = Mutex::new(0);
        let failed = engine
            .extract_groups(
                &duplicates,
                &plugins,
                &monitor,
                |_| {
                    *errors.lock().unwrap() += 1;
                    ControlFlow::Continue(())
                },
                |group, values| {
                    let has = |at: usize| !values.of(at).is_empty();
                    reported
                        .push((0..group.len()).map(has).collect::<Vec<_>>());
                    ControlFlow::Continue(())
                },
            )
            .unwrap();
        assert_eq!(failed, errors.into_inner().unwrap());
        (reported, failed)
    };
    let (reported, failed) = describe();
    let mut sizes: Vec<_> = reported.iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [2, 40, 400]);
    for group in &reported {
        let with = group.iter().filter(|has| **has).count();
        if group.len() == 400 {
            assert!((300..400).contains(&with), "{with}");
            assert_eq!(failed, 400 - with as u64);
            assert!(group[..with].iter().all(|has| *has), "not the first");
        } else {
            assert_eq!(with, group.len());
        }
    }
    assert_eq!(describe(), (reported, failed), "another time");
    assert!(began.elapsed() < Duration::from_secs(120));
}
