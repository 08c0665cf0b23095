//! Ctrl-C, SIGTERM, and the end of the terminal (SIGHUP).
//!
//! The first one asks the run to stop; it does within a chunk's time and the
//! command then closes its output. A run that waits in the kernel, for
//! standard input or for a dead network drive, cannot hear it: after a grace
//! period the output is closed for it and the program ends. A second signal
//! ends the program at once.

use std::{
    io::{self, Read as _, Write as _},
    os::unix::net::UnixStream,
    process,
    sync::{Arc, Mutex, OnceLock, PoisonError, atomic::AtomicBool},
    thread,
    time::Duration,
};

use sanchay::Cancel;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
    low_level::pipe,
};

use crate::exit::Exit;

/// How long a run has to stop by itself. The whole must be under a second.
const GRACE: Duration = Duration::from_millis(600);

/// What is done to the output of a run that did not stop in time.
type Closer = Box<dyn FnOnce() + Send>;

static CLOSER: OnceLock<Mutex<Option<Closer>>> = OnceLock::new();

/// Whether a signal has come.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    /// Cancelled by the first signal.
    pub(crate) cancel: Cancel,
    flag: Arc<AtomicBool>,
}

impl Interrupt {
    /// True from the first signal on.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        self.flag.clone()
    }
}

/// Catches the signals.
pub(crate) fn catch() -> io::Result<Interrupt> {
    let stop = Arc::new(AtomicBool::new(false));
    let (mut heard, sender) = UnixStream::pair()?;
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        // In this order: what ends the program finds the flag of an earlier
        // signal, not that of this one.
        let code = i32::from(Exit::Interrupted as u8);
        flag::register_conditional_shutdown(signal, code, stop.clone())?;
        flag::register(signal, stop.clone())?;
        pipe::register(signal, sender.try_clone()?)?;
    }
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if matches!(heard.read(&mut [0]), Ok(1)) {
            thread::sleep(GRACE);
            if let Some(close) = closer().take() {
                close();
            }
            // What the command itself says where it can.
            let _ = writeln!(io::stderr(), "sanchay: interrupted");
            process::exit(i32::from(Exit::Interrupted as u8));
        }
    })?;
    Ok(Interrupt { cancel: Cancel::from_flag(stop.clone()), flag: stop })
}

/// Says how the output is closed if the run does not stop in time.
pub(crate) fn close_with(close: impl FnOnce() + Send + 'static) {
    *closer() = Some(Box::new(close));
}

fn closer() -> std::sync::MutexGuard<'static, Option<Closer>> {
    CLOSER
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}
