//! The sandbox in processes that may not use much address space.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

use std::env;
use std::process::Command;
use std::sync::Barrier;

use sanchay_core::filter::Filter;
use sanchay_sandbox::{Algorithm, Fault, Limits, Sandbox, SandboxOptions};

/// What the limited process says when it is done.
const DONE: &str = "worked with the variant";

/// Runs the test named `inner` in a process whose address space is limited,
/// and returns what it printed. The C library keeps one heap there: each other
/// takes 128 MiB of addresses for a moment, which is no doing of the sandbox.
fn limited(kilobytes: u64, inner: &str) -> String {
    let script = format!("ulimit -v {kilobytes} && exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script])
        .arg(env::current_exe().unwrap())
        .args([inner, "--exact", "--ignored", "--nocapture"])
        .env("MALLOC_ARENA_MAX", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{kilobytes} KB: {said}\n{errors}");
    assert!(said.contains(DONE), "{kilobytes} KB: {said}\n{errors}");
    said
}

#[test]
fn a_small_address_space_is_enough() {
    for kilobytes in [1_000_000, 400_000] {
        let said = limited(kilobytes, "inner_four_threads_work");
        assert!(said.contains("-compact"), "{kilobytes} KB: {said}");
    }
}

#[test]
fn more_inspectors_than_were_announced_fall_back() {
    // Room for one that reserves address space, but not for four.
    let said = limited(8_000_000, "inner_more_threads_than_announced_work");
    assert!(said.contains("-compact"), "{said}");
}

#[test]
fn a_large_limit_is_as_good_as_none() {
    let said = limited(100_000_000, "inner_four_threads_work");
    assert!(!said.contains("-compact"), "{said}");
}

#[test]
fn without_a_limit_address_space_is_reserved() {
    let sandbox = Sandbox::new(SandboxOptions::default()).unwrap();
    assert!(!sandbox.variant().contains("compact"));
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn inner_four_threads_work() {
    four_threads(4);
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn inner_more_threads_than_announced_work() {
    four_threads(1);
}

fn four_threads(instances: usize) {
    let limits = Limits::default().memory(8 << 20);
    let options = SandboxOptions { instances, limits };
    let sandbox = Sandbox::new(options).unwrap();
    let all_ready = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| work(&sandbox, &all_ready));
        }
    });
    println!("{DONE} {}", sandbox.variant());
}

fn work(sandbox: &Sandbox, all_ready: &Barrier) {
    let mut inspector = sandbox.inspector();
    inspector.prepare().unwrap();
    all_ready.wait();
    let data = vec![7; 1 << 20];
    let whole = inspector.digest(Algorithm::Blake3, &data).unwrap();
    inspector.begin(Algorithm::Blake3).unwrap();
    inspector.update(&data).unwrap();
    assert_eq!(inspector.finish(), Ok(whole));

    let ceiling = 8 << 20;
    let fault =
        inspector.digest(Algorithm::Blake3, &vec![7; ceiling]).unwrap_err();
    assert!(
        matches!(fault, Fault::MemoryRefused { ceiling: it, .. } if it == ceiling),
        "{fault:?}",
    );
    let filter = Filter::default().program().unwrap();
    inspector.set_filter(&filter).unwrap();
    assert_eq!(inspector.digest(Algorithm::Blake3, &data), Ok(whole));
}
