//! Runs that are ended before their time: by Ctrl-C, by SIGTERM, by a reader
//! that has seen enough.

use std::{
    io::{BufReader, Read as _},
    thread,
    time::{Duration, Instant},
};

use sanchay_testkit::{Finished, Signal, Tree, program::Running, records};

use crate::sanchay;

/// How long a run may go on after a signal.
const PROMPT: Duration = Duration::from_secs(1);

/// A tree that takes minutes to hash: it is all holes, and many of them.
fn endless() -> Tree {
    let tree = Tree::new();
    for number in 0..2000 {
        // All of one size, so that `dupes` has to read them, too.
        tree.sparse(format!("d/{}/{number:04}", number % 10), 1 << 30);
    }
    tree
}

/// Runs until `ready`, sends a signal, and waits; tells what was read of
/// standard output and whether the end was prompt.
fn interrupt(
    mut running: Running,
    signal: Signal,
    ready: impl FnOnce(&mut dyn std::io::BufRead),
) -> (Vec<u8>, Finished, bool) {
    let mut stdout = BufReader::new(running.stdout());
    ready(&mut stdout);
    let sent = Instant::now();
    running.signal(signal);
    let reading = thread::spawn(move || {
        let mut rest = Vec::new();
        stdout.read_to_end(&mut rest).unwrap();
        rest
    });
    let finished = running.wait();
    let prompt = sent.elapsed() < PROMPT;
    (reading.join().unwrap(), finished, prompt)
}

/// The machine may be busy with other tests: one of a few attempts has to be
/// prompt, and each has to be right.
#[track_caller]
fn promptly(mut attempt: impl FnMut() -> bool) {
    assert!((0..4).any(|_| attempt()), "it did not end within {PROMPT:?}");
}

fn pause(_: &mut dyn std::io::BufRead) {
    thread::sleep(Duration::from_millis(400));
}

#[track_caller]
fn assert_interrupted(finished: &Finished, what: &str) {
    assert_eq!(finished.code(), Some(130), "{what}: {}", finished.stderr);
    assert_eq!(finished.complaints(), ["interrupted"], "{what}");
}

#[test]
fn an_interrupted_run_ends_within_a_second_with_130_and_says_so() {
    let tree = endless();
    for words in [
        "hash d -a sha256",
        "hash d/0/0000 -a sha256",
        "dupes d",
        "hash -a sha256 -L d",
    ] {
        for signal in [Signal::INT, Signal::TERM] {
            promptly(|| {
                let program = sanchay().within(tree.root()).words(words);
                let running = program.start();
                let (_, finished, prompt) = interrupt(running, signal, pause);
                assert_interrupted(&finished, words);
                prompt
            });
        }
    }
}

/// A tree in which small files come before those that take for ever.
pub(crate) fn slow_in_the_end() -> Tree {
    let tree = endless();
    for number in 0..3000 {
        tree.file(format!("d/#small/{number:04}"), number.to_string());
    }
    tree
}

#[test]
fn what_was_printed_until_an_interrupt_is_whole_records() {
    let tree = slow_in_the_end();
    promptly(|| {
        let program = sanchay().within(tree.root());
        let program = program.words("hash d -a sha256 --format ndjson");
        let mut first = Vec::new();
        let ready = |stdout: &mut dyn std::io::BufRead| {
            for _ in 0..500 {
                stdout.read_until(b'\n', &mut first).unwrap();
            }
        };
        let running = program.start();
        let (rest, finished, prompt) = interrupt(running, Signal::INT, ready);
        assert_interrupted(&finished, "ndjson");
        let objects = records::ndjson(&[first, rest].concat());
        assert!(objects.len() >= 500);
        assert!(objects.iter().all(|it| it["hash"].is_string()));
        prompt
    });
    promptly(|| {
        let program = sanchay().within(tree.root());
        let program = program.words("hash d -a sha256 --format json");
        let mut first = Vec::new();
        let ready = |stdout: &mut dyn std::io::BufRead| {
            for _ in 0..500 {
                stdout.read_until(b'\n', &mut first).unwrap();
            }
        };
        let running = program.start();
        let (rest, finished, prompt) = interrupt(running, Signal::INT, ready);
        assert_interrupted(&finished, "json");
        // The array is closed, too.
        let objects = records::json(&[first, rest].concat());
        assert!(objects.len() >= 499);
        prompt
    });
}

#[test]
fn a_run_that_waits_for_its_input_can_be_interrupted() {
    for words in ["hash", "hash --partial -", "hash --check"] {
        promptly(|| {
            // Nothing ever comes, and the end neither.
            let (reader, writer) = std::io::pipe().unwrap();
            let running = sanchay().words(words).stdin(reader).start();
            let (out, finished, prompt) =
                interrupt(running, Signal::INT, pause);
            drop(writer);
            assert_eq!(finished.code(), Some(130), "{words}");
            assert_eq!(out, b"");
            prompt
        });
    }
}

#[test]
fn a_run_whose_reader_does_not_read_can_be_interrupted() {
    let tree = Tree::new();
    for number in 0..4000 {
        tree.file(format!("d/{number:0100}"), "");
    }
    for words in ["scan d", "scan d --format json", "hash d"] {
        promptly(|| {
            let program = sanchay().within(tree.root()).words(words);
            let mut running = program.start();
            // Far more is to be written than a pipe holds.
            let stdout = running.stdout();
            thread::sleep(Duration::from_millis(400));
            let sent = Instant::now();
            running.signal(Signal::INT);
            let finished = running.wait();
            drop(stdout);
            assert_eq!(finished.code(), Some(130), "{words}");
            sent.elapsed() < PROMPT
        });
    }
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let tree = endless();
    let program = sanchay().within(tree.root()).words("hash d -a sha256");
    let running = program.start();
    thread::sleep(Duration::from_millis(400));
    running.signal(Signal::INT);
    running.signal(Signal::TERM);
    assert_eq!(running.wait().code(), Some(130));
}
