//! Ctrl-C, and whatever else asks a program to end.
//!
//! The first one asks the run to stop; it does within a chunk's time, the
//! command closes its output, and the program dies of the signal: a shell
//! sees that, and ends its script or its loop, too. A run that waits in the
//! kernel, for standard input or for a dead network drive, cannot hear it:
//! after a grace period the output is closed for it and the program dies all
//! the same. A second signal ends the program at once.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::{
    io::{self, Write as _},
    sync::{
        Arc, LazyLock, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use sanchay::Cancel;
use sanchay_sync::lock;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

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
    let heard = system::catch(&stop, &CAUGHT)?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if heard() {
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
    system::die_of(CAUGHT.load(SeqCst))
}

/// Ends the program as a reader that has gone does by default.
pub(crate) fn die_unread() -> ! {
    system::die_unread()
}

/// Says how the output is closed if the run does not stop in time.
pub(crate) fn close_with(close: impl FnOnce() + Send + 'static) {
    *closer() = Some(Box::new(close));
}

fn closer() -> std::sync::MutexGuard<'static, Option<Closer>> {
    lock(CLOSER.get_or_init(Mutex::default))
}
