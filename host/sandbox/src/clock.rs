//! The time that a call has had: the processor's, not the wall's. Where more
//! threads work than there are processors, a call may stand still for long
//! through no fault of its own.

use std::time::Duration;

/// How much of a processor's time this thread has had.
#[cfg(unix)]
pub(crate) fn of_this_thread() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds)
}

/// Elsewhere, the time that has passed.
#[cfg(not(unix))]
pub(crate) fn of_this_thread() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;

    static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
    FIRST.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_works_has_had_time_and_one_that_sleeps_has_not() {
        let began = of_this_thread();
        std::thread::sleep(Duration::from_millis(50));
        let slept = of_this_thread() - began;
        assert!(slept < Duration::from_millis(25), "{slept:?}");
        while of_this_thread() - began < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
    }
}
