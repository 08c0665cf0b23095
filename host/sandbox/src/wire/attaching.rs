//! The types of the interface `attaching`.

use wasmtime::component::{ComponentType, Lift, Lower};

super::same_enum! {
    ManifestVersion = sanchay_core::attachments::ManifestVersion;
    V2023_03_03 "stable";
    V2025_12_04Beta "draft";
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "the canonical ABI makes them")]
pub(crate) enum AttachedKind {
    #[component(name = "file")]
    File,
    #[component(name = "runnable")]
    Runnable,
    #[component(name = "link")]
    Link,
    #[component(name = "directory")]
    Directory,
    #[component(name = "deleted")]
    Deleted,
    #[component(name = "deleted-directory")]
    DeletedDirectory,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Entries {
    pub(crate) kinds: Vec<AttachedKind>,
    pub(crate) paths: Vec<u8>,
    #[component(name = "path-ends")]
    pub(crate) path_ends: Vec<u32>,
    pub(crate) values: Vec<u8>,
    #[component(name = "value-ends")]
    pub(crate) value_ends: Vec<u32>,
    pub(crate) sizes: Vec<i64>,
    pub(crate) modified: Vec<i64>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum ManifestError {
    #[component(name = "syntax")]
    Syntax(u64),
    #[component(name = "not-an-object")]
    NotAnObject,
    #[component(name = "too-long")]
    TooLong(u64),
    #[component(name = "invalid")]
    Invalid(String),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Properties {
    pub(crate) version: ManifestVersion,
    #[component(name = "total-size")]
    pub(crate) total_size: i64,
    pub(crate) parent: Option<String>,
}
