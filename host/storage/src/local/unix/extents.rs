//! Where on disk the bytes of a file lie, as Linux tells.

use std::os::fd::BorrowedFd;

#[cfg(target_os = "linux")]
use crate::Extent;
use crate::Extents;

/// No file of more pieces is looked at to the end.
#[cfg(target_os = "linux")]
const MOST: usize = 65_536;

/// Where the bytes of a file lie.
#[cfg(target_os = "linux")]
pub(crate) fn of(file: &std::fs::File) -> std::io::Result<Extents> {
    use fiemap::{Fiemap, FiemapExtentFlags as Flags};
    let vague = Flags::UNKNOWN | Flags::DELALLOC | Flags::DATA_INLINE;
    let mut extents = Vec::new();
    for extent in Fiemap::new(file) {
        let extent = extent?;
        let flags = extent.fe_flags;
        let is_shared =
            flags.contains(Flags::SHARED) && !flags.intersects(vague);
        if !is_shared || extents.len() >= MOST {
            return Ok(Extents::Own);
        }
        extents.push(Extent {
            offset: extent.fe_logical,
            place: extent.fe_physical,
            length: extent.fe_length,
        });
    }
    Ok(match extents.is_empty() {
        true => Extents::Own,
        false => Extents::Shared(extents),
    })
}

/// Other systems do not tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn may_be_shared(_: BorrowedFd<'_>) -> bool {
    false
}

/// Other systems do not tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn of(_: &std::fs::File) -> std::io::Result<Extents> {
    Ok(Extents::Untold)
}

/// Whether a directory is on a file system whose files can share bytes and
/// that tells where these are: by its number in `linux/magic.h`.
#[cfg(target_os = "linux")]
pub(crate) fn may_be_shared(directory: BorrowedFd<'_>) -> bool {
    const BTRFS: u32 = 0x9123_683e;
    const XFS: u32 = 0x5846_5342;
    const BCACHEFS: u32 = 0xca45_1a4e;
    const OCFS2: u32 = 0x7461_636f;
    let found = rustix::fs::fstatfs(directory);
    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "the field's type differs from machine to machine; the \
                  numbers have 32 bits"
    )]
    let number = found.map(|it| it.f_type as u32);
    matches!(number, Ok(BTRFS | XFS | BCACHEFS | OCFS2))
}
