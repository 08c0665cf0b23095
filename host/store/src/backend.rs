//! Where a store's files are: the few things that a store asks of a folder or
//! of an object storage.

use std::{fmt::Debug, io, time::Duration};

use sanchay::{FileId, describe_io_error, escaped};

/// Why a backend could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// There is no such file.
    #[error("{}: there is no such file in the store", escaped(.key.as_bytes()))]
    NotFound {
        /// What was asked for.
        key: String,
    },
    /// There is no such folder.
    #[error(
        "there is no such folder; `sanchay store init` makes a store in one"
    )]
    NoFolder,
    /// A file is larger than such a file may be.
    #[error("{}: it is larger than {limit} bytes", escaped(.key.as_bytes()))]
    TooLarge {
        /// The file.
        key: String,
        /// How large it may be.
        limit: u64,
    },
    /// The system, or the server, refused.
    #[error(
        "{}cannot {action}: {}",
        prefix(.key),
        describe_io_error(.source)
    )]
    Io {
        /// The file or folder; empty for that of the store.
        key: String,
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

/// A file that a message is about, and what sets it off.
fn prefix(key: &str) -> String {
    match key {
        "" => String::new(),
        key => format!("{}: ", escaped(key.as_bytes())),
    }
}

impl BackendError {
    /// Whether there is no such file.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    pub(crate) fn io(
        key: &str,
        action: &'static str,
        source: io::Error,
    ) -> Self {
        let key = key.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { key },
            _ => Self::Io { key, action, source },
        }
    }
}

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// How many bytes it has.
    pub size: u64,
    /// How long ago it was put. No decision that can lose anything hangs on
    /// it.
    pub age: Duration,
}

/// Where a store's files are.
///
/// What is put is seen whole or not at all, and from then on by everybody: a
/// listing that begins afterwards has it. A listing has every file that is
/// there while it lasts. Nothing else is asked: files of a store never change,
/// and none gets a name that another had.
pub trait Backend: Debug + Send + Sync {
    /// The bytes of a file, of which there may be so many.
    ///
    /// # Errors
    /// [`BackendError::NotFound`], and why else it cannot be read.
    fn get(&self, key: &str, limit: u64) -> Result<Vec<u8>, BackendError>;

    /// So many bytes at an offset; fewer where the file ends before.
    ///
    /// # Errors
    /// As for [`Backend::get`].
    fn get_range(
        &self,
        key: &str,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, BackendError>;

    /// The same of a file of which nothing else will be wanted.
    ///
    /// # Errors
    /// As for [`Backend::get`].
    fn get_part(
        &self,
        key: &str,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, BackendError> {
        self.get_range(key, offset, length)
    }

    /// Puts a file. A loss of power may still take it away until
    /// [`Backend::flush`].
    ///
    /// # Errors
    /// Why it cannot be put. It may be there all the same.
    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError>;

    /// Waits until all that was put would survive a loss of power.
    ///
    /// # Errors
    /// Why the system cannot tell.
    fn flush(&self) -> Result<(), BackendError>;

    /// Deletes a file. One that is not there is none to delete.
    ///
    /// # Errors
    /// Why it cannot be deleted.
    fn delete(&self, key: &str) -> Result<(), BackendError>;

    /// The keys that begin with a folder's name, which ends in a slash, at any
    /// depth and in no particular order; all keys where that is empty.
    ///
    /// # Errors
    /// Why they cannot be listed.
    fn list(&self, folder: &str) -> Result<Vec<String>, BackendError>;

    /// The same with what is known of each. What is deleted meanwhile may be
    /// left out.
    ///
    /// # Errors
    /// Why they cannot be listed.
    fn list_infos(
        &self,
        folder: &str,
    ) -> Result<Vec<(String, FileInfo)>, BackendError> {
        let mut infos = Vec::new();
        for key in self.list(folder)? {
            match self.info(&key) {
                Ok(info) => infos.push((key, info)),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(infos)
    }

    /// What is known of a file.
    ///
    /// # Errors
    /// As for [`Backend::get`].
    fn info(&self, key: &str) -> Result<FileInfo, BackendError>;

    /// Removes what puts left that were cut off longer ago than this. Returns
    /// how many files.
    ///
    /// # Errors
    /// Why they cannot be looked for or removed.
    fn remove_leftovers(&self, older: Duration) -> Result<u64, BackendError> {
        let _ = older;
        Ok(0)
    }

    /// What identifies the folder that has the files, where they are in one of
    /// this machine: it is not put into itself.
    fn folder(&self) -> Option<FileId> {
        None
    }
}
