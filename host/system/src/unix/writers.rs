//! Owners and permissions of files.

use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use crate::OtherWriter;

/// The bit of a mode by which those may write who are neither owner nor group.
const OTHERS_WRITE: u32 = 0o002;

/// Who else than this user and root may have written a file.
///
/// # Errors
/// It cannot be looked at.
pub fn of_file(file: &File) -> io::Result<Option<OtherWriter>> {
    Ok(other_writer(&file.metadata()?))
}

/// Who else may put files into a folder, likewise.
///
/// # Errors
/// It cannot be looked at.
pub fn of_folder(path: &Path) -> io::Result<Option<OtherWriter>> {
    Ok(other_writer(&fs::metadata(path)?))
}

fn other_writer(of: &Metadata) -> Option<OtherWriter> {
    let user = rustix::process::geteuid().as_raw();
    if of.uid() != user && of.uid() != 0 {
        return Some(OtherWriter::Owner(of.uid().to_string()));
    }
    (of.mode() & OTHERS_WRITE != 0).then_some(OtherWriter::Permitted)
}
