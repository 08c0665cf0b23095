//! When a plugin is given up: after so many failed calls with no good one in
//! between. Bounds what a plugin that never answers can cost.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::Fault;

/// So many failures in a row are one plugin's.
const FAILURES: u32 = 64;

/// Counts failures in a row, of all instances together.
#[derive(Default)]
pub(super) struct Patience(AtomicU32);

impl Patience {
    /// Makes a call, unless there were too many failures.
    pub(super) fn attempt<R>(
        &self,
        call: impl FnOnce() -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        if self.0.load(Relaxed) >= FAILURES {
            return Err(Fault::GivenUp { failures: FAILURES });
        }
        let answer = call();
        match &answer {
            // Most calls are good, and all workers share the counter.
            Ok(_) if self.0.load(Relaxed) == 0 => {}
            Ok(_) => self.restore(),
            Err(_) => {
                self.0.fetch_add(1, Relaxed);
            }
        }
        answer
    }

    /// Forgets the failures.
    pub(super) fn restore(&self) {
        self.0.store(0, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(patience: &Patience) -> Fault {
        let call = || Err::<(), _>(Fault::Lied("no".into()));
        patience.attempt(call).unwrap_err()
    }

    #[test]
    fn failures_in_a_row_end_the_calls_and_a_good_answer_starts_anew() {
        let patience = Patience::default();
        for _ in 0..FAILURES - 1 {
            assert_eq!(fail(&patience), Fault::Lied("no".into()));
        }
        assert_eq!(patience.attempt(|| Ok(1)), Ok(1));
        for _ in 0..FAILURES {
            assert_eq!(fail(&patience), Fault::Lied("no".into()));
        }
        let given_up = Fault::GivenUp { failures: FAILURES };
        assert_eq!(fail(&patience), given_up);
        assert_eq!(patience.attempt(|| Ok(1)), Err(given_up));
        patience.restore();
        assert_eq!(patience.attempt(|| Ok(1)), Ok(1));
    }
}
