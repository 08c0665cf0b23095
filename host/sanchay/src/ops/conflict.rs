//! What stands in the way of a step.

use std::fmt;

use sanchay_core::naming::Refusal;
use sanchay_storage::MAX_PATH;

/// What is done where something stands in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Nothing at all is done.
    #[default]
    Error,
    /// The step is left out.
    Skip,
    /// The result gets another name: a number is put behind its stem.
    Rename,
}

impl OnConflict {
    /// Its name in options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Skip => "skip",
            Self::Rename => "rename",
        }
    }
}

/// What stands in the way of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The entry, by its path.
    pub from: Vec<u8>,
    /// Where it was to go; empty where that is not known.
    pub to: Vec<u8>,
    /// What stands in the way.
    pub kind: ConflictKind,
}

/// What kind of thing stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConflictKind {
    /// It gets no name. Why this is never [`Refusal::Missing`] is that
    /// [`NoValue`](Self::NoValue) tells more.
    Name(Refusal),
    /// It gets no name, since this placeholder of the template has no value.
    NoValue(String),
    /// Another entry gets the same name: this one, by its path.
    SameTarget(Vec<u8>),
    /// Something is there already, and stays.
    Exists,
    /// The folder that it should go into is none, or is a link.
    NotAFolder,
    /// The folder that it should go into is moved itself, or is in it.
    WithinItself,
    /// The place is on another file system.
    OtherDevice,
    /// The whole path is longer than the system takes ([`MAX_PATH`]).
    PathTooLong,
    /// There is no room: this many bytes are needed, and so many are free.
    NoSpace(u64, u64),
    /// This kind of entry cannot be treated so.
    Kind(&'static str),
    /// The file system's files cannot share blocks.
    NoReflinks,
    /// No symbolic links are made on this system.
    NoSymlinks,
    /// Only what is on its way has such a name.
    Temporary,
    /// The place could not be looked at.
    Unreadable(String),
    /// The tree is not what it was when the plan was made.
    Outdated(String),
}

impl ConflictKind {
    /// Whether another name would help.
    #[must_use]
    pub const fn is_taken(&self) -> bool {
        matches!(self, Self::SameTarget(_) | Self::Exists)
    }

    /// Whether it may be gone when other entries are left out, or when another
    /// name is chosen.
    pub(super) const fn depends_on_others(&self) -> bool {
        self.is_taken()
            || matches!(self, Self::WithinItself | Self::NoSpace(..))
    }
}

impl fmt::Display for ConflictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(refusal) => refusal.fmt(f),
            Self::NoValue(placeholder) => write!(
                f,
                "{{{placeholder}}} has no value here; \
                 {{{placeholder}|\"text\"}} gives it one"
            ),
            Self::SameTarget(other) => write!(
                f,
                "{} gets the same name",
                sanchay_core::escape::escaped(other)
            ),
            Self::Exists => f.write_str("something has that name already"),
            Self::NotAFolder => {
                f.write_str("what it should go into is no folder")
            }
            Self::WithinItself => f.write_str(
                "the folder that it should go into is moved or renamed, too",
            ),
            Self::OtherDevice => {
                f.write_str("the place is on another file system")
            }
            Self::PathTooLong => {
                write!(f, "the path would be longer than {MAX_PATH} bytes")
            }
            Self::NoReflinks => f.write_str(
                "its file system's files cannot share blocks: sanchay copy \
                 makes copies there",
            ),
            Self::NoSymlinks => f.write_str(
                "no symbolic links are made on Windows; hard links are",
            ),
            Self::Temporary => f.write_str(
                "names that begin with .sanchay- are temporary: no entry keeps \
                 one",
            ),
            Self::Outdated(why) => f.write_str(why),
            Self::NoSpace(needed, free) => {
                write!(f, "{needed} bytes are needed, and {free} are free")
            }
            Self::Kind(what) => write!(f, "it is {what}"),
            Self::Unreadable(why) => {
                write!(f, "the place cannot be looked at: {why}")
            }
        }
    }
}
