//! Opening relative to a directory's handle.

use std::{
    fs::File as LocalFile,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
};

use rustix::{
    fs::{Mode, OFlags, openat},
    io::Errno,
};

use super::stat;
use crate::{EntryKind, File, Links, MAX_PATH, Metadata, StorageError};

/// Flags for every open: a descriptor that no child inherits, that does not
/// become a controlling terminal, and an open that does not wait for the
/// other end of a FIFO.
const CAREFUL: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY)
    .union(OFlags::NONBLOCK);

/// Opens a path that the user named, a relative one from `directory`. Links
/// are followed: the user meant what it leads to.
pub(super) fn open_path(
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

/// The same for a path longer than a system call takes: piece by piece.
fn open_long(
    directory: BorrowedFd<'_>,
    path: &[u8],
) -> Result<OwnedFd, Errno> {
    // Where a directory may be passed through but not read.
    #[cfg(target_os = "linux")]
    const PASSING: OFlags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const PASSING: OFlags = OFlags::RDONLY;
    let mut rest = path;
    let mut current: Option<OwnedFd> = None;
    loop {
        let at = current.as_ref().map_or(directory, AsFd::as_fd);
        if rest.len() <= MAX_PATH && current.is_some() {
            let rest = if rest.is_empty() { &b"."[..] } else { rest };
            return openat(at, rest, CAREFUL, Mode::empty());
        }
        let head = rest.get(..MAX_PATH.min(rest.len())).unwrap_or(rest);
        // Where there is no slash, one name alone is too long.
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
pub(super) fn open_directory(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
) -> Result<OwnedFd, StorageError> {
    let mut flags = CAREFUL | OFlags::DIRECTORY;
    if links == Links::Refuse {
        flags |= OFlags::NOFOLLOW;
    }
    openat(parent, name, flags, Mode::empty())
        .map_err(|errno| link_or(parent, name, links, errno))
}

/// Opens the last of some directories in one system call, where the kernel
/// allows it and no link is in the way. All names together, with their
/// slashes, may be longer than a path may be: then there is none.
#[cfg(target_os = "linux")]
pub(super) fn open_descendant(
    at: BorrowedFd<'_>,
    names: &[&[u8]],
) -> Option<OwnedFd> {
    use rustix::fs::{ResolveFlags, openat2};
    let mut path = Vec::new();
    for name in names {
        path.extend_from_slice(name);
        path.push(b'/');
    }
    if path.len() > MAX_PATH {
        return None;
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    openat2(at, path, flags, Mode::empty(), resolve).ok()
}

/// Opens a regular file by a name of one component, and reads its metadata
/// from the open file. Anything but a regular file is refused.
pub(super) fn open_file(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
) -> Result<(File, Metadata), StorageError> {
    open_regular(parent, name, links, CAREFUL)
}

/// The same for reading and writing, without following a link.
pub(super) fn reopen_file(
    parent: BorrowedFd<'_>,
    name: &[u8],
) -> Result<File, StorageError> {
    // RDONLY is no flag: it is 0.
    let flags = CAREFUL | OFlags::RDWR;
    open_regular(parent, name, Links::Refuse, flags).map(|(file, _)| file)
}

fn open_regular(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
    mut flags: OFlags,
) -> Result<(File, Metadata), StorageError> {
    if links == Links::Refuse {
        flags |= OFlags::NOFOLLOW;
    }
    let fd = openat(parent, name, flags, Mode::empty())
        .map_err(|errno| link_or(parent, name, links, errno))?;
    match stat::open(fd.as_fd())? {
        (EntryKind::File, metadata) => {
            Ok((LocalFile::from(fd).into(), metadata))
        }
        (other, _) => Err(StorageError::NotRegular(other.describe())),
    }
}

/// Says so where an open failed because a link stands where none was.
fn link_or(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
    errno: Errno,
) -> StorageError {
    let suspicious = matches!(errno, Errno::LOOP | Errno::NOTDIR);
    if links == Links::Refuse
        && suspicious
        && matches!(
            stat::entry(parent, name, links),
            Ok((EntryKind::Symlink, _))
        )
    {
        return StorageError::Link;
    }
    if errno == Errno::NXIO {
        // What an open without waiting says of a socket.
        return StorageError::NotRegular("a socket or an unreadable device");
    }
    errno.into()
}
