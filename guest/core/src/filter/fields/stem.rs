//! The name without its last extension.

use alloc::vec::Vec;

pub(super) use super::no_check as check;
use super::{Field, FieldType, text};
use crate::filter::options::FilterOption;
use crate::record::split_extension;

pub(super) const OPTIONS: &[FilterOption] = &[];

pub(super) const FIELDS: &[&Field] = &[&FIELD];

pub(super) const FIELD: Field = Field {
    code: 7,
    name: "stem",
    value: FieldType::Text,
    compile: |operator, operands| text::compile(stem, operator, operands),
};

fn stem<'a>(
    _: &'a [u8],
    name: &'a [u8],
    _: &'a mut Vec<u8>,
) -> &'a [u8] {
    split_extension(name).0
}
