//! The types of the interface `keeping`.

use wasmtime::component::{ComponentType, Lift, Lower};

use super::BatchError;

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Candidates<'a> {
    pub(crate) paths: &'a [u8],
    pub(crate) ends: &'a [u32],
    pub(crate) roots: &'a [u32],
    pub(crate) seconds: &'a [i64],
    pub(crate) nanoseconds: &'a [u32],
    pub(crate) sizes: &'a [u64],
    pub(crate) pixels: &'a [u64],
    pub(crate) groups: &'a [u32],
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Choice {
    pub(crate) kept: u32,
    #[component(name = "decided-by")]
    pub(crate) decided_by: Option<u32>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum KeepingError {
    #[component(name = "rules")]
    Rules,
    #[component(name = "batch")]
    Batch(BatchError),
    #[component(name = "empty")]
    Empty(u32),
}
