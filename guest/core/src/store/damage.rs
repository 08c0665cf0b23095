//! What is wrong with the bytes of a store's file.

use core::fmt;

use super::VERSION;
use crate::json::Unexpected;

/// What is wrong with the bytes of a store's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// It does not begin as such a file does.
    Format,
    /// A newer version of this program wrote it.
    Version(u64),
    /// It ends too early, or has bytes that nothing accounts for.
    Length,
    /// Its bytes do not have the digest that they should.
    Digest,
    /// An object is compressed in a way that is not known.
    Coding(u8),
    /// It says that it is larger than anything in a store may be.
    TooLarge,
    /// Entries overlap, or are not in their order.
    Order,
    /// It is not JSON at this byte.
    Syntax(usize),
    /// A member is unknown, or does not belong here.
    Member,
    /// A member is missing.
    Missing,
    /// The value of a member makes no sense.
    Value,
    /// A path leads elsewhere than down.
    Path,
    /// There are other bytes than zeros in what is called a hole.
    Hole,
}

impl From<Unexpected> for Damage {
    fn from(Unexpected(at): Unexpected) -> Self {
        Self::Syntax(at)
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => f.write_str("it is something else"),
            Self::Version(found) => write!(
                f,
                "it has version {found}, and this program knows those up to \
                 {VERSION}: use a newer sanchay"
            ),
            Self::Length => f.write_str("its length is wrong"),
            Self::Digest => f.write_str("its digest is wrong"),
            Self::Coding(found) => {
                write!(f, "it is compressed in an unknown way ({found})")
            }
            Self::TooLarge => f.write_str("it is too large"),
            Self::Order => f.write_str("its entries are not in order"),
            Self::Syntax(at) => write!(f, "it is not JSON at byte {at}"),
            Self::Member => f.write_str("it has an unknown member"),
            Self::Missing => f.write_str("a member is missing"),
            Self::Value => f.write_str("a value makes no sense"),
            Self::Hole => f.write_str("there are bytes in its holes"),
            Self::Path => f.write_str("a path leads elsewhere than down"),
        }
    }
}

impl core::error::Error for Damage {}
