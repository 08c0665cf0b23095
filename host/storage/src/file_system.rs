//! Which file system a file is on, where what it says of files can be relied
//! on from one run to the next.

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
