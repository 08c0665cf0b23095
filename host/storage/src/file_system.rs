//! What is known of a file system as a whole.

/// What is known of the file system that a directory is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSystem {
    /// What it is called: `ext4`, `vfat`, `nfs`. `None` for one that is not
    /// known here.
    pub name: Option<&'static str>,
    /// How many bytes this user may still write. `None` where it does not
    /// tell.
    pub free: Option<u64>,
    /// The longest name of an entry, in bytes.
    pub longest_name: Option<u64>,
    /// Whether nothing can be changed on it.
    pub read_only: bool,
    /// Whether it takes names that differ only in case for the same, in this
    /// directory. `None` where it does not tell.
    pub ignores_case: Option<bool>,
    /// Whether it is on another machine, which may change files unseen.
    pub is_remote: bool,
    /// Whether an inode is still that of the same file after the file system
    /// was mounted again.
    pub keeps_inodes: bool,
}
