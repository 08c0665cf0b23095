//! The directory below the root, without a slash at its end.

use alloc::vec::Vec;

pub(super) use super::no_check as check;
use super::{Field, FieldType, text};
use crate::filter::options::FilterOption;

pub(super) const OPTIONS: &[FilterOption] = &[];

pub(super) const FIELDS: &[&Field] = &[&FIELD];

pub(super) const FIELD: Field = Field {
    code: 8,
    name: "parent",
    value: FieldType::Text,
    compile: |operator, operands| text::compile(parent, operator, operands),
};

fn parent<'a>(
    directory: &'a [u8],
    _: &'a [u8],
    _: &'a mut Vec<u8>,
) -> &'a [u8] {
    directory.strip_suffix(b"/").unwrap_or(directory)
}
