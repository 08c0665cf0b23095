//! Opening relative to a directory's handle.

use std::{
    fs::File as LocalFile,
    io,
    os::windows::io::{AsHandle as _, BorrowedHandle, OwnedHandle},
};

use windows_sys::{
    Wdk::Storage::FileSystem::{
        FILE_CREATE, FILE_DIRECTORY_FILE, FILE_NON_DIRECTORY_FILE, FILE_OPEN,
        FILE_OPEN_FOR_BACKUP_INTENT, FILE_OPEN_REPARSE_POINT,
        FILE_SYNCHRONOUS_IO_NONALERT,
    },
    Win32::Storage::FileSystem::{
        DELETE, FILE_ADD_FILE, FILE_ATTRIBUTE_NORMAL, FILE_GENERIC_READ,
        FILE_GENERIC_WRITE, FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES,
        FILE_WRITE_ATTRIBUTES, SYNCHRONIZE,
    },
};

use super::{
    facts::Facts,
    names,
    nt::{self, Opening},
    path::Absolute,
};
use crate::{EntryKind, File, Links, Metadata, StorageError};

/// Options of every open: reads and writes wait until they are done, and who
/// may make backups may open all.
const CAREFUL: u32 =
    FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT;

/// What is to be done with what is opened.
#[derive(Clone, Copy)]
pub(super) enum Access {
    /// Its metadata are read.
    Look,
    /// It is read, or listed.
    Read,
    /// It is read and written.
    Write,
    /// Its times and attributes are set.
    Adjust,
    /// It is removed, or gets another name.
    Remove,
    /// It is waited for what was written to it, or changed in it.
    Flush,
}

impl Access {
    const fn rights(self) -> u32 {
        let look = FILE_READ_ATTRIBUTES | SYNCHRONIZE;
        match self {
            Self::Look => look,
            // Of a file, the same as reading its contents.
            Self::Read => look | FILE_LIST_DIRECTORY,
            Self::Write => FILE_GENERIC_READ | FILE_GENERIC_WRITE,
            Self::Adjust => look | FILE_WRITE_ATTRIBUTES,
            Self::Remove => look | DELETE,
            // Of a file, the same as writing its contents.
            Self::Flush => look | FILE_ADD_FILE,
        }
    }
}

/// Opens a path that the user named. Links are followed: the user meant what
/// it leads to.
pub(super) fn open_path(
    path: &Absolute,
    access: Access,
) -> io::Result<OwnedHandle> {
    nt::open(None, path.units(), existing(access, 0))
}

/// Opens a directory that is open a second time.
pub(super) fn open_again(
    directory: BorrowedHandle<'_>,
    access: Access,
) -> io::Result<OwnedHandle> {
    nt::open(Some(directory), &[], existing(access, FILE_DIRECTORY_FILE))
}

/// Opens what is open a second time, itself, to do more with it.
pub(super) fn reopen(
    held: BorrowedHandle<'_>,
    access: Access,
) -> io::Result<OwnedHandle> {
    nt::open(Some(held), &[], existing(access, FILE_OPEN_REPARSE_POINT))
}

/// Opens an entry itself, be it a link.
pub(super) fn open_entry(
    parent: BorrowedHandle<'_>,
    name: &[u8],
    access: Access,
) -> io::Result<OwnedHandle> {
    let units = names::units(name)?;
    nt::open(Some(parent), &units, existing(access, FILE_OPEN_REPARSE_POINT))
}

/// Opens what an entry leads to, with its facts. A reparse point that is not a
/// link is opened as what the system makes of it.
pub(super) fn open_target(
    parent: BorrowedHandle<'_>,
    name: &[u8],
    access: Access,
    links: Links,
) -> Result<(OwnedHandle, Facts), StorageError> {
    let units = names::units(name)?;
    let held = open_entry(parent, name, access)?;
    let facts = Facts::of(held.as_handle())?;
    let is_link = facts.kind() == EntryKind::Symlink;
    if is_link && links == Links::Refuse {
        return Err(StorageError::Link);
    }
    if !is_link && !facts.stands_for_itself() {
        return Ok((held, facts));
    }
    let through = nt::open(Some(parent), &units, existing(access, 0))?;
    let found = Facts::of(through.as_handle())?;
    if links == Links::Refuse && found.id() != facts.id() {
        // Something else was put there in between.
        return Err(StorageError::Link);
    }
    Ok((through, found))
}

/// Opens a directory by a name of one component.
pub(super) fn open_directory(
    parent: BorrowedHandle<'_>,
    name: &[u8],
    links: Links,
) -> Result<OwnedHandle, StorageError> {
    let (handle, facts) = open_target(parent, name, Access::Read, links)?;
    match facts.kind() {
        EntryKind::Directory => Ok(handle),
        _ => Err(io::Error::from(io::ErrorKind::NotADirectory).into()),
    }
}

/// Opens a regular file by a name of one component. Anything else is refused,
/// and so is what would have to be fetched.
pub(super) fn open_file(
    parent: BorrowedHandle<'_>,
    name: &[u8],
    access: Access,
    links: Links,
) -> Result<(File, Metadata), StorageError> {
    let (handle, facts) = open_target(parent, name, access, links)?;
    match facts.kind() {
        EntryKind::File => {
            facts.refuse_elsewhere()?;
            let metadata = facts.metadata();
            Ok((LocalFile::from(handle).into(), metadata))
        }
        other => Err(StorageError::NotRegular(other.describe())),
    }
}

/// Makes an empty file.
pub(super) fn create_file(
    parent: BorrowedHandle<'_>,
    name: &[u8],
) -> io::Result<OwnedHandle> {
    let opening = Opening {
        access: Access::Write.rights(),
        disposition: FILE_CREATE,
        options: FILE_NON_DIRECTORY_FILE | CAREFUL,
        attributes: FILE_ATTRIBUTE_NORMAL,
    };
    nt::open(Some(parent), &names::units(name)?, opening)
}

/// Makes an empty directory.
pub(super) fn create_directory(
    parent: BorrowedHandle<'_>,
    name: &[u8],
) -> io::Result<()> {
    let opening = Opening {
        access: Access::Look.rights(),
        disposition: FILE_CREATE,
        options: FILE_DIRECTORY_FILE | CAREFUL,
        attributes: FILE_ATTRIBUTE_NORMAL,
    };
    nt::open(Some(parent), &names::units(name)?, opening).map(drop)
}

fn existing(access: Access, options: u32) -> Opening {
    Opening {
        access: access.rights(),
        disposition: FILE_OPEN,
        options: options | CAREFUL,
        attributes: 0,
    }
}
