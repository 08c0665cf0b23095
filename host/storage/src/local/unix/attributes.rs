//! Setting what is known of a file, and extended attributes: through the
//! file's handle, or relative to that of its directory, never following a
//! link.

#[cfg(target_os = "linux")]
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::{fs::File as LocalFile, os::fd::BorrowedFd};

#[cfg(target_os = "linux")]
use rustix::fs::{lgetxattr, llistxattr, lsetxattr};
use rustix::{
    fs::{
        AtFlags, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, Uid,
        XattrFlags, chownat, fchmod, fchown, fgetxattr, flistxattr,
        fremovexattr, fsetxattr, futimens, openat, utimensat,
    },
    io::Errno,
};

#[cfg(target_os = "linux")]
use super::stat;
#[cfg(target_os = "linux")]
use crate::EntryKind;
use crate::{Attributes, ExtendedAttribute, Timestamp};

/// The most that an extended attribute, and the list of their names, may take:
/// what Linux allows.
const LONGEST: usize = 64 << 10;

/// What is read of a list before more space is taken.
const USUAL: usize = 512;

/// What the system says where there is no such attribute.
#[cfg(target_os = "linux")]
const NO_SUCH: Errno = Errno::NODATA;
#[cfg(not(target_os = "linux"))]
const NO_SUCH: Errno = Errno::NOATTR;

/// A mode without the bits that say what an entry is.
pub(super) fn mode(mode: u32) -> Mode {
    #[allow(
        clippy::useless_conversion,
        clippy::unnecessary_fallible_conversions,
        reason = "a mode's type differs from system to system"
    )]
    let bits = (mode & Attributes::PERMISSIONS).try_into();
    Mode::from_raw_mode(bits.unwrap_or_default())
}

/// Sets what is known of an open file.
pub(crate) fn set_attributes(
    file: &LocalFile,
    attributes: &Attributes,
) -> Result<(), Errno> {
    // The owner first: a change of it takes away set-user-ID.
    if let Some((owner, group)) = owners(attributes) {
        fchown(file, owner, group)?;
    }
    if let Some(bits) = attributes.mode {
        fchmod(file, mode(bits))?;
    }
    match times(attributes) {
        Some(times) => futimens(file, &times),
        None => Ok(()),
    }
}

/// Sets what is known of an entry; of a link, of the link itself.
pub(super) fn set_of_entry(
    parent: BorrowedFd<'_>,
    name: &[u8],
    attributes: &Attributes,
) -> Result<(), Errno> {
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    if let Some((owner, group)) = owners(attributes) {
        chownat(parent, name, owner, group, flags)?;
    }
    if let Some(bits) = attributes.mode {
        set_mode(parent, name, mode(bits))?;
    }
    match times(attributes) {
        Some(times) => utimensat(parent, name, &times, flags),
        None => Ok(()),
    }
}

/// Sets the mode of an entry, which a link does not have. A file that may not
/// be read can have its mode changed all the same, so it is not opened for
/// that but only held.
#[cfg(target_os = "linux")]
fn set_mode(
    parent: BorrowedFd<'_>,
    name: &[u8],
    mode: Mode,
) -> Result<(), Errno> {
    let held = hold(parent, name)?;
    if stat::open(held.as_fd())?.0 == EntryKind::Symlink {
        return Err(Errno::OPNOTSUPP);
    }
    rustix::fs::chmod(handle_path(held.as_fd(), None), mode)
}

#[cfg(not(target_os = "linux"))]
fn set_mode(
    parent: BorrowedFd<'_>,
    name: &[u8],
    mode: Mode,
) -> Result<(), Errno> {
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    rustix::fs::chmodat(parent, name, mode, flags)
}

/// A descriptor of an entry that is not opened, be it a link.
#[cfg(target_os = "linux")]
fn hold(parent: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(parent, name, flags, Mode::empty())
}

/// The path by which the system knows an open file, or an entry of an open
/// directory.
#[cfg(target_os = "linux")]
fn handle_path(fd: BorrowedFd<'_>, name: Option<&[u8]>) -> Vec<u8> {
    let mut path = format!("/proc/self/fd/{}", fd.as_raw_fd()).into_bytes();
    if let Some(name) = name {
        path.push(b'/');
        path.extend_from_slice(name);
    }
    path
}

fn owners(attributes: &Attributes) -> Option<(Option<Uid>, Option<Gid>)> {
    let owner = attributes.uid.map(Uid::from_raw);
    let group = attributes.gid.map(Gid::from_raw);
    (owner.is_some() || group.is_some()).then_some((owner, group))
}

fn times(attributes: &Attributes) -> Option<Timestamps> {
    let Attributes { accessed, modified, .. } = *attributes;
    (accessed.is_some() || modified.is_some()).then(|| Timestamps {
        last_access: time(accessed),
        last_modification: time(modified),
    })
}

#[allow(
    clippy::useless_conversion,
    clippy::unnecessary_cast,
    reason = "the fields' types differ from system to system"
)]
fn time(time: Option<Timestamp>) -> Timespec {
    match time {
        Some(Timestamp { seconds, nanoseconds }) => {
            Timespec { tv_sec: seconds, tv_nsec: nanoseconds.into() }
        }
        None => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT as _ },
    }
}

/// The extended attributes of an open file.
pub(crate) fn extended_attributes(
    file: &LocalFile,
) -> Result<Vec<ExtendedAttribute>, Errno> {
    collect(
        |space| flistxattr(file, space),
        |name, space| fgetxattr(file, name, space),
    )
}

/// Sets an extended attribute of an open file.
pub(crate) fn set_extended_attribute(
    file: &LocalFile,
    attribute: &ExtendedAttribute,
) -> Result<(), Errno> {
    let ExtendedAttribute { name, value } = attribute;
    fsetxattr(file, &**name, value, XattrFlags::empty())
}

/// Removes an extended attribute of an open file, if it has it.
pub(crate) fn remove_extended_attribute(
    file: &LocalFile,
    name: &[u8],
) -> Result<(), Errno> {
    match fremovexattr(file, name) {
        Err(NO_SUCH) => Ok(()),
        result => result,
    }
}

/// The extended attributes of an entry; of a link, of the link itself.
#[cfg(target_os = "linux")]
pub(super) fn extended_of_entry(
    parent: BorrowedFd<'_>,
    name: &[u8],
) -> Result<Vec<ExtendedAttribute>, Errno> {
    let path = handle_path(parent, Some(name));
    collect(
        |space| llistxattr(&*path, space),
        |name, space| lgetxattr(&*path, name, space),
    )
}

/// Sets an extended attribute of an entry; of a link, of the link itself.
#[cfg(target_os = "linux")]
pub(super) fn set_extended_of_entry(
    parent: BorrowedFd<'_>,
    name: &[u8],
    attribute: &ExtendedAttribute,
) -> Result<(), Errno> {
    let path = handle_path(parent, Some(name));
    let ExtendedAttribute { name, value } = attribute;
    lsetxattr(&*path, &**name, value, XattrFlags::empty())
}

/// Without paths of handles, what can be opened has them.
#[cfg(not(target_os = "linux"))]
pub(super) fn extended_of_entry(
    parent: BorrowedFd<'_>,
    name: &[u8],
) -> Result<Vec<ExtendedAttribute>, Errno> {
    extended_attributes(&open(parent, name)?)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn set_extended_of_entry(
    parent: BorrowedFd<'_>,
    name: &[u8],
    attribute: &ExtendedAttribute,
) -> Result<(), Errno> {
    set_extended_attribute(&open(parent, name)?, attribute)
}

#[cfg(not(target_os = "linux"))]
fn open(parent: BorrowedFd<'_>, name: &[u8]) -> Result<LocalFile, Errno> {
    let flags = OFlags::RDONLY
        | OFlags::NOFOLLOW
        | OFlags::NONBLOCK
        | OFlags::NOCTTY
        | OFlags::CLOEXEC;
    Ok(openat(parent, name, flags, Mode::empty())?.into())
}

/// The names that `list` lists, with the values that `get` gets. One that is
/// removed in between, or that only others may read, is left out.
fn collect(
    list: impl Fn(&mut [u8]) -> Result<usize, Errno>,
    get: impl Fn(&[u8], &mut [u8]) -> Result<usize, Errno>,
) -> Result<Vec<ExtendedAttribute>, Errno> {
    let names = match fill(list) {
        // The file system has none.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(Vec::new()),
        names => names?,
    };
    let mut found = Vec::new();
    for name in names.split(|byte| *byte == 0).filter(|it| !it.is_empty()) {
        match fill(|space| get(name, space)) {
            Ok(value) => {
                let name = name.to_vec();
                found.push(ExtendedAttribute { name, value });
            }
            Err(NO_SUCH | Errno::PERM | Errno::ACCESS | Errno::OPNOTSUPP) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(found)
}

/// What a system call says, in as much space as it needs.
fn fill(
    call: impl Fn(&mut [u8]) -> Result<usize, Errno>,
) -> Result<Vec<u8>, Errno> {
    let mut usual = [0; USUAL];
    match call(&mut usual) {
        Err(Errno::RANGE) => {
            let mut space = vec![0; LONGEST];
            let length = call(&mut space)?;
            space.truncate(length);
            Ok(space)
        }
        length => Ok(usual.get(..length?).unwrap_or_default().to_vec()),
    }
}
