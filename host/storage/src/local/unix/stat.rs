//! Metadata: read relative to a directory's handle, and no more of it than is
//! needed.

use std::os::fd::BorrowedFd;

use rustix::{
    fs::{AtFlags, FileType},
    io::Errno,
};

use crate::{EntryKind, FileId, Links, Metadata, Timestamp};

/// The bytes of a block, in which the system counts what a file takes on disk.
const BLOCK: u64 = 512;

/// The kind and metadata of an entry, by a name of one component.
#[cfg(target_os = "linux")]
pub(super) fn entry(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
) -> Result<(EntryKind, Metadata), Errno> {
    let flags = if links == Links::Refuse {
        AtFlags::SYMLINK_NOFOLLOW
    } else {
        AtFlags::empty()
    };
    statx(parent, name, flags)
}

/// The kind and metadata of an open file.
#[cfg(target_os = "linux")]
pub(super) fn open(
    fd: BorrowedFd<'_>,
) -> Result<(EntryKind, Metadata), Errno> {
    Ok(portable(&rustix::fs::fstat(fd)?))
}

#[cfg(target_os = "linux")]
fn statx(
    parent: BorrowedFd<'_>,
    name: &[u8],
    flags: AtFlags,
) -> Result<(EntryKind, Metadata), Errno> {
    use rustix::fs::StatxFlags;
    const WANTED: StatxFlags = StatxFlags::TYPE
        .union(StatxFlags::MODE)
        .union(StatxFlags::SIZE)
        .union(StatxFlags::MTIME)
        .union(StatxFlags::CTIME)
        .union(StatxFlags::ATIME)
        .union(StatxFlags::BTIME)
        .union(StatxFlags::BLOCKS)
        .union(StatxFlags::UID)
        .union(StatxFlags::GID)
        .union(StatxFlags::INO)
        .union(StatxFlags::NLINK);
    let facts = match rustix::fs::statx(parent, name, flags, WANTED) {
        Err(Errno::NOSYS) => {
            let found = rustix::fs::statat(parent, name, flags)?;
            return Ok(portable(&found));
        }
        other => other?,
    };
    let kind = kind(FileType::from_raw_mode(facts.stx_mode.into()));
    let time = |time: &rustix::fs::StatxTimestamp| Timestamp {
        seconds: time.tv_sec,
        nanoseconds: time.tv_nsec,
    };
    let has = StatxFlags::from_bits_retain(facts.stx_mask);
    let told = |field| has.contains(field);
    let metadata = Metadata {
        kind,
        size: facts.stx_size,
        modified: time(&facts.stx_mtime),
        changed: time(&facts.stx_ctime),
        accessed: told(StatxFlags::ATIME).then(|| time(&facts.stx_atime)),
        created: told(StatxFlags::BTIME).then(|| time(&facts.stx_btime)),
        allocated: facts.stx_blocks.saturating_mul(BLOCK),
        uid: facts.stx_uid,
        gid: facts.stx_gid,
        id: FileId {
            device: rustix::fs::makedev(
                facts.stx_dev_major,
                facts.stx_dev_minor,
            ),
            inode: facts.stx_ino,
        },
        links: facts.stx_nlink,
        mode: facts.stx_mode.into(),
        object: None,
    };
    Ok((kind, metadata))
}

/// The kind and metadata of an entry, by a name of one component.
#[cfg(not(target_os = "linux"))]
pub(super) fn entry(
    parent: BorrowedFd<'_>,
    name: &[u8],
    links: Links,
) -> Result<(EntryKind, Metadata), Errno> {
    let flags = if links == Links::Refuse {
        AtFlags::SYMLINK_NOFOLLOW
    } else {
        AtFlags::empty()
    };
    Ok(portable(&rustix::fs::statat(parent, name, flags)?))
}

/// The kind and metadata of an open file.
#[cfg(not(target_os = "linux"))]
pub(super) fn open(
    fd: BorrowedFd<'_>,
) -> Result<(EntryKind, Metadata), Errno> {
    Ok(portable(&rustix::fs::fstat(fd)?))
}

#[allow(
    clippy::unnecessary_cast,
    clippy::useless_conversion,
    clippy::unnecessary_fallible_conversions,
    clippy::cast_sign_loss,
    reason = "the fields' types differ from system to system"
)]
/// The kind and metadata that `stat` returned.
pub(super) fn portable(facts: &rustix::fs::Stat) -> (EntryKind, Metadata) {
    let kind = kind(FileType::from_raw_mode(facts.st_mode));
    let metadata = Metadata {
        kind,
        size: u64::try_from(facts.st_size).unwrap_or(0),
        modified: Timestamp {
            seconds: facts.st_mtime as i64,
            nanoseconds: u32::try_from(facts.st_mtime_nsec).unwrap_or(0),
        },
        changed: Timestamp {
            seconds: facts.st_ctime as i64,
            nanoseconds: u32::try_from(facts.st_ctime_nsec).unwrap_or(0),
        },
        accessed: Some(Timestamp {
            seconds: facts.st_atime as i64,
            nanoseconds: u32::try_from(facts.st_atime_nsec).unwrap_or(0),
        }),
        created: created(facts),
        allocated: u64::try_from(facts.st_blocks)
            .unwrap_or(0)
            .saturating_mul(BLOCK),
        uid: facts.st_uid as u32,
        gid: facts.st_gid as u32,
        id: FileId { device: facts.st_dev as u64, inode: facts.st_ino as u64 },
        links: u32::try_from(facts.st_nlink).unwrap_or(u32::MAX),
        mode: facts.st_mode as u32,
        object: None,
    };
    (kind, metadata)
}

/// When it was made, which POSIX does not tell.
#[cfg(not(target_vendor = "apple"))]
fn created(_: &rustix::fs::Stat) -> Option<Timestamp> {
    None
}

#[cfg(target_vendor = "apple")]
fn created(facts: &rustix::fs::Stat) -> Option<Timestamp> {
    Some(Timestamp {
        seconds: facts.st_birthtime,
        nanoseconds: u32::try_from(facts.st_birthtime_nsec).unwrap_or(0),
    })
}

/// What the system says that an entry is.
pub(super) fn kind(file_type: FileType) -> EntryKind {
    match file_type {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Directory,
        FileType::Symlink => EntryKind::Symlink,
        FileType::Fifo => EntryKind::Fifo,
        FileType::Socket => EntryKind::Socket,
        FileType::CharacterDevice => EntryKind::CharacterDevice,
        FileType::BlockDevice => EntryKind::BlockDevice,
        FileType::Unknown => EntryKind::Unknown,
    }
}
