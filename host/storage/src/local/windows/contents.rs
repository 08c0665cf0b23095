//! Contents of files.

use std::{
    fs::File as LocalFile,
    io,
    ops::Range,
    os::windows::{fs::FileExt as _, io::AsHandle as _},
};

use super::{
    attributes,
    facts::Facts,
    handle::{self, Access},
    nt,
};
use crate::EntryKind;

/// Reads at an offset. The position of the file moves; nothing here goes by
/// it.
pub(crate) fn read_at(
    file: &LocalFile,
    space: &mut [u8],
    offset: u64,
) -> io::Result<usize> {
    file.seek_read(space, offset)
}

/// Writes at an offset.
pub(crate) fn write_at(
    file: &LocalFile,
    bytes: &[u8],
    offset: u64,
) -> io::Result<usize> {
    file.seek_write(bytes, offset)
}

/// Reads on from where it was read up to.
pub(crate) fn read(
    file: &LocalFile,
    space: &mut [u8],
    offset: u64,
) -> io::Result<usize> {
    file.seek_read(space, offset)
}

/// Waits until contents and metadata would survive a loss of power. A
/// directory is opened once more for that, to be written to.
pub(crate) fn sync(file: &LocalFile) -> io::Result<()> {
    let kind = Facts::of(file.as_handle())?.kind();
    match kind {
        EntryKind::Directory => {
            let again = handle::open_again(file.as_handle(), Access::Flush)?;
            nt::flush(again.as_handle())
        }
        _ => match nt::flush(file.as_handle()) {
            // It was opened to be read, and only who may write waits.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                attributes::unprotected(file.as_handle(), || {
                    let again =
                        handle::reopen(file.as_handle(), Access::Flush)?;
                    nt::flush(again.as_handle())
                })
            }
            result => result,
        },
    }
}

/// Has the system begin to write a range to the disk: it does so by itself.
pub(crate) fn write_out(_: &LocalFile, _: Range<u64>) {}

/// Has a file share the contents of another: this is not done.
pub(crate) fn share(_: &LocalFile, _: &LocalFile) -> io::Result<bool> {
    Ok(false)
}

/// Copies bytes within the system: this is not done.
pub(crate) fn copy_range(
    _: &LocalFile,
    _: &LocalFile,
    _: u64,
    _: u64,
) -> io::Result<Option<u64>> {
    Ok(None)
}

/// The next bytes from an offset that are not a hole: all, since holes are not
/// asked for.
pub(crate) fn data_from(
    _: &LocalFile,
    offset: u64,
    size: u64,
) -> io::Result<Option<Range<u64>>> {
    Ok((offset < size).then_some(offset..size))
}
