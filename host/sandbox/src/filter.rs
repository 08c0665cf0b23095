//! What a filter is asked about.

use sanchay_core::kind::EntryKind;

/// A directory listing, in columns.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The names, end to end.
    pub names: &'a [u8],
    /// The offset in `names` at which each name ends; ascending, and the
    /// last is the length of `names`.
    pub ends: &'a [u32],
    /// What each entry is; as many as there are ends.
    pub kinds: &'a [EntryKind],
}
