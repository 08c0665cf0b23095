//! When a plugin is disabled: once its failed calls together have taken too
//! long. This bounds what a plugin that does not answer can cost, however its
//! failures are spread among good answers. Failures that cost next to nothing,
//! such as a trap over a file made for it, do not disable it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::{Fault, Limits};

/// How many calls that use all of their time a plugin may fail.
const CALLS: u32 = 64;

/// The time that failures of all instances have taken.
pub(super) struct FailureBudget {
    limit: Duration,
    lost: AtomicU64,
}

impl FailureBudget {
    /// The budget of a plugin whose calls have these limits.
    pub(super) fn new(limits: &Limits) -> Self {
        let limit = limits.budget().saturating_mul(CALLS);
        Self { limit, lost: AtomicU64::new(0) }
    }

    /// Whether the plugin is disabled.
    pub(super) fn is_exhausted(&self) -> bool {
        Duration::from_nanos(self.lost.load(Relaxed)) >= self.limit
    }

    /// The answer of a disabled plugin.
    pub(super) fn fault(&self) -> Fault {
        Fault::Disabled { lost: self.limit }
    }

    /// Adds time that a failure has taken.
    pub(super) fn record(&self, time: Duration) {
        // Most calls are good, and all workers share the counter.
        if time.is_zero() {
            return;
        }
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let add = |lost: u64| Some(lost.saturating_add(time));
        let _ = self.lost.fetch_update(Relaxed, Relaxed, add);
    }

    /// Forgets the failures.
    pub(super) fn reset(&self) {
        self.lost.store(0, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_time_as_64_calls_may_take_is_lost_and_no_more() {
        let call = Duration::from_millis(10);
        let failure_budget =
            FailureBudget::new(&Limits::default().call_budget(call));
        for _ in 0..63 {
            failure_budget.record(call);
            assert!(!failure_budget.is_exhausted());
        }
        failure_budget.record(call);
        assert!(failure_budget.is_exhausted());
        let lost = Duration::from_millis(640);
        assert_eq!(failure_budget.fault(), Fault::Disabled { lost });
        failure_budget.reset();
        assert!(!failure_budget.is_exhausted());
    }

    #[test]
    fn an_endless_call_budget_is_an_endless_failure_budget() {
        let limits = Limits::default().call_budget(Duration::MAX);
        let failure_budget = FailureBudget::new(&limits);
        for _ in 0..3 {
            failure_budget.record(Duration::MAX);
            assert!(!failure_budget.is_exhausted());
        }
    }
}
