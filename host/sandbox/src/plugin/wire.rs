//! The types of the interfaces `judging` and `extracting` as they cross,
//! mirroring `wit/` field by field.

use wasmtime::component::{ComponentType, Lift, Lower};

use crate::EntryKind;

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct FilterDescription {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) metadata: bool,
}

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
pub(crate) struct Timestamp {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Metadata<'a> {
    pub(crate) sizes: &'a [u64],
    pub(crate) modified: &'a [Timestamp],
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Batch<'a> {
    pub(crate) directory: &'a [u8],
    pub(crate) names: &'a [u8],
    pub(crate) ends: &'a [u32],
    pub(crate) kinds: &'a [EntryKind],
    pub(crate) metadata: Option<Metadata<'a>>,
}

#[derive(Clone, Copy, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[allow(dead_code, reason = "made of what a component returned")]
pub(crate) enum ValueType {
    #[component(name = "boolean")]
    Boolean,
    #[component(name = "signed")]
    Signed,
    #[component(name = "unsigned")]
    Unsigned,
    #[component(name = "float")]
    Float,
    #[component(name = "text")]
    Text,
    #[component(name = "bytes")]
    Bytes,
    #[component(name = "timestamp")]
    Timestamp,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Column {
    pub(crate) name: String,
    #[component(name = "value-type")]
    pub(crate) value_type: ValueType,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct TwoEnds {
    pub(crate) head: u32,
    pub(crate) tail: u32,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Portion {
    #[component(name = "nothing")]
    Nothing,
    #[component(name = "head")]
    Head(u32),
    #[component(name = "tail")]
    Tail(u32),
    #[component(name = "both")]
    Both(TwoEnds),
    #[component(name = "whole")]
    Whole(u32),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct ExtractorDescription {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) portion: Portion,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct File<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) size: u64,
    pub(crate) modified: Timestamp,
    pub(crate) head: &'a [u8],
    pub(crate) tail: &'a [u8],
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Value {
    #[component(name = "boolean")]
    Boolean(bool),
    #[component(name = "signed")]
    Signed(i64),
    #[component(name = "unsigned")]
    Unsigned(u64),
    #[component(name = "float")]
    Float(f64),
    #[component(name = "text")]
    Text(String),
    #[component(name = "bytes")]
    Bytes(Vec<u8>),
    #[component(name = "timestamp")]
    Timestamp(Timestamp),
}
