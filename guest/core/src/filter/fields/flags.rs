//! Fields that are true or not: `hidden`, `empty`, `executable`, `readonly`.

use alloc::boxed::Box;

pub(super) use super::no_check as check;
use super::{Field, FieldType};
use crate::filter::expr::{Operand, Operator};
use crate::filter::matcher::{Columns, Entries, NO_NUMBER, Predicate, Truth};
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
const EMPTY: Field = Field {
    code: 11,
    name: "empty",
    value: FieldType::Flag,
    compile: |operator, operands| compiled(Flag::Empty, operator, operands),
};

/// A regular file that somebody may execute.
const EXECUTABLE: Field = Field {
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
        let tested = match self {
            Self::Hidden => hidden(entries, truth),
            Self::Empty => number(entries, Columns::SIZE, truth, |it| it == 0),
            Self::Executable => number(entries, Columns::MODE, truth, |it| {
                it & EXECUTE != 0
            }),
            Self::ReadOnly => number(entries, Columns::MODE, truth, |it| {
                it & WRITE == 0
            }),
        };
        if tested.is_none() {
            truth.fill(Truth::UNKNOWN);
        }
        if matches!(self, Self::Empty | Self::Executable) {
            only_files(entries, truth);
        }
    }
}

fn hidden(entries: &Entries<'_>, truth: &mut [Truth]) -> Option<()> {
    for (truth, name) in truth.iter_mut().zip(entries.names()?.places()) {
        *truth = Truth::of(name.first() == Some(b'.'));
    }
    Some(())
}

fn number(
    entries: &Entries<'_>,
    column: Columns,
    truth: &mut [Truth],
    test: impl Fn(u64) -> bool,
) -> Option<()> {
    let [numbers] = entries.column(column)?;
    for (truth, number) in truth.iter_mut().zip(numbers) {
        *truth = Truth::of(*number != NO_NUMBER && test(*number));
    }
    Some(())
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
