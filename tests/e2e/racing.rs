//! Another process changes the tree while the program works on it: files and
//! directories become links that lead out of the root, FIFOs and each other,
//! are renamed, cut and appended to.
//!
//! Whatever is met, nothing outside is opened, which the kernel itself
//! reports; what is reported of a file is what it held at some moment; files
//! that are called equal were; and the run goes to its end.

mod racer;
mod scene;

use std::time::{Duration, Instant};

use sanchay_testkit::{Finished, digest::digest, records};

use self::{
    racer::{CUTS, ROOTS_AWAY, Racer, SWAPS},
    scene::{SECRET_NAME, SECRET_SIZE, Scene, stream},
};
use crate::sanchay;

/// For how long the program is run again and again under each attack.
const TIME: Duration = Duration::from_secs(4);

/// Far longer than any of these runs takes, far shorter than for ever.
const SOON: Duration = Duration::from_secs(30);

/// How often something was met in the runs of a test.
#[derive(Debug, Default)]
struct Met {
    runs: usize,
    errors: usize,
    records: usize,
}

#[test]
#[ignore = "started by the tests of this file, as a process of its own"]
fn a_racing_process() {
    racer::race();
}

/// Runs each of some command lines again and again, while a process does the
/// deeds.
fn race(deeds: &[&str], lines: &[&str]) {
    let scene = Scene::new();
    let racers: Vec<Racer> =
        deeds.iter().map(|it| Racer::start(&scene.tree, it)).collect();
    let (began, mut met) = (Instant::now(), Met::default());
    // Longer where the machine is busy: each line twice, and a change met.
    while began.elapsed() < TIME
        || met.runs < 2 * lines.len()
        || met.errors == 0 && began.elapsed() < 10 * TIME
    {
        let words = lines[met.runs % lines.len()];
        let program = sanchay().within(scene.tree.root()).words(words);
        let finished = program.limit(SOON).run();
        scene.is_unseen(words);
        let code = finished.code();
        let stderr = &finished.stderr;
        assert!(matches!(code, Some(0 | 3)), "{words}: {code:?}, {stderr}");
        assert!(!stderr.contains(SECRET_NAME), "{words}: {stderr}");
        assert!(!stderr.contains(&SECRET_SIZE.to_string()), "{stderr}");
        met.errors += usize::from(code == Some(3));
        met.records += judge(words, &finished);
        met.runs += 1;
    }
    drop(racers);
    scene.is_unseen("in the end");
    scene.would_be_seen();
    println!("{lines:?}: {met:?}");
    assert!(met.errors > 0 && met.records > 20, "hardly a race");
}

/// Asserts that the reported records are possible, and returns their number.
fn judge(words: &str, finished: &Finished) -> usize {
    let records = records::ndjson(&finished.stdout);
    for record in &records {
        let size = usize::try_from(record["size"].as_u64().unwrap()).unwrap();
        let sum = record["hash"].as_str();
        let algorithm = record["algorithm"].as_str().unwrap_or("xxh3-128");
        let files = record["files"].as_array();
        if let Some(files) = files {
            assert!(files.len() > 1, "{words}: {record}");
        }
        let alone = std::slice::from_ref(record);
        for file in files.map_or(alone, Vec::as_slice) {
            let path = String::from_utf8(records::path(file)).unwrap();
            let name = path.rsplit('/').next().unwrap();
            let stream = stream(name);
            let stream = stream.unwrap_or_else(|| panic!("{words}: {path}"));
            assert!(size <= stream.len(), "{words}: {record}");
            if let Some(sum) = sum {
                let expected = digest(algorithm, &stream[..size]);
                assert_eq!(sum, expected, "{words}: {path}, {size} bytes");
            }
        }
    }
    records.len()
}

#[test]
fn a_scan_that_is_raced_opens_nothing_outside() {
    race(
        &[SWAPS, CUTS],
        &[
            "scan top/swapped top/cut --format ndjson",
            "scan top/swapped --min-size 1 --format ndjson --threads 8",
            "scan top/swapped --format ndjson --walker portable",
            "scan top -L --beneath --format ndjson",
            "scan top -L --beneath --format ndjson --walker portable",
        ],
    );
}

#[test]
fn a_hash_that_is_raced_opens_nothing_outside_and_every_digest_is_right() {
    race(
        &[SWAPS, CUTS],
        &[
            "hash top/swapped top/cut --format ndjson",
            "hash top/swapped -a sha256 --format ndjson --threads 8",
            "hash top/swapped -a blake3 --format ndjson --walker portable",
            "hash top -a xxh64 -L --beneath --format ndjson",
        ],
    );
}

#[test]
fn the_portable_walker_that_is_raced_opens_nothing_outside() {
    race(
        &[SWAPS],
        &[
            "scan top/swapped --format ndjson --walker portable",
            "hash top/swapped --format ndjson --walker portable",
            "dupes top/swapped --format ndjson --walker portable --threads 8",
        ],
    );
}

#[test]
fn duplicates_in_a_tree_that_is_raced_are_duplicates() {
    race(
        &[SWAPS, CUTS],
        &[
            "dupes top/swapped top/cut --format ndjson",
            "dupes top/swapped --format ndjson --threads 8",
            "dupes top/swapped --format ndjson --hardlinks --walker portable",
            "dupes top -L --beneath --format ndjson",
        ],
    );
}

#[test]
fn roots_that_are_renamed_cost_errors_and_no_wrong_answer() {
    race(
        &[ROOTS_AWAY],
        &[
            "scan steady top/swapped top/cut --format ndjson",
            "hash steady top/swapped --format ndjson",
            "dupes steady top/swapped top/cut --format ndjson",
            "hash steady top/cut -L --format ndjson --walker portable",
        ],
    );
}
