//! Links that are followed and must stay beneath the root: every name is
//! opened relative to the handle of the directory before it, and no link is
//! left to the system. A link that does not say a relative path leads out.

use std::{
    io,
    os::windows::io::{AsHandle as _, BorrowedHandle, OwnedHandle},
};

use super::{
    facts::Facts,
    handle::{self, Access},
    opened, reparse, too_many_links,
};
use crate::{Confined, EntryKind, Links, Metadata, Opened, StorageError};

/// More links than this are not followed on the way.
const LINKS: usize = 40;

/// A directory against which paths of several components resolve.
#[derive(Debug)]
pub(super) struct LocalConfined(OwnedHandle);

impl LocalConfined {
    pub(super) fn new(directory: OwnedHandle) -> Self {
        Self(directory)
    }

    /// Opens what a path leads to.
    fn resolve(
        &self,
        path: &[u8],
        access: Access,
    ) -> Result<OwnedHandle, StorageError> {
        if path.starts_with(b"/") || path.starts_with(b"\\") {
            return Err(StorageError::Outside);
        }
        // The directories on the way from the root, for `..`.
        let mut way: Vec<OwnedHandle> = Vec::new();
        // The names that are still to be gone, the next one last.
        let mut rest = names(path);
        let mut links = 0;
        while let Some(name) = rest.pop() {
            if name == b".." {
                if way.pop().is_none() {
                    return Err(StorageError::Outside);
                }
                continue;
            }
            let here = way.last().unwrap_or(&self.0).as_handle();
            let looked = handle::open_entry(here, &name, Access::Look)?;
            if Facts::of(looked.as_handle())?.kind() == EntryKind::Symlink {
                links += 1;
                if links > LINKS {
                    return Err(too_many_links().into());
                }
                rest.extend(leads(looked.as_handle())?);
                continue;
            }
            let access = if rest.is_empty() { access } else { Access::Read };
            let (next, facts) =
                handle::open_target(here, &name, access, Links::Refuse)?;
            if rest.is_empty() {
                return Ok(next);
            }
            if facts.kind() != EntryKind::Directory {
                return Err(
                    io::Error::from(io::ErrorKind::NotADirectory).into()
                );
            }
            way.push(next);
        }
        let here = way.last().unwrap_or(&self.0).as_handle();
        Ok(handle::open_again(here, access)?)
    }
}

/// The names of a path, the first one last.
fn names(path: &[u8]) -> Vec<Vec<u8>> {
    path.rsplit(|byte| matches!(byte, b'/' | b'\\'))
        .filter(|name| !matches!(*name, b"" | b"."))
        .map(<[u8]>::to_vec)
        .collect()
}

/// The names that a link leads to.
fn leads(link: BorrowedHandle<'_>) -> Result<Vec<Vec<u8>>, StorageError> {
    let target = reparse::target(link)?;
    if !target.is_relative {
        return Err(StorageError::Outside);
    }
    Ok(names(&sanchay_names::from_units(&target.path)))
}

impl Confined for LocalConfined {
    fn open(&self, path: &[u8]) -> Result<Opened, StorageError> {
        opened(self.resolve(path, Access::Read)?)
    }

    fn stat(
        &self,
        path: &[u8],
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let held = self.resolve(path, Access::Look)?;
        let facts = Facts::of(held.as_handle())?;
        Ok((facts.kind(), facts.metadata()))
    }
}
