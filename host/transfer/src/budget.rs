//! How much of what is copied may be in memory at once.

use std::sync::{Condvar, Mutex};

use sanchay_sync::{lock, wait};

/// Bytes that may be in memory at once.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Mutex<usize>,
    changed: Condvar,
    all: usize,
}

/// Some of them; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share<'b>(&'b Budget, usize);

impl Budget {
    pub(crate) fn new(all: usize) -> Self {
        Self { left: Mutex::new(all), changed: Condvar::new(), all }
    }

    /// Waits for so many bytes; for all there are if they are more.
    pub(crate) fn take(&self, bytes: usize) -> Share<'_> {
        let bytes = bytes.min(self.all);
        let mut left = lock(&self.left);
        while *left < bytes {
            left = wait(&self.changed, left);
        }
        *left -= bytes;
        Share(self, bytes)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *lock(&self.0.left) += self.1;
        self.0.changed.notify_all();
    }
}
