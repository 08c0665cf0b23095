//! What a filter is asked about.

use sanchay_core::kind::EntryKind;

/// A directory listing, in columns.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The path of the directory below the root: empty for the root itself,
    /// otherwise with a slash at its end. It need not be told where
    /// [`Program::needs_directory`](sanchay_core::filter::Program::needs_directory)
    /// is false.
    pub directory: &'a [u8],
    /// The names, end to end.
    pub names: &'a [u8],
    /// The offset in `names` at which each name ends; ascending, and the
    /// last is the length of `names`.
    pub ends: &'a [u32],
    /// What each entry is; as many as there are ends.
    pub kinds: &'a [EntryKind],
}
