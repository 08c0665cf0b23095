//! The path below the root.

use alloc::vec::Vec;

pub(super) use super::no_check as check;
use super::{Field, FieldType, text};
use crate::filter::options::FilterOption;

pub(super) const OPTIONS: &[FilterOption] = &[];

pub(super) const FIELDS: &[&Field] = &[&FIELD];

pub(super) const FIELD: Field = Field {
    code: 6,
    name: "path",
    value: FieldType::Text,
    compile: |operator, operands| text::compile(whole, operator, operands),
};

fn whole<'a>(
    directory: &'a [u8],
    name: &'a [u8],
    buffer: &'a mut Vec<u8>,
) -> &'a [u8] {
    if directory.is_empty() {
        return name;
    }
    buffer.clear();
    buffer.extend_from_slice(directory);
    buffer.extend_from_slice(name);
    buffer
}
