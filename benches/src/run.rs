//! Runs the jobs: every contestant in turn, round after round.
//!
//! Odd rounds go backwards, so that no contestant always runs in the wake of
//! the same other one. Ratios are taken within a round, so that a machine
//! that is slower for a minute is so for both.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::contestant::Contestant;
use crate::count::{Answer, count};
use crate::data::{self, Set};
use crate::floor::{self, Work};
use crate::jobs::{self, Cache, Job, Site};
use crate::machine;
use crate::measure::{self, Sample, Scratch};
use crate::peers::Programs;
use crate::problem::{Problem, Result, Trying};
use crate::report;
use crate::target::Outcome;

mod agreement;

/// How the jobs are run.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Only jobs whose name begins so (may be given more than once)
    #[arg(long, value_name = "JOB")]
    only: Vec<String>,
    /// How many rounds
    #[arg(
        long,
        default_value_t = 7,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    runs: u32,
    /// The numbers of files of the small trees
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "100k,1m",
        value_parser = jobs::parse_short
    )]
    sizes: Vec<u64>,
    /// The program to measure; the one beside this program when left out
    #[arg(long, value_name = "PROGRAM")]
    ours: Option<PathBuf>,
    /// Only name the jobs and the commands
    #[arg(long)]
    list: bool,
    /// Print the table and leave the documents and the kept results alone
    #[arg(long)]
    dry: bool,
    /// Where the data sets and the results are
    #[arg(
        long,
        env = "SANCHAY_BENCH_DIR",
        value_name = "DIR",
        default_value = data::DEFAULT
    )]
    data: PathBuf,
}

/// Runs the jobs and reports.
pub(crate) fn run(options: &Options) -> Result<()> {
    let site = site(options)?;
    let jobs = wanted(options, &site)?;
    if options.list {
        report::list(&jobs, &site);
        return Ok(());
    }
    announce(&site);
    let scratch = Scratch::new(&site.sets)?;
    let mut failed = Vec::new();
    let mut rows = Vec::new();
    for job in &jobs {
        match play(job, options.runs, &site, &scratch) {
            Ok(outcomes) => {
                let result = report::Result::new(
                    job,
                    &outcomes,
                    options.runs,
                    &site.programs,
                );
                if !options.dry {
                    result.keep(&site.sets)?;
                }
                rows.extend(result.rows);
            }
            Err(problem) => {
                eprintln!("bench: {}: {problem}", job.name);
                failed.push(job.name.clone());
            }
        }
    }
    print!("{}", report::summary(&rows));
    if !options.dry {
        report::write(&site.sets)?;
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Problem::new(format!("not measured: {}", failed.join(", "))))
    }
}

fn site(options: &Options) -> Result<Site> {
    data::prepare(&options.data)?;
    Ok(Site {
        sets: options.data.canonicalize().trying("resolve", &options.data)?,
        programs: Programs::find(options.ours.as_deref())?,
        sizes: options.sizes.clone(),
        threads: floor::processors(),
    })
}

fn wanted(options: &Options, site: &Site) -> Result<Vec<Job>> {
    let mut jobs = jobs::all(site);
    let only = &options.only;
    let names: Vec<String> = jobs.iter().map(|it| it.name.clone()).collect();
    jobs.retain(|job| {
        only.is_empty() || only.iter().any(|it| job.name.starts_with(it))
    });
    if jobs.is_empty() {
        return Err(Problem::new(format!(
            "no job is called so; there are {}",
            names.join(", ")
        )));
    }
    Ok(jobs)
}

fn announce(site: &Site) {
    for missing in site.programs.missing() {
        eprintln!("not installed: {missing}");
    }
    if !machine::can_forget() {
        eprintln!("the cache cannot be emptied: no job is run cold");
    }
    let load = machine::load();
    if load > 0.5 {
        eprintln!("{load} threads want a processor already: figures are off");
    }
}

/// Runs one job.
fn play(
    job: &Job,
    runs: u32,
    site: &Site,
    scratch: &Scratch,
) -> Result<Vec<Outcome>> {
    eprintln!("{}: {}", job.name, job.title);
    for contestant in &job.contestants {
        contestant.set.make(&site.sets)?;
    }
    let mut standing = Vec::new();
    for contestant in &job.contestants {
        match rehearse(job, contestant, site, scratch) {
            Ok(outcome) => standing.push((contestant, outcome)),
            Err(problem) if contestant.is_ours() => return Err(problem),
            Err(problem) => eprintln!("left out: {problem}"),
        }
    }
    for round in 0..runs {
        let turn = |(contestant, outcome): &mut (&Contestant, Outcome)| {
            let sample = once(job, contestant, site, scratch)?;
            outcome.samples.push(sample);
            Ok(())
        };
        if round % 2 == 0 {
            standing.iter_mut().try_for_each(turn)?;
        } else {
            standing.iter_mut().rev().try_for_each(turn)?;
        }
        eprintln!("  {}", report::progress(round, &standing));
    }
    let (contestants, mut outcomes): (Vec<_>, Vec<_>) =
        standing.into_iter().unzip();
    agreement::compare(&contestants, &mut outcomes, &site.sets)?;
    Ok(outcomes)
}

/// One run that is not timed: whether the program works, what it finds, and
/// its system calls.
fn rehearse(
    job: &Job,
    contestant: &Contestant,
    site: &Site,
    scratch: &Scratch,
) -> Result<Outcome> {
    measure::run(contestant, 1, scratch)?;
    let found = match contestant.answer {
        Answer::Silence => None,
        answer => count(answer, &scratch.output)?,
    };
    let files = agreement::files(contestant.set, &site.sets)?;
    let strace = site.programs.peer("strace").filter(|_| job.counts_calls);
    let calls = strace
        .map(|it| measure::calls(contestant, &it.path, scratch))
        .transpose()?
        .map(|calls| calls as f64 / files.max(1) as f64);
    Ok(Outcome {
        name: contestant.name.clone(),
        role: contestant.role,
        command: contestant.command_line(&site.sets, &site.programs.project),
        samples: Vec::new(),
        found,
        agrees: true,
        calls,
        files,
    })
}

/// One run that counts, with the cache as the job wants it.
fn once(
    job: &Job,
    contestant: &Contestant,
    site: &Site,
    scratch: &Scratch,
) -> Result<Sample> {
    match job.cache {
        Cache::Warm(work) => warm(work, contestant.set, site)?,
        Cache::Itself => {
            measure::run(contestant, 1, scratch)?;
        }
        Cache::Cold => machine::forget()?,
    }
    measure::run(contestant, job.times, scratch)
}

/// Lets a floor go over the set. The kernel evicts what has not been touched
/// for some seconds, however much memory is free: this is done right before
/// each run.
fn warm(work: Work, set: Set, site: &Site) -> Result<()> {
    let bench = &site.programs.bench;
    let status = Command::new(bench)
        .args(["floor", work.name()])
        .arg(set.folder(&site.sets))
        .stdout(Stdio::null())
        .status()
        .trying("start", bench)?;
    if status.success() {
        Ok(())
    } else {
        Err(Problem::new(format!("warming up ended with {status}")))
    }
}
