//! Why a storage could not do what it was asked to.

use std::io;

use crate::local;

/// Whether the system refused because links lead in a circle.
#[must_use]
pub fn is_circle(error: &io::Error) -> bool {
    error.raw_os_error() == local::too_many_links().raw_os_error()
}

/// Why a storage could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The entry is not a regular file.
    #[error("it is {0}, not a regular file")]
    NotRegular(&'static str),
    /// There is a symbolic link where none is followed.
    #[error("it is a symbolic link, which is not followed")]
    Link,
    /// The path leads out of the directory that confines it.
    #[error("it leads out of the directory that confines it")]
    Outside,
}

#[cfg(unix)]
impl From<rustix::io::Errno> for StorageError {
    fn from(errno: rustix::io::Errno) -> Self {
        Self::Io(errno.into())
    }
}

impl StorageError {
    /// What a storage says that cannot do something at all.
    #[must_use]
    pub fn unsupported() -> Self {
        Self::Io(io::ErrorKind::Unsupported.into())
    }

    /// Whether the system refused for this reason.
    #[must_use]
    pub fn is(&self, kind: io::ErrorKind) -> bool {
        matches!(self, Self::Io(error) if error.kind() == kind)
    }
}
