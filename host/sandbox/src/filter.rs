//! What a filter is given: a specification once, then listings.

/// What a user asked for. An entry must satisfy every part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Specification {
    /// A file's name must end in one of these extensions, without regard to
    /// the case of ASCII letters. An extension is given with or without its
    /// leading dot, may itself contain dots (`tar.gz`), and matches only
    /// where something stands before its dot. An empty list accepts every
    /// name.
    pub extensions: Vec<Vec<u8>>,
    /// A file must have at least this many bytes.
    pub min_size: Option<u64>,
    /// A file must have at most this many bytes.
    pub max_size: Option<u64>,
    /// Whether hidden entries, whose names begin with a dot, are wanted.
    pub hidden: bool,
}

/// What an entry of a directory is.
///
/// It is passed to the component as it stands, so that a listing crosses
/// without being converted.
pub use crate::wire::EntryKind;

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
