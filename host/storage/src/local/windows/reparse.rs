//! Reparse points: entries that lead elsewhere, or that a driver makes
//! something of.

use std::{io, os::windows::io::BorrowedHandle};

use windows_sys::Win32::System::{
    Ioctl::FSCTL_GET_REPARSE_POINT,
    SystemServices::{
        IO_REPARSE_TAG_AF_UNIX, IO_REPARSE_TAG_MOUNT_POINT,
        IO_REPARSE_TAG_SYMLINK,
    },
};

use super::{
    nt,
    space::{Space, u16_at, u32_at, units_at},
};
use crate::EntryKind;

/// The bit of a tag that says that an entry stands for another one.
const NAME_SURROGATE: u32 = 0x2000_0000;

/// The most that a reparse point says.
const LONGEST: usize = 16 << 10;

/// Where what a link says begins: after the tag, the length, and what is
/// reserved.
const BODY: usize = 8;

/// What a reparse point is. `None` for what the system makes something of
/// that is used like any other file: compressed ones, or placeholders.
pub(super) fn kind(tag: u32) -> Option<EntryKind> {
    match tag {
        IO_REPARSE_TAG_AF_UNIX => Some(EntryKind::Socket),
        // Links, junctions, mount points, and links of other systems.
        _ if tag & NAME_SURROGATE != 0 => Some(EntryKind::Symlink),
        _ => None,
    }
}

/// What a link says.
pub(super) struct Target {
    /// The path that it leads to: as it is shown, if it says that.
    pub(super) path: Vec<u16>,
    /// Whether that is relative to the directory that the link is in.
    pub(super) is_relative: bool,
}

/// Reads an open link.
pub(super) fn target(link: BorrowedHandle<'_>) -> io::Result<Target> {
    let mut space = Space::new(LONGEST);
    nt::control(link, FSCTL_GET_REPARSE_POINT, space.bytes_mut())?;
    parse(space.bytes()).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::Unsupported,
            "it is a link of another kind, whose form is not known here",
        )
    })
}

fn parse(bytes: &[u8]) -> Option<Target> {
    let number = |at| u16_at(bytes, BODY + at).map(usize::from);
    // Where the path begins and how long it is; first the one that drivers
    // follow, then the one that is shown.
    let (names, is_relative) = match u32_at(bytes, 0)? {
        IO_REPARSE_TAG_SYMLINK => {
            let flags = u32_at(bytes, BODY + 8)?;
            (BODY + 12, flags & 1 != 0)
        }
        IO_REPARSE_TAG_MOUNT_POINT => (BODY + 8, false),
        _ => return None,
    };
    let shown = units_at(bytes, names + number(4)?, number(6)?)?;
    let path = match shown.is_empty() {
        false => shown,
        true => units_at(bytes, names + number(0)?, number(2)?)?,
    };
    Some(Target { path, is_relative })
}
