//! Paths that the caller named, which may lead to anything.

use std::{
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
    path::Path,
    sync::Arc,
};

use rustix::io::Errno;

use super::{
    handle::{self, Kind, Links},
    node::Node,
    stat,
};
use crate::{entry::Metadata, error::Cause};

/// What a path that the caller named leads to.
pub(crate) enum Named {
    Directory(Arc<Node>),
    File(std::fs::File, Metadata),
    Special(OwnedFd, &'static str),
}

impl Named {
    /// Opens a path that the caller named, a relative one from `directory`.
    /// `shown` is how its entries' paths begin.
    pub(crate) fn open(
        directory: BorrowedFd<'_>,
        path: &Path,
        shown: &[u8],
        links: Links,
    ) -> Result<Self, Cause> {
        let fd =
            handle::open_named(directory, path).map_err(
                |errno| match errno {
                    Errno::NXIO => Cause::NotRegular("a socket"),
                    errno => errno.into(),
                },
            )?;
        let (kind, metadata) = stat::stat_open(fd.as_fd())?;
        match kind {
            Kind::Directory => {
                Ok(Self::Directory(Node::root(fd, shown, links)?))
            }
            Kind::File => Ok(Self::File(fd.into(), metadata)),
            other => Ok(Self::Special(fd, handle::describe(other))),
        }
    }
}
