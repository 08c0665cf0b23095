//! The other times: when the content was last read, when the metadata last
//! changed, and when the file was created.

pub(super) use super::no_check as check;
use super::{Field, FieldType, point};
use crate::filter::matcher::Columns;
use crate::filter::options::FilterOption;

pub(super) const OPTIONS: &[FilterOption] = &[];

pub(super) const FIELDS: &[&Field] = &[&ACCESSED, &CHANGED, &CREATED];

const ACCESSED: Field = Field {
    code: 14,
    name: "accessed",
    value: FieldType::Time,
    compile: |operator, operands| {
        point::compile(Columns::ACCESSED, operator, operands)
    },
};

const CHANGED: Field = Field {
    code: 15,
    name: "changed",
    value: FieldType::Time,
    compile: |operator, operands| {
        point::compile(Columns::CHANGED, operator, operands)
    },
};

const CREATED: Field = Field {
    code: 16,
    name: "created",
    value: FieldType::Time,
    compile: |operator, operands| {
        point::compile(Columns::CREATED, operator, operands)
    },
};
