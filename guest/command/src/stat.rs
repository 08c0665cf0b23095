//! What an entry is, how long it is, and when it was changed.

use sanchay_core::time::Timestamp;
use wasi::filesystem::types::{
    Descriptor, DescriptorStat, DescriptorType, PathFlags,
};

use crate::failure::Cause;

/// An entry's metadata.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stat {
    /// What it is.
    pub(crate) kind: DescriptorType,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// When its contents were last modified, where the host tells.
    pub(crate) modified: Option<Timestamp>,
    /// How many names (hard links) it has.
    pub(crate) links: u64,
}

impl From<DescriptorStat> for Stat {
    fn from(stat: DescriptorStat) -> Self {
        Self {
            kind: stat.type_,
            size: stat.size,
            modified: stat.data_modification_timestamp.and_then(|time| {
                let seconds = i64::try_from(time.seconds).ok()?;
                Some(Timestamp { seconds, nanoseconds: time.nanoseconds })
            }),
            links: stat.link_count,
        }
    }
}

impl Stat {
    /// The metadata of an open file or directory.
    pub(crate) fn of(open: &Descriptor) -> Result<Self, Cause> {
        Ok(open.stat()?.into())
    }

    /// The metadata of an entry of a directory.
    pub(crate) fn at(
        folder: &Descriptor,
        name: &str,
        flags: PathFlags,
    ) -> Result<Self, Cause> {
        Ok(folder.stat_at(flags, name)?.into())
    }
}

/// A word for what is not a regular file.
pub(crate) fn describe(kind: DescriptorType) -> &'static str {
    match kind {
        DescriptorType::RegularFile => "a regular file",
        DescriptorType::Directory => "a directory",
        DescriptorType::SymbolicLink => "a symbolic link",
        DescriptorType::Fifo => "a FIFO",
        DescriptorType::Socket => "a socket",
        DescriptorType::CharacterDevice => "a character device",
        DescriptorType::BlockDevice => "a block device",
        DescriptorType::Unknown => "of an unknown kind",
    }
}
