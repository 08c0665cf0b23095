//! Numbers that the file system tells of an entry, apart from its size:
//! `--perm 644`.

use alloc::string::{String, ToString as _};

pub(super) use super::no_check as check;
use super::number::field;
use super::{Field, FieldType};
use crate::filter::expr::{Expr, Operand, Operator};
use crate::filter::matcher::Columns;
use crate::filter::options::{FilterOption, Repeat};

const PERM: FilterOption = FilterOption {
    name: "perm",
    short: None,
    value_name: "MODE",
    help: "Only entries whose permissions, in octal, are MODE (644), have \
           all bits of -MODE (-222), or any of /MODE (/111)",
    long_help: "A digit before these three is 4 for set-user-ID, 2 for \
                set-group-ID and 1 for the sticky bit, or their sum (4755). \
                /0 is true of every entry, as find has it.",
    repeat: Repeat::Last,
    parse: |text, _| permissions(&String::from_utf8_lossy(text)),
};

pub(super) const OPTIONS: &[FilterOption] = &[PERM];

pub(super) const FIELDS: &[&Field] = &[
    &field::<{ Columns::ALLOCATED.bits() }, ALL>(17, "allocated", FieldType::Size),
    &MODE,
    &UID,
    &GID,
    &field::<{ Columns::INODE.bits() }, ALL>(21, "inode", FieldType::Number),
    &field::<{ Columns::DEVICE.bits() }, ALL>(22, "device", FieldType::Number),
    &field::<{ Columns::LINKS.bits() }, ALL>(23, "links", FieldType::Number),
];

const MODE: Field = field::<{ Columns::MODE.bits() }, PERMISSIONS>(
    18,
    "mode",
    FieldType::Mode,
);

/// The owner's number.
pub(super) const UID: Field =
    field::<{ Columns::UID.bits() }, ALL>(19, "uid", FieldType::Number);

/// The group's number.
pub(super) const GID: Field =
    field::<{ Columns::GID.bits() }, ALL>(20, "gid", FieldType::Number);

/// The same by name; what is tested is the number.
pub(super) const NAMED: [&Field; 2] = [
    &Field { name: "user", value: FieldType::User, ..UID },
    &Field { name: "group", value: FieldType::Group, ..GID },
];

/// The test that permissions mean, in the forms that find has.
fn permissions(text: &str) -> Result<Expr, String> {
    let (operator, digits) = match text.split_at_checked(1) {
        Some(("-", rest)) => (Operator::AllBits, rest),
        Some(("/", rest)) => (Operator::AnyBit, rest),
        _ => (Operator::Equal, text),
    };
    let mode = mode(digits).ok_or_else(|| {
        "expected permissions in octal: 644 for exactly these, -222 for all \
         of these bits, /111 for any of them"
            .to_string()
    })?;
    Ok(Expr::test(&MODE, operator, Operand::Number(mode)))
}

/// Permissions that are written in octal.
pub(in crate::filter) fn mode(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mode = u64::from_str_radix(digits, 8).ok()?;
    (mode <= PERMISSIONS).then_some(mode)
}

/// The whole number.
const ALL: u64 = u64::MAX;

/// The last twelve bits of `st_mode`.
const PERMISSIONS: u64 = 0o7777;
