//! What is known of a file system as a whole, and what it is known again by.

/// What is known of the file system that a directory is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSystem {
    /// What it is called: `ext4`, `vfat`, `nfs`. `None` for one that is not
    /// known here.
    pub name: Option<&'static str>,
    /// How many bytes it has in all. `None` where it does not tell.
    pub size: Option<u64>,
    /// How many bytes this user may still write. `None` where it does not
    /// tell.
    pub free: Option<u64>,
    /// How many bytes it gives to a file at a time: each takes a multiple of
    /// that. `None` where small files take less, or it does not tell.
    pub block: Option<u64>,
    /// The longest name of an entry, in bytes.
    pub longest_name: Option<u64>,
    /// Whether nothing can be changed on it.
    pub read_only: bool,
    /// Whether it takes names that differ only in case for the same, in this
    /// directory. `None` where it does not tell.
    pub ignores_case: Option<bool>,
    /// Whether it takes names for the same that Unicode has for the same, as
    /// `é` of one character and of two.
    pub ignores_form: bool,
    /// Whether it is on another machine, which may change files unseen.
    pub is_remote: bool,
}

/// What identifies a file system that keeps a file's inode number for as long
/// as the file exists, and sets its change time whenever its contents change.
///
/// A device number alone does not: it is given anew when the machine starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileSystemId {
    /// The number of its kind, as `statfs` has it; 0 for what is not on this
    /// machine.
    pub kind: u32,
    /// Its own number: on most, made of the identifier that it got when it
    /// was created. 0 where it has none.
    pub id: u64,
}
