//! Tests of `target`.

use std::time::Duration;

use super::{Outcome, Target, median};
use crate::contestant::Role;
use crate::measure::Sample;

fn outcome(name: &str, role: Role, millis: &[u64]) -> Outcome {
    let samples = millis
        .iter()
        .map(|&millis| Sample {
            wall: Duration::from_millis(millis),
            processor: Duration::ZERO,
            peak: 1024 * 1024 * millis,
        })
        .collect();
    Outcome {
        name: name.to_owned(),
        role,
        command: String::new(),
        samples,
        found: None,
        agrees: true,
        calls: None,
        files: 100,
    }
}

#[test]
fn a_median_is_the_middle_or_the_mean_of_the_two_in_the_middle() {
    assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
    assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
    assert!(median([].into_iter()).is_nan());
}

#[test]
fn ratios_are_taken_round_by_round() {
    // The machine was three times slower in the second round.
    let ours = outcome("ours", Role::Ours, &[10, 30, 10]);
    let other = outcome("other", Role::Peer, &[20, 60, 20]);
    assert!((ours.ratio(&other) - 0.5).abs() < 1e-9);
}

#[test]
fn the_fastest_peer_is_one_that_saw_the_same() {
    let mut outcomes = vec![
        outcome("ours", Role::Ours, &[10]),
        outcome("slow", Role::Peer, &[40]),
        outcome("quick", Role::Peer, &[20]),
        outcome("blind", Role::Peer, &[1]),
        outcome("floor", Role::Floor, &[5]),
    ];
    outcomes[3].agrees = false;
    let verdict = Target::Fastest(0.6).judge(&outcomes);
    assert_eq!(verdict.against, "fastest peer: quick");
    assert_eq!(verdict.reached, "0.50 ×");
    assert_eq!(verdict.met, Some(true));
    assert_eq!(Target::Fastest(0.4).judge(&outcomes).met, Some(false));
}

#[test]
fn a_peer_that_is_not_there_leaves_the_verdict_open() {
    let outcomes = [outcome("ours", Role::Ours, &[10])];
    assert_eq!(Target::Than(1.0, "fd").judge(&outcomes).met, None);
    assert_eq!(Target::Fastest(1.0).judge(&outcomes).met, None);
    assert_eq!(Target::Stated("fd").judge(&outcomes).met, None);
}

#[test]
fn the_peak_is_that_of_all_of_ours() {
    let outcomes = [
        outcome("ours", Role::Ours, &[10, 12]),
        outcome("ours, 1m", Role::Again, &[14]),
        outcome("fd", Role::Peer, &[6]),
    ];
    let mebibyte = 1024 * 1024;
    let verdict = Target::Peak(14 * mebibyte).judge(&outcomes);
    assert_eq!(verdict.met, Some(true));
    assert_eq!(verdict.reached, "14.0 MiB");
    assert_eq!(Target::Peak(13 * mebibyte).judge(&outcomes).met, Some(false));
    assert_eq!(Target::PeakThan(2.0, "fd").judge(&outcomes).met, Some(true));
}

#[test]
fn growth_is_time_a_file_against_the_floors() {
    let mut outcomes = [
        outcome("ours, 100", Role::Ours, &[10]),
        outcome("ours, 1000", Role::Again, &[150]),
        outcome("floor stat, 100", Role::Floor, &[10]),
        outcome("floor stat, 1000", Role::Floor, &[120]),
    ];
    outcomes[1].files = 1000;
    outcomes[3].files = 1000;
    // 1.5 times a file for ours, 1.2 times for the floor.
    let verdict = Target::Growth(1.25, "floor stat").judge(&outcomes);
    assert_eq!(verdict.reached, "1.25 ×");
}
