//! Manifests as files, by the names that the Python package gives them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::Zoned;
use sanchay_core::attachments::{Manifest, local_name};

use crate::{AttachmentError, manifests::text_of};

/// Writes a manifest of a root, whose path is a text and may be of another
/// system, into a directory, which is made if it is missing, and returns its
/// path: `NAME-HASH-TIME.manifest`.
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
    let file = local_name(name, root, &time);
    fs::create_dir_all(directory).map_err(AttachmentError::file(
        directory,
        "cannot make the directory",
    ))?;
    let path = directory.join(file);
    // Whole or not at all.
    let temporary = path.with_extension("part");
    let written = fs::write(&temporary, &text)
        .and_then(|()| fs::rename(&temporary, &path));
    written.map_err(AttachmentError::file(&path, "cannot write"))?;
    Ok(path)
}
