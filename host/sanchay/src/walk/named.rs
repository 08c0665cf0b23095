//! Paths that the caller named, which may lead to anything.

use std::{
    os::fd::{AsFd as _, OwnedFd},
    path::Path,
};

use rustix::io::Errno;

use super::{
    handle::{self, Kind, Links},
    open::{KeptOpen, Open},
    stat,
};
use crate::{
    entry::Metadata,
    error::Cause,
    working_directory::{WorkingDirectory, directory_of},
};

/// What a path that the caller named leads to.
pub(crate) enum Named {
    Directory(Open),
    File(std::fs::File, Metadata),
    Special(OwnedFd, &'static str),
}

impl Named {
    /// Opens a path that the caller named, a relative one from `from`, if
    /// that is given. `shown` is how its entries' paths begin; `kept`, what
    /// the run keeps open.
    pub(crate) fn open(
        from: Option<&WorkingDirectory>,
        path: &Path,
        shown: &[u8],
        links: Links,
        kept: &KeptOpen,
    ) -> Result<Self, Cause> {
        let opened = handle::open_named(directory_of(from), path);
        let fd = opened.map_err(|errno| match errno {
            Errno::NXIO => Cause::NotRegular("a socket"),
            errno => errno.into(),
        })?;
        let (kind, metadata) = stat::stat_open(fd.as_fd())?;
        match kind {
            Kind::Directory => {
                let (id, location) = (metadata.id, (from, path));
                Ok(Self::Directory(Open::root(
                    fd, location, shown, links, id, kept,
                )?))
            }
            Kind::File => Ok(Self::File(fd.into(), metadata)),
            other => Ok(Self::Special(fd, handle::describe(other))),
        }
    }
}
