//! Manifests as files, by the names that the Python package gives them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Zoned;
use sanchay_core::attachments::{Manifest, local_name};
use sanchay_storage::{
    Directory, LocalStorage, Opened, Storage as _, StorageError, Temporary,
    TemporaryNames,
};

use crate::{AttachmentError, manifests::text_of};

/// Writes a manifest of a root, whose path is a text and may be of another
/// system, into a directory, which is made if it is missing, and returns its
/// path: `NAME-HASH-TIME.manifest`, with a number behind the time if that was
/// written in the same second.
///
/// # Errors
/// It cannot be written.
pub fn write_manifest(
    manifest: &Manifest,
    root: &[u8],
    directory: &Path,
    name: Option<&str>,
) -> Result<PathBuf, AttachmentError> {
    if name.is_some_and(|it| it.contains('/') || it.contains('\0')) {
        let why = "the name of a manifest has no slash".to_owned();
        return Err(AttachmentError::Invalid(why));
    }
    let text = text_of(manifest)?;
    let time = Zoned::now().strftime("%Y-%m-%dT%H-%M-%S").to_string();
    fs::create_dir_all(directory).map_err(AttachmentError::file(
        directory,
        "cannot make the directory",
    ))?;
    let mut file = local_name(name, root, &time);
    let mut number = 1_u32;
    while directory.join(&file).symlink_metadata().is_ok() {
        number = number.saturating_add(1);
        file = local_name(name, root, &format!("{time}-{number}"));
    }
    let path = sanchay_names::with_slashes(directory.join(&file));
    let written = LocalStorage::new().open(directory).and_then(|opened| {
        let Opened::Directory(directory, _) = opened else {
            return Err(io::Error::from(io::ErrorKind::NotADirectory).into());
        };
        write_whole(&*directory, file.as_bytes(), &text)
    });
    written.map_err(AttachmentError::stored(&*path, "cannot write"))?;
    Ok(path)
}

/// Writes a file in place of what has its name, whole or not at all. What is
/// written to is new: no link leads elsewhere.
pub(crate) fn write_whole(
    directory: &dyn Directory,
    name: &[u8],
    text: &[u8],
) -> Result<(), StorageError> {
    let temporary = TemporaryNames::new("attachments-").next_name();
    let file = directory.create(&temporary)?;
    let temporary = Temporary::new(directory, temporary);
    file.write_all_at(text, 0)?;
    temporary.replace(name)
}
