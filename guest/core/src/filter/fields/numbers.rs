//! Numbers that the file system tells of an entry, apart from its size.

pub(super) use super::no_check as check;
use super::number::field;
use super::{Field, FieldType};
use crate::filter::matcher::Columns;
use crate::filter::options::FilterOption;

pub(super) const OPTIONS: &[FilterOption] = &[];

pub(super) const FIELDS: &[&Field] = &[
    &field::<{ Columns::ALLOCATED.bits() }, ALL>(17, "allocated", FieldType::Size),
    &field::<{ Columns::MODE.bits() }, PERMISSIONS>(18, "mode", FieldType::Mode),
    &field::<{ Columns::UID.bits() }, ALL>(19, "uid", FieldType::Number),
    &field::<{ Columns::GID.bits() }, ALL>(20, "gid", FieldType::Number),
    &field::<{ Columns::INODE.bits() }, ALL>(21, "inode", FieldType::Number),
    &field::<{ Columns::DEVICE.bits() }, ALL>(22, "device", FieldType::Number),
    &field::<{ Columns::LINKS.bits() }, ALL>(23, "links", FieldType::Number),
];

/// The whole number.
const ALL: u64 = u64::MAX;

/// The last twelve bits of `st_mode`.
const PERMISSIONS: u64 = 0o7777;
