//! What records are written to: standard output, a file that is no regular
//! one, or a regular file that takes its name, and another's place, when the
//! run is done. Until then, what was there stays there.
//!
//! The new file has no name while it is written, where the system can do
//! that: nothing is left of a run that is killed, and no walk comes upon it.

use std::{
    ffi::OsString,
    fs::{File, Metadata, OpenOptions, symlink_metadata},
    io,
    path::{Path, PathBuf},
};

use sanchay::{FileId, ops::TEMPORARY, storage};
use sanchay_names::OsStrExt;
use sanchay_system::{files, streams};
use tempfile::{Builder, TempPath};

use super::refuse_overwrite::{Inputs, id_of};
use crate::{failure::Failure, inherited};

/// Where records go.
#[derive(Debug)]
pub(crate) struct Destination {
    pub(super) file: File,
    /// The file's name; empty for standard output.
    pub(super) path: PathBuf,
    ending: Ending,
    /// The regular files that it is, or will be.
    ids: Vec<FileId>,
}

/// What is done when all is written.
#[derive(Debug)]
enum Ending {
    /// Nothing.
    Nothing,
    /// What was in the file goes before the first record, or now.
    Empty,
    /// The file gets its name, at this path.
    Name(PathBuf),
    /// The file that has another name gets its own.
    Rename(TempPath, PathBuf),
}

impl Destination {
    /// Opens a file, or standard output where there is none. One of the
    /// inputs is refused.
    pub(crate) fn open(
        path: Option<&Path>,
        inputs: &Inputs<'_>,
    ) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Self::standard_output().map_err(|source| {
                Failure::Output {
                    path: PathBuf::new(),
                    action: "cannot write",
                    source,
                }
            });
        };
        let opened = Self::named(path).map_err(|source| Failure::Output {
            path: path.to_owned(),
            action: "cannot open for writing",
            source,
        })?;
        match opened.ids.iter().any(|id| inputs.have(*id)) {
            true => Err(Failure::OutputIsInput(path.to_owned())),
            false => Ok(opened),
        }
    }

    fn standard_output() -> io::Result<Self> {
        if inherited::output_is_closed() {
            return Err(io::Error::other("it is closed"));
        }
        let file = streams::standard_output()?;
        let ids = id_of(&file)?.into_iter().collect();
        let path = PathBuf::new();
        Ok(Self { file, path, ending: Ending::Nothing, ids })
    }

    fn named(path: &Path) -> io::Result<Self> {
        check_name(path)?;
        let direct = |file: File, ending: Ending| -> io::Result<Self> {
            let path = path.to_owned();
            let ids = id_of(&file)?.into_iter().collect();
            Ok(Self { file, path, ending, ids })
        };
        let there = match path.metadata() {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A link that leads nowhere makes its target, and a name that
                // ends in a slash is no file's: the system knows.
                let odd = symlink_metadata(path).is_ok()
                    || path.as_os_str().as_bytes().ends_with(b"/");
                if odd {
                    return direct(File::create(path)?, Ending::Nothing);
                }
                return match New::beside(path, None)? {
                    Some(new) => Ok(new.into_destination(path, None)),
                    None => direct(File::create(path)?, Ending::Nothing),
                };
            }
            Err(error) => return Err(error),
        };
        // Whether it may be written is asked of the file itself.
        let file = OpenOptions::new().write(true).open(path)?;
        let there = match there.is_file() {
            true => file.metadata()?,
            false => return direct(file, Ending::Nothing),
        };
        let own = id_of(&file)?;
        if own.is_some_and(is_standard_output) {
            return Self::standard_output();
        }
        // A descriptor that was handed down (/dev/fd/3) is no name to take.
        let handed_down =
            path.starts_with("/dev") || path.starts_with("/proc");
        // Other names of the file, and its owner, are to stay with it.
        if handed_down || storage::stat_open(&file)?.links > 1 {
            return direct(file, Ending::Empty);
        }
        let target = path.canonicalize()?;
        match New::beside(&target, Some(&there)) {
            Ok(Some(new)) => Ok(new.into_destination(path, own)),
            Ok(None) | Err(_) => direct(file, Ending::Empty),
        }
    }

    /// What a test opened.
    #[cfg(test)]
    pub(super) fn opened(file: File) -> Self {
        let path = PathBuf::new();
        Self { file, path, ending: Ending::Nothing, ids: Vec::new() }
    }

    /// The directory entry that the file takes when all is written, if it is
    /// to be put there: the directory, and the name in it.
    pub(super) fn entry(&self) -> Option<(FileId, OsString)> {
        let (Ending::Name(target) | Ending::Rename(_, target)) = &self.ending
        else {
            return None;
        };
        let found = storage::stat(folder(target)).ok()?;
        Some((found.id, target.file_name()?.to_owned()))
    }

    /// The regular files that the records go to, or will.
    pub(crate) fn ids(&self) -> &[FileId] {
        &self.ids
    }

    /// Whether writes may wait for a reader, and then be cut short.
    pub(super) fn has_reader(&self) -> bool {
        streams::has_reader(&self.file)
    }

    /// To be called before the first byte is written.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.ending, Ending::Nothing) {
            Ending::Empty => self.file.set_len(0),
            ending => {
                self.ending = ending;
                Ok(())
            }
        }
    }

    /// Whether an existing file is still as it was.
    pub(super) fn leaves_file(&self) -> bool {
        !matches!(self.ending, Ending::Nothing)
    }

    /// Puts what was written into its place.
    pub(super) fn commit(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.ending, Ending::Nothing) {
            Ending::Nothing => Ok(()),
            Ending::Empty => self.file.set_len(0),
            Ending::Name(target) => name(&self.file, &target),
            Ending::Rename(named, target) => {
                named.persist(target).map_err(|failed| failed.error)
            }
        }
    }

    /// Leaves what was there as it was.
    pub(super) fn discard(&mut self) {
        self.ending = Ending::Nothing;
    }
}

/// Refuses what Windows would take for another file than it seems to name.
fn check_name(path: &Path) -> io::Result<()> {
    if !cfg!(windows) {
        return Ok(());
    }
    // A stream, or a path relative to that of a drive.
    storage::absolute(path)?;
    let name = path.file_name().map(OsStrExt::as_bytes);
    match name {
        Some([.., b'.' | b' ']) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "its name ends in a dot or a space, which Windows would drop",
        )),
        _ => Ok(()),
    }
}

fn is_standard_output(it: FileId) -> bool {
    let output = streams::standard_output();
    let output = output.and_then(|output| id_of(&output));
    output.is_ok_and(|output| output == Some(it))
}

/// The folder that a path names something in.
fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// A new file in the folder of another.
struct New {
    file: File,
    ending: Ending,
}

impl New {
    /// Makes a file that can take this name, and the place, the owner and the
    /// mode of the file that has it. `None` if it cannot have the owner.
    fn beside(
        target: &Path,
        there: Option<&Metadata>,
    ) -> io::Result<Option<Self>> {
        let folder = folder(target);
        let new = match unnamed(folder) {
            Some(file) => {
                Self { file, ending: Ending::Name(target.to_owned()) }
            }
            None => {
                let mut named = Builder::new();
                named.prefix(TEMPORARY);
                if let Some(usual) = files::usual_permissions() {
                    named.permissions(usual);
                }
                let (file, named) = named.tempfile_in(folder)?.into_parts();
                let ending = Ending::Rename(named, target.to_owned());
                Self { file, ending }
            }
        };
        let Some(there) = there else { return Ok(Some(new)) };
        Ok(files::take_after(&new.file, there)?.then_some(new))
    }

    fn into_destination(
        self,
        path: &Path,
        there: Option<FileId>,
    ) -> Destination {
        let Self { file, ending } = self;
        let own = id_of(&file).ok().flatten();
        let ids = own.into_iter().chain(there).collect();
        Destination { file, path: path.to_owned(), ending, ids }
    }
}

/// A file without a name, where the system and the file system have such, and
/// a way to name it later.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, access, open};
    /// What it may be done with, before the user's mask.
    const MODE: u32 = 0o666;
    access("/proc/self/fd", rustix::fs::Access::EXISTS).ok()?;
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = open(folder, flags, Mode::from_raw_mode(MODE)).ok()?;
    Some(File::from(file))
}

/// Other systems have none.
#[cfg(not(target_os = "linux"))]
fn unnamed(_: &Path) -> Option<File> {
    None
}

/// Gives a file its first name. One that is taken is taken over.
#[cfg(target_os = "linux")]
fn name(file: &File, target: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{AtFlags, CWD, linkat};
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |path: &Path| -> io::Result<()> {
        Ok(linkat(CWD, &*own, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    };
    match link(target) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let mut named = Builder::new();
            let linked =
                named.prefix(TEMPORARY).make_in(folder(target), link)?;
            let persisted = linked.into_temp_path().persist(target);
            persisted.map_err(|failed| failed.error)
        }
        done => done,
    }
}

/// Where no file is without a name, none is given one.
#[cfg(not(target_os = "linux"))]
fn name(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}
