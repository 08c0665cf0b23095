//! What goes wrong with an entry, in words that every front end uses.

use core::fmt;

use crate::escape::escaped;
use crate::ignore::RuleSetError;
use crate::similarity::MAX_SHINGLES;

/// The longest path below its root of a directory that is entered, in bytes,
/// including the slash after it: 64 KiB, sixteen times what a system call
/// takes. A tree may be deeper than that, and every name in it would be
/// reported with all of its path: a few megabytes of directories made
/// gigabytes of output.
pub const MAX_PATH: usize = 64 << 10;

/// What was being done to an entry when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Opening what the caller named.
    Root,
    /// Opening a directory.
    OpenDirectory,
    /// Listing a directory.
    ReadDirectory,
    /// Reading an ignore file.
    Ignore,
    /// Filtering the names in a directory.
    Filter,
    /// Reading an entry's metadata.
    Stat,
    /// Reading what a symbolic link says.
    ReadLink,
    /// Opening a file.
    Open,
    /// Reading a file.
    Read,
    /// Hashing what was read.
    Hash,
    /// Extracting values by a plugin.
    Extract,
    /// Telling the kind of content from the first bytes.
    Classify,
    /// Comparing a file with another, byte by byte.
    Compare,
    /// Reading the text of a file, to find others like it.
    Resemble,
    /// Copying a file, a link or a directory.
    Copy,
    /// Removing what was copied elsewhere.
    Remove,
    /// Replacing a file by an equal one.
    Replace,
    /// Moving to the trash.
    Trash,
    /// Putting back what is in the trash.
    Restore,
    /// Putting into a store.
    Store,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Root | Self::Open => "cannot open",
            Self::OpenDirectory => "cannot open the directory",
            Self::ReadDirectory => "cannot list the directory",
            Self::Ignore => "cannot use the ignore file",
            Self::Filter => "cannot filter the names",
            Self::Stat => "cannot read the metadata",
            Self::ReadLink => "cannot read the link",
            Self::Read => "cannot read",
            Self::Hash => "cannot hash",
            Self::Extract => "cannot extract values",
            Self::Classify => "cannot tell the kind of content",
            Self::Compare => "is no duplicate",
            Self::Resemble => "cannot be compared with others",
            Self::Copy => "cannot copy",
            Self::Remove => "cannot remove",
            Self::Replace => "cannot replace",
            Self::Trash => "cannot move to the trash",
            Self::Restore => "cannot restore",
            Self::Store => "cannot store",
        })
    }
}

/// The rules of an ignore file, by its path, cost too much in a directory.
#[derive(Clone, Copy, Debug)]
pub struct CostlyRules<'p>(pub &'p [u8]);

impl fmt::Display for CostlyRules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "matching the rules of {} costs too much; they were not used here",
            escaped(self.0)
        )
    }
}

/// What is wrong with an entry, beyond what the system refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It is not a regular file, but this.
    NotRegular(&'static str),
    /// It was a file when its directory was listed and is a symbolic link
    /// now. It was not followed.
    BecameLink,
    /// The file grew while it was read, so its digest is not that of the
    /// whole.
    Grew,
    /// The file ended before it should: it shrank while it was read, so what
    /// was read is not its two ends.
    Shrank,
    /// The path of the directory below its root is longer than [`MAX_PATH`]:
    /// it was not entered.
    PathTooLong,
    /// Another file has taken the place of the one that was found.
    Replaced,
    /// The link leads out of the root that confines the walk.
    OutsideRoot,
    /// It was modified while it was read.
    Modified,
    /// It is not what it was when this was planned.
    NotAsExpected,
    /// Read again, the copy has other contents than the original.
    CopyDiffers,
    /// Its contents are not those of the file that it was to make way for.
    NotEqual,
    /// There is no other copy of its contents.
    OnlyCopy,
    /// The file that has its contents was edited since, whatever its size and
    /// its time say.
    Edited,
    /// Its extended attributes are too large for a journal, so that it could
    /// not be given back.
    TooManyAttributes,
    /// Something else than the copy has the name already.
    Different,
    /// Its rules are refused.
    IgnoreRules(RuleSetError),
    /// The ignore files that apply to one directory are too large together.
    TooManyIgnoreFiles,
    /// The size changed since the directory was listed, so the file cannot be
    /// compared.
    Changed {
        /// Its size when it was listed, in bytes.
        expected: u64,
        /// How many bytes it had when it was read.
        found: u64,
    },
    /// Its bytes are others than those of the file that it was compared with,
    /// though their digests are the same.
    Differs,
    /// It has more different shingles than a set can have.
    TooManyShingles,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRegular(word) => {
                write!(f, "it is {word}, not a regular file")
            }
            Self::BecameLink => f.write_str(
                "it was replaced by a symbolic link, which is not followed",
            ),
            Self::Grew => f.write_str("it grew while it was read"),
            Self::Shrank => f.write_str("it shrank while it was read"),
            Self::PathTooLong => write!(
                f,
                "its path below the root is longer than {MAX_PATH} bytes; to \
                 look into it, name a directory further down"
            ),
            Self::Replaced => f.write_str("another file has taken its place"),
            Self::OutsideRoot => f.write_str("the link leads out of the root"),
            Self::Modified => f.write_str("it was modified while it was read"),
            Self::NotAsExpected => {
                f.write_str("it changed since this was planned")
            }
            Self::CopyDiffers => f.write_str(
                "read again, the copy has other contents than the original",
            ),
            Self::NotEqual => f.write_str(
                "its contents are not those of the file that was to stay",
            ),
            Self::Edited => {
                f.write_str("the file with its contents was edited since")
            }
            Self::TooManyAttributes => f.write_str(
                "its extended attributes are too large to be remembered",
            ),
            Self::OnlyCopy => {
                f.write_str("there is no other copy of its contents")
            }
            Self::Different => {
                f.write_str("something else has that name already")
            }
            Self::IgnoreRules(error) => error.fmt(f),
            Self::TooManyIgnoreFiles => f.write_str(
                "together with those above it, it is larger than ignore \
                 files may be",
            ),
            Self::Differs => f.write_str(
                "its bytes differ from those of a file with the same digest",
            ),
            Self::TooManyShingles => {
                write!(f, "it has more than {MAX_SHINGLES} different shingles")
            }
            Self::Changed { expected, found } => write!(
                f,
                "its size changed since it was listed ({expected} bytes then, \
                 {found} now)"
            ),
        }
    }
}
