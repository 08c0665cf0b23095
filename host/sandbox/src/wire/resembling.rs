//! The types of the interface `resembling` as they cross.

use wasmtime::component::{ComponentType, Lift, Lower};

super::same_enum! {
    Unit = sanchay_core::similarity::Unit;
    Words "words";
    Characters "characters";
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
pub(crate) struct Shingling {
    pub(crate) of: Unit,
    pub(crate) size: u32,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Sketch {
    pub(crate) signature: Vec<u32>,
    pub(crate) digest: Vec<u8>,
    pub(crate) shingles: u64,
}
