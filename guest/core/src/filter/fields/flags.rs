//! Fields that are true or not: `hidden`, `empty`, `executable`, `readonly`.

use alloc::boxed::Box;

pub(super) use super::no_check as check;
use super::{Field, FieldType};
use crate::filter::expr::{Operand, Operator};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};
use crate::filter::options::FilterOption;
use crate::kind::EntryKind;

/// The bits of `st_mode` by which anybody may execute, or write.
const EXECUTE: u64 = 0o111;
const WRITE: u64 = 0o222;

pub(super) const OPTIONS: &[FilterOption] = &[];

pub(super) const FIELDS: &[&Field] = &[&HIDDEN, &EMPTY, &EXECUTABLE, &READONLY];

/// The name begins with a dot.
pub(super) const HIDDEN: Field = Field {
    code: 10,
    name: "hidden",
    value: FieldType::Flag,
    compile: |operator, operands| compiled(Flag::Hidden, operator, operands),
};

/// A regular file without a byte.
pub(super) const EMPTY: Field = Field {
    code: 11,
    name: "empty",
    value: FieldType::Flag,
    compile: |operator, operands| compiled(Flag::Empty, operator, operands),
};

/// A regular file that somebody may execute.
pub(super) const EXECUTABLE: Field = Field {
    code: 12,
    name: "executable",
    value: FieldType::Flag,
    compile: |operator, operands| {
        compiled(Flag::Executable, operator, operands)
    },
};

/// Nobody may write it.
const READONLY: Field = Field {
    code: 13,
    name: "readonly",
    value: FieldType::Flag,
    compile: |operator, operands| compiled(Flag::ReadOnly, operator, operands),
};

/// What is asked.
#[derive(Clone, Copy, Debug)]
enum Flag {
    Hidden,
    Empty,
    Executable,
    ReadOnly,
}

fn compiled(
    flag: Flag,
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    match (operator, operands) {
        (Operator::Equal, [Operand::Number(1)]) => Some(Box::new(flag)),
        _ => None,
    }
}

impl Predicate for Flag {
    fn columns(&self) -> Columns {
        match self {
            Self::Hidden => Columns::NAME,
            Self::Empty => Columns::SIZE.with(Columns::NAME),
            Self::Executable => Columns::MODE.with(Columns::NAME),
            Self::ReadOnly => Columns::MODE,
        }
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        match self {
            Self::Hidden => entries
                .test_names(truth, |name| name.first() == Some(b'.')),
            Self::Empty => {
                entries.test_numbers(Columns::SIZE, truth, |it| it == 0);
                only_files(entries, truth);
            }
            Self::Executable => {
                let test = |it| it & EXECUTE != 0;
                entries.test_numbers(Columns::MODE, truth, test);
                only_files(entries, truth);
            }
            Self::ReadOnly => {
                let test = |it| it & WRITE == 0;
                entries.test_numbers(Columns::MODE, truth, test);
            }
        }
    }
}

/// What is known to be no regular file is none of these.
fn only_files(entries: &Entries<'_>, truth: &mut [Truth]) {
    let kinds = entries.kinds().unwrap_or_default();
    for (truth, kind) in truth.iter_mut().zip(kinds) {
        if !matches!(kind, EntryKind::File | EntryKind::Unknown) {
            *truth = Truth::FALSE;
        }
    }
}
