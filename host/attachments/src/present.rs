//! Which files are there after a download, as the manifest says: written by
//! it, or found.

use std::{ffi::OsStr, path::PathBuf};

use sanchay::Cancel;
use sanchay_names::OsStrExt as _;
use sanchay_storage::{Links, Metadata};

use crate::{
    AttachmentError, Conflict,
    draft::Placed,
    hashing::microseconds,
    plan::Wanted,
    session::{Facts, facts_of},
    target::Target,
    writer::{has_content, same_time},
};

/// A file that is there after a download, as the manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Present {
    pub(crate) path: PathBuf,
    pub(crate) facts: Facts,
    /// Whether it was written, or its content verified; if not, it only has
    /// the size and the time.
    pub(crate) verified: bool,
}

/// Whether anything is to be done.
pub(crate) enum There {
    /// The file is to be fetched.
    No,
    /// What is there stays, and is known if it is what is wanted.
    Kept(Option<Present>),
}

pub(crate) fn is_there(
    target: &Target,
    file: &Wanted,
    conflict: Conflict,
    cancel: &Cancel,
) -> Result<There, AttachmentError> {
    let (way, name) = file.names();
    let directory = target.directory(&way)?;
    let Some(metadata) = Target::existing(&*directory, &name) else {
        return Ok(There::No);
    };
    let alike = is_alike(&metadata, file);
    if conflict == Conflict::Skip {
        let kept = alike.then(|| present(target, file, &metadata, false));
        return Ok(There::Kept(kept));
    }
    let open = directory.open_file(&name, Links::Refuse);
    let (true, Ok((open, metadata))) = (alike, open) else {
        return Ok(There::No);
    };
    Ok(match has_content(&open, file, cancel)? {
        true => There::Kept(Some(present(target, file, &metadata, true))),
        false => There::No,
    })
}

/// What is known of the file whose name was taken, so that a copy was made:
/// nothing, unless it is what was wanted.
pub(crate) fn kept_beside(
    target: &Target,
    file: &Wanted,
    placed: &Placed,
) -> Result<Option<Present>, AttachmentError> {
    let (way, name) = file.names();
    let Placed::Named(path, _) = placed else { return Ok(None) };
    if path.file_name() == Some(OsStr::from_bytes(&name)) {
        return Ok(None);
    }
    let directory = target.directory(&way)?;
    let there = Target::existing(&*directory, &name);
    let there = there.filter(|metadata| is_alike(metadata, file));
    Ok(there.map(|metadata| present(target, file, &metadata, false)))
}

/// Whether a file has the size and the time that are wanted.
fn is_alike(metadata: &Metadata, file: &Wanted) -> bool {
    metadata.size == file.size
        && same_time(microseconds(metadata.modified), file.mtime)
}

fn present(
    target: &Target,
    file: &Wanted,
    metadata: &Metadata,
    verified: bool,
) -> Present {
    let path = target.path.join(OsStr::from_bytes(&file.path));
    Present { path, facts: facts_of(metadata), verified }
}
