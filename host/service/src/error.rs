//! Why the service cannot be started, or ended early.

use std::{io, path::PathBuf};

use sanchay::{describe_io_error, escaped_path};

/// Why there is no service.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// A root cannot be opened, or is none.
    #[error("{}: cannot be a root: {why}", escaped_path(.path))]
    Root {
        /// The root.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A store cannot be used.
    #[error("store {name}, {}: {why}", escaped_path(.path))]
    Store {
        /// What it is called by, escaped.
        name: String,
        /// Its folder.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// No root was named.
    #[error("no root is given: name the folders that the service may look at")]
    NoRoot,
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {}", describe_io_error(.source))]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The database cannot be used.
    #[error("the database cannot be used: {0}")]
    Database(#[source] sqlx::Error),
    /// A newer version wrote the database.
    #[error(
        "the database has version {found}, and this program knows those up to \
         {known}: use a newer sanchay"
    )]
    Newer {
        /// Its version.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// The catalog cannot be used.
    #[error(transparent)]
    Catalog(#[from] sanchay_catalog::CatalogError),
    /// The engine cannot be set up.
    #[error(transparent)]
    Engine(#[from] sanchay::Error),
    /// A file cannot be read.
    #[error("{}: {action}: {}", escaped_path(.path), describe_io_error(.source))]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("{}: {why}", escaped_path(.path))]
    Tls {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A line of the file of tokens makes no sense.
    #[error(
        "{}: line {line}: {why}; a line is NAME RIGHTS TOKEN, as in \
         `nightly read,run 7f..`",
        escaped_path(.path)
    )]
    Tokens {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// The threads that wait for connections cannot be started.
    #[error("cannot start: {}", describe_io_error(.0))]
    Runtime(#[source] io::Error),
    /// The system has no random numbers.
    #[error("the system has no random numbers: {0}")]
    Random(#[source] getrandom::Error),
}
