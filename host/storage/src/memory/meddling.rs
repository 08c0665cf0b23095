//! What somebody else does to a tree while a program works with it.

use std::fmt;

use super::MemoryStorage;

/// What is done.
pub(super) type Deed = Box<dyn FnOnce(&MemoryStorage) + Send>;

/// A deed that waits for its time.
#[derive(Default)]
pub(super) struct Meddling {
    /// How many calls come before it.
    calls: u64,
    deed: Option<Deed>,
    is_done: bool,
}

impl Meddling {
    /// Has a deed wait for so many calls.
    pub(super) fn plan(&mut self, calls: u64, deed: Deed) {
        *self = Self { calls, deed: Some(deed), is_done: false };
    }

    /// The deed, if this is the call that it waited for.
    pub(super) fn due(&mut self) -> Option<Deed> {
        self.deed.as_ref()?;
        if let Some(calls) = self.calls.checked_sub(1) {
            self.calls = calls;
            return None;
        }
        self.is_done = true;
        self.deed.take()
    }

    /// Whether it was done; it is not done any more.
    pub(super) fn forget(&mut self) -> bool {
        self.deed = None;
        self.is_done
    }
}

impl fmt::Debug for Meddling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meddling").field("calls", &self.calls).finish()
    }
}
