//! Ctrl-C, SIGTERM, and the end of the terminal (SIGHUP).
//!
//! The first one asks the run to stop; it does within a chunk's time, the
//! command closes its output, and the program dies of the signal: a shell
//! sees that, and ends its script or its loop, too. A run that waits in the
//! kernel, for standard input or for a dead network drive, cannot hear it:
//! after a grace period the output is closed for it and the program dies all
//! the same. A second signal ends the program at once.
//!
//! A signal that was ignored when the program was started stays ignored:
//! `nohup` and background jobs rely on it.

use std::{
    io::{self, Read as _, Write as _},
    os::unix::net::UnixStream,
    process,
    sync::{
        Arc, LazyLock, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use sanchay::Cancel;
use sanchay_core::exit::Exit;
use sanchay_sync::lock;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGPIPE, SIGTERM},
    flag,
    low_level::{emulate_default_handler, pipe},
};

use crate::inherited;

/// How long a run has to stop by itself. The whole must be under a second.
const GRACE: Duration = Duration::from_millis(600);

/// What is done to the output of a run that did not stop in time.
type Closer = Box<dyn FnOnce() + Send>;

static CLOSER: OnceLock<Mutex<Option<Closer>>> = OnceLock::new();

/// The signal that came last; 0 before any did.
static CAUGHT: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

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
        if inherited::is_ignored(signal) {
            continue;
        }
        // In this order: what ends the program finds the flag of an earlier
        // signal, not that of this one.
        flag::register_conditional_default(signal, stop.clone())?;
        let number = usize::try_from(signal).unwrap_or_default();
        flag::register_usize(signal, CAUGHT.clone(), number)?;
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
            die_interrupted();
        }
    })?;
    Ok(Interrupt { cancel: Cancel::from_flag(stop.clone()), flag: stop })
}

/// Whether a signal has come.
#[cfg(feature = "cloud")]
pub(crate) fn is_caught() -> bool {
    CAUGHT.load(SeqCst) != 0
}

/// Ends the program as the signal that interrupted it does by default.
pub(crate) fn die_interrupted() -> ! {
    die_of(i32::try_from(CAUGHT.load(SeqCst)).unwrap_or_default())
}

/// Ends the program as a reader that has gone does by default.
pub(crate) fn die_unread() -> ! {
    die_of(SIGPIPE)
}

fn die_of(signal: i32) -> ! {
    // Returns where there is no such signal, and only there.
    let _ = emulate_default_handler(signal);
    process::exit(i32::from(Exit::Interrupted.code()))
}

/// Says how the output is closed if the run does not stop in time.
pub(crate) fn close_with(close: impl FnOnce() + Send + 'static) {
    *closer() = Some(Box::new(close));
}

fn closer() -> std::sync::MutexGuard<'static, Option<Closer>> {
    lock(CLOSER.get_or_init(Mutex::default))
}
