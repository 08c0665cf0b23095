//! The directory that relative paths are taken from: its path. Windows keeps
//! the current directory of a process from being removed or renamed.

use std::{
    env, io,
    path::{Path, PathBuf},
};

use super::path::Absolute;

/// A directory that relative paths are taken from.
#[derive(Debug)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// The one at a path.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let path = Absolute::new(path)?.verbatim();
        if !path.metadata()?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self(std::fs::canonicalize(path)?))
    }

    /// Whether the process has the same one now.
    pub(crate) fn is_current(&self) -> bool {
        let now = env::current_dir().and_then(std::fs::canonicalize);
        now.is_ok_and(|now| now == self.0)
    }

    /// Where it is.
    #[allow(
        clippy::unnecessary_wraps,
        reason = "other systems have to ask for it"
    )]
    pub(crate) fn path(&self) -> io::Result<PathBuf> {
        Ok(self.0.clone())
    }
}
