//! Listing a directory from its handle.

use std::{io, mem::offset_of, os::windows::io::BorrowedHandle};

use windows_sys::{
    Wdk::Storage::FileSystem::FILE_FULL_DIR_INFORMATION,
    Win32::Storage::FileSystem::{
        FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_HIDDEN,
    },
};

use super::{
    facts, nt,
    space::{Space, u32_at, units_at},
};
use crate::{EntryKind, Listing, StorageError};

/// A few hundred entries a system call.
const BUFFER: usize = 32 * 1024;

/// Lists a directory from its beginning, into a buffer that is used again.
pub(super) fn list(
    directory: BorrowedHandle<'_>,
    listing: &mut Listing,
) -> Result<(), StorageError> {
    let scratch = std::mem::take(&mut listing.scratch);
    let mut space = Space::of(scratch, BUFFER);
    let result = (|| {
        let mut again = true;
        loop {
            let length = nt::list(directory, space.bytes_mut(), again)?;
            if length == 0 {
                return Ok(());
            }
            again = false;
            let entries = space.bytes().get(..length).unwrap_or_default();
            push_all(entries, listing)?;
        }
    })();
    listing.scratch = space.into_buffer();
    result
}

/// Appends the entries that one system call returned.
fn push_all(
    mut entries: &[u8],
    listing: &mut Listing,
) -> Result<(), StorageError> {
    loop {
        let Entry { next, name, kind, is_marked } = Entry::of(entries)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        // A name with a dot is hidden by that, and may be of interest all the
        // same: git's own folder, and lists of what to ignore.
        let is_skipped =
            listing.skips_marked() && is_marked && !name.starts_with(b".");
        let is_wanted = !is_skipped && !matches!(&*name, b"." | b"..");
        if is_wanted && !listing.push(&name, kind) {
            return Err(io::Error::other("its names exceed 4 GiB").into());
        }
        match entries.get(next..) {
            Some(rest) if next > 0 => entries = rest,
            _ => return Ok(()),
        }
    }
}

/// An entry, as the system has it.
struct Entry {
    /// Where the next one begins; 0 for the last.
    next: usize,
    name: Vec<u8>,
    kind: EntryKind,
    /// Whether it has the attribute of what is hidden.
    is_marked: bool,
}

impl Entry {
    /// The first of some entries.
    fn of(bytes: &[u8]) -> Option<Self> {
        type Raw = FILE_FULL_DIR_INFORMATION;
        let number = |offset| u32_at(bytes, offset);
        let next = number(offset_of!(Raw, NextEntryOffset))?;
        let attributes = number(offset_of!(Raw, FileAttributes))?;
        let length = number(offset_of!(Raw, FileNameLength))?;
        // Of a reparse point, its tag stands there.
        let tag = number(offset_of!(Raw, EaSize))?;
        let at = offset_of!(Raw, FileName);
        let name = units_at(bytes, at, usize::try_from(length).ok()?)?;
        let is_directory = attributes & FILE_ATTRIBUTE_DIRECTORY != 0;
        Some(Self {
            next: usize::try_from(next).ok()?,
            name: sanchay_names::from_units(&name),
            kind: facts::kind_of(is_directory, attributes, tag),
            is_marked: attributes & FILE_ATTRIBUTE_HIDDEN != 0,
        })
    }
}
