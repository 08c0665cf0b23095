//! What an entry is, how long it is, and when it was changed.

use sanchay_core::filter::Facts;
use sanchay_core::kind::EntryKind;
use sanchay_core::time::Timestamp;
use wasi::clocks::wall_clock::{self, Datetime};
use wasi::filesystem::types::{
    Descriptor, DescriptorStat, DescriptorType, PathFlags,
};

use crate::failure::{Cause, Problem};

/// An entry's metadata.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stat {
    /// What it is.
    pub(crate) kind: DescriptorType,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// When its contents were last modified, where the host tells.
    pub(crate) modified: Option<Timestamp>,
    /// When they were last read, where the host tells.
    pub(crate) accessed: Option<Timestamp>,
    /// When they or the metadata last changed, where the host tells.
    pub(crate) changed: Option<Timestamp>,
    /// How many names (hard links) it has.
    pub(crate) links: u64,
}

impl From<DescriptorStat> for Stat {
    fn from(stat: DescriptorStat) -> Self {
        Self {
            kind: stat.type_,
            size: stat.size,
            modified: stat.data_modification_timestamp.map(timestamp),
            accessed: stat.data_access_timestamp.map(timestamp),
            changed: stat.status_change_timestamp.map(timestamp),
            links: stat.link_count,
        }
    }
}

impl Stat {
    /// What a filter can ask about.
    pub(crate) fn facts(&self) -> Facts {
        Facts {
            size: self.size,
            modified: self.modified,
            accessed: self.accessed,
            changed: self.changed,
            links: Some(self.links),
            ..Facts::default()
        }
    }

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

/// The time at which the host says it is.
pub(crate) fn now() -> Timestamp {
    timestamp(wall_clock::now())
}

/// A time of the host's. WASI has no sign; hosts that know times before 1970
/// give both parts as signed numbers, the second as negative as the first.
fn timestamp(time: Datetime) -> Timestamp {
    let seconds = time.seconds.cast_signed();
    match u32::try_from(time.nanoseconds.cast_signed()) {
        Ok(nanoseconds) => Timestamp { seconds, nanoseconds },
        Err(_) => Timestamp {
            seconds: seconds.saturating_sub(1),
            nanoseconds: time.nanoseconds.wrapping_add(1_000_000_000),
        },
    }
}

/// What an entry is.
pub(crate) fn kind_of(found: DescriptorType) -> EntryKind {
    match found {
        DescriptorType::RegularFile => EntryKind::File,
        DescriptorType::Directory => EntryKind::Directory,
        DescriptorType::SymbolicLink => EntryKind::Symlink,
        DescriptorType::Fifo => EntryKind::Fifo,
        DescriptorType::Socket => EntryKind::Socket,
        DescriptorType::BlockDevice => EntryKind::BlockDevice,
        DescriptorType::CharacterDevice => EntryKind::CharacterDevice,
        DescriptorType::Unknown => EntryKind::Unknown,
    }
}

/// Why a file that is something else cannot be read.
pub(crate) fn not_regular(found: DescriptorType) -> Problem {
    Problem::NotRegular(kind_of(found).describe())
}
