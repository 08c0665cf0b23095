//! How fast a run goes, and how long it will still take.

use std::time::Duration;

use sanchay::{Phase, Progress};

/// The pace of a run: each phase has its own.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The phase of the last report.
    phase: Phase,
    /// When that began: at the last report of the one before.
    began: Duration,
    /// When the last report was.
    last: Duration,
}

/// How fast a run goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rates {
    /// For how long the run has gone, in seconds.
    pub(super) seconds: f64,
    /// Files a second, in this phase.
    pub(super) files: f64,
    /// Bytes a second, in this phase.
    pub(super) bytes: f64,
    /// In how many seconds the phase will be over, where its size is known.
    pub(super) left: Option<f64>,
}

impl Pace {
    /// The rates at this time since the run began.
    pub(super) fn at(&mut self, now: Duration, progress: &Progress) -> Rates {
        if progress.phase != self.phase {
            (self.phase, self.began) = (progress.phase, self.last);
        }
        self.last = now;
        let spent = now.saturating_sub(self.began).as_secs_f64();
        let rate = |count: u64| match spent > 0.0 {
            true => float(count) / spent,
            false => 0.0,
        };
        let known = known(progress);
        let left = known.and_then(|(done, total)| {
            let rate = rate(done);
            let left = float(total.saturating_sub(done));
            (rate > 0.0).then(|| left / rate)
        });
        let seconds = now.as_secs_f64();
        let (files, bytes) = (rate(progress.files), rate(progress.bytes));
        Rates { seconds, files, bytes, left }
    }
}

/// How much is done and how much there is, where that is known. The bytes to
/// read are what takes the time; where only the number of files is known,
/// that has to do.
pub(super) fn known(progress: &Progress) -> Option<(u64, u64)> {
    let bytes = progress.total_bytes.filter(|total| *total > 0);
    let bytes = bytes.map(|total| (progress.bytes, total));
    bytes.or(progress.total_files.map(|total| (progress.files, total)))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "rates are estimates, and are shown with few digits"
)]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sanchay::{Phase, Progress};

    use super::{Pace, Rates};

    fn progress(phase: Phase, files: u64, bytes: u64) -> Progress {
        let mut progress = Progress::default();
        (progress.phase, progress.files, progress.bytes) =
            (phase, files, bytes);
        progress
    }

    #[test]
    fn each_phase_has_a_pace_of_its_own() {
        let mut pace = Pace::default();
        let at = |pace: &mut Pace, seconds, progress: &Progress| {
            pace.at(Duration::from_secs(seconds), progress)
        };
        let rates = at(&mut pace, 2, &progress(Phase::Walking, 10, 100));
        let expected =
            Rates { seconds: 2.0, files: 5.0, bytes: 50.0, left: None };
        assert_eq!(rates, expected);
        let mut comparing = progress(Phase::Comparing, 1, 30);
        comparing.total_files = Some(2);
        let rates = at(&mut pace, 5, &comparing);
        assert_eq!((rates.seconds, rates.bytes), (5.0, 10.0));
        assert_eq!(rates.left, Some(3.0));
        comparing.total_bytes = Some(90);
        assert_eq!(at(&mut pace, 5, &comparing).left, Some(6.0));
    }

    #[test]
    fn nothing_is_foretold_before_something_is_done() {
        let mut nothing = Progress::default();
        nothing.total_bytes = Some(90);
        let rates = Pace::default().at(Duration::ZERO, &nothing);
        assert_eq!(rates, Rates::default());
    }
}
