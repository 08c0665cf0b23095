//! What refusals of the file system mean for an object.

use std::io::{self, ErrorKind};
use std::path::Path;

use sanchay_storage::{StorageError as Refusal, escaped};

use crate::StorageError;
use crate::key::shown;

/// Why the folder itself cannot be used.
pub(super) fn of_root(root: &Path, refusal: &Refusal) -> StorageError {
    let shown = escaped(root.as_os_str().as_encoded_bytes());
    let what = format!("{shown}: {refusal}");
    match refusal {
        Refusal::Io(error) => of_kind(error.kind(), what),
        _ => StorageError::Other(what),
    }
}

/// Why an object cannot be read or deleted. What is no file is no object.
pub(super) fn of_reading(key: &str, refusal: &Refusal) -> StorageError {
    match refusal {
        Refusal::NotRegular(_) | Refusal::Link => {
            StorageError::NotFound(key.to_owned())
        }
        Refusal::Io(error) => match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory => {
                StorageError::NotFound(key.to_owned())
            }
            kind => of_kind(kind, format!("{}: {error}", shown(key))),
        },
        other => StorageError::Other(format!("{}: {other}", shown(key))),
    }
}

/// Why an object cannot be written.
pub(super) fn of_writing(key: &str, refusal: &Refusal) -> StorageError {
    match refusal {
        Refusal::Link => StorageError::PermissionDenied(format!(
            "{}: a symbolic link is in the way, which is not followed",
            shown(key),
        )),
        Refusal::Io(error) => match error.kind() {
            ErrorKind::NotADirectory => crate::key::invalid(
                key,
                "there is an object where it needs a folder",
            ),
            ErrorKind::IsADirectory
            | ErrorKind::DirectoryNotEmpty
            | ErrorKind::AlreadyExists => crate::key::invalid(
                key,
                "there is a folder where it needs a file",
            ),
            kind => of_kind(kind, format!("{}: {error}", shown(key))),
        },
        other => StorageError::Other(format!("{}: {other}", shown(key))),
    }
}

fn of_kind(kind: ErrorKind, what: String) -> StorageError {
    match kind {
        ErrorKind::PermissionDenied => StorageError::PermissionDenied(what),
        kind => StorageError::Io(io::Error::new(kind, what)),
    }
}
