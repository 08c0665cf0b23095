//! What identifies a file on the machine that it is on: plans note it, and
//! storages tell it.

/// What identifies a file whatever its name: hard links share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId {
    /// The device the file is on.
    pub device: u64,
    /// Its inode on that device.
    pub inode: u64,
}
