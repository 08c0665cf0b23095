//! A process that does one thing with untrusted input, for another that
//! called it: it may use so much time and memory, and ends with that one.

use std::panic;

use rustix::process::{Resource, Rlimit, setrlimit};

/// What such a process may use of memory, in bytes of address space.
const MEMORY: u64 = 4 << 30;

/// Confines this process: it ends after so many seconds of a processor's
/// time. Where it goes wrong, it says so in one line.
pub(super) fn confine(seconds: u64) {
    panic::set_hook(Box::new(|panic| {
        let why = panic.payload_as_str().unwrap_or("no reason is known");
        let line = why.lines().next().unwrap_or_default();
        eprintln!("it was too much for what was to read it: {line}");
    }));
    lower(Resource::As, MEMORY);
    lower(Resource::Cpu, seconds);
    lower(Resource::Core, 0);
    end_with_parent();
}

/// Has this process end when the one that called it does, however it ends.
fn end_with_parent() {
    // Without it, the time is limited all the same.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(
        rustix::process::Signal::KILL,
    ));
}

/// Lowers a limit of this process, unless it is lower.
fn lower(resource: Resource, limit: u64) {
    let current = rustix::process::getrlimit(resource);
    let limit = current.current.map_or(limit, |now| now.min(limit));
    let limits = Rlimit { current: Some(limit), maximum: current.maximum };
    // Without it, only the time is limited.
    let _ = setrlimit(resource, limits);
}
