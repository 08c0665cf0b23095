//! When a plugin is given up: when its failed calls have taken too long,
//! together. Bounds what a plugin that does not answer can cost, however its
//! failures are strewn among good answers; those that cost next to nothing,
//! such as a trap over a file made for it, do not silence it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::{Fault, Limits};

/// So many calls that take all the time they may have are lost on a plugin.
const CALLS: u32 = 64;

/// The time that was lost on failures, of all instances together.
pub(super) struct Patience {
    limit: Duration,
    lost: AtomicU64,
}

impl Patience {
    /// Patience with a plugin whose calls have these limits.
    pub(super) fn new(limits: &Limits) -> Self {
        let limit = limits.budget().saturating_mul(CALLS);
        Self { limit, lost: AtomicU64::new(0) }
    }

    /// Whether nothing more is lost on the plugin.
    pub(super) fn is_at_its_end(&self) -> bool {
        Duration::from_nanos(self.lost.load(Relaxed)) >= self.limit
    }

    /// What is said then in place of an answer.
    pub(super) fn over(&self) -> Fault {
        Fault::GivenUp { lost: self.limit }
    }

    /// Adds time that a failure has taken.
    pub(super) fn lose(&self, time: Duration) {
        // Most calls are good, and all workers share the counter.
        if time.is_zero() {
            return;
        }
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let add = |lost: u64| Some(lost.saturating_add(time));
        let _ = self.lost.fetch_update(Relaxed, Relaxed, add);
    }

    /// Forgets the failures.
    pub(super) fn restore(&self) {
        self.lost.store(0, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_time_as_64_calls_may_take_is_lost_and_no_more() {
        let call = Duration::from_millis(10);
        let patience = Patience::new(&Limits::default().call_budget(call));
        for _ in 0..63 {
            patience.lose(call);
            assert!(!patience.is_at_its_end());
        }
        patience.lose(call);
        assert!(patience.is_at_its_end());
        let lost = Duration::from_millis(640);
        assert_eq!(patience.over(), Fault::GivenUp { lost });
        patience.restore();
        assert!(!patience.is_at_its_end());
    }

    #[test]
    fn an_endless_budget_is_endless_patience() {
        let limits = Limits::default().call_budget(Duration::MAX);
        let patience = Patience::new(&limits);
        for _ in 0..3 {
            patience.lose(Duration::MAX);
            assert!(!patience.is_at_its_end());
        }
    }
}
