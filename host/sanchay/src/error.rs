//! What can go wrong: with a whole run ([`Error`]) and with one entry of it
//! ([`EntryError`]). One bad file never ends a run, so nearly everything that
//! happens on a real tree is the second kind.

use std::{
    io,
    path::{Path, PathBuf},
};

pub use sanchay_core::problem::{Action, Problem};
use sanchay_core::{escape::escaped, problem::CostlyRules};
use sanchay_sandbox::IgnoreError;
use sanchay_storage::StorageError;

/// Why a run could not be carried out or was not finished.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The sandbox could not be set up.
    #[error("{0}")]
    Sandbox(#[source] sanchay_sandbox::Fault),
    /// The worker threads could not be started.
    #[error(
        "cannot start {threads} worker threads: {}",
        describe_io_error(.source)
    )]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        source: io::Error,
    },
    /// The filter's specification makes no sense.
    #[error("the filter cannot be used: {0}")]
    Filter(#[source] sanchay_core::filter::FilterError),
    /// An ignore file that the caller named cannot be used.
    #[error("{}: {}: {cause}", escaped(path_bytes(.path)), Action::Ignore)]
    IgnoreFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: Cause,
    },
    /// An option has a value that makes no sense.
    #[error("{option}: {why}")]
    Option {
        /// The option's name.
        option: &'static str,
        /// What is wrong with its value.
        why: String,
    },
    /// A list of digests could not be read.
    #[error("cannot read the list of digests: {0}")]
    Checklist(#[source] io::Error),
    /// The run was cancelled: by its [`Cancel`](crate::Cancel), by its
    /// progress callback, or by a visitor that had seen enough.
    #[error("cancelled")]
    Cancelled,
}

/// Why an entry failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The system refused.
    #[error("{}", describe_io_error(.0))]
    Io(#[source] io::Error),
    /// The sandboxed code failed: it trapped, or exceeded its budget.
    #[error("{0}")]
    Sandbox(#[source] sanchay_sandbox::Fault),
    /// A plugin failed: it trapped, exceeded its budget, or broke its
    /// contract.
    #[error("plugin {plugin}: {fault}")]
    Plugin {
        /// What the plugin calls itself.
        plugin: Box<str>,
        /// How it failed.
        #[source]
        fault: sanchay_sandbox::Fault,
    },
    /// A plugin found something wrong with the file.
    #[error("plugin {plugin}: {complaint}")]
    Complaint {
        /// What the plugin calls itself.
        plugin: Box<str>,
        /// Its own words, escaped.
        complaint: String,
    },
    /// The values of a group's files no longer fit into memory.
    #[error("the values of this group take up more than {ceiling} bytes")]
    TooManyValues {
        /// How much they may take up together.
        ceiling: usize,
    },
    /// The rules of an ignore file cost too much in a directory, and were not
    /// used there.
    #[error("{}", CostlyRules(path_bytes(.file)))]
    CostlyRules {
        /// The ignore file.
        file: PathBuf,
    },
    /// What every front end calls by the same words.
    #[error("{0}")]
    Problem(Problem),
}

impl From<sanchay_sandbox::FilterError> for Error {
    /// A filter that cannot be set ends a run before it begins.
    fn from(error: sanchay_sandbox::FilterError) -> Self {
        match error {
            sanchay_sandbox::FilterError::Fault(fault) => Self::Sandbox(fault),
            error => Self::Option { option: "filter", why: error.to_string() },
        }
    }
}

/// An I/O error in the system's words, without Rust's `(os error 2)`.
#[must_use]
pub fn describe_io_error(error: &io::Error) -> String {
    // What did not come from the system has no words of its own.
    let is_bare = error.raw_os_error().is_none() && error.get_ref().is_none();
    // Windows speaks its user's language, and this program another.
    let is_foreign = cfg!(windows) && error.raw_os_error().is_some();
    let words = match error.kind() {
        io::ErrorKind::NotFound if is_bare || is_foreign => {
            Some("No such file or directory")
        }
        kind if is_foreign => plain(kind),
        _ => None,
    };
    if let Some(words) = words {
        return words.to_owned();
    }
    let text = error.to_string();
    match text.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

/// What Unix says of what is most often wrong.
fn plain(kind: io::ErrorKind) -> Option<&'static str> {
    Some(match kind {
        io::ErrorKind::PermissionDenied => "Permission denied",
        io::ErrorKind::AlreadyExists => "File exists",
        io::ErrorKind::NotADirectory => "Not a directory",
        io::ErrorKind::IsADirectory => "Is a directory",
        io::ErrorKind::DirectoryNotEmpty => "Directory not empty",
        io::ErrorKind::StorageFull => "No space left on device",
        io::ErrorKind::CrossesDevices => "Invalid cross-device link",
        _ => return None,
    })
}

/// A path as messages name it: with what would disturb a terminal escaped.
#[must_use]
pub fn escaped_path(path: &Path) -> String {
    let path = sanchay_names::with_slashes(path.to_owned());
    escaped(path_bytes(&path)).to_string()
}

/// An entry that could not be dealt with.
///
/// Its `Display` is `PATH: WHAT: WHY` with the path escaped, fit for a line of
/// a log.
#[derive(Debug, thiserror::Error)]
#[error("{}: {action}: {cause}", escaped(path_bytes(.path)))]
#[non_exhaustive]
pub struct EntryError {
    /// The entry's path, as it would have been reported.
    pub path: PathBuf,
    /// What was being done.
    pub action: Action,
    /// Why it failed.
    pub cause: Cause,
    /// Whether the entry is one that the caller named, as opposed to one that
    /// was found.
    pub named: bool,
}

impl EntryError {
    /// The failure of an entry that was found.
    #[must_use]
    pub const fn new(path: PathBuf, action: Action, cause: Cause) -> Self {
        Self { path, action, cause, named: false }
    }

    /// The same of one that the caller named.
    #[must_use]
    pub const fn named(mut self) -> Self {
        self.named = true;
        self
    }

    /// What kind of refusal of the system it was; `None` for any other cause.
    #[must_use]
    pub fn kind(&self) -> Option<io::ErrorKind> {
        match &self.cause {
            Cause::Io(error) => Some(error.kind()),
            _ => None,
        }
    }

    /// Whether the entry does not exist (any more).
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.kind() == Some(io::ErrorKind::NotFound)
    }

    /// Whether access to the entry was refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.kind() == Some(io::ErrorKind::PermissionDenied)
    }
}

impl From<StorageError> for Cause {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Io(error) => Self::Io(error),
            StorageError::NotRegular(what) => Problem::NotRegular(what).into(),
            StorageError::Link => Problem::BecameLink.into(),
            StorageError::Outside => Problem::OutsideRoot.into(),
            error => Self::Io(io::Error::other(error)),
        }
    }
}

impl From<Problem> for Cause {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<IgnoreError> for Cause {
    fn from(error: IgnoreError) -> Self {
        match error {
            IgnoreError::Refused(error) => Problem::IgnoreRules(error).into(),
            IgnoreError::Fault(fault) => Self::Sandbox(fault),
            error => Self::Io(io::Error::other(error)),
        }
    }
}

impl From<sanchay_sandbox::Fault> for Cause {
    fn from(fault: sanchay_sandbox::Fault) -> Self {
        Self::Sandbox(fault)
    }
}

fn path_bytes(path: &Path) -> &[u8] {
    sanchay_names::OsStrExt::as_bytes(path.as_os_str())
}
