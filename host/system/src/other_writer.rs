//! Who else than the user and the administrators may have written a file.

use std::fmt;

/// Who may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherWriter {
    /// Another user, to whom it belongs: by number, or by security identifier.
    Owner(String),
    /// Others who have the right to.
    Permitted,
}

impl OtherWriter {
    /// What is to be said of it, of `what` it is: a file, or its folder.
    #[must_use]
    pub fn said_of<'a>(&'a self, what: &'a str) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| match self {
            Self::Owner(owner) => {
                write!(f, "{what} belongs to another user ({owner})")
            }
            Self::Permitted => write!(f, "other users may write {what}"),
        })
    }
}
