//! Ctrl-C, SIGTERM, and the end of the terminal (SIGHUP).
//!
//! A signal that was ignored when the program was started stays ignored:
//! `nohup` and background jobs rely on it.

use std::{
    io::{self, Read as _},
    os::unix::net::UnixStream,
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize},
    },
};

use sanchay_core::exit::Exit;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGPIPE, SIGTERM},
    flag,
    low_level::{emulate_default_handler, pipe},
};

use crate::inherited;

/// Catches the signals: each sets `stop`, and is noted. Returns what waits for
/// the first, and says whether one came.
pub(super) fn catch(
    stop: &Arc<AtomicBool>,
    caught: &Arc<AtomicUsize>,
) -> io::Result<impl FnOnce() -> bool + Send + 'static> {
    let (mut heard, sender) = UnixStream::pair()?;
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        if inherited::is_ignored(signal) {
            continue;
        }
        // In this order: what ends the program finds the flag of an earlier
        // signal, not that of this one.
        flag::register_conditional_default(signal, stop.clone())?;
        let number = usize::try_from(signal).unwrap_or_default();
        flag::register_usize(signal, caught.clone(), number)?;
        flag::register(signal, stop.clone())?;
        pipe::register(signal, sender.try_clone()?)?;
    }
    Ok(move || matches!(heard.read(&mut [0]), Ok(1)))
}

/// Ends the program as a signal does by default.
pub(super) fn die_of(signal: usize) -> ! {
    die(i32::try_from(signal).unwrap_or_default())
}

/// Ends the program as a reader that has gone does by default.
pub(super) fn die_unread() -> ! {
    die(SIGPIPE)
}

fn die(signal: i32) -> ! {
    // Returns where there is no such signal, and only there.
    let _ = emulate_default_handler(signal);
    process::exit(i32::from(Exit::Interrupted.code()))
}
