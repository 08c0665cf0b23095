//! Listing a directory from its handle.

use std::{io, os::fd::BorrowedFd};

use super::stat;
use crate::{Listing, StorageError};

/// Lists a directory.
pub(super) fn list(
    directory: BorrowedFd<'_>,
    listing: &mut Listing,
) -> Result<(), StorageError> {
    #[cfg(target_os = "linux")]
    if !listing.is_portable() {
        return list_native(directory, listing);
    }
    list_portable(directory, listing)
}

/// By `getdents`, into a buffer that is used again.
#[cfg(target_os = "linux")]
fn list_native(
    directory: BorrowedFd<'_>,
    listing: &mut Listing,
) -> Result<(), StorageError> {
    /// A few hundred entries a system call.
    const BUFFER: usize = 32 * 1024;
    let mut buffer = std::mem::take(&mut listing.scratch);
    buffer.clear();
    buffer.reserve(BUFFER);
    let result = (|| {
        let mut entries =
            rustix::fs::RawDir::new(directory, buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            if !listing.push(name, stat::kind(entry.file_type())) {
                return Err(too_large());
            }
        }
        Ok(())
    })();
    listing.scratch = buffer;
    result
}

/// By the C library, from the handle: its path may by now be that of another
/// directory, or of a link to one.
fn list_portable(
    directory: BorrowedFd<'_>,
    listing: &mut Listing,
) -> Result<(), StorageError> {
    for entry in rustix::fs::Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        if !listing.push(name, stat::kind(entry.file_type())) {
            return Err(too_large());
        }
    }
    Ok(())
}

fn too_large() -> StorageError {
    io::Error::other("its names exceed 4 GiB").into()
}
