//! What can be wrong with a shard, or with what is said of its output.

use core::fmt;

use super::{MAX_LINE, VERSION};
use crate::json::Unexpected;

/// What is wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardFlaw {
    /// It is not JSON, or something else was expected, at this byte.
    Syntax(u32),
    /// It has a member that does not belong there.
    Member,
    /// It has a member twice.
    Twice,
    /// It lacks this member.
    Missing(&'static str),
    /// It is another document.
    Format,
    /// Its version is newer than those that are known.
    Version(u64),
    /// What should be base64 is not.
    Base64,
    /// The hash function is not known, or cannot tell files apart.
    Algorithm,
    /// The filter is none.
    Filter,
    /// A number cannot be, or contradicts another.
    Number,
    /// It has no part, or one that cannot be.
    Part,
    /// A digest is none.
    Digest,
    /// It was edited.
    Edited,
    /// It is too long.
    TooLong,
}

impl From<Unexpected> for ShardFlaw {
    fn from(Unexpected(at): Unexpected) -> Self {
        Self::Syntax(u32::try_from(at).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for ShardFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax(at) => {
                return write!(
                    f,
                    "it is not JSON, or something else is expected at \
                     character {}",
                    at.saturating_add(1)
                );
            }
            Self::Version(version) => {
                return write!(
                    f,
                    "it has version {version}, and the newest that is known \
                     is {VERSION}: a newer program made it"
                );
            }
            Self::Missing(member) => {
                return write!(f, "it lacks the member {member}");
            }
            Self::TooLong => {
                return write!(f, "it is longer than {} MiB", MAX_LINE >> 20);
            }
            Self::Member => "it has a member that does not belong there",
            Self::Twice => "it has a member twice",
            Self::Format => "it is no shard of sanchay's",
            Self::Base64 => "what should be base64 is not",
            Self::Algorithm => {
                "its hash function is not known, or cannot tell files apart"
            }
            Self::Filter => "its filter is none, or one of a newer program",
            Self::Number => "one of its numbers cannot be",
            Self::Part => "it has no part, or one that cannot be",
            Self::Digest => "one of its digests is none",
            Self::Edited => {
                "it was edited since it was planned: the digest at its end \
                 is not its own"
            }
        })
    }
}

impl core::error::Error for ShardFlaw {}
