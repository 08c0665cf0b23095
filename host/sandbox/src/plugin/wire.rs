//! The types of the interfaces `matching` and `extracting` as they cross,
//! mirroring `wit/` field by field.

use wasmtime::component::{ComponentType, Lift, Lower};

use crate::wire::EntryKind;

/// What type the value of a setting has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
pub enum SettingType {
    /// `true` or `false`.
    #[component(name = "boolean")]
    Boolean,
    /// A whole number.
    #[component(name = "integer")]
    Integer,
    /// A finite number in floating point.
    #[component(name = "number")]
    Number,
    /// A string of Unicode.
    #[component(name = "text")]
    Text,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum SettingValue {
    /// `true` or `false`.
    #[component(name = "boolean")]
    Boolean(bool),
    /// A whole number.
    #[component(name = "integer")]
    Integer(i64),
    /// A finite number in floating point.
    #[component(name = "number")]
    Number(f64),
    /// A string of Unicode.
    #[component(name = "text")]
    Text(String),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Setting {
    pub(crate) key: String,
    #[component(name = "setting-type")]
    pub(crate) setting_type: SettingType,
    #[component(name = "default-value")]
    pub(crate) default_value: Option<SettingValue>,
    pub(crate) docs: String,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Assignment<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: &'a SettingValue,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct FilterDescription {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) settings: Vec<Setting>,
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
pub(crate) enum ByteRange {
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
pub(crate) struct Magic {
    pub(crate) offset: u32,
    pub(crate) bytes: Vec<u8>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Pattern {
    #[component(name = "every")]
    Every,
    #[component(name = "extension")]
    Extension(String),
    #[component(name = "no-extension")]
    NoExtension,
    #[component(name = "name")]
    Name(String),
    #[component(name = "magic")]
    Magic(Magic),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Selection {
    pub(crate) patterns: Vec<Pattern>,
    #[component(name = "byte-range")]
    pub(crate) byte_range: ByteRange,
}

/// The facts about a file that an extractor asks for, beside its size and
/// contents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ComponentType, Lift)]
#[component(record)]
pub struct Facts {
    /// Its name.
    pub name: bool,
    /// Its path below the root.
    pub path: bool,
    /// When its contents were last modified.
    pub modified: bool,
    /// Its type and permissions.
    pub mode: bool,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct ExtractorDescription {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) settings: Vec<Setting>,
    pub(crate) columns: Vec<Column>,
    pub(crate) selections: Vec<Selection>,
    pub(crate) facts: Facts,
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
pub(crate) struct File<'a> {
    pub(crate) selection: u32,
    pub(crate) size: u64,
    pub(crate) name: Option<&'a [u8]>,
    pub(crate) path: Option<&'a [u8]>,
    pub(crate) modified: Option<Timestamp>,
    pub(crate) mode: Option<u32>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Piece<'a> {
    pub(crate) offset: u64,
    pub(crate) bytes: &'a [u8],
}

#[derive(Clone, Copy, ComponentType, Lift)]
#[component(record)]
pub(crate) struct Range {
    pub(crate) offset: u64,
    pub(crate) length: u32,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Answer {
    #[component(name = "values")]
    Values(Vec<Option<Value>>),
    #[component(name = "more")]
    More(Vec<Range>),
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
