//! Why nothing could be planned, applied or undone.

use std::{io, path::PathBuf};

use sanchay_core::{
    keep::KeepError, naming::NamingError, record::UnknownField,
};

use crate::error::{Error, describe_io_error, escaped_path};

/// Why nothing could be planned, applied or undone. What is wrong with one
/// entry is a [`Conflict`](super::Conflict) or part of the report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpsError {
    /// The walk could not be carried out, or was cancelled.
    #[error(transparent)]
    Run(#[from] Error),
    /// The new names make no sense.
    #[error("{0}")]
    Naming(NamingError),
    /// A rule that says which file stays makes no sense.
    #[error("--keep: {0}")]
    Keep(KeepError),
    /// There is no such field to sort by.
    #[error("{0}")]
    Order(UnknownField),
    /// A destination cannot be used.
    #[error("{}: {why}", escaped_path(.path))]
    Destination {
        /// The destination.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// There are conflicts, so nothing was done.
    #[error(
        "{count} of the steps conflict, so nothing was done; --on-conflict \
         skip leaves these out{}",
        other_names(.taken)
    )]
    Conflicts {
        /// How many.
        count: usize,
        /// How many of them want a name that is taken.
        taken: usize,
    },
    /// There were conflicts when the plan was written, so nothing was done.
    #[error(
        "{0} of the steps were in conflict when the plan was made, so nothing \
         was done; make the plan again with --on-conflict skip to leave these \
         out"
    )]
    PlannedConflicts(usize),
    /// A plan or a journal cannot be read.
    #[error("{}: {why}", escaped_path(.path))]
    Document {
        /// Its file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A file of a plan or a journal, or its folder.
    #[error("{}: {action}: {}", escaped_path(.path), describe_io_error(.source))]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such run.
    #[error("there is no run {0}; sanchay runs lists them")]
    NoRun(String),
    /// The run goes on in another process.
    #[error("run {0} is going on in another process")]
    Running(String),
    /// A root is not the directory that the plan was made for.
    #[error(
        "{}: it is another directory than when the plan was made: it was \
         replaced, or its file system was mounted anew, or the plan is of \
         another machine; nothing was done",
        escaped_path(.0)
    )]
    OtherRoot(PathBuf),
    /// The run cannot be gone on with.
    #[error("run {run}: {why}")]
    Resume {
        /// The run.
        run: String,
        /// Why not.
        why: &'static str,
    },
    /// The plan takes more room than there is.
    #[error(
        "a plan has at most 4,294,967,295 steps, and as many bytes of names"
    )]
    TooLarge,
    /// There is no folder for journals.
    #[error(
        "there is no folder for journals: neither XDG_STATE_HOME nor {} is \
         set; name one with --state-dir",
        sanchay_system::host::HOME
    )]
    NoStateFolder,
}

impl OpsError {
    /// A file that could not be used.
    pub(super) fn file(
        path: impl Into<PathBuf>,
        action: &'static str,
        source: io::Error,
    ) -> Self {
        Self::File { path: path.into(), action, source }
    }
}

/// What helps where names are taken.
fn other_names(taken: &usize) -> &'static str {
    match *taken {
        0 => "",
        _ => ", --on-conflict rename gives other names where names are taken",
    }
}
