//! What can be set about a file besides its contents.

use crate::{Metadata, Timestamp};

/// What to set about an entry. What is `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// When its contents were last read.
    pub accessed: Option<Timestamp>,
    /// When its contents were last modified.
    pub modified: Option<Timestamp>,
    /// Its permissions: of the `st_mode` of POSIX, the bits in
    /// [`Attributes::PERMISSIONS`]. A symbolic link has none of its own.
    pub mode: Option<u32>,
    /// The owner's number.
    pub uid: Option<u32>,
    /// The group's number.
    pub gid: Option<u32>,
}

impl Attributes {
    /// The bits of a mode that can be set: permissions, set-user-ID,
    /// set-group-ID, and the sticky bit.
    pub const PERMISSIONS: u32 = 0o7777;

    /// The times of an entry.
    #[must_use]
    pub fn times(metadata: &Metadata) -> Self {
        Self {
            accessed: metadata.accessed,
            modified: Some(metadata.modified),
            ..Self::default()
        }
    }

    /// The permissions of an entry.
    #[must_use]
    pub fn permissions(metadata: &Metadata) -> Self {
        let mode = Some(metadata.mode & Self::PERMISSIONS);
        Self { mode, ..Self::default() }
    }

    /// The owner and the group of an entry.
    #[must_use]
    pub fn owners(metadata: &Metadata) -> Self {
        let (uid, gid) = (Some(metadata.uid), Some(metadata.gid));
        Self { uid, gid, ..Self::default() }
    }

    /// Whether there is nothing to set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An extended attribute: of the user's, or the system's, like an access
/// control list (`system.posix_acl_access`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExtendedAttribute {
    /// Its name, with the part before the first dot: `user.comment`.
    pub name: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
}
