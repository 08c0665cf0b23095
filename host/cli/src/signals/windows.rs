//! Ctrl-C, Ctrl-Break, and the end of the console, of the session, or of the
//! system.
#![expect(unsafe_code, reason = "the system is given a function to call")]

use std::{
    io, process,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use sanchay_core::exit::Exit;
use windows_sys::{
    Win32::System::Console::{
        CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler,
    },
    core::BOOL,
};

/// How long the system leaves a program whose console is closed, at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// What an event is passed on to.
struct Listener {
    stop: Arc<AtomicBool>,
    caught: Arc<AtomicUsize>,
    first: SyncSender<()>,
}

static LISTENER: OnceLock<Listener> = OnceLock::new();

/// Catches the events: each sets `stop`, and is noted. Returns what waits for
/// the first, and says whether one came.
pub(super) fn catch(
    stop: &Arc<AtomicBool>,
    caught: &Arc<AtomicUsize>,
) -> io::Result<impl FnOnce() -> bool + Send + 'static> {
    let (first, heard) = sync_channel(1);
    let (stop, caught) = (stop.clone(), caught.clone());
    if LISTENER.set(Listener { stop, caught, first }).is_err() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    // SAFETY: the function may be called at any time from a thread of its own,
    // and uses nothing but what is shared between threads.
    match unsafe { SetConsoleCtrlHandler(Some(hear), 1) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(move || heard.recv().is_ok()),
    }
}

/// Called by the system, in a thread of its own. Returns whether it was all
/// that is to be done.
unsafe extern "system" fn hear(event: u32) -> BOOL {
    let Some(listener) = LISTENER.get() else { return 0 };
    let number = usize::try_from(event).unwrap_or_default();
    listener.caught.store(number.saturating_add(1), SeqCst);
    if listener.stop.swap(true, SeqCst) {
        // The second one ends the program at once.
        return 0;
    }
    // The first one finds room.
    let _ = listener.first.try_send(());
    if !matches!(event, CTRL_C_EVENT | CTRL_BREAK_EVENT) {
        // The program is ended when this returns.
        thread::sleep(PATIENCE);
    }
    1
}

/// Ends the program as one that was interrupted.
pub(super) fn die_of(_: usize) -> ! {
    process::exit(i32::from(Exit::Interrupted.code()))
}

/// Ends the program whose reader has gone.
pub(super) fn die_unread() -> ! {
    process::exit(i32::from(Exit::Unread.code()))
}
