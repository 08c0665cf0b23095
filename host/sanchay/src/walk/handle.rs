//! Directory handles. Everything is opened relative to the handle of the
//! directory that listed it, by a name of one component and without following
//! links: whatever is swapped in between walk and read, nothing outside the
//! tree is reached. Where links are followed and must stay beneath the root,
//! `cap-std` resolves them against the root's handle.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    os::{
        fd::{AsFd as _, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt as _,
    },
    path::Path,
};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _};
use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, openat},
    io::Errno,
};

use crate::{
    entry::{FileId, Metadata, Timestamp},
    error::Cause,
};

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

/// Opens a directory or file at a path that the caller named. Links are
/// followed: the caller meant what it leads to.
pub(crate) fn open_named(path: &Path) -> Result<OwnedFd, Errno> {
    rustix::fs::open(path, CAREFUL, Mode::empty())
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

#[cfg(target_os = "linux")]
fn statx(
    parent: BorrowedFd<'_>,
    name: &[u8],
    flags: AtFlags,
) -> Result<(Kind, Metadata), Errno> {
    use rustix::fs::StatxFlags;
    const WANTED: StatxFlags = StatxFlags::TYPE
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
    };
    Ok((kind, metadata))
}

/// The root of a walk, against which paths of several components resolve.
#[derive(Debug)]
pub(crate) struct Beneath(Dir);

impl Beneath {
    pub(crate) fn new(root: OwnedFd) -> Self {
        Self(Dir::from_std_file(File::from(root)))
    }

    /// Opens a directory or file beneath the root; links that stay beneath it
    /// are followed.
    pub(crate) fn open(&self, relative: &[u8]) -> Result<OwnedFd, Cause> {
        if relative.is_empty() {
            return Ok(self.0.try_clone()?.into_std_file().into());
        }
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(
            i32::try_from((OFlags::NOCTTY | OFlags::NONBLOCK).bits())
                .unwrap_or(0),
        );
        let path = Path::new(OsStr::from_bytes(relative));
        match self.0.open_with(path, &options) {
            Ok(file) => Ok(file.into_std().into()),
            Err(error) => Err(escape_or(error)),
        }
    }

    /// The kind and metadata of what a path beneath the root leads to.
    pub(crate) fn stat(
        &self,
        relative: &[u8],
    ) -> Result<(Kind, Metadata), Cause> {
        use cap_std::fs::{FileTypeExt as _, MetadataExt as _};
        let path = Path::new(OsStr::from_bytes(relative));
        let facts = self.0.metadata(path).map_err(escape_or)?;
        let file_type = facts.file_type();
        let kind = if file_type.is_file() {
            Kind::File
        } else if file_type.is_dir() {
            Kind::Directory
        } else if file_type.is_fifo() {
            Kind::Special("a FIFO")
        } else {
            Kind::Special("a special file")
        };
        let metadata = Metadata {
            size: facts.size(),
            modified: Timestamp {
                seconds: facts.mtime(),
                nanoseconds: u32::try_from(facts.mtime_nsec()).unwrap_or(0),
            },
            id: FileId { device: facts.dev(), inode: facts.ino() },
            links: u32::try_from(facts.nlink()).unwrap_or(u32::MAX),
        };
        Ok((kind, metadata))
    }
}

/// `cap-std` reports a path that leaves the root as a refused access; the
/// system's own refusal carries an error number.
fn escape_or(error: io::Error) -> Cause {
    let escapes = error.kind() == io::ErrorKind::PermissionDenied
        && error.raw_os_error().is_none();
    let crosses = error.raw_os_error() == Some(Errno::XDEV.raw_os_error());
    if escapes || crosses { Cause::OutsideRoot } else { Cause::Io(error) }
}
