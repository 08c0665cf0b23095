//! Where something was configured.

use std::{fmt, path::Path, sync::Arc};

use sanchay::escaped;

/// Where something was configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A file.
    File {
        /// The file.
        path: Arc<Path>,
        /// The line, from 1; `None` for the file as a whole.
        line: Option<usize>,
    },
    /// A variable of this name.
    Variable(String),
}

impl Origin {
    /// A file as a whole.
    pub(crate) fn file(path: &Arc<Path>) -> Self {
        Self::File { path: Arc::clone(path), line: None }
    }

    /// The line of the file, from 1.
    pub(crate) fn line(&self) -> Option<usize> {
        match self {
            Self::File { line, .. } => *line,
            Self::Variable(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    /// `FILE:LINE` or `VARIABLE`, escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => {
                let path = path.as_os_str().as_encoded_bytes();
                write!(f, "{}", escaped(path))?;
                line.map_or(Ok(()), |line| write!(f, ":{line}"))
            }
            Self::Variable(name) => f.write_str(name),
        }
    }
}
