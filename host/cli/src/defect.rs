//! What is said where the program itself goes wrong: one line, and not what a
//! developer would want to know.

use std::panic;

use sanchay::escaped;

/// Has panics say so in one line.
pub(crate) fn tell() {
    panic::set_hook(Box::new(|panic| {
        let why = panic.payload_as_str().unwrap_or("no reason is known");
        let why = escaped(why.as_bytes());
        let place = panic.location().map(ToString::to_string);
        let place = place.unwrap_or_default();
        eprintln!(
            "sanchay: this is a fault of the program, please report it: \
             {why} ({place})"
        );
    }));
}
