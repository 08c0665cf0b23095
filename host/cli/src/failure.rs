//! What ends a command before its time.

use std::{
    io,
    path::{Path, PathBuf},
};

use sanchay::{PluginError, describe_io_error, escaped_path, ops::OpsError};
use sanchay_core::{record::UnknownField, template::SyntaxError};

use crate::{
    configuration::ConfigurationError,
    exit::Exit,
    faults::{escaped_excerpt, refusal},
};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The library failed or was cancelled.
    #[error(transparent)]
    Run(#[from] sanchay::Error),
    /// Nothing could be planned, applied or undone.
    #[error(transparent)]
    Ops(#[from] OpsError),
    /// The user's editor could not be used.
    #[error("{action}: {}", describe_io_error(.source))]
    Edit {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// What the user wrote in the editor makes no sense.
    #[error("line {line} of the edited names: {why}; nothing was done")]
    Edited {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Whoever read standard output has gone; that is how `| head` ends.
    #[error("standard output has no reader")]
    PipeClosed,
    /// The same of the answer to a question, before it was known.
    #[error("the verdicts have no reader")]
    Unread,
    /// There is no standard input.
    #[error("standard input: cannot read: it is closed")]
    NoInput,
    /// A file could not be made or written.
    #[error("{}: {action}: {}", shown(.path), describe_io_error(.source))]
    Output {
        /// The file; empty for standard output.
        path: PathBuf,
        /// What was being done to it.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The output would overwrite what is to be read.
    #[error("{}: the output file is also an input", shown(.0))]
    OutputIsInput(PathBuf),
    /// Two outputs would go to one file.
    #[error("{}: the summary and the page cannot be one file", shown(.0))]
    SameOutput(PathBuf),
    /// A terminal cannot show the format.
    #[error(
        "this format is binary: name a file with --output, or redirect \
         standard output"
    )]
    BinaryOnTerminal,
    /// A list of paths cannot be read.
    #[error("{}: cannot read the list: {}", shown(.path), describe_io_error(.source))]
    List {
        /// The list's file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The plan of shards cannot be read.
    #[cfg(feature = "shards")]
    #[error("{}: cannot read the plan: {}", shown(.path), describe_io_error(.source))]
    ShardPlan {
        /// The plan's file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A field that was asked for is none.
    #[error("{option}: {field}")]
    Fields {
        /// The option that names it.
        option: &'static str,
        /// What is wrong.
        field: UnknownField,
    },
    /// A template does not fit the records.
    #[error("--template: {0}")]
    Template(SyntaxError),
    /// The catalog cannot be used.
    #[cfg(feature = "catalog")]
    #[error(transparent)]
    Catalog(sanchay_catalog::CatalogError),
    /// There is no place for the user's own catalog.
    #[cfg(feature = "catalog")]
    #[error(
        "there is no place for a catalog of your own: neither XDG_DATA_HOME \
         nor {} is an absolute path; name a file: --catalog FILE",
        sanchay_system::host::HOME
    )]
    NoCatalogFolder,
    /// A store cannot be used.
    #[cfg(feature = "store")]
    #[error("{}: {source}", shown(.path))]
    Store {
        /// The store, as it was given.
        path: PathBuf,
        /// Why not.
        source: Box<sanchay_store::StoreError>,
    },
    /// Shards cannot be planned, run or merged.
    #[cfg(feature = "shards")]
    #[error("{0}")]
    Shards(Box<sanchay_shards::ShardError>),
    /// Job attachments could not be exchanged.
    #[cfg(feature = "attachments")]
    #[error("{0}")]
    Attachments(Box<sanchay_attachments::AttachmentError>),
    /// The service cannot be started.
    #[cfg(feature = "service")]
    #[error(transparent)]
    Service(Box<sanchay_service::ServiceError>),
    /// Records could not be sorted.
    #[error(
        "--sort: cannot use a temporary file in {}: {}",
        shown(&std::env::temp_dir()),
        describe_io_error(.0)
    )]
    Sort(#[source] io::Error),
    /// A command could not be run for a file.
    #[error("cannot run {program}: {}", describe_io_error(.source))]
    Command {
        /// The program, escaped.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A component cannot be used as a plugin.
    #[error("{}: {}", shown(.path), refusal(.why))]
    Plugin {
        /// The component's file.
        path: PathBuf,
        /// What is wrong with it.
        why: Box<PluginError>,
    },
    /// A component cannot be read.
    #[error(
        "{}: cannot read the plugin: {}",
        shown(.path),
        describe_io_error(.source)
    )]
    PluginFile {
        /// The component's file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Two plugins have one name.
    #[error(
        "two plugins are called {name}: {} and {}; call one of them \
         something else: --plugin FILE,name=NAME",
        shown(.first),
        shown(.second)
    )]
    SameName {
        /// What both are called.
        name: String,
        /// The file of one of them.
        first: PathBuf,
        /// The file of the other.
        second: PathBuf,
    },
    /// An extractor's values would be printed nowhere.
    #[error(
        "{}: is an extractor, and {option} prints none of its values: use \
         one of them",
        shown(.path)
    )]
    UnprintedValues {
        /// The component's file.
        path: PathBuf,
        /// The option that prints no values.
        option: &'static str,
    },
    /// No component can be made of a module.
    #[error(
        "{}: cannot make a component from it: {}",
        shown(.path),
        escaped_excerpt(.why)
    )]
    Pack {
        /// The module's file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Ctrl-C could not be caught.
    #[error("cannot catch signals: {}", describe_io_error(.0))]
    Signals(#[source] io::Error),
    /// What is configured makes no sense.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The value of an environment variable makes no sense.
    #[error("{name}: {why}")]
    Environment {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl Failure {
    /// A failure to write, or the quiet end that a closed pipe is.
    pub(crate) fn writing(path: PathBuf, source: io::Error) -> Self {
        if sanchay_system::streams::is_closed(&source) {
            Self::PipeClosed
        } else {
            Self::Output { path, action: "cannot write", source }
        }
    }

    /// The exit code, and whether anything should be said.
    pub(crate) fn exit(&self) -> (Exit, bool) {
        match self {
            Self::PipeClosed => (Exit::Done, false),
            Self::Unread => (Exit::Unread, false),
            Self::Run(sanchay::Error::Cancelled)
            | Self::Ops(OpsError::Run(sanchay::Error::Cancelled)) => {
                (Exit::Interrupted, true)
            }
            Self::Run(_)
            | Self::Ops(_)
            | Self::Edit { .. }
            | Self::Edited { .. }
            | Self::NoInput
            | Self::Output { .. }
            | Self::OutputIsInput(_)
            | Self::SameOutput(_)
            | Self::BinaryOnTerminal
            | Self::Fields { .. }
            | Self::Template(_)
            | Self::Sort(_)
            | Self::Command { .. }
            | Self::List { .. }
            | Self::Plugin { .. }
            | Self::PluginFile { .. }
            | Self::SameName { .. }
            | Self::UnprintedValues { .. }
            | Self::Pack { .. }
            | Self::Signals(_)
            | Self::Configuration(_)
            | Self::Environment { .. } => (Exit::Failed, true),
            #[cfg(feature = "store")]
            Self::Store { .. } => (Exit::Failed, true),
            #[cfg(feature = "shards")]
            Self::Shards(_) | Self::ShardPlan { .. } => (Exit::Failed, true),
            #[cfg(feature = "attachments")]
            Self::Attachments(_) => (Exit::Failed, true),
            #[cfg(feature = "service")]
            Self::Service(_) => (Exit::Failed, true),
            #[cfg(feature = "catalog")]
            Self::Catalog(_) | Self::NoCatalogFolder => (Exit::Failed, true),
        }
    }
}

#[cfg(feature = "shards")]
impl From<sanchay_shards::ShardError> for Failure {
    fn from(error: sanchay_shards::ShardError) -> Self {
        match error {
            sanchay_shards::ShardError::Engine(error) => Self::Run(error),
            other => Self::Shards(Box::new(other)),
        }
    }
}

#[cfg(feature = "attachments")]
impl From<sanchay_attachments::AttachmentError> for Failure {
    fn from(error: sanchay_attachments::AttachmentError) -> Self {
        use sanchay_attachments::AttachmentError;
        match error {
            AttachmentError::Cancelled(_) => {
                Self::Run(sanchay::Error::Cancelled)
            }
            AttachmentError::Engine(error) => Self::Run(error),
            other => Self::Attachments(Box::new(other)),
        }
    }
}

#[cfg(feature = "catalog")]
impl From<sanchay_catalog::CatalogError> for Failure {
    fn from(error: sanchay_catalog::CatalogError) -> Self {
        match error {
            sanchay_catalog::CatalogError::Run(error) => Self::Run(error),
            other => Self::Catalog(other),
        }
    }
}

#[cfg(feature = "service")]
impl From<sanchay_service::ServiceError> for Failure {
    fn from(error: sanchay_service::ServiceError) -> Self {
        Self::Service(Box::new(error))
    }
}

/// A path as a message names it.
fn shown(path: &Path) -> String {
    if path.as_os_str().is_empty() {
        "standard output".to_owned()
    } else {
        escaped_path(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_ends_quietly_and_a_full_disk_does_not() {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        let failure = Failure::writing(PathBuf::new(), closed);
        assert_eq!(failure.exit(), (Exit::Done, false));
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let failure = Failure::writing(PathBuf::from("a\nb"), full);
        assert_eq!(failure.exit(), (Exit::Failed, true));
        assert!(failure.to_string().starts_with(r"a\nb: cannot write: "));
        let full = io::Error::from_raw_os_error(28);
        let failure = Failure::writing(PathBuf::new(), full);
        assert_eq!(
            failure.to_string(),
            "standard output: cannot write: No space left on device"
        );
    }

    #[test]
    fn an_interrupted_run_is_neither_done_nor_failed() {
        let failure = Failure::from(sanchay::Error::Cancelled);
        assert_eq!(failure.exit(), (Exit::Interrupted, true));
    }
}
