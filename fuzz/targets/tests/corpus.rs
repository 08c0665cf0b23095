//! The fuzzers' targets without a fuzzer: on every input that was kept, among
//! them all that ever made one of them fail, and on mutants of these.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{TestError, TestRunner};
use sanchay_fuzz_targets::TARGETS;

/// The folder of the fuzzers.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names in a folder, in their order.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    entries.map(|entry| name(entry.unwrap())).collect()
}

/// The inputs that were kept for a target, with their names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder().join("corpus").join(target);
    let read = |name: String| {
        let content = fs::read(folder.join(&name)).unwrap();
        (name, content)
    };
    names(&folder).into_iter().map(read).collect()
}

#[test]
fn every_input_that_was_kept_is_withstood() {
    for &(target, run) in TARGETS {
        for (name, data) in corpus(target) {
            // Shown if it fails.
            println!("{target}/{name}");
            run(&data);
        }
        run(&[]);
    }
}

#[test]
fn every_target_has_a_fuzzer_and_inputs_that_were_kept() {
    let folder = folder();
    let targets = TARGETS.iter().map(|(name, _)| (*name).to_owned());
    let targets: BTreeSet<String> = targets.collect();
    let programs = targets.iter().map(|name| format!("{name}.rs"));
    assert_eq!(names(&folder.join("bins")), programs.collect());
    assert_eq!(names(&folder.join("corpus")), targets);
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for target in targets {
        let entry =
            format!("name = \"{target}\"\npath = \"bins/{target}.rs\"");
        assert!(manifest.contains(&entry), "{target} is no program");
        assert!(!corpus(&target).is_empty(), "{target} has no inputs");
    }
}

/// A change to an input.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, Index, usize),
    Splice(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (at(), vec(any::<u8>(), 1..9))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 1_usize..40).prop_map(|(at, len)| Change::Remove(at, len)),
        (at(), at(), 1_usize..40)
            .prop_map(|(from, to, len)| Change::Repeat(from, to, len)),
        (at(), at()).prop_map(|(at, other)| Change::Splice(at, other)),
    ]
}

fn apply(data: &mut Vec<u8>, change: &Change, corpus: &[(String, Vec<u8>)]) {
    let place = |at: &Index, data: &[u8]| at.index(data.len() + 1);
    let part = |at: usize, len: usize, data: &[u8]| {
        at..at.saturating_add(len).min(data.len())
    };
    match change {
        Change::Set(at, byte) => {
            let at = place(at, data);
            data.splice(part(at, 1, data), [*byte]);
        }
        Change::Insert(at, bytes) => {
            let at = place(at, data);
            data.splice(at..at, bytes.iter().copied());
        }
        Change::Remove(at, len) => {
            data.drain(part(place(at, data), *len, data));
        }
        Change::Repeat(from, to, len) => {
            let again = data[part(place(from, data), *len, data)].to_vec();
            let to = place(to, data);
            data.splice(to..to, again);
        }
        Change::Splice(at, other) => {
            let (_, other) = &corpus[other.index(corpus.len())];
            let at = place(at, data);
            data.truncate(at);
            data.extend_from_slice(&other[at.min(other.len())..]);
        }
    }
}

#[test]
fn mutants_of_the_inputs_that_were_kept_are_withstood() {
    for &(target, run) in TARGETS {
        let corpus = corpus(target);
        let mutants = (any::<Index>(), vec(change(), 1..8));
        // Four times as many as usual, which PROPTEST_CASES says.
        let mut config = ProptestConfig::default();
        config.cases = config.cases.saturating_mul(4);
        config.failure_persistence = None;
        let mutant = |(index, changes): (Index, Vec<Change>)| {
            let (_, mut data) = corpus[index.index(corpus.len())].clone();
            for change in &changes {
                apply(&mut data, change, &corpus);
            }
            data
        };
        let outcome = TestRunner::new(config).run(&mutants, |choices| {
            run(&mutant(choices));
            Ok(())
        });
        if let Err(TestError::Fail(why, choices)) = outcome {
            let input = mutant(choices);
            panic!("{target} on b\"{}\": {why}", input.escape_ascii());
        }
        outcome.unwrap();
    }
}
