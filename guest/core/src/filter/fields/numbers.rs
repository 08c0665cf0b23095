//! Numbers that the file system tells of an entry, apart from its size.

pub(super) use super::no_check as check;
use super::{Field, FieldType, number};
use crate::filter::matcher::Columns;
use crate::filter::options::FilterOption;

pub(super) const OPTIONS: &[FilterOption] = &[];

pub(super) const FIELDS: &[&Field] =
    &[&ALLOCATED, &MODE, &UID, &GID, &INODE, &DEVICE, &LINKS];

/// The bytes on disk.
const ALLOCATED: Field = Field {
    code: 17,
    name: "allocated",
    value: FieldType::Size,
    compile: |operator, operands| {
        number::compile(Columns::ALLOCATED, operator, operands)
    },
};

/// The permissions: the last twelve bits of `st_mode`.
const MODE: Field = Field {
    code: 18,
    name: "mode",
    value: FieldType::Mode,
    compile: |operator, operands| {
        number::compile_masked(Columns::MODE, 0o7777, operator, operands)
    },
};

/// The owner's number.
const UID: Field = Field {
    code: 19,
    name: "uid",
    value: FieldType::Number,
    compile: |operator, operands| {
        number::compile(Columns::UID, operator, operands)
    },
};

/// The group's number.
const GID: Field = Field {
    code: 20,
    name: "gid",
    value: FieldType::Number,
    compile: |operator, operands| {
        number::compile(Columns::GID, operator, operands)
    },
};

/// The inode.
const INODE: Field = Field {
    code: 21,
    name: "inode",
    value: FieldType::Number,
    compile: |operator, operands| {
        number::compile(Columns::INODE, operator, operands)
    },
};

/// The device that the inode is on.
const DEVICE: Field = Field {
    code: 22,
    name: "device",
    value: FieldType::Number,
    compile: |operator, operands| {
        number::compile(Columns::DEVICE, operator, operands)
    },
};

/// How many names (hard links) it has.
const LINKS: Field = Field {
    code: 23,
    name: "links",
    value: FieldType::Number,
    compile: |operator, operands| {
        number::compile(Columns::LINKS, operator, operands)
    },
};
