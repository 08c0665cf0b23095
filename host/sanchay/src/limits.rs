//! What the system lets this process use: open files (`RLIMIT_NOFILE`) and
//! address space (`RLIMIT_AS`). The number of workers and the number of
//! directories that a walk holds open follow from it.

use sanchay_system::limits::{address_space, open_files};

/// How many requests keep a disk busy: its queue holds at least this many.
pub(crate) const QUEUE_DEPTH: usize = 32;

/// Descriptors that a worker needs at once on its way to a file.
const DESCRIPTORS_PER_WORKER: usize = 3;

/// Descriptors that are left to the rest of the process.
const RESERVED_DESCRIPTORS: usize = 12;

/// Address space for a worker's stack, instance, buffers, and the arena that
/// an allocator may reserve for its thread.
const ADDRESS_SPACE_PER_WORKER: u64 = 64 << 20;

/// How many directories the walks of this process may hold open: half of
/// `RLIMIT_NOFILE`, and at most half of its usual value (1024).
pub(crate) fn max_open_directories() -> usize {
    let limit = open_files().unwrap_or(1024);
    usize::try_from(limit / 2).unwrap_or(512).min(512)
}

/// How many directories one job may hold open besides those of a walk: of a
/// quarter of `RLIMIT_NOFILE`, so many as any job needs.
pub(crate) fn max_held_directories() -> usize {
    let limit = open_files().unwrap_or(1024);
    usize::try_from(limit / 4).unwrap_or(256).clamp(1, 8 << 10)
}

/// How many workers `RLIMIT_NOFILE` leaves descriptors for: the walk may hold
/// one half of them, and workers share the other.
pub(crate) fn max_workers_by_descriptors() -> usize {
    max_open_directories().saturating_sub(RESERVED_DESCRIPTORS)
        / DESCRIPTORS_PER_WORKER
}

/// How many workers `RLIMIT_AS` leaves room for; `None` where it allows more
/// than any run uses. A thread too many would not be an error but the end of
/// the process.
pub(crate) fn max_workers_by_address_space() -> Option<usize> {
    let limit = address_space()?;
    let most = limit / ADDRESS_SPACE_PER_WORKER;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    (most < QUEUE_DEPTH).then_some(most.max(1))
}
