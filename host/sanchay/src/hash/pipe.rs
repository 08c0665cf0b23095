//! Streams that the caller hands down by name, as a shell's `<(command)`
//! does. A FIFO that stands in a folder is not one of them: nobody may be at
//! its other end, and reading it would wait for ever. And whose turn it is to
//! read standard input.

use std::sync::{Mutex, MutexGuard};

use sanchay_sync::lock;
pub(super) use sanchay_system::files::{is_handed_down, waiting as blocking};

/// Keeps others from reading standard input meanwhile: two that read it at
/// once would each get some of it.
pub(crate) fn stdin_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    lock(&TURN)
}
