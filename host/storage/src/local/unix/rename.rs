//! Renaming without replacing, also where the file system does not know how.

use std::os::fd::BorrowedFd;

use rustix::{
    fs::{AtFlags, RenameFlags, linkat, renameat, renameat_with, unlinkat},
    io::Errno,
};

use super::stat;
use crate::{EntryKind, Links};

/// Gives an entry another name, unless that is taken.
pub(super) fn rename(
    from: BorrowedFd<'_>,
    name: &[u8],
    to: BorrowedFd<'_>,
    new_name: &[u8],
) -> Result<(), Errno> {
    let flags = RenameFlags::NOREPLACE;
    match renameat_with(from, name, to, new_name, flags) {
        // So say file systems that do not know the flag: some network file
        // systems, and some that run in programs.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            rename_in_steps(from, name, to, new_name)
        }
        result => result,
    }
}

/// The same by what every file system knows. A file gets the new name before
/// it loses the old one; a directory is renamed if nothing is seen there, and
/// could then replace nothing but an empty directory.
fn rename_in_steps(
    from: BorrowedFd<'_>,
    name: &[u8],
    to: BorrowedFd<'_>,
    new_name: &[u8],
) -> Result<(), Errno> {
    let (kind, _) = stat::entry(from, name, Links::Refuse)?;
    if kind != EntryKind::Directory {
        linkat(from, name, to, new_name, AtFlags::empty())?;
        return unlinkat(from, name, AtFlags::empty());
    }
    match stat::entry(to, new_name, Links::Refuse) {
        Ok(_) => Err(Errno::EXIST),
        Err(Errno::NOENT) => renameat(from, name, to, new_name),
        Err(errno) => Err(errno),
    }
}

/// Has two entries change places.
pub(super) fn exchange(
    one: BorrowedFd<'_>,
    name: &[u8],
    other: BorrowedFd<'_>,
    other_name: &[u8],
) -> Result<(), Errno> {
    let flags = RenameFlags::EXCHANGE;
    renameat_with(one, name, other, other_name, flags)
}
