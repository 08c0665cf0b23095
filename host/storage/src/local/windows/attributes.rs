//! Setting what is known of a file: its times, and whether it may be written.
//! Owners, permissions and extended attributes are others' there: access
//! control lists, which this does not set.

use std::{
    fs::File as LocalFile,
    io,
    mem::offset_of,
    os::windows::io::{AsHandle as _, BorrowedHandle},
};

use windows_sys::{
    Wdk::Storage::FileSystem::{FILE_BASIC_INFORMATION, FileBasicInformation},
    Win32::Storage::FileSystem::{
        FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_READONLY,
    },
};

use super::{
    facts::{Facts, ticks},
    handle::{self, Access},
    nt,
    space::Space,
};
use crate::{Attributes, EntryKind, ExtendedAttribute, Timestamp};

/// The bits of a mode that let somebody write.
const WRITABLE: u32 = 0o222;

/// Sets what is known of an open file.
pub(crate) fn set_attributes(
    file: &LocalFile,
    attributes: &Attributes,
) -> io::Result<()> {
    set(file.as_handle(), attributes)
}

/// Sets what is known of an entry; of a link, of the link itself.
pub(super) fn set_of_entry(
    parent: BorrowedHandle<'_>,
    name: &[u8],
    attributes: &Attributes,
) -> io::Result<()> {
    let held = handle::open_entry(parent, name, Access::Adjust)?;
    set(held.as_handle(), attributes)
}

fn set(file: BorrowedHandle<'_>, attributes: &Attributes) -> io::Result<()> {
    type Basic = FILE_BASIC_INFORMATION;
    let Attributes { accessed, modified, mode, uid, gid } = *attributes;
    if uid.is_some() || gid.is_some() {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "files have no numbers of owners and groups on Windows",
        ));
    }
    // What is zero stays as it is.
    let mut basic = Space::new(size_of::<Basic>());
    for (time, offset) in [
        (accessed, offset_of!(Basic, LastAccessTime)),
        (modified, offset_of!(Basic, LastWriteTime)),
    ] {
        if let Some(time) = time {
            basic.put(offset, &stamp(time)?.to_ne_bytes());
        }
    }
    if let Some(mode) = mode
        && let Some(bits) = with_mode(&Facts::of(file)?, mode)
    {
        basic.put(offset_of!(Basic, FileAttributes), &bits.to_ne_bytes());
    }
    match nt::set(file, FileBasicInformation, basic.bytes()) {
        // It was opened to be read.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let again = handle::reopen(file, Access::Adjust)?;
            nt::set(again.as_handle(), FileBasicInformation, basic.bytes())
        }
        result => result,
    }
}

/// Does what write protection forbids, without it: a file that is protected
/// gets its protection back, and is not told to have changed.
pub(super) fn unprotected<T>(
    file: BorrowedHandle<'_>,
    act: impl FnOnce() -> io::Result<T>,
) -> io::Result<T> {
    type Basic = FILE_BASIC_INFORMATION;
    let facts = Facts::of(file)?;
    let attributes = facts.attributes();
    if attributes & FILE_ATTRIBUTE_READONLY == 0 {
        return act();
    }
    let again = handle::reopen(file, Access::Adjust)?;
    let set = |attributes: u32| {
        let mut basic = Space::new(size_of::<Basic>());
        let at = offset_of!(Basic, FileAttributes);
        basic.put(at, &attributes.to_ne_bytes());
        let at = offset_of!(Basic, ChangeTime);
        basic.put(at, &facts.changed().to_ne_bytes());
        nt::set(again.as_handle(), FileBasicInformation, basic.bytes())
    };
    match attributes & !FILE_ATTRIBUTE_READONLY {
        0 => set(FILE_ATTRIBUTE_NORMAL)?,
        others => set(others)?,
    }
    let result = act();
    // Where it is gone by now, no other name of it may be left without.
    let protected = set(attributes);
    let result = result?;
    protected.map(|()| result)
}

fn stamp(time: Timestamp) -> io::Result<i64> {
    ticks(time).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "Windows has no times before 1601 or after 30827",
        )
    })
}

/// The attributes of a file as a mode has them. `None` for what is not a file:
/// the attribute means something else there.
fn with_mode(facts: &Facts, mode: u32) -> Option<u32> {
    if facts.kind() == EntryKind::Directory {
        return None;
    }
    let others = facts.attributes() & !FILE_ATTRIBUTE_READONLY;
    Some(match mode & WRITABLE {
        0 => others | FILE_ATTRIBUTE_READONLY,
        _ if others == 0 => FILE_ATTRIBUTE_NORMAL,
        _ => others,
    })
}

/// The extended attributes of an open file: none are read.
pub(crate) fn extended_attributes(
    _: &LocalFile,
) -> io::Result<Vec<ExtendedAttribute>> {
    Ok(Vec::new())
}

/// Refuses to set an extended attribute.
pub(crate) fn set_extended_attribute(
    _: &LocalFile,
    _: &ExtendedAttribute,
) -> io::Result<()> {
    Err(no_extended_attributes())
}

/// Refuses to remove an extended attribute.
pub(crate) fn remove_extended_attribute(
    _: &LocalFile,
    _: &[u8],
) -> io::Result<()> {
    Err(no_extended_attributes())
}

pub(super) fn no_extended_attributes() -> io::Error {
    io::Error::new(
        io::ErrorKind::Unsupported,
        "extended attributes are not set on Windows",
    )
}
