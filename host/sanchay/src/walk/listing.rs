//! Listing a directory into columns, ready to be judged in one crossing.

use std::{io, os::fd::BorrowedFd};

use sanchay_sandbox::EntryKind;

use super::handle::Kind;
use crate::{error::Cause, options::Walker};

/// The entries of a directory that a walk may want, in columns.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The names, end to end.
    pub(crate) names: Vec<u8>,
    /// Where each name ends in `names`.
    pub(crate) ends: Vec<u32>,
    /// What each entry is judged as.
    pub(crate) kinds: Vec<EntryKind>,
    /// The entries whose kind is not known yet, ascending: links, and what
    /// the file system does not tell. They are judged as directories, which
    /// are rejected for less, and once more when they turn out to be files.
    pub(crate) unsure: Vec<u32>,
}

impl Listing {
    pub(crate) fn clear(&mut self) {
        self.names.clear();
        self.ends.clear();
        self.kinds.clear();
        self.unsure.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Appends an entry. A listing holds at most 4 GiB of names; what is
    /// beyond is refused.
    pub(crate) fn push(&mut self, name: &[u8], kind: Kind) -> bool {
        let Ok(end) = u32::try_from(self.names.len() + name.len()) else {
            return false;
        };
        let Ok(index) = u32::try_from(self.ends.len()) else { return false };
        self.names.extend_from_slice(name);
        self.ends.push(end);
        self.kinds.push(match kind {
            Kind::File => EntryKind::File,
            _ => EntryKind::Directory,
        });
        if matches!(kind, Kind::Link | Kind::Unknown) {
            self.unsure.push(index);
        }
        true
    }

    /// Where a name begins and ends.
    pub(crate) fn span(&self, index: usize) -> (u32, u32) {
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        (start, self.ends.get(index).copied().unwrap_or(start))
    }

    pub(crate) fn name(&self, index: usize) -> &[u8] {
        slice(&self.names, self.span(index))
    }

    pub(crate) fn is_unsure(&self, index: u32) -> bool {
        !self.unsure.is_empty() && self.unsure.binary_search(&index).is_ok()
    }
}

/// The bytes of a span.
pub(crate) fn slice(bytes: &[u8], span: (u32, u32)) -> &[u8] {
    bytes.get(span.0 as usize..span.1 as usize).unwrap_or(&[])
}

/// Lists directories, with a buffer that is reused.
#[derive(Debug)]
pub(crate) struct Lister {
    walker: Walker,
    /// Whether links are entries of interest.
    links: bool,
    #[cfg(target_os = "linux")]
    buffer: Vec<u8>,
}

impl Lister {
    /// The buffer's size in bytes: a few hundred entries a system call.
    #[cfg(target_os = "linux")]
    const BUFFER: usize = 32 * 1024;

    pub(crate) fn new(walker: Walker, links: bool) -> Self {
        Self {
            walker,
            links,
            #[cfg(target_os = "linux")]
            buffer: Vec::with_capacity(Self::BUFFER),
        }
    }

    /// Lists a directory. Entries that no walk reports are left out: special
    /// files, and links unless they are followed.
    ///
    /// On an error the listing holds what was read until then.
    pub(crate) fn list(
        &mut self,
        directory: BorrowedFd<'_>,
        listing: &mut Listing,
    ) -> Result<(), Cause> {
        match self.walker {
            Walker::Native => self.list_native(directory, listing),
            Walker::Portable => self.list_portable(directory, listing),
        }
    }

    fn keep(&self, listing: &mut Listing, name: &[u8], kind: Kind) -> bool {
        match kind {
            Kind::Special(_) => true,
            Kind::Link if !self.links => true,
            _ => listing.push(name, kind),
        }
    }

    #[cfg(target_os = "linux")]
    fn list_native(
        &mut self,
        directory: BorrowedFd<'_>,
        listing: &mut Listing,
    ) -> Result<(), Cause> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let result = (|| {
            let mut entries = rustix::fs::RawDir::new(
                directory,
                buffer.spare_capacity_mut(),
            );
            while let Some(entry) = entries.next() {
                let entry = entry?;
                let name = entry.file_name().to_bytes();
                if name == b"." || name == b".." {
                    continue;
                }
                if !self.keep(listing, name, entry.file_type().into()) {
                    return Err(too_large());
                }
            }
            Ok(())
        })();
        self.buffer = buffer;
        result
    }

    #[cfg(not(target_os = "linux"))]
    fn list_native(
        &mut self,
        directory: BorrowedFd<'_>,
        listing: &mut Listing,
    ) -> Result<(), Cause> {
        self.list_portable(directory, listing)
    }

    /// By the C library, from the handle: its path may by now be that of
    /// another directory, or of a link to one.
    fn list_portable(
        &mut self,
        directory: BorrowedFd<'_>,
        listing: &mut Listing,
    ) -> Result<(), Cause> {
        for entry in rustix::fs::Dir::read_from(directory)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            if !self.keep(listing, name, entry.file_type().into()) {
                return Err(too_large());
            }
        }
        Ok(())
    }
}

fn too_large() -> Cause {
    Cause::Io(io::Error::other("its names exceed 4 GiB"))
}
