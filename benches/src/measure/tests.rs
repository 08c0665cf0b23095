//! Tests of `measure`.

use std::path::Path;
use std::time::Duration;

use super::{Scratch, run, total};
use crate::contestant::{Contestant, Role};
use crate::count::{Answer, count};
use crate::data::Set;

fn shell(script: &str) -> Contestant {
    Contestant::new("sh", Role::Peer, "/bin/sh", Set::Empty)
        .word("-c")
        .word(script)
        .answering(Answer::Lines)
}

#[test]
fn a_run_tells_its_time_and_keeps_what_was_printed() {
    let place = tempfile::tempdir().unwrap();
    let scratch = Scratch::new(place.path()).unwrap();
    let sample =
        run(&shell("sleep 0.2; echo one; echo two"), 1, &scratch).unwrap();
    assert!(sample.wall >= Duration::from_millis(200), "{sample:?}");
    assert!(sample.processor < sample.wall, "{sample:?}");
    assert!(sample.peak > 100_000, "{sample:?}");
    assert_eq!(count(Answer::Lines, &scratch.output).unwrap(), Some(2));
}

#[test]
fn the_peak_is_that_of_the_greatest_child() {
    let place = tempfile::tempdir().unwrap();
    let scratch = Scratch::new(place.path()).unwrap();
    // tail keeps the line that does not end.
    let script = "head -c 200000000 /dev/zero | tail -n 1 | wc -c";
    let sample = run(&shell(script), 1, &scratch).unwrap();
    assert!(sample.peak > 150_000_000, "{sample:?}");
}

#[test]
fn a_program_that_fails_is_reported_with_what_it_said() {
    let place = tempfile::tempdir().unwrap();
    let scratch = Scratch::new(place.path()).unwrap();
    let problem =
        run(&shell("echo no such luck >&2; exit 4"), 1, &scratch).unwrap_err();
    assert!(problem.to_string().contains("no such luck"), "{problem}");
    let accepting = shell("exit 4").accepting(4);
    run(&accepting, 1, &scratch).unwrap();
}

#[test]
fn a_program_that_is_missing_is_named() {
    let place = tempfile::tempdir().unwrap();
    let scratch = Scratch::new(place.path()).unwrap();
    let missing = Contestant::new(
        "nothing",
        Role::Peer,
        Path::new("/nowhere/nothing"),
        Set::Empty,
    );
    let problem = run(&missing, 1, &scratch).unwrap_err();
    assert!(problem.to_string().contains("/nowhere/nothing"), "{problem}");
}

#[test]
fn the_total_of_strace_is_read() {
    let table = "\
        calls syscall\n\
        --------- ----------------\n\
        \x20      12 read\n\
        --------- ----------------\n\
        \x20     345 total\n";
    assert_eq!(total(table), Some(345));
}
