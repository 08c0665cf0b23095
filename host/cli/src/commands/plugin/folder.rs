//! Making a folder of files: a plugin's, or the WIT package's.

use std::{
    fmt::Display,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    context::Context, exit::Exit, failure::Failure, progress::ProgressDisplay,
};

/// Makes a folder, which must not exist or be empty, with these files in it:
/// their paths and texts. Nothing that is there is written over. Then tells
/// what it is.
pub(super) fn make(
    context: &Context,
    folder: &Path,
    files: impl Iterator<Item = (impl AsRef<Path>, impl AsRef<[u8]>)>,
    what: impl Display,
) -> Result<Exit, Failure> {
    write(folder, files).map_err(|(path, source)| Failure::Output {
        path,
        action: "cannot make",
        source,
    })?;
    let shown = sanchay::escaped(folder.as_os_str().as_encoded_bytes());
    context
        .messages(ProgressDisplay::Nothing)
        .note(format_args!("{shown}: {what}"));
    Ok(Exit::Done)
}

fn write(
    folder: &Path,
    files: impl Iterator<Item = (impl AsRef<Path>, impl AsRef<[u8]>)>,
) -> Result<(), (PathBuf, io::Error)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    fs::create_dir_all(folder).map_err(at(folder))?;
    let mut entries = fs::read_dir(folder).map_err(at(folder))?;
    if entries.next().is_some() {
        let full = io::ErrorKind::DirectoryNotEmpty;
        return Err((folder.to_owned(), full.into()));
    }
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_ref()))
            .map_err(at(&path))?;
    }
    Ok(())
}
