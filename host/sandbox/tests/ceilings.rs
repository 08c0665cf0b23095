//! The ceilings hold together: after many components that did their worst,
//! one after another or all at once, this process has the memory, the address
//! space, the descriptors and the threads that it had before.
//!
//! Each test runs in a process of its own, where no other test's memory or
//! threads are counted.
#![cfg(target_os = "linux")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod support;

use std::env;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use sanchay_core::filter::{Expr, Field, Operand, Operator};
use sanchay_sandbox::plugin::{
    NameBatch, Plugin, PluginOptions, Sample, Timestamp,
};
use sanchay_sandbox::{
    Algorithm, Columns, EntryKind, Fault, Inspector, Limits, Listing, Matches,
    Program, Sandbox, SandboxOptions, Separator,
};
use sanchay_testkit::plugin::{extractor, filter};
use support::guest;

/// Guests that load and then do their worst.
const HOSTILE: [&str; 14] = [
    "answer_bomb",
    "big_from_the_start",
    "deep_recursion",
    "endless_loop",
    "handle_flood",
    "liar",
    "memory_grab",
    "no_such_handle",
    "realloc_endless",
    "realloc_misaligned",
    "realloc_out_of_bounds",
    "realloc_past_the_end",
    "table_grab",
    "trap",
];

/// Guests that are refused: when they are loaded, or when they are called.
const REFUSED: [&str; 3] =
    ["exports_nothing", "two_memories", "unexpected_import"];

/// What the guests are asked; each finds among it what provokes it.
const WORDS: [&[u8]; 13] = [
    b"a", b"!", b"!u", b"!m", b"!g", b"!d", b"!c", b"s", b"l", b"o", b"n",
    b"h", b"p",
];

/// How many components there are in all.
const COUNT: usize = 64;

/// The most memory that each may have, in KiB.
const CEILING: u64 = 16 << 10;

/// What a process that has settled may vary by, in KiB: the allocator's own
/// rounding, not a component's 16 MiB, of which 64 would be a gibibyte.
const SLACK: u64 = 4 << 10;

fn options() -> SandboxOptions {
    let limits = Limits::default()
        .call_budget(Duration::from_millis(20))
        .memory(usize::try_from(CEILING << 10).unwrap());
    SandboxOptions { limits, ..SandboxOptions::default() }
}

/// Asks a guest everything, and returns how many of the calls were faults.
/// Each fault but one of our own throws the instance away.
fn provoke(inspector: &mut Inspector) -> usize {
    let mut faults = Vec::new();
    for word in WORDS {
        faults.extend(inspector.digest(Algorithm::Xxh64, word).err());
    }
    let mut digests = Vec::new();
    let batch = inspector.digest_batch(
        Algorithm::Xxh64,
        b"some data",
        &[4, 9],
        &mut digests,
    );
    faults.extend(batch.err());
    let lines = [b'\n'; 9000];
    let parsed = inspector.parse_checklist(&lines, None, Separator::Undecided);
    faults.extend(parsed.err());
    faults.extend(inspector.partial(b"a", b"a", 5).err());
    faults.extend(inspector.begin(Algorithm::Xxh64).err());
    faults.extend(inspector.update_with(9, &mut |space| space.len()).err());
    faults.extend(inspector.finish().err());
    let mut refused = 0;
    for extension in [b"c", b"k", b"x"] {
        let extension = Operand::Bytes(extension.into());
        let expr = Expr::test(Field::EXTENSION, Operator::Equal, extension);
        let enter = Expr::All(Vec::new());
        let program = Program { hidden: true, enter, expr };
        refused += usize::from(inspector.set_filter(&program).is_err());
    }
    let kinds = [EntryKind::Directory; 2];
    let mut matches = Matches::default();
    for names in [b"ox", b"Ox"] {
        let listing =
            Listing { directory: b"", names, ends: &[1, 2], kinds: &kinds };
        faults.extend(inspector.match_names(&listing, &mut matches).err());
        let (listing, columns) = (Some(&listing), Columns::SIZE);
        let (rows, sizes, out) =
            (2, [u64::from(names[0]), 0], &mut Vec::new());
        let answer =
            inspector.match_metadata(rows, listing, columns, &sizes, out);
        faults.extend(answer.err());
    }
    faults.retain(|it| !matches!(it, Fault::NoStream | Fault::NoFilter));
    faults.len() + refused
}

/// Loads components one after another, provokes each, and drops it.
fn one_after_another(guests: &[(&str, Vec<u8>)], count: usize) {
    for (name, bytes) in guests.iter().cycle().take(count) {
        let Ok(sandbox) = Sandbox::from_component(bytes, options()) else {
            assert!(REFUSED.contains(name), "{name}");
            continue;
        };
        let faults = provoke(&mut sandbox.inspector());
        assert!(faults > 0, "{name} did no harm");
    }
}

/// Has as many instances at once, each after its faults, on four threads.
fn all_at_once(guests: &[(&str, Vec<u8>)]) {
    let sandboxes: Vec<Sandbox> = guests
        .iter()
        .filter_map(|(_, it)| Sandbox::from_component(it, options()).ok())
        .collect();
    thread::scope(|scope| {
        for part in 0..4 {
            let sandboxes = &sandboxes;
            scope.spawn(move || {
                let chosen = sandboxes.iter().cycle().skip(part);
                let mut inspectors: Vec<Inspector> =
                    chosen.take(COUNT / 4).map(Sandbox::inspector).collect();
                for inspector in &mut inspectors {
                    provoke(inspector);
                    // Those that can have a fresh instance keep it.
                    let _ = inspector.prepare();
                }
            });
        }
    });
}

/// Loads plugins one after another and has each do its worst.
fn plugins(components: &[Vec<u8>], count: usize) {
    let mut options = PluginOptions::default();
    options.limits = Limits::of_plugins()
        .call_budget(Duration::from_millis(20))
        .memory(usize::try_from(CEILING << 10).unwrap());
    options.instances = 1;
    for component in components.iter().cycle().take(count) {
        let plugin = Plugin::load(component, &options).unwrap();
        let mut faults = 0;
        if let Some(mut extractor) = plugin.extractor() {
            for mischief in [b"u", b"l", b"g", b"w", b"t", b"8", b"b", b"E"] {
                let sample = Sample {
                    directory: b"",
                    name: b"f",
                    size: 1,
                    modified: Timestamp::default(),
                    mode: 0o100_644,
                };
                let mut source = |_, _, space: &mut Vec<u8>| {
                    space.extend(mischief);
                    Ok(())
                };
                let source = Some(&mut source as _);
                let outcome =
                    extractor.extract(&sample, source, &mut Vec::new());
                faults += usize::from(outcome.is_err());
            }
        }
        if let Some(mut filter) = plugin.filter() {
            for name in ["!u", "!l", "!s", "!b"] {
                let batch = NameBatch {
                    directory: b"",
                    names: name.as_bytes(),
                    ends: &[2],
                    kinds: &[EntryKind::File],
                    metadata: None,
                };
                let outcome = filter.select(&batch, &mut Vec::new());
                faults += usize::from(outcome.is_err());
            }
        }
        assert!(faults >= 4, "{faults} faults of {plugin:?}");
    }
}

/// What this process has.
#[derive(Clone, Copy, Debug)]
struct Belongings {
    /// In KiB.
    resident: u64,
    /// In KiB.
    address_space: u64,
    descriptors: usize,
    threads: usize,
}

impl Belongings {
    fn now() -> Self {
        let count = |folder: &str| fs::read_dir(folder).unwrap().count();
        Self {
            resident: status("VmRSS"),
            address_space: status("VmSize"),
            descriptors: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
        }
    }

    /// The threads that remain once those that should end have ended.
    fn settled(threads: usize) -> Self {
        let began = Instant::now();
        while Self::now().threads > threads
            && began.elapsed() < Duration::from_secs(10)
        {
            thread::sleep(Duration::from_millis(5));
        }
        // A large stack is given back by whichever thread ends next.
        thread::spawn(|| ()).join().unwrap();
        Self::now()
    }

    fn is_back_at(self, before: Self) {
        let both = format!("{before:?}, then {self:?}");
        println!("{both}");
        assert_eq!(self.threads, before.threads, "{both}");
        assert_eq!(self.descriptors, before.descriptors, "{both}");
        assert!(self.resident < before.resident + SLACK, "{both}");
        let room = before.address_space + SLACK;
        assert!(self.address_space < room, "{both}");
    }
}

/// A figure of this process, in KiB.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name));
    line.unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Runs the test named `inner` in a process of its own. There the C library
/// keeps one heap for all threads and gives back what is free at its end, so
/// that a figure tells what is in use, not which thread had used it.
fn alone(inner: &str) {
    let output = Command::new(env::current_exe().unwrap())
        .args([inner, "--exact", "--ignored", "--nocapture"])
        .env("MALLOC_ARENA_MAX", "1")
        .env("MALLOC_TRIM_THRESHOLD_", "131072")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains("1 passed"), "{said}\n{errors}");
}

#[test]
fn sixty_four_hostile_components_in_a_row_leave_nothing_behind() {
    alone("inner_components_in_a_row");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn inner_components_in_a_row() {
    let names = HOSTILE.iter().chain(&REFUSED);
    let guests: Vec<_> = names.map(|name| (*name, guest(name))).collect();
    let threads = Belongings::now().threads;
    one_after_another(&guests, guests.len());
    let before = Belongings::settled(threads);
    let peak = status("VmHWM");
    one_after_another(&guests, COUNT);
    Belongings::settled(threads).is_back_at(before);
    // There was never more than one component's memory at a time.
    let grown = status("VmHWM") - peak;
    assert!(grown < CEILING, "the peak grew by {grown} KiB");
}

#[test]
fn sixty_four_hostile_instances_at_once_leave_nothing_behind() {
    alone("inner_instances_at_once");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn inner_instances_at_once() {
    let guests: Vec<_> =
        HOSTILE.iter().map(|name| (*name, guest(name))).collect();
    let threads = Belongings::now().threads;
    // Twice: the second meets the address space as the first left it.
    all_at_once(&guests);
    all_at_once(&guests);
    let before = Belongings::settled(threads);
    all_at_once(&guests);
    Belongings::settled(threads).is_back_at(before);
}

#[test]
fn sixty_four_hostile_plugins_in_a_row_leave_nothing_behind() {
    alone("inner_plugins_in_a_row");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn inner_plugins_in_a_row() {
    let components = [extractor(), filter()];
    let threads = Belongings::now().threads;
    plugins(&components, 8);
    let before = Belongings::settled(threads);
    plugins(&components, COUNT);
    Belongings::settled(threads).is_back_at(before);
}
