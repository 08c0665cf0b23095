//! What whoever started the program handed down to it: which signals it is to
//! ignore, and whether its standard streams are open at all.
//!
//! Rust opens `/dev/null` for a standard stream that is closed, before `main`
//! is called: from then on, nobody can tell a stream that was closed (`<&-`)
//! from one that leads nowhere. What is closed is therefore noted before Rust
//! begins, by a function that the loader calls.
#![allow(
    unsafe_code,
    reason = "the C library is asked, and the loader given a function to call"
)]

use std::{
    mem::MaybeUninit,
    ptr,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use libc::c_int;

static INPUT_CLOSED: AtomicBool = AtomicBool::new(false);
static OUTPUT_CLOSED: AtomicBool = AtomicBool::new(false);

// SAFETY: the section holds pointers to functions that the loader calls, one
// after the other, before `main`. Arguments that some systems pass are not
// looked at, which the C calling convention allows.
#[used]
#[cfg_attr(
    target_vendor = "apple",
    unsafe(link_section = "__DATA,__mod_init_func")
)]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    let closed = |stream: c_int| {
        // SAFETY: `F_GETFD` takes no argument and changes nothing; that a
        // descriptor is not open is what it tells.
        unsafe { libc::fcntl(stream, libc::F_GETFD) == -1 }
    };
    INPUT_CLOSED.store(closed(libc::STDIN_FILENO), Relaxed);
    OUTPUT_CLOSED.store(closed(libc::STDOUT_FILENO), Relaxed);
}

/// Whether there was no standard input when the program was started.
pub(crate) fn input_is_closed() -> bool {
    INPUT_CLOSED.load(Relaxed)
}

/// Whether there was no standard output when the program was started.
pub(crate) fn output_is_closed() -> bool {
    OUTPUT_CLOSED.load(Relaxed)
}

/// Whether a signal is ignored. To be asked before it is caught: one that
/// `nohup`, or a shell that puts a job into the background, had ignored stays
/// so.
pub(crate) fn is_ignored(signal: c_int) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a null pointer sets nothing; the other points to room for an
    // action. All zeros are a valid action, should the call fail.
    let action = unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_that_nobody_spoke_of_are_not_ignored_and_those_of_rust_are() {
        assert!(!is_ignored(libc::SIGWINCH));
        // Rust ignores it before `main`.
        assert!(is_ignored(libc::SIGPIPE));
    }
}
