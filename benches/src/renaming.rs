//! The floor of renaming: lists each directory, and gives each regular file in
//! it another name, relative to the directory. No plan, no journal, one
//! thread.

use std::ffi::CString;
use std::path::PathBuf;

use rustix::fd::OwnedFd;
use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, openat, renameat};

use crate::problem::{Problem, Result, Trying};

/// What the new names begin with.
pub(crate) const PREFIX: &str = "r-";

/// Which files, and whether they get their old names back.
#[derive(Debug, clap::Args)]
pub(crate) struct Renaming {
    /// Takes the prefix away again
    #[arg(long)]
    back: bool,
    /// The tree
    directory: PathBuf,
}

/// Renames.
///
/// # Errors
///
/// The first call that failed.
pub(crate) fn run(renaming: &Renaming) -> Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let top = openat(CWD, &renaming.directory, flags, Mode::empty())
        .trying("open", &renaming.directory)?;
    let mut waiting = vec![top];
    let mut renamed = 0_u64;
    while let Some(directory) = waiting.pop() {
        let done = folder(&directory, renaming.back, &mut waiting);
        renamed += done.map_err(|error| {
            Problem::new(format!("cannot rename: {error}"))
        })?;
    }
    println!("{renamed} files");
    Ok(())
}

fn folder(
    directory: &OwnedFd,
    back: bool,
    waiting: &mut Vec<OwnedFd>,
) -> rustix::io::Result<u64> {
    let mut files = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        match entry.file_type() {
            FileType::RegularFile => files.push(name.to_owned()),
            FileType::Directory if !is_dots(name.to_bytes()) => {
                let flags = OFlags::RDONLY
                    | OFlags::DIRECTORY
                    | OFlags::NOFOLLOW
                    | OFlags::CLOEXEC;
                waiting.push(openat(directory, name, flags, Mode::empty())?);
            }
            _ => {}
        }
    }
    for name in &files {
        let old = name.to_bytes();
        let new = match back {
            true => old.strip_prefix(PREFIX.as_bytes()).map(<[u8]>::to_vec),
            false => Some([PREFIX.as_bytes(), old].concat()),
        };
        if let Some(Ok(new)) = new.map(CString::new) {
            renameat(directory, name, directory, new)?;
        }
    }
    Ok(files.len() as u64)
}

fn is_dots(name: &[u8]) -> bool {
    matches!(name, b"." | b"..")
}
