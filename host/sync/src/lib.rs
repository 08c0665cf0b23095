//! Mutexes that a panic does not close. A worker that panics ends the run
//! anyway, and what the crates of the host protect stays whole between any two
//! statements; so a poisoned lock is opened like any other.

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

fn open<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Mutex;

    use super::{get_mut, into_inner, lock};

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
