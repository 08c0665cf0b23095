//! Copies a tree by Sanchay's engine, as the program does, without a plan or a
//! journal: to be compared with `cp`.

use std::path::PathBuf;

use sanchay::{Algorithm, CopyOptions, Engine, LocalStorage, Monitor};

use crate::problem::{Problem, Result};

/// What is copied, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Copying {
    /// Reads every copy again and compares digests
    #[arg(long)]
    verify: bool,
    /// Does not wait until copies would survive a loss of power
    #[arg(long)]
    no_sync: bool,
    /// How many threads
    #[arg(long)]
    threads: Option<usize>,
    /// The tree
    from: PathBuf,
    /// The folder that it is copied to
    to: PathBuf,
}

/// Copies.
///
/// # Errors
///
/// A file that is not copied, and why the run could not begin.
pub(crate) fn run(copying: &Copying) -> Result<()> {
    let mut builder = Engine::builder();
    if let Some(threads) = copying.threads {
        builder = builder.threads(threads);
    }
    let engine = builder.build().map_err(problem)?;
    let options = CopyOptions {
        verify: copying.verify.then_some(Algorithm::Xxh3_128),
        durable: !copying.no_sync,
        ..CopyOptions::default()
    };
    let summary = engine
        .copier(options)
        .copy_tree(
            &LocalStorage::new(),
            &copying.from,
            &copying.to,
            &Monitor::default(),
            |error| eprintln!("{error}"),
        )
        .map_err(problem)?;
    match summary.errors {
        0 => Ok(()),
        errors => Err(Problem::new(format!("{errors} files failed"))),
    }
}

fn problem(error: sanchay::Error) -> Problem {
    Problem::new(error.to_string())
}
