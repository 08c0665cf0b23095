//! The floors: a job's system calls and nothing else.
//!
//! A job cannot be faster than the calls it has to make. A floor makes them
//! as cheaply as they can be made (relative to the directory's descriptor, in
//! as many threads as are wanted, with buffers that are used again) and
//! throws away what they return.

mod queue;
mod walk;

use std::num::NonZero;
use std::path::Path;
use std::thread;

use rustix::fd::BorrowedFd;
use rustix::fs::{AtFlags, Mode, OFlags, StatxFlags};
use rustix::{fs, io};

use crate::data::media;
use crate::problem::{Problem, Result};

/// What is done with each regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Work {
    /// Nothing: the directories are read
    Names,
    /// Its size and modification time are asked for
    Stat,
    /// It is opened, read to its end and closed
    Read,
    /// It is opened, its first and last 64 KiB are read (the last by the
    /// size that the files of the media set have) and it is closed
    Partial,
}

impl Work {
    /// The name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Stat => "stat",
            Self::Read => "read",
            Self::Partial => "partial",
        }
    }
}

/// How much went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Regular files, each name of a hard-linked one counted.
    pub(crate) files: u64,
    /// Bytes: read for the floors that read, sizes for `stat`.
    pub(crate) bytes: u64,
}

/// The length of a thread's buffer for contents, in bytes: great enough that
/// nearly every small file takes one call, small enough for the cache.
const CONTENTS: usize = 256 * 1024;

/// Walks the tree and prints how much went through.
///
/// # Errors
///
/// The first call that failed: a floor that skips is no floor.
pub(crate) fn run(
    work: Work,
    threads: Option<usize>,
    root: &Path,
) -> Result<()> {
    let threads = threads.unwrap_or_else(processors).max(1);
    let tally = walk::walk(work, threads, root)?;
    println!("{} files, {} bytes", tally.files, tally.bytes);
    Ok(())
}

/// How many threads the machine runs at once.
pub(crate) fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does the work on one file and adds to the tally.
fn touch(
    work: Work,
    directory: BorrowedFd<'_>,
    name: &std::ffi::CStr,
    buffer: &mut [u8],
    tally: &mut Tally,
) -> Result<()> {
    tally.files += 1;
    let bytes = match work {
        Work::Names => Ok(0),
        Work::Stat => stat(directory, name),
        Work::Read => read(directory, name, buffer),
        Work::Partial => read_ends(directory, name, buffer),
    };
    match bytes {
        Ok(bytes) => {
            tally.bytes += bytes;
            Ok(())
        }
        Err(errno) => Err(Problem::new(format!(
            "cannot {} {name:?}: {errno}",
            work.name()
        ))),
    }
}

fn stat(directory: BorrowedFd<'_>, name: &std::ffi::CStr) -> io::Result<u64> {
    let wanted = StatxFlags::SIZE | StatxFlags::MTIME;
    fs::statx(directory, name, AtFlags::SYMLINK_NOFOLLOW, wanted)
        .map(|found| found.stx_size)
}

/// Reads until a call returns less than was asked for, which on a regular
/// file is its end.
fn read(
    directory: BorrowedFd<'_>,
    name: &std::ffi::CStr,
    buffer: &mut [u8],
) -> io::Result<u64> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = fs::openat(directory, name, flags, Mode::empty())?;
    let mut bytes = 0;
    loop {
        let got = io::read(&file, &mut *buffer)?;
        bytes += got as u64;
        if got < buffer.len() {
            return Ok(bytes);
        }
    }
}

fn read_ends(
    directory: BorrowedFd<'_>,
    name: &std::ffi::CStr,
    buffer: &mut [u8],
) -> io::Result<u64> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = fs::openat(directory, name, flags, Mode::empty())?;
    let chunk = buffer.get_mut(..media::END).unwrap_or_default();
    let last = media::SIZE - chunk.len() as u64;
    let first = io::pread(&file, &mut *chunk, 0)?;
    let second = io::pread(&file, &mut *chunk, last)?;
    Ok((first + second) as u64)
}

#[cfg(test)]
mod tests;
