//! Contents passed from file to file by the system, without a detour through
//! this process.

#[cfg(target_os = "linux")]
use std::num::NonZeroU64;
use std::{fs::File as LocalFile, io, ops::Range, os::unix::fs::FileExt as _};

use rustix::{
    fs::{SeekFrom, seek},
    io::Errno,
};

/// Reads at an offset.
pub(crate) fn read_at(
    file: &LocalFile,
    space: &mut [u8],
    offset: u64,
) -> io::Result<usize> {
    file.read_at(space, offset)
}

/// Writes at an offset.
pub(crate) fn write_at(
    file: &LocalFile,
    bytes: &[u8],
    offset: u64,
) -> io::Result<usize> {
    file.write_at(bytes, offset)
}

/// Reads from where the file's position is: it was read up to `_offset`. Not by
/// the standard library, whose read is the C library's, a point at which
/// threads may be cancelled: that costs more than it looks.
pub(crate) fn read(
    file: &LocalFile,
    space: &mut [u8],
    _offset: u64,
) -> io::Result<usize> {
    rustix::io::read(file, space).map_err(|error| match error {
        Errno::INTR => io::ErrorKind::Interrupted.into(),
        errno => errno.into(),
    })
}

/// Waits until contents and metadata would survive a loss of power. The
/// standard library asks what the system needs for it.
pub(crate) fn sync(file: &LocalFile) -> io::Result<()> {
    file.sync_all()
}

/// Has the system begin to write a range to the disk.
#[cfg(target_os = "linux")]
pub(crate) fn write_out(file: &LocalFile, range: Range<u64>) {
    use rustix::fs::{Advice, fadvise};
    let length = range.end.saturating_sub(range.start);
    if let Some(length) = NonZeroU64::new(length) {
        // It is no more than advice.
        let _ = fadvise(file, range.start, Some(length), Advice::DontNeed);
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn write_out(_: &LocalFile, _: Range<u64>) {}

/// Has a file share the contents of another, which takes no space until one
/// of them changes. `false` where the file system cannot do that.
#[cfg(target_os = "linux")]
pub(crate) fn share(from: &LocalFile, to: &LocalFile) -> Result<bool, Errno> {
    match rustix::fs::ioctl_ficlone(to, from) {
        Ok(()) => Ok(true),
        Err(
            Errno::OPNOTSUPP
            | Errno::XDEV
            | Errno::INVAL
            | Errno::NOTTY
            | Errno::NOSYS
            | Errno::PERM
            | Errno::TXTBSY,
        ) => Ok(false),
        Err(errno) => Err(errno),
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn share(_: &LocalFile, _: &LocalFile) -> Result<bool, Errno> {
    Ok(false)
}

/// Copies up to so many bytes within the system. Returns how many; `None`
/// where it cannot do that between these files.
#[cfg(target_os = "linux")]
pub(crate) fn copy_range(
    from: &LocalFile,
    to: &LocalFile,
    offset: u64,
    length: u64,
) -> Result<Option<u64>, Errno> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let (mut source, mut target) = (offset, offset);
    loop {
        let copied = rustix::fs::copy_file_range(
            from,
            Some(&mut source),
            to,
            Some(&mut target),
            length,
        );
        return match copied {
            Ok(copied) => Ok(Some(copied as u64)),
            Err(Errno::INTR) => continue,
            Err(
                Errno::XDEV
                | Errno::INVAL
                | Errno::NOSYS
                | Errno::OPNOTSUPP
                | Errno::PERM
                | Errno::TXTBSY,
            ) => Ok(None),
            Err(errno) => Err(errno),
        };
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn copy_range(
    _: &LocalFile,
    _: &LocalFile,
    _: u64,
    _: u64,
) -> Result<Option<u64>, Errno> {
    Ok(None)
}

/// The next bytes from an offset that are not a hole. `None` if there are only
/// holes up to the end.
pub(crate) fn data_from(
    file: &LocalFile,
    offset: u64,
    size: u64,
) -> Result<Option<Range<u64>>, Errno> {
    if offset >= size {
        return Ok(None);
    }
    match seek(file, SeekFrom::Data(offset)) {
        Err(Errno::NXIO) => Ok(None),
        // The file system does not tell.
        Err(Errno::INVAL | Errno::OPNOTSUPP) => Ok(Some(offset..size)),
        Err(errno) => Err(errno),
        Ok(start) if start >= size => Ok(None),
        Ok(start) => {
            let end = seek(file, SeekFrom::Hole(start))?;
            Ok(Some(start..end.min(size)))
        }
    }
}

/// Makes a file that shares the contents of another, and has its permissions
/// and extended attributes as well: there is no call that has an open file
/// share them. `false`, and nothing is made, where the file system cannot.
#[cfg(target_vendor = "apple")]
pub(super) fn clone_to(
    from: &LocalFile,
    directory: std::os::fd::BorrowedFd<'_>,
    name: &[u8],
) -> Result<bool, Errno> {
    use rustix::fs::{CloneFlags, fclonefileat};
    match fclonefileat(from, directory, name, CloneFlags::NOOWNERCOPY) {
        Ok(()) => Ok(true),
        Err(Errno::NOTSUP | Errno::OPNOTSUPP | Errno::XDEV | Errno::INVAL) => {
            Ok(false)
        }
        Err(errno) => Err(errno),
    }
}
