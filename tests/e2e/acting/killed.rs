//! The program is killed in the middle: no file is lost, and the next command
//! goes on, or takes back what was done.

use std::{env, thread, time::Duration};

use sanchay_testkit::{Signal, random::Random};

use super::Scene;

/// How often the program is killed; `SANCHAY_KILLS` says another number.
fn kills() -> usize {
    let number = env::var("SANCHAY_KILLS").ok();
    number.and_then(|it| it.parse().ok()).unwrap_or(12)
}

/// Files in two folders, some with two names.
fn scene() -> Scene {
    let scene = Scene::new();
    for number in 0..1500 {
        let folder = if number % 3 == 0 { "d" } else { "e/f" };
        let path = format!("top/{folder}/{number:04}");
        scene.tree.file(path.as_str(), path.as_str());
    }
    for number in 0..20 {
        let (old, new) =
            (format!("top/d/{:04}", number * 3), format!("top/e/h{number}"));
        scene.tree.hard_link(old.as_str(), new.as_str());
    }
    scene.tree.link("d", "top/link");
    scene
}

#[test]
fn a_run_that_is_killed_is_finished_or_taken_back() {
    let scene = scene();
    let before = scene.snapshot();
    // Every name goes to the next: chains that end in a ring.
    let rename = [
        "rename",
        "--match",
        r"^(\d+)$",
        "--to",
        "{n:04}",
        "--sort",
        "name:desc",
        "--apply",
        "--quiet",
    ];
    let began = std::time::Instant::now();
    let _ = scene.run(&rename).exits(0);
    let whole = began.elapsed();
    let expected: Vec<_> = scene.snapshot().into_keys().collect();
    let _ = scene.undo().exits(0);
    assert_eq!(scene.snapshot(), before);
    let mut random = Random::new(0x5eed);
    let mut unfinished = 0;
    for round in 0..kills() {
        let running = scene.program(&rename).start();
        let most = usize::try_from(whole.as_micros()).unwrap();
        let wait = random.below(most * 5 / 4) as u64;
        thread::sleep(Duration::from_micros(wait));
        running.signal(Signal::KILL);
        drop(running.wait());
        let now = scene.snapshot();
        assert_eq!(now.len(), before.len(), "round {round}: a file is lost");
        let listed = scene.run(&["runs"]).exits(0);
        let last = listed.text().lines().last().unwrap_or_default();
        let run = last.split(' ').next().unwrap_or_default().to_owned();
        if last.contains("unfinished") {
            unfinished += 1;
            let told = scene.run(&["rename", "--to", "x", "link"]);
            assert!(told.stderr.contains("--resume"), "{}", told.stderr);
            if round % 2 == 0 {
                let resumed = scene.run(&["apply", "--resume", &run]);
                // One that was killed before it began cannot be resumed.
                if resumed.code() == Some(0) {
                    let now: Vec<_> = scene.snapshot().into_keys().collect();
                    assert_eq!(now, expected, "round {round}");
                } else {
                    let stderr = &resumed.stderr;
                    assert!(stderr.contains("before it began"), "{stderr}");
                }
            }
        }
        if last.contains("unfinished") || last.contains("finished") {
            let _ = scene.run(&["undo", &run]).exits(0);
        }
        assert_eq!(scene.snapshot(), before, "round {round}: {last}");
    }
    println!("{unfinished} of {} were in the middle", kills());
}

#[test]
fn duplicates_that_are_killed_on_their_way_are_finished_or_taken_back() {
    let scene = Scene::new();
    for number in 0..1200 {
        let folder = ["d", "e/f", "g"][number % 3];
        let path = format!("top/{folder}/{number:04}");
        let content = (number % 40).to_string().repeat(50);
        scene.tree.file(path.as_str(), content);
    }
    scene.tree.hard_link("top/d/0000", "top/e/other");
    let tree = || {
        let mut first = std::collections::BTreeMap::new();
        let tree = scene.snapshot().into_iter().map(|(path, what)| {
            let same = first.entry(what.1).or_insert(path.clone()).clone();
            (path, (what.0, what.2, what.4, what.5, same))
        });
        tree.collect::<std::collections::BTreeMap<_, _>>()
    };
    let before = tree();
    let contents =
        |tree: &std::collections::BTreeMap<_, (_, _, _, Vec<u8>, _)>| {
            let contents = tree.values().map(|what| what.3.clone());
            contents.collect::<std::collections::BTreeSet<_>>()
        };
    let mut random = Random::new(0xdede);
    let mut unfinished = 0;
    for (number, action) in
        ["hardlink", "delete", "symlink"].iter().enumerate()
    {
        let dedupe = [
            "dedupe",
            "--action",
            action,
            "--keep",
            "longest-path",
            "--apply",
            "--quiet",
            ".",
        ];
        let began = std::time::Instant::now();
        let _ = scene.run(&dedupe).exits(0);
        let whole = began.elapsed();
        let expected: Vec<_> = scene.snapshot().into_keys().collect();
        let _ = scene.undo().exits(0);
        assert_eq!(tree(), before, "{action}");
        for round in 0..kills().div_ceil(3) {
            let running = scene.program(&dedupe).start();
            let most = usize::try_from(whole.as_micros()).unwrap();
            let wait = random.below(most * 5 / 4) as u64;
            thread::sleep(Duration::from_micros(wait));
            running.signal(Signal::KILL);
            drop(running.wait());
            let left = contents(&tree());
            let all = contents(&before).is_subset(&left);
            assert!(all, "{action}, round {round}: a content is lost");
            let listed = scene.run(&["runs"]).exits(0);
            let last = listed.text().lines().last().unwrap_or_default();
            let run = last.split(' ').next().unwrap_or_default().to_owned();
            let in_the_middle = last.contains("unfinished");
            unfinished += usize::from(in_the_middle);
            if in_the_middle && (round + number) % 2 == 0 {
                let resumed = scene.run(&["apply", "--resume", &run]);
                if resumed.code() == Some(0) {
                    let now: Vec<_> = scene.snapshot().into_keys().collect();
                    assert_eq!(now, expected, "{action}, round {round}");
                } else {
                    let stderr = &resumed.stderr;
                    assert!(stderr.contains("before it began"), "{stderr}");
                }
            }
            if last.contains("finished") {
                let _ = scene.run(&["undo", &run]).exits(0);
            }
            assert_eq!(tree(), before, "{action}, round {round}: {last}");
        }
    }
    println!("{unfinished} of {} were in the middle", kills());
}
