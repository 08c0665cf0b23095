//! Counters that do not wrap, and mutexes that a panic does not close. A worker that panics ends the run
//! anyway, and what the crates of the host protect stays whole between any two
//! statements; so a poisoned lock is opened like any other.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Condvar, LockResult, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Locks a mutex, poisoned or not.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    open(mutex.lock())
}

/// Borrows what a mutex protects, poisoned or not.
pub fn get_mut<T: ?Sized>(mutex: &mut Mutex<T>) -> &mut T {
    open(mutex.get_mut())
}

/// Takes a mutex apart, poisoned or not.
pub fn into_inner<T>(mutex: Mutex<T>) -> T {
    open(mutex.into_inner())
}

/// Waits for a condition to be notified.
pub fn wait<'a, T>(
    condition: &Condvar,
    guard: MutexGuard<'a, T>,
) -> MutexGuard<'a, T> {
    open(condition.wait(guard))
}

/// Waits for a condition to be notified while something holds, for some time
/// at most.
pub fn wait_timeout_while<'a, T>(
    condition: &Condvar,
    guard: MutexGuard<'a, T>,
    time: Duration,
    holds: impl FnMut(&mut T) -> bool,
) -> MutexGuard<'a, T> {
    open(condition.wait_timeout_while(guard, time, holds)).0
}

/// Adds to a counter; its greatest number is as far as it goes. Sizes come from
/// file systems and buckets, which may tell of any.
pub fn add(counter: &AtomicU64, more: u64) {
    let sum = |count: u64| Some(count.saturating_add(more));
    // There is always a sum.
    let _ = counter.fetch_update(Relaxed, Relaxed, sum);
}

fn open<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::{Mutex, atomic::AtomicU64};

    use super::{add, get_mut, into_inner, lock};

    #[test]
    fn a_counter_does_not_wrap() {
        let mut counter = AtomicU64::new(1);
        add(&counter, 2);
        assert_eq!(*counter.get_mut(), 3);
        add(&counter, u64::MAX - 1);
        assert_eq!(*counter.get_mut(), u64::MAX);
    }

    #[test]
    fn a_mutex_opens_after_a_panic() {
        let mut mutex = Mutex::new(1);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _guard = mutex.lock();
            panic!("while it is locked");
        }));
        assert!(panicked.is_err() && mutex.is_poisoned());
        *lock(&mutex) += 1;
        *get_mut(&mut mutex) += 1;
        assert_eq!(into_inner(mutex), 3);
    }
}
