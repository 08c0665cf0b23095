//! Why shards cannot be planned, run or merged.

use sanchay::{EntryError, escaped};
use sanchay_core::shard::ShardFlaw;
use sanchay_objects::StorageError;

/// Why shards cannot be planned, run or merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShardError {
    /// The engine failed, or was cancelled.
    #[error(transparent)]
    Engine(#[from] sanchay::Error),
    /// A root cannot be looked into. What is in it is not known: it is not
    /// taken to be empty.
    #[error("{0}")]
    Root(EntryError),
    /// Nothing is left in roots in which there was something, or whose file
    /// systems are others.
    #[error(
        "{}: nothing is there{}: see whether everything is mounted; if it is \
         gone for good, make a new plan",
        roots_shown(.roots),
        planned(*.files)
    )]
    Gone {
        /// The roots.
        roots: Vec<Vec<u8>>,
        /// How many files the shard had; 0 where a root alone is empty.
        files: u64,
    },
    /// A place lies in another.
    #[error("{}: lies in {}: {why}", escaped(.inner), escaped(.outer))]
    Overlap {
        /// What lies in the other.
        inner: Vec<u8>,
        /// The other.
        outer: Vec<u8>,
        /// What to do.
        why: &'static str,
    },
    /// An option has a value that makes no sense.
    #[error("{option}: {why}")]
    Option {
        /// Its name.
        option: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A line of a plan is no shard.
    #[error("line {line}: {flaw}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        flaw: ShardFlaw,
    },
    /// A plan lacks some of its shards, or has those of others.
    #[error("{0}")]
    Plan(String),
    /// The place of outputs cannot be used.
    #[error("{place}: cannot {action}{}: {source}", spaced(.key))]
    Place {
        /// The place, escaped.
        place: String,
        /// What was tried.
        action: &'static str,
        /// With what.
        key: String,
        /// Why it failed.
        source: StorageError,
    },
    /// What is said of an output makes no sense.
    #[error("{place}: {key}: {flaw}")]
    Output {
        /// The place, escaped.
        place: String,
        /// What says it.
        key: String,
        /// What is wrong with it.
        flaw: ShardFlaw,
    },
    /// A file of an output is not what was written.
    #[error(
        "{place}: {key}: {why}; run shard {index} once more, with --again"
    )]
    Damaged {
        /// The place, escaped.
        place: String,
        /// The file.
        key: String,
        /// What is wrong with it.
        why: String,
        /// The shard that it is of.
        index: u64,
    },
    /// Outputs of some shards are not there.
    #[error(
        "{place}: {} of {shards} shards are not there: {}",
        .missing.len(),
        listed(.missing)
    )]
    Incomplete {
        /// The place, escaped.
        place: String,
        /// Which, from 0; ascending.
        missing: Vec<u64>,
        /// How many there are to be.
        shards: u64,
    },
    /// There is no output at all, or there are outputs of several plans.
    #[error("{place}: {why}")]
    Outputs {
        /// The place, escaped.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// A table cannot be written.
    #[error("cannot write a table: {0}")]
    Write(String),
}

/// The first of some roots, and whether there are more.
fn roots_shown(roots: &[Vec<u8>]) -> String {
    let first = roots.first().map(Vec::as_slice).unwrap_or_default();
    let more = if roots.len() > 1 { " and the other roots" } else { "" };
    format!("{}{more}", escaped(first))
}

/// A key behind a verb, if there is one.
fn spaced(key: &str) -> String {
    match key {
        "" => " it".to_owned(),
        key => format!(" {key}"),
    }
}

/// How many files there were.
fn planned(files: u64) -> String {
    match files {
        0 => ", and it is another file system than the plan's".to_owned(),
        1 => " of the file that was planned".to_owned(),
        files => format!(" of the {files} files that were planned"),
    }
}

/// Numbers of shards as a message has them: the first few.
fn listed(missing: &[u64]) -> String {
    const SHOWN: usize = 10;
    let shown = missing.iter().take(SHOWN).map(u64::to_string);
    let shown: Vec<String> = shown.collect();
    let more = if missing.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
