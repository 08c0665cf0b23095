//! The performance harness of Sanchay.
//!
//! It makes the data sets, holds the programs that do a job's system calls
//! and nothing else (the floors) or the job without the sandbox (the
//! twins), and runs `sanchay` in turn with all of them and with the peers
//! that are installed.

mod contestant;
mod copying;
mod count;
mod data;
mod floor;
mod jobs;
mod machine;
mod measure;
mod native;
mod peers;
mod problem;
mod renaming;
mod report;
mod run;
mod sketching;
mod target;
mod unsandboxed;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::problem::Result;

/// Measures Sanchay against its peers, its floors and itself without the
/// sandbox.
#[derive(Parser)]
#[command(name = "bench", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the data sets that are not there yet
    Data {
        /// Where they go, outside any checkout
        #[arg(env = "SANCHAY_BENCH_DIR", default_value = data::DEFAULT)]
        directory: PathBuf,
        #[command(flatten)]
        wanted: data::Wanted,
    },
    /// Does a job's system calls and nothing else
    Floor {
        /// Which system calls
        work: floor::Work,
        /// How many threads; as many as there are processors when left out
        #[arg(long)]
        threads: Option<usize>,
        /// The tree
        directory: PathBuf,
    },
    /// Does a job with the logic linked natively
    Native {
        /// Which job
        job: native::Job,
        /// The tree
        directory: PathBuf,
    },
    /// Does a job as Sanchay does, with the sandbox's code called natively
    Unsandboxed {
        /// Which job
        #[command(subcommand)]
        job: unsandboxed::Job,
    },
    /// Copies a tree by Sanchay's engine
    Copy(copying::Copying),
    /// Renames each regular file of a tree, and does nothing else
    Rename(renaming::Renaming),
    /// Makes signatures of texts in the sandbox, by one thread
    Sketch(sketching::Sketching),
    /// Runs ours in turn with its peers, floors and twins
    Run(run::Options),
    /// Writes the kept results to docs/PERFORMANCE.md and docs/figures.md
    Report {
        /// Where the data sets and the results are
        #[arg(env = "SANCHAY_BENCH_DIR", default_value = data::DEFAULT)]
        directory: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Data { directory, wanted } => data::make(&directory, &wanted),
        Command::Floor { work, threads, directory } => {
            floor::run(work, threads, &directory)
        }
        Command::Native { job, directory } => native::run(job, &directory),
        Command::Unsandboxed { job } => unsandboxed::run(&job),
        Command::Copy(copying) => copying::run(&copying),
        Command::Rename(renaming) => renaming::run(&renaming),
        Command::Sketch(sketching) => sketching::run(&sketching),
        Command::Run(options) => run::run(&options),
        Command::Report { directory } => report::write(&directory),
    };
    conclude(done)
}

fn conclude(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bench: {problem}");
            ExitCode::FAILURE
        }
    }
}
