//! What can go wrong while files are written for others.

use std::{io, path::PathBuf};

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{}: cannot {action}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What was being done to it.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The WIT package cannot be read or encoded.
    #[error("{}: the WIT package makes no sense: {why}", path.display())]
    Wit {
        /// Its folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// What is to be published is no component.
    #[error("this component makes no sense: {0}")]
    Component(String),
    /// Cargo does not tell what is compiled into a component.
    #[error("{}: cargo cannot tell its dependencies: {why}", path.display())]
    Metadata {
        /// The manifest of the workspace.
        path: PathBuf,
        /// What cargo said, or what is wrong with it.
        why: String,
    },
    /// A package that should be there is not.
    #[error("{}: there is no package {name} in it", path.display())]
    NoPackage {
        /// The manifest of the workspace.
        path: PathBuf,
        /// The package that was looked for.
        name: String,
    },
    /// A package does not say under which licence it is, or not in SPDX.
    #[error(
        "{name} {version}: its licence is {licence:?}, which is no SPDX \
         expression: clarify it before it is published"
    )]
    Licence {
        /// The package.
        name: String,
        /// Its version.
        version: String,
        /// What it says.
        licence: String,
    },
    /// There is no compiler for the guest, or it does not tell its version.
    #[error("the guest's compiler: {0}")]
    Compiler(String),
    /// `SOURCE_DATE_EPOCH` is set to something that is no time.
    #[error(
        "SOURCE_DATE_EPOCH is {0:?}; it must be the seconds since 1970, up \
         to the year 9999"
    )]
    Date(String),
}

impl Error {
    /// A failure with a file, for `map_err`.
    pub(crate) fn file(
        path: impl Into<PathBuf>,
        action: &'static str,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, action, source }
    }
}
