//! What is known of a file without reading it.

pub use sanchay_core::file_id::FileId;
use sanchay_core::filter::Facts;
pub use sanchay_core::object::{EntityTag, ObjectFacts, storage_class};

use crate::{EntryKind, Timestamp, local::KEEPS_OWNERS};

/// A file's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// What it is.
    pub kind: EntryKind,
    /// The file's size in bytes.
    pub size: u64,
    /// When its contents were last modified. A program may set it to any
    /// time.
    pub modified: Timestamp,
    /// When its contents or its metadata last changed (`st_ctime`). The
    /// system sets it, and nothing else can.
    pub changed: Timestamp,
    /// When its contents were last read, where that is kept.
    pub accessed: Option<Timestamp>,
    /// When it was created, where that is known.
    pub created: Option<Timestamp>,
    /// How many bytes it takes on disk.
    pub allocated: u64,
    /// The owner's number; 0 where the system has none (Windows).
    pub uid: u32,
    /// The group's number; 0 where the system has none (Windows).
    pub gid: u32,
    /// What identifies it.
    pub id: FileId,
    /// How many names (hard links) it has.
    pub links: u32,
    /// Its type and permissions: the `st_mode` of POSIX. On Windows, only
    /// whether it may be written is known of them.
    pub mode: u32,
    /// What the server tells of it, if it is an object in a bucket. That has
    /// neither owner nor permissions, and whatever else a file system has:
    /// what this struct says of them is what a plain file would have, and is
    /// shown to nobody.
    pub object: Option<ObjectFacts>,
}

impl Metadata {
    /// That of something of which nothing is known but what it is, and what
    /// permissions are to be shown.
    #[must_use]
    pub fn of_kind(kind: EntryKind, mode: u32) -> Self {
        let never = Timestamp { seconds: 0, nanoseconds: 0 };
        Self {
            kind,
            size: 0,
            modified: never,
            changed: never,
            accessed: None,
            created: None,
            allocated: 0,
            uid: 0,
            gid: 0,
            id: FileId { device: 0, inode: 0 },
            links: 1,
            mode,
            object: None,
        }
    }
}

impl From<&Metadata> for Facts {
    fn from(metadata: &Metadata) -> Self {
        if metadata.object.is_some() {
            return Facts {
                size: metadata.size,
                modified: Some(metadata.modified),
                object: metadata.object,
                ..Facts::default()
            };
        }
        Facts {
            object: None,
            size: metadata.size,
            modified: Some(metadata.modified),
            accessed: metadata.accessed,
            changed: Some(metadata.changed),
            created: metadata.created,
            allocated: Some(metadata.allocated),
            mode: Some(metadata.mode),
            uid: KEEPS_OWNERS.then_some(metadata.uid),
            gid: KEEPS_OWNERS.then_some(metadata.gid),
            inode: Some(metadata.id.inode),
            device: Some(metadata.id.device),
            links: Some(metadata.links.into()),
        }
    }
}
