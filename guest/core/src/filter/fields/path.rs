//! The path below the root.

use alloc::borrow::Cow;

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

fn whole<'a>(directory: &'a [u8], name: &'a [u8]) -> Cow<'a, [u8]> {
    match directory {
        b"" => Cow::Borrowed(name),
        directory => Cow::Owned([directory, name].concat()),
    }
}
