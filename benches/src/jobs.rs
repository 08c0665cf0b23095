//! The jobs that are measured, one module a kind.

mod catalog;
mod change;
mod cold;
mod copy;
mod dupes;
mod filter;
mod format;
mod hash;
mod ignore;
mod plugin;
mod scan;
mod store;
mod summary;
mod wasi;

use std::path::{Path, PathBuf};

use crate::contestant::{Contestant, Role};
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::peers::Programs;
use crate::target::Target;

/// How the cache is before each run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    /// A floor has just been over the contestant's set.
    Warm(Work),
    /// The contestant has just run.
    Itself,
    /// The kernel has forgotten everything.
    Cold,
}

/// A job: who does it, on what, and what must be true.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// What it is called on the command line.
    pub(crate) name: String,
    /// What it is.
    pub(crate) title: String,
    /// How the cache is before each run.
    pub(crate) cache: Cache,
    /// Who does it, ours first.
    pub(crate) contestants: Vec<Contestant>,
    /// What must be true.
    pub(crate) targets: Vec<Target>,
    /// How often a contestant runs for one sample.
    pub(crate) times: u32,
    /// Whether the system calls are counted.
    pub(crate) counts_calls: bool,
}

/// What the jobs need to know of this machine.
#[derive(Debug)]
pub(crate) struct Site {
    /// Where the data sets are.
    pub(crate) sets: PathBuf,
    /// The programs that are there.
    pub(crate) programs: Programs,
    /// The numbers of files of the small sets.
    pub(crate) sizes: Vec<u64>,
    /// How many threads ours uses.
    pub(crate) threads: usize,
}

/// Every job.
pub(crate) fn all(site: &Site) -> Vec<Job> {
    let mut jobs = scan::jobs(site);
    jobs.extend(filter::jobs(site));
    jobs.extend(ignore::jobs(site));
    jobs.extend(format::jobs(site));
    jobs.extend(hash::jobs(site));
    jobs.extend(dupes::jobs(site));
    jobs.extend(catalog::jobs(site));
    jobs.extend(summary::jobs(site));
    jobs.extend(copy::jobs(site));
    jobs.extend(store::jobs(site));
    jobs.extend(change::jobs(site));
    jobs.extend(cold::jobs(site));
    jobs.extend(wasi::jobs(site));
    jobs.extend(plugin::jobs(site));
    jobs
}

impl Job {
    fn new(name: impl Into<String>, title: &str, cache: Cache) -> Self {
        Self {
            name: name.into(),
            title: title.to_owned(),
            cache,
            contestants: Vec::new(),
            targets: Vec::new(),
            times: 1,
            counts_calls: false,
        }
    }

    /// With those of the contestants that are there.
    fn with(
        mut self,
        contestants: impl IntoIterator<Item = Contestant>,
    ) -> Self {
        self.contestants.extend(contestants);
        self
    }

    fn demanding(mut self, targets: impl IntoIterator<Item = Target>) -> Self {
        self.targets.extend(targets);
        self
    }

    /// Counts system calls where the set is so small that tracing it ends.
    fn counting_calls(mut self, files: u64) -> Self {
        self.counts_calls = files <= 100_000;
        self
    }
}

impl Site {
    /// The program that is measured.
    fn ours(&self, set: Set) -> Contestant {
        Contestant::new("ours", Role::Ours, &self.programs.ours, set)
    }

    /// The same without the sandbox.
    fn unsandboxed(&self, set: Set) -> Contestant {
        let bench = &self.programs.bench;
        Contestant::new("unsandboxed", Role::Twin, bench, set)
            .words("unsandboxed")
    }

    /// A peer, if it is installed.
    fn peer(&self, name: &str, set: Set) -> Option<Contestant> {
        let found = self.programs.peer(name)?;
        Some(Contestant::new(name, Role::Peer, &found.path, set))
    }

    /// A program that is given the set's files by xargs, as many at a time,
    /// if both are installed.
    fn each(
        &self,
        name: &str,
        at_a_time: usize,
        set: Set,
    ) -> Option<Contestant> {
        let program = &self.programs.peer(name)?.path;
        let xargs = &self.programs.peer("xargs")?.path;
        let threads = self.threads;
        Some(
            Contestant::new(name, Role::Peer, xargs, set)
                .words(&format!("-0 -P {threads} -n {at_a_time}"))
                .word(program)
                .list(&self.sets)
                .answering(Answer::Lines),
        )
    }

    /// A floor with as many threads as ours.
    fn floor(&self, work: Work, set: Set) -> Contestant {
        self.floor_with(work, self.threads, set)
    }

    fn floor_with(&self, work: Work, threads: usize, set: Set) -> Contestant {
        let name = format!("floor {}", work.name());
        Contestant::new(name, Role::Floor, &self.programs.bench, set)
            .words(&format!("floor {} --threads {threads}", work.name()))
            .tree(&self.sets, "")
            .answering(Answer::Number)
    }

    fn sets(&self) -> &Path {
        &self.sets
    }
}

/// A number of files as it is written on the command line.
pub(crate) fn short(files: u64) -> String {
    if files > 0 && files.is_multiple_of(1_000_000) {
        format!("{}m", files / 1_000_000)
    } else if files > 0 && files.is_multiple_of(1000) {
        format!("{}k", files / 1000)
    } else {
        files.to_string()
    }
}

/// Reads such a number.
pub(crate) fn parse_short(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.strip_suffix(['m', 'M']) {
        Some(digits) => (digits, 1_000_000),
        None => text
            .strip_suffix(['k', 'K'])
            .map_or((text, 1), |digits| (digits, 1000)),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .filter(|&number| number > 0)
        .ok_or_else(|| format!("{text:?} is no number such as 100k or 1m"))
}

#[cfg(test)]
mod tests {
    use super::{parse_short, short};

    #[test]
    fn numbers_of_files_are_read_as_they_are_written() {
        for files in [1, 999, 1000, 100_000, 1_000_000, 1_500_000] {
            assert_eq!(parse_short(&short(files)), Ok(files));
        }
        assert_eq!(short(100_000), "100k");
        assert_eq!(parse_short("1M"), Ok(1_000_000));
        assert!(parse_short("0").is_err());
        assert!(parse_short("many").is_err());
    }
}
