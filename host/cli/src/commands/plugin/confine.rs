//! A process that does one thing with untrusted input, for another that
//! called it: it may use so much time and memory, and ends with that one.

use std::panic;

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
    sanchay_system::process::confine(MEMORY, seconds);
}
