//! The types of the interface `naming`.

use wasmtime::component::{ComponentType, Lift, Lower};

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Rules<'a> {
    pub(crate) template: &'a str,
    pub(crate) pattern: Option<&'a str>,
    pub(crate) replacements: &'a [String],
    pub(crate) folders: bool,
    pub(crate) truncate: bool,
    pub(crate) portable: bool,
    pub(crate) zone: &'a [OffsetChange],
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
pub(crate) struct OffsetChange {
    pub(crate) since: i64,
    pub(crate) offset: i32,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum RulesError {
    #[component(name = "template")]
    Template(u32),
    #[component(name = "pattern")]
    Pattern(u32),
    #[component(name = "replacement")]
    Replacement(u32),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Outcome {
    #[component(name = "named")]
    Named,
    #[component(name = "unmatched")]
    Unmatched,
    #[component(name = "missing")]
    Missing(u32),
    #[component(name = "refused")]
    Refused(NameFlaw),
    #[component(name = "not-portable")]
    NotPortable,
}

super::same_enum! {
    NameFlaw = sanchay_core::plan::NameFlaw;
    Empty "empty";
    Dots "dots";
    Slash "slash";
    Absolute "absolute";
    Zero "zero";
    TooLong "too-long";
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Names {
    pub(crate) data: Vec<u8>,
    pub(crate) ends: Vec<u32>,
    pub(crate) outcomes: Vec<Outcome>,
}
