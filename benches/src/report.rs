//! The tables: for the terminal, docs/PERFORMANCE.md and docs/figures.md.
//!
//! The results of each job are kept beside the data sets, so that a job can
//! be measured again alone and the document still shows all of them, each
//! with its date.

mod document;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use crate::contestant::{Contestant, Role};
use crate::jobs::{Job, Site};
use crate::machine;
use crate::peers::Programs;
use crate::problem::{self, Trying};
use crate::target::{Outcome, mebibytes};

pub(crate) use document::write;
use table::Table;

/// The columns of the summary.
const SUMMARY: [&str; 8] =
    ["job", "ours", "peers", "floor", "against", "reached", "target", "met"];

/// The columns of a job's own table.
const DETAILS: [&str; 8] = [
    "program",
    "median",
    "least",
    "ours / it",
    "processor",
    "peak memory",
    "calls a file",
    "found",
];

/// What is reported of one job.
#[derive(Clone, Debug)]
pub(crate) struct Result {
    name: String,
    /// Its rows of the summary, one for each target.
    pub(crate) rows: Vec<Vec<String>>,
    section: String,
}

impl Result {
    /// Puts the outcomes of a job in words.
    pub(crate) fn new(
        job: &Job,
        outcomes: &[Outcome],
        runs: u32,
        programs: &Programs,
    ) -> Self {
        let details = details(outcomes);
        print!("{}", details.text());
        let mut section = format!("### {}: {}\n\n", job.name, job.title);
        section.push_str(&format!(
            "{}, {}; {runs} rounds.\n\n",
            machine::date(),
            machine::description()
        ));
        section.push_str(&details.markdown());
        section.push_str("\n```text\n");
        for outcome in outcomes {
            let version = programs
                .peer(outcome.name.split(' ').next().unwrap_or_default())
                .filter(|_| outcome.role == Role::Peer)
                .map(|peer| format!("  # {} {}", peer.name, peer.version))
                .unwrap_or_default();
            section.push_str(&format!("{}{version}\n", outcome.command));
        }
        section.push_str("```\n");
        Self { name: job.name.clone(), rows: rows(job, outcomes), section }
    }

    /// Keeps the result for the document.
    pub(crate) fn keep(&self, sets: &Path) -> problem::Result<()> {
        let folder = results(sets);
        fs::create_dir_all(&folder).trying("make", &folder)?;
        let lines: Vec<String> =
            self.rows.iter().map(|cells| cells.join("\t")).collect();
        for (extension, text) in
            [("rows", &lines.join("\n")), ("section", &self.section)]
        {
            let path = folder.join(format!("{}.{extension}", self.name));
            fs::write(&path, text).trying("write", &path)?;
        }
        Ok(())
    }
}

/// The table of all jobs and targets as text.
pub(crate) fn summary(rows: &[Vec<String>]) -> String {
    Table::new(&SUMMARY, rows.to_vec()).text()
}

/// Prints the jobs and their commands.
pub(crate) fn list(jobs: &[Job], site: &Site) {
    for job in jobs {
        println!("{}: {}", job.name, job.title);
        for contestant in &job.contestants {
            println!(
                "    {}",
                contestant.command_line(&site.sets, &site.programs.project)
            );
        }
    }
}

/// A round's times in a line.
pub(crate) fn progress(
    round: u32,
    standing: &[(&Contestant, Outcome)],
) -> String {
    let mut line = format!("round {}:", round + 1);
    for (_, outcome) in standing {
        let last = outcome.samples.last();
        let time = last.map_or(f64::NAN, |it| it.wall.as_secs_f64());
        line.push_str(&format!(" {} {},", outcome.name, seconds(time)));
    }
    line.pop();
    line
}

/// Where results are kept.
fn results(sets: &Path) -> PathBuf {
    sets.join("results")
}

fn details(outcomes: &[Outcome]) -> Table {
    let ours = outcomes.iter().find(|it| it.role == Role::Ours);
    let row = |it: &Outcome| {
        let ratio = ours.filter(|ours| ours.name != it.name);
        let mark = if it.agrees { "" } else { " (differs)" };
        vec![
            it.name.clone(),
            seconds(it.time()),
            seconds(it.shortest()),
            ratio.map_or_else(String::new, |ours| {
                format!("{:.2}", ours.ratio(it))
            }),
            seconds(it.processor()),
            mebibytes(it.peak()),
            it.calls.map_or_else(String::new, |calls| format!("{calls:.2}")),
            it.found
                .map_or_else(String::new, |found| format!("{found}{mark}")),
        ]
    };
    Table::new(&DETAILS, outcomes.iter().map(row).collect())
}

/// A row for each target; the figures stand in the first.
fn rows(job: &Job, outcomes: &[Outcome]) -> Vec<Vec<String>> {
    let times = |wanted: &dyn Fn(Role) -> bool| {
        let times: Vec<String> = outcomes
            .iter()
            .filter(|it| wanted(it.role))
            .map(|it| format!("{} {}", it.name, seconds(it.time())))
            .collect();
        times.join(", ")
    };
    let ours = times(&|role| matches!(role, Role::Ours | Role::Again));
    let ours = ours.strip_prefix("ours ").unwrap_or(&ours).to_owned();
    let peers = times(&|role| matches!(role, Role::Peer | Role::Twin));
    let mut figures =
        [job.name.clone(), ours, peers, times(&|role| role == Role::Floor)];
    let mut rows = Vec::new();
    for target in &job.targets {
        let verdict = target.judge(outcomes);
        let met = match verdict.met {
            Some(true) => "met",
            Some(false) => "**not met**",
            None => "–",
        };
        let mut row = std::mem::take(&mut figures).to_vec();
        row.extend([verdict.against, verdict.reached, verdict.demanded]);
        row.push(met.to_owned());
        rows.push(row);
    }
    rows
}

/// A time as people read it, with three digits that count.
fn seconds(seconds: f64) -> String {
    match seconds {
        _ if seconds < 0.01 => format!("{:.2} ms", seconds * 1000.0),
        _ if seconds < 0.1 => format!("{:.1} ms", seconds * 1000.0),
        _ if seconds < 1.0 => format!("{seconds:.3} s"),
        _ if seconds < 10.0 => format!("{seconds:.2} s"),
        _ => format!("{seconds:.1} s"),
    }
}

#[cfg(test)]
mod tests;
