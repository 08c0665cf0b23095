//! What an entry is, how long it is, when it was changed and who it is: read
//! relative to its directory's handle, and no more of it than is needed.

use std::os::fd::BorrowedFd;

use rustix::{
    fs::{AtFlags, FileType},
    io::Errno,
};

use super::handle::{Kind, Links};
use sanchay_core::time::Timestamp;

use crate::entry::{FileId, Metadata};

/// The kind and metadata of an entry, by a name of one component.
#[cfg(target_os = "linux")]
pub(crate) fn stat(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
) -> Result<(Kind, Metadata), Errno> {
    let flags = if links == Links::Refuse {
        AtFlags::SYMLINK_NOFOLLOW
    } else {
        AtFlags::empty()
    };
    statx(parent, name, flags)
}

/// The kind and metadata of an open file.
#[cfg(target_os = "linux")]
pub(crate) fn stat_open(
    fd: BorrowedFd<'_>,
) -> Result<(Kind, Metadata), Errno> {
    portable_stat(&rustix::fs::fstat(fd)?)
}

/// The device that an open directory is on.
#[allow(
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    reason = "the field's type differs from system to system"
)]
pub(crate) fn device(open: BorrowedFd<'_>) -> Result<u64, Errno> {
    Ok(rustix::fs::fstat(open)?.st_dev as u64)
}

#[cfg(target_os = "linux")]
fn statx(
    parent: BorrowedFd<'_>,
    name: &[u8],
    flags: AtFlags,
) -> Result<(Kind, Metadata), Errno> {
    use rustix::fs::StatxFlags;
    const WANTED: StatxFlags = StatxFlags::TYPE
        .union(StatxFlags::MODE)
        .union(StatxFlags::SIZE)
        .union(StatxFlags::MTIME)
        .union(StatxFlags::INO)
        .union(StatxFlags::NLINK);
    let facts = match rustix::fs::statx(parent, name, flags, WANTED) {
        Err(Errno::NOSYS) => {
            return portable_stat(&rustix::fs::statat(parent, name, flags)?);
        }
        other => other?,
    };
    let kind = FileType::from_raw_mode(facts.stx_mode.into()).into();
    let metadata = Metadata {
        size: facts.stx_size,
        modified: Timestamp {
            seconds: facts.stx_mtime.tv_sec,
            nanoseconds: facts.stx_mtime.tv_nsec,
        },
        id: FileId {
            device: rustix::fs::makedev(
                facts.stx_dev_major,
                facts.stx_dev_minor,
            ),
            inode: facts.stx_ino,
        },
        links: facts.stx_nlink,
        mode: facts.stx_mode.into(),
    };
    Ok((kind, metadata))
}

/// The kind and metadata of an entry, by a name of one component.
#[cfg(not(target_os = "linux"))]
pub(crate) fn stat(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
) -> Result<(Kind, Metadata), Errno> {
    let flags = if links == Links::Refuse {
        AtFlags::SYMLINK_NOFOLLOW
    } else {
        AtFlags::empty()
    };
    portable_stat(&rustix::fs::statat(parent, name, flags)?)
}

/// The kind and metadata of an open file.
#[cfg(not(target_os = "linux"))]
pub(crate) fn stat_open(
    fd: BorrowedFd<'_>,
) -> Result<(Kind, Metadata), Errno> {
    portable_stat(&rustix::fs::fstat(fd)?)
}

#[allow(
    clippy::unnecessary_cast,
    clippy::useless_conversion,
    clippy::unnecessary_fallible_conversions,
    reason = "the fields' types differ from system to system"
)]
fn portable_stat(facts: &rustix::fs::Stat) -> Result<(Kind, Metadata), Errno> {
    let kind = FileType::from_raw_mode(facts.st_mode).into();
    let metadata = Metadata {
        size: u64::try_from(facts.st_size).unwrap_or(0),
        modified: Timestamp {
            seconds: facts.st_mtime as i64,
            nanoseconds: u32::try_from(facts.st_mtime_nsec).unwrap_or(0),
        },
        id: FileId { device: facts.st_dev as u64, inode: facts.st_ino as u64 },
        links: u32::try_from(facts.st_nlink).unwrap_or(u32::MAX),
        mode: facts.st_mode as u32,
    };
    Ok((kind, metadata))
}
