//! Who has a file: a lock that goes with the process, however that ends.

use std::fs::TryLockError;

use sanchay_storage::File;

/// Who has a file locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// This run, until it closes the file.
    Mine,
    /// Another run.
    Another,
    /// Nobody can, on this file system.
    Impossible,
}

/// Locks a file, if no other run has it.
pub(crate) fn lock_of(file: &File) -> Lock {
    match file.as_local().map(std::fs::File::try_lock) {
        Some(Ok(())) => Lock::Mine,
        Some(Err(TryLockError::WouldBlock)) => Lock::Another,
        Some(Err(TryLockError::Error(_))) | None => Lock::Impossible,
    }
}
