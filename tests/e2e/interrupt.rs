//! Runs that are ended before their time: by Ctrl-C, by SIGTERM, by a reader
//! that has seen enough.

use std::{
    io::{BufReader, Read as _},
    thread,
    time::{Duration, Instant},
};

use sanchay_testkit::{
    Finished, Program, Signal, Tree, program::Running, records,
};

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
fn assert_interrupted(finished: &Finished, signal: Signal, what: &str) {
    let ended = finished.signal();
    assert_eq!(ended, Some(signal.as_raw()), "{what}: {}", finished.stderr);
    assert_eq!(finished.complaints(), ["interrupted"], "{what}");
}

#[test]
fn an_interrupted_run_dies_of_its_signal_within_a_second_and_says_so() {
    let tree = endless();
    for words in [
        "hash d -a sha256",
        "hash d/0/0000 -a sha256",
        "dupes d",
        "hash -a sha256 -L d",
    ] {
        for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
            promptly(|| {
                let program = sanchay().within(tree.root()).words(words);
                let running = program.start();
                let (_, finished, prompt) = interrupt(running, signal, pause);
                assert_interrupted(&finished, signal, words);
                prompt
            });
        }
    }
}

#[test]
fn rules_that_cost_much_keep_no_run_from_its_end() {
    let tree = endless();
    for number in 0..4096 {
        tree.file(format!("d/{}{number:04}", "q".repeat(200)), "");
    }
    let costly = format!("*[{}]x?\n", "a-z".repeat(300_000));
    for name in ["d/.gitignore", "d/.ignore", "more"] {
        tree.file(name, &costly);
    }
    promptly(|| {
        let program = sanchay().within(tree.root());
        let program = program.words("hash -j 1 --gitignore -a sha256 d");
        let program = program.words("--ignore-file more -o out");
        let running = program.start();
        let (_, finished, prompt) = interrupt(running, Signal::INT, pause);
        assert_eq!(finished.signal(), Some(Signal::INT.as_raw()));
        prompt
    });
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
        assert_interrupted(&finished, Signal::INT, "ndjson");
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
        assert_interrupted(&finished, Signal::INT, "json");
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
            let mut stdout = running.stdout();
            let held = || rustix::io::ioctl_fionread(&stdout).unwrap();
            let patience = Instant::now() + Duration::from_secs(60);
            while held() < 30_000 && Instant::now() < patience {
                thread::sleep(Duration::from_millis(10));
            }
            let sent = Instant::now();
            running.signal(Signal::INT);
            let finished = running.wait();
            let prompt = sent.elapsed() < PROMPT;
            assert_eq!(finished.code(), Some(130), "{words}");
            // What the pipe holds are whole records.
            let mut held = Vec::new();
            stdout.read_to_end(&mut held).unwrap();
            let text = String::from_utf8(held).unwrap();
            assert!(text.len() > 30_000, "{words}: {}", text.len());
            let last = text.lines().last().unwrap();
            let last = last.trim_end_matches("},");
            let ends = |it: &str| last.ends_with(it);
            let whole = match words.contains("json") {
                true => ends("}") || ends("Z\""),
                // Each name has a hundred digits.
                false => text.ends_with('\n') && last.len() > 100,
            };
            assert!(whole, "{words}: {last}");
            prompt
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
    // Of either, as they come.
    assert!(matches!(running.wait().code(), Some(130 | 143)));
}

#[test]
fn a_slow_reader_finds_whole_records_and_the_end_of_the_array() {
    let tree = Tree::new();
    for number in 0..4000 {
        tree.file(format!("d/{number:0100}"), "");
    }
    let program = sanchay().within(tree.root());
    let mut running = program.words("hash d --format json").start();
    let mut stdout = running.stdout();
    let mut text = vec![0; 64 << 10];
    stdout.read_exact(&mut text).unwrap();
    running.signal(Signal::INT);
    // It reads on, now that it is too late for most of it.
    stdout.read_to_end(&mut text).unwrap();
    let finished = running.wait();
    assert_eq!(finished.signal(), Some(Signal::INT.as_raw()));
    let objects = records::json(&text);
    assert!(objects.iter().all(|it| it["hash"].is_string()));
    assert!(objects.len() > 100, "{}", objects.len());
}

#[test]
fn signals_that_were_ignored_when_it_was_started_stay_ignored() {
    for (name, signal) in
        [("HUP", Signal::HUP), ("INT", Signal::INT), ("TERM", Signal::TERM)]
    {
        let script = format!("trap '' {name}; exec \"$0\" hash -");
        let (reader, mut writer) = std::io::pipe().unwrap();
        let running = Program::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_sanchay")])
            .stdin(reader)
            .start();
        thread::sleep(Duration::from_millis(500));
        running.signal(signal);
        thread::sleep(Duration::from_millis(1000));
        std::io::Write::write_all(&mut writer, b"input").unwrap();
        drop(writer);
        assert!(running.wait().succeeds().text().ends_with("  -\n"));
    }
}

#[test]
fn an_interrupted_program_ends_the_loop_of_the_shell_that_runs_it() {
    if !sanchay_testkit::tool::has("bash") {
        return;
    }
    let tree = endless();
    let script = "for i in 1 2 3; do \"$0\" hash -a sha256 d; done; echo on";
    let mut running = Program::new("setsid")
        .within(tree.root())
        .args(["bash", "-c", script, env!("CARGO_BIN_EXE_sanchay")])
        .start();
    let stdout = running.stdout();
    thread::sleep(Duration::from_millis(1500));
    // What Ctrl-C does: the shell and the program hear it.
    running.signal_group(Signal::INT);
    let finished = running.wait();
    drop(stdout);
    assert_eq!(finished.code(), Some(130), "{}", finished.stderr);
    assert_eq!(finished.stderr.matches("interrupted").count(), 1);
}
