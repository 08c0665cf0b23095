//! What can go wrong with a catalog.

use std::{
    io,
    path::{Path, PathBuf},
};

use sanchay::{Algorithm, describe_io_error, escaped};
use sanchay_names::OsStrExt as _;
use sanchay_system::host::HOME;

/// Why a catalog cannot be used, or not for what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// SQLite refused.
    #[error("{}: cannot {action}: {}", shown(.path), words(.source))]
    Sqlite {
        /// The catalog.
        path: PathBuf,
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        source: rusqlite::Error,
    },
    /// The system refused.
    #[error("{}: cannot {action}: {}", shown(.path), describe_io_error(.source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// It was written by a newer version of this program.
    #[error(
        "{}: the catalog has version {found}, and this program knows those up \
         to {known}: use a newer sanchay, or another file",
        shown(.path)
    )]
    Newer {
        /// The catalog.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// The file is something else.
    #[error(
        "{}: it is {what}, and no catalog; name another file",
        shown(.path)
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// There is no snapshot of that name or number.
    #[error(
        "there is no snapshot {wanted}: `sanchay catalog status` lists what \
         there is"
    )]
    NoSnapshot {
        /// What was asked for, escaped.
        wanted: String,
    },
    /// What was named may be a snapshot and may be a path.
    #[error(
        "{name} is the name of a snapshot and a path: say snapshot:{name} or \
         ./{name}"
    )]
    Ambiguous {
        /// What was asked for, escaped.
        name: String,
    },
    /// No root could be opened.
    #[error("no root could be opened: no snapshot is kept")]
    NoRoot,
    /// A snapshot of that name was taken before.
    #[error("there is a snapshot {name} already: choose another name")]
    NameTaken {
        /// The name, escaped.
        name: String,
    },
    /// A name that cannot be one.
    #[error("a snapshot cannot be called {name}: {why}")]
    BadName {
        /// The name, escaped.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// Two snapshots of the same roots were taken at once.
    #[error(
        "another snapshot of these roots was begun meanwhile: this one was \
         dropped"
    )]
    Overtaken,
    /// Snapshots that have nothing to do with each other.
    #[error(
        "{a} and {b} cannot be compared: they have different roots, and not \
         one each"
    )]
    Incomparable {
        /// The one, as it was given, escaped.
        a: String,
        /// The other.
        b: String,
    },
    /// There is no place for the user's own catalog.
    #[error(
        "there is no place for a catalog of your own: neither XDG_DATA_HOME \
         nor {} is an absolute path; name a file",
        HOME
    )]
    NoFolder,
    /// One side lacks digests that the other can be compared by.
    #[error(
        "{side} has no {algorithm} digest of {path}, and so cannot be \
         compared: take a snapshot with --hash --{algorithm}, or make a list \
         with that function"
    )]
    NoDigest {
        /// The side, escaped.
        side: String,
        /// The function.
        algorithm: Algorithm,
        /// A file that has none, escaped.
        path: String,
    },
    /// A list that lists nothing.
    #[error("{}: it is no list of digests: no line has one", shown(.path))]
    NoList {
        /// The file.
        path: PathBuf,
    },
    /// A filter asks what a list of digests does not tell.
    #[error(
        "{}: the list tells paths and digests, and a filter tests something \
         else: filter by names, paths, extensions and depth, or compare with \
         a snapshot",
        shown(.path)
    )]
    FiltersList {
        /// The list.
        path: PathBuf,
    },
    /// A filter asks what a snapshot does not tell.
    #[error(
        "a filter tests what a snapshot does not tell: it has names, kinds, \
         sizes, times of modification and change, permissions, owners and \
         inodes"
    )]
    FiltersSnapshot,
    /// The walk could not be carried out, or was cancelled.
    #[error(transparent)]
    Run(#[from] sanchay::Error),
}

impl CatalogError {
    /// SQLite refused to do something.
    pub(crate) fn sqlite(
        path: &Path,
        action: &'static str,
    ) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Sqlite { path, action, source }
    }
}

/// A path as messages name it.
pub(crate) fn shown(path: &Path) -> String {
    escaped(path.as_os_str().as_bytes()).to_string()
}

/// SQLite's words, of which a part may be of the user's making.
pub(crate) fn words(error: &rusqlite::Error) -> String {
    let text = match error {
        rusqlite::Error::SqliteFailure(code, None) => code.to_string(),
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    escaped(text.as_bytes()).to_string()
}

/// Whether the file itself is damaged.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            rusqlite::ErrorCode::NotADatabase
                | rusqlite::ErrorCode::DatabaseCorrupt
        )
    )
}
