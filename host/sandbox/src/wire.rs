//! The interface's types as they cross, mirroring `wit/` field by field.
//!
//! They are typechecked against the component when it is instantiated. What
//! goes in borrows from the caller, so that it is copied once: into the cage.

use wasmtime::component::{ComponentType, Lift, Lower};

/// What an entry of a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
pub enum EntryKind {
    /// A regular file.
    #[component(name = "file")]
    File,
    /// A directory.
    #[component(name = "directory")]
    Directory,
}

#[derive(Clone, Copy, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum Algorithm {
    #[component(name = "xxh64")]
    Xxh64,
    #[component(name = "xxh3-bits64")]
    Xxh3_64,
    #[component(name = "xxh3-bits128")]
    Xxh3_128,
    #[component(name = "blake3")]
    Blake3,
    #[component(name = "sha256")]
    Sha256,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum BatchError {
    #[component(name = "end-out-of-order")]
    EndOutOfOrder(u32),
    #[component(name = "end-past-data")]
    EndPastData(u32),
    #[component(name = "trailing-data")]
    TrailingData(u32),
    #[component(name = "column-length")]
    ColumnLength(u32),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct PartialDigest {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) size: u64,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Specification<'a> {
    pub(crate) extensions: &'a [Vec<u8>],
    #[component(name = "min-size")]
    pub(crate) min_size: Option<u64>,
    #[component(name = "max-size")]
    pub(crate) max_size: Option<u64>,
    pub(crate) hidden: bool,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum SpecificationError {
    #[component(name = "empty-extension")]
    EmptyExtension(u32),
    #[component(name = "impossible-extension")]
    ImpossibleExtension(u32),
    #[component(name = "empty-size-range")]
    EmptySizeRange,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Listing<'a> {
    pub(crate) names: &'a [u8],
    pub(crate) ends: &'a [u32],
    pub(crate) kinds: &'a [EntryKind],
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct NamedDigest {
    pub(crate) algorithm: Algorithm,
    pub(crate) digest: Vec<u8>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Expectation {
    #[component(name = "named")]
    Named(NamedDigest),
    #[component(name = "unnamed")]
    Unnamed(Vec<u8>),
    #[component(name = "partial")]
    Partial(PartialDigest),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Promise {
    pub(crate) line: u32,
    pub(crate) path: Vec<u8>,
    pub(crate) expected: Expectation,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Checklist {
    pub(crate) lines: u32,
    pub(crate) promises: Vec<Promise>,
    pub(crate) malformed: Vec<u32>,
}
