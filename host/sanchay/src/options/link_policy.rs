//! What a walk does with symbolic links.

use sanchay_storage::Links;

/// What to do with symbolic links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkPolicy {
    /// Never follow one.
    Refuse,
    /// Follow them wherever they lead.
    Follow,
    /// Follow them as long as they stay beneath the root.
    Beneath,
}

impl LinkPolicy {
    /// What a single step does with one.
    pub(crate) fn links(self) -> Links {
        match self {
            Self::Follow => Links::Follow,
            // Beneath the root, a link is resolved from there.
            Self::Refuse | Self::Beneath => Links::Refuse,
        }
    }
}
