//! What must be true of the figures, and whether it is.

use crate::contestant::Role;
use crate::measure::Sample;

/// What came of one contestant.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// What it is called in the tables.
    pub(crate) name: String,
    /// What it is to us.
    pub(crate) role: Role,
    /// The command as a person would type it.
    pub(crate) command: String,
    /// A sample of each round, in the order of the rounds.
    pub(crate) samples: Vec<Sample>,
    /// How much it found.
    pub(crate) found: Option<u64>,
    /// Whether that is what ours found, where both can be counted.
    pub(crate) agrees: bool,
    /// System calls for each file.
    pub(crate) calls: Option<f64>,
    /// How many files it ran on.
    pub(crate) files: u64,
}

/// What must be true of a job.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// Our time is at most so many times that of the fastest peer.
    Fastest(f64),
    /// Our time is at most so many times that of this contestant.
    Than(f64, &'static str),
    /// The ratio to this contestant's time is stated, without a target.
    Stated(&'static str),
    /// None of ours has more than so many bytes of memory resident.
    Peak(u64),
    /// Our peak is at most so many times that of this contestant.
    PeakThan(f64, &'static str),
    /// Time a file grows with the number of files by at most so many times
    /// what this floor's time a file grows by.
    Growth(f64, &'static str),
}

/// Whether a target is met.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// What ours was compared with.
    pub(crate) against: String,
    /// The figure that was reached.
    pub(crate) reached: String,
    /// The figure that is demanded.
    pub(crate) demanded: String,
    /// Nothing where nothing is demanded, or nothing can be said.
    pub(crate) met: Option<bool>,
}

impl Outcome {
    /// The median of the times, in seconds.
    pub(crate) fn time(&self) -> f64 {
        median(self.seconds())
    }

    /// The shortest of the times, in seconds.
    pub(crate) fn shortest(&self) -> f64 {
        self.seconds().fold(f64::INFINITY, f64::min)
    }

    /// The median of the processor times, in seconds.
    pub(crate) fn processor(&self) -> f64 {
        median(self.samples.iter().map(|it| it.processor.as_secs_f64()))
    }

    /// The greatest peak, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        self.samples.iter().map(|it| it.peak).max().unwrap_or(0)
    }

    /// The median, over the rounds, of this one's time over another's.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        let pairs = self.seconds().zip(other.seconds());
        median(pairs.map(|(one, other)| one / other))
    }

    fn seconds(&self) -> impl Iterator<Item = f64> + '_ {
        self.samples.iter().map(|it| it.wall.as_secs_f64())
    }
}

impl Target {
    /// Judges the outcomes of a job.
    pub(crate) fn judge(self, outcomes: &[Outcome]) -> Verdict {
        let ours = outcomes.iter().find(|it| it.role == Role::Ours);
        let named = |name| outcomes.iter().find(|it| it.name == name);
        match self {
            Self::Fastest(limit) => {
                let against = fastest(outcomes);
                let name = against.map(|it| it.name.as_str());
                let name = name.unwrap_or("none of the peers");
                times(ours, against, limit, &format!("fastest peer: {name}"))
            }
            Self::Than(limit, name) => times(ours, named(name), limit, name),
            Self::Stated(name) => {
                let mut verdict = times(ours, named(name), 0.0, name);
                "stated".clone_into(&mut verdict.demanded);
                verdict.met = None;
                verdict
            }
            Self::Peak(limit) => {
                let own = |it: &&Outcome| {
                    matches!(it.role, Role::Ours | Role::Again)
                };
                let peak = outcomes.iter().filter(own).map(Outcome::peak);
                let peak = peak.max();
                Verdict {
                    against: "peak memory".to_owned(),
                    reached: peak.map_or_else(dash, mebibytes),
                    demanded: format!("≤ {}", mebibytes(limit)),
                    met: peak.map(|peak| peak <= limit),
                }
            }
            Self::PeakThan(limit, name) => {
                let ratio = ours.zip(named(name)).map(|(ours, other)| {
                    ours.peak() as f64 / other.peak() as f64
                });
                verdict(ratio, limit, format!("peak memory of {name}"))
            }
            Self::Growth(limit, floor) => {
                let ours = growth(outcomes, "ours");
                let floor = growth(outcomes, floor);
                let ratio = ours.zip(floor).map(|(ours, floor)| ours / floor);
                verdict(ratio, limit, "growth of the floor".to_owned())
            }
        }
    }
}

/// The fastest peer that saw what ours saw.
fn fastest(outcomes: &[Outcome]) -> Option<&Outcome> {
    outcomes
        .iter()
        .filter(|it| it.role == Role::Peer && it.agrees)
        .min_by(|one, other| one.time().total_cmp(&other.time()))
}

/// What the time a file grows by from the smaller of the two outcomes whose
/// names begin so to the greater.
fn growth(outcomes: &[Outcome], name: &str) -> Option<f64> {
    let mut found: Vec<&Outcome> =
        outcomes.iter().filter(|it| it.name.starts_with(name)).collect();
    found.sort_by_key(|it| it.files);
    let [small, great] = found.as_slice() else { return None };
    let files = small.files as f64 / great.files as f64;
    Some(great.ratio(small) * files)
}

fn times(
    ours: Option<&Outcome>,
    other: Option<&Outcome>,
    limit: f64,
    against: &str,
) -> Verdict {
    let ratio = ours.zip(other).map(|(ours, other)| ours.ratio(other));
    verdict(ratio, limit, against.to_owned())
}

fn verdict(ratio: Option<f64>, limit: f64, against: String) -> Verdict {
    Verdict {
        against,
        reached: ratio.map_or_else(dash, |ratio| format!("{ratio:.2} ×")),
        demanded: format!("≤ {limit} ×"),
        met: ratio.map(|ratio| ratio <= limit),
    }
}

fn dash() -> String {
    "–".to_owned()
}

/// A number of bytes as people read it.
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0))
}

/// The middle number, or the mean of the two in the middle.
fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    let upper = numbers.get(numbers.len() / 2);
    let lower = numbers.get(numbers.len().saturating_sub(1) / 2);
    lower.zip(upper).map_or(f64::NAN, |(lower, upper)| (lower + upper) / 2.0)
}

#[cfg(test)]
mod tests;
