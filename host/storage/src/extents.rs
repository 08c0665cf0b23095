//! Where on disk the bytes of a file lie, as far as its file system tells:
//! files whose bytes lie in the same places share them (reflinks).

/// A part of a file that lies in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Extent {
    /// Where in the file it begins, in bytes.
    pub offset: u64,
    /// Where on the device it begins, in bytes.
    pub place: u64,
    /// How long it is, in bytes.
    pub length: u64,
}

/// What a file system tells of a file's extents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extents {
    /// Nothing.
    Untold,
    /// Some of the bytes are the file's own, or it is not known where they
    /// are.
    Own,
    /// Other files have all of them as well.
    Shared(Vec<Extent>),
}
