//! Directory handles. Everything is opened relative to the handle of the
//! directory that listed it, by a name of one component and without following
//! links: whatever is swapped in between walk and read, nothing outside the
//! tree is reached.

use std::{
    fs::File,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
};

use rustix::{
    fs::{FileType, Mode, OFlags, openat},
    io::Errno,
};

use super::stat::{stat, stat_open};
use crate::{entry::Metadata, error::Cause};

/// What to do with a symbolic link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// Never follow one.
    Refuse,
    /// Follow it wherever it leads.
    Follow,
    /// Follow it as long as it stays beneath the root.
    Beneath,
}

/// What an entry of a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Link,
    /// The listing does not tell: the file system leaves it to stat.
    Unknown,
    /// Neither a file, nor a directory, nor a link; a word for it.
    Special(&'static str),
}

impl From<FileType> for Kind {
    fn from(file_type: FileType) -> Self {
        match file_type {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Link,
            FileType::Fifo => Self::Special("a FIFO"),
            FileType::Socket => Self::Special("a socket"),
            FileType::CharacterDevice => Self::Special("a character device"),
            FileType::BlockDevice => Self::Special("a block device"),
            FileType::Unknown => Self::Unknown,
        }
    }
}

/// Flags for every open: a descriptor that no child inherits, that does not
/// become a controlling terminal, and an open that does not wait for the
/// other end of a FIFO.
const CAREFUL: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY)
    .union(OFlags::NONBLOCK);

/// Opens a directory or file at a path that the caller named, a relative one
/// from `directory`. Links are followed: the caller meant what it leads to.
pub(crate) fn open_named(
    directory: BorrowedFd<'_>,
    path: &Path,
) -> Result<OwnedFd, Errno> {
    match openat(directory, path, CAREFUL, Mode::empty()) {
        Err(Errno::NAMETOOLONG) => {
            open_long(directory, path.as_os_str().as_encoded_bytes())
        }
        opened => opened,
    }
}

/// The same, at a path longer than a system call takes: by pieces of it.
fn open_long(
    directory: BorrowedFd<'_>,
    path: &[u8],
) -> Result<OwnedFd, Errno> {
    const LONGEST: usize = 4095;
    // Where a directory may be passed through but not read.
    #[cfg(target_os = "linux")]
    const PASSING: OFlags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const PASSING: OFlags = OFlags::RDONLY;
    let mut rest = path;
    let mut current: Option<OwnedFd> = None;
    loop {
        let at = current.as_ref().map_or(directory, AsFd::as_fd);
        if rest.len() <= LONGEST && current.is_some() {
            let rest = if rest.is_empty() { &b"."[..] } else { rest };
            return openat(at, rest, CAREFUL, Mode::empty());
        }
        let head = rest.get(..LONGEST.min(rest.len())).unwrap_or(rest);
        // Where no slash is, one name alone is too long.
        let slash = head.iter().rposition(|byte| *byte == b'/');
        let end = slash.ok_or(Errno::NAMETOOLONG)?;
        let (head, tail) = rest.split_at(end);
        let head = if head.is_empty() { &b"/"[..] } else { head };
        let flags = PASSING | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let next = openat(at, head, flags, Mode::empty())?;
        let slashes = tail.iter().take_while(|byte| **byte == b'/').count();
        rest = tail.get(slashes..).unwrap_or_default();
        current = Some(next);
    }
}

/// Opens a directory by a name of one component.
pub(crate) fn open_directory(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
) -> Result<OwnedFd, Cause> {
    let mut flags = CAREFUL | OFlags::DIRECTORY;
    if links == Links::Refuse {
        flags |= OFlags::NOFOLLOW;
    }
    openat(parent, name, flags, Mode::empty())
        .map_err(|errno| link_or(parent, name, links, errno))
}

/// Opens a regular file by a name of one component, and reads its metadata
/// from the open file. Anything but a regular file is refused.
pub(crate) fn open_file(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
) -> Result<(File, Metadata), Cause> {
    let mut flags = CAREFUL;
    if links == Links::Refuse {
        flags |= OFlags::NOFOLLOW;
    }
    let fd = openat(parent, name, flags, Mode::empty())
        .map_err(|errno| link_or(parent, name, links, errno))?;
    regular(fd)
}

/// The metadata of an open file, which must be a regular one.
pub(crate) fn regular(fd: OwnedFd) -> Result<(File, Metadata), Cause> {
    let (kind, metadata) = stat_open(fd.as_fd())?;
    match kind {
        Kind::File => Ok((File::from(fd), metadata)),
        other => Err(Cause::NotRegular(describe(other))),
    }
}

/// A word for what is not a regular file.
pub(crate) fn describe(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "a regular file",
        Kind::Directory => "a directory",
        Kind::Link => "a symbolic link",
        Kind::Unknown => "of an unknown kind",
        Kind::Special(word) => word,
    }
}

/// Says so where an open failed because a link stands where none was.
fn link_or(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
    errno: Errno,
) -> Cause {
    let suspicious = matches!(errno, Errno::LOOP | Errno::NOTDIR);
    if links == Links::Refuse
        && suspicious
        && matches!(stat(parent, name, links), Ok((Kind::Link, _)))
    {
        return Cause::BecameLink;
    }
    if errno == Errno::NXIO {
        // What an open without waiting says of a socket.
        return Cause::NotRegular("a socket or an unreadable device");
    }
    errno.into()
}
