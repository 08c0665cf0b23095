//! Why a storage could not do what it was asked to.

use std::io;

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

impl From<rustix::io::Errno> for StorageError {
    fn from(errno: rustix::io::Errno) -> Self {
        Self::Io(errno.into())
    }
}
