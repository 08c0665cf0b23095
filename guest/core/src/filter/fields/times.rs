//! The other times: when the content was last read, when the metadata last
//! changed, and when the file was created.

pub(super) use super::no_check as check;
use super::Field;
use super::point::field;
use crate::filter::matcher::Columns;
use crate::filter::options::FilterOption;

pub(super) const OPTIONS: &[FilterOption] = &[];

pub(super) const FIELDS: &[&Field] = &[
    &field::<{ Columns::ACCESSED.bits() }>(14, "accessed"),
    &field::<{ Columns::CHANGED.bits() }>(15, "changed"),
    &field::<{ Columns::CREATED.bits() }>(16, "created"),
];
