//! Why a file gets no name.

use core::fmt;

use crate::plan::{MAX_NAME, NameFlaw};

/// Why a file gets no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The regular expression does not match its name: it is left as it is.
    Unmatched,
    /// The placeholder of this number in the template, from 0, has no value.
    Missing(u32),
    /// What came of the template is no name.
    Name(NameFlaw),
    /// Some other system would refuse the name, or change it.
    NotPortable,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmatched => f.write_str("the name does not match"),
            Self::Missing(number) => write!(
                f,
                "placeholder {} has no value here; {{field|\"text\"}} gives \
                 it one",
                number.saturating_add(1)
            ),
            Self::Name(NameFlaw::TooLong) => write!(
                f,
                "the new name is longer than {MAX_NAME} bytes; --truncate \
                 cuts it"
            ),
            Self::Name(flaw) => {
                write!(f, "the new name cannot be used: {flaw}")
            }
            Self::NotPortable => f.write_str(
                "the new name is none on Windows: it is reserved, ends in a \
                 dot or a space, or has one of < > : \" | ? * \\",
            ),
        }
    }
}
