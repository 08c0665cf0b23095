//! Shards that are run by several processes at once, killed, and run again.

use std::{fs, thread, time::Duration};

use rustix::process::Signal;
use sanchay_testkit::{Tree, random::Random};

use super::{plan, run, tree};
use crate::sanchay;

#[test]
fn processes_that_are_killed_and_started_again_have_the_whole_answer() {
    let tree = tree(3);
    let own = run(&tree, "dupes d e -H").exits(0);
    run(&tree, "shards plan d e -H --target-files 12 -o plan").exits(0);
    let shards = plan(&tree, "plan").len();
    assert!(shards > 6, "{shards}");
    let mut random = Random::new(1);
    let begin = |index: usize| {
        let words = format!("shards run plan --out out -q --index {index}");
        sanchay().within(tree.root()).words(&words).start()
    };
    for _ in 0..2 {
        let running: Vec<_> = (0..shards).map(begin).collect();
        for one in running {
            thread::sleep(Duration::from_millis(random.below(15) as u64));
            if random.below(3) > 0 {
                one.signal(Signal::KILL);
            }
            let _ = one.wait();
        }
    }
    // Two at once of each, and then the rest.
    let running: Vec<_> =
        (0..2 * shards).map(|at| begin(at % shards)).collect();
    for one in running {
        one.wait().exits(0);
    }
    let merged = run(&tree, "shards merge --all --from out").exits(0);
    assert_eq!(
        String::from_utf8_lossy(&merged.stdout),
        String::from_utf8_lossy(&own.stdout)
    );
    // A last time: nothing is done.
    let again = run(&tree, "shards run plan --out out").exits(0);
    let kept = again.stderr.lines().filter(|it| it.contains("was complete"));
    assert_eq!(kept.count(), shards);
}

#[test]
fn what_a_killed_run_left_is_gone_when_the_shard_is_complete() {
    let tree = Tree::new();
    for number in 0..40 {
        tree.file(format!("d/{number}"), format!("old {number}"));
    }
    run(&tree, "shards plan d --target-files 100 -o plan").exits(0);
    run(&tree, "shards run plan --out out").exits(0);
    // As if it had been killed before it said that it was complete.
    let markers = fs::read_dir(tree.path("out/shards")).unwrap();
    for marker in markers {
        let path = marker.unwrap().path();
        let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
        fs::remove_file(&path).unwrap();
        tree.file(format!("out/begun/{id}"), "");
    }
    for number in 0..40 {
        tree.file(format!("d/{number}"), "the same");
    }
    run(&tree, "shards run plan --out out").exits(0);
    let tables = super::walk(&tree.path("out/files"));
    assert_eq!(tables.len(), 1, "{tables:?}");
    assert!(super::walk(&tree.path("out/begun")).is_empty());
    let merged = run(&tree, "shards merge --all --from out").exits(0);
    let own = run(&tree, "dupes d").exits(0);
    assert_eq!(merged.stdout, own.stdout);
}

#[test]
fn an_output_is_replaced_when_that_is_asked_for() {
    let tree = Tree::new();
    tree.file("d/a", "one");
    tree.file("d/b", "two");
    run(&tree, "shards plan d --target-files 9 -o plan").exits(0);
    run(&tree, "shards run plan --out out").exits(0);
    tree.file("d/b", "one");
    let merge = "shards merge --all --from out";
    run(&tree, "shards run plan --out out").exits(0);
    assert!(run(&tree, merge).exits(0).stdout.is_empty());
    run(&tree, "shards run plan --out out --again").exits(0);
    let merged = run(&tree, merge).exits(0);
    assert_eq!(merged.stdout, run(&tree, "dupes d").exits(0).stdout);
    assert!(!merged.stdout.is_empty());
    // One that cannot be replaced stays.
    fs::rename(tree.path("d"), tree.path("gone")).unwrap();
    run(&tree, "shards run plan --out out --again").exits(2);
    assert_eq!(run(&tree, merge).exits(0).stdout, merged.stdout);
}

#[test]
fn an_interrupted_run_says_nothing_of_being_complete() {
    let tree = Tree::new();
    tree.sparse("d/large", 40 << 30);
    run(&tree, "shards plan d --target-files 9 -o plan").exits(0);
    let running = sanchay()
        .within(tree.root())
        .words("shards run plan --out out")
        .start();
    thread::sleep(Duration::from_millis(500));
    running.signal(Signal::INT);
    running.wait().exits(130);
    let merged = run(&tree, "shards merge --all --from out").exits(2);
    assert!(merged.stderr.contains("no output of a shard"));
}
