//! Tests of fields that are numbers.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Field, FieldType};
use crate::filter::expr::{Operand, Operator};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};

/// A field that is a column of metadata, given by its bit, or those bits of
/// it that are in a mask.
pub(super) const fn field<const COLUMN: u64, const MASK: u64>(
    code: u8,
    name: &'static str,
    value: FieldType,
) -> Field {
    Field { code, name, value, compile: compile::<COLUMN, MASK> }
}

fn compile<const COLUMN: u64, const MASK: u64>(
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    // Only permissions are bits, and only they have a mask.
    let numbers = match operator.is_of_bits() && MASK != u64::MAX {
        true => Numbers { operator, numbers: numbers(operands)? },
        false => Numbers::compile(operator, operands)?,
    };
    let column = Columns::from_bits(COLUMN);
    Some(Box::new(Column { column, mask: MASK, numbers }))
}

fn numbers(operands: &[Operand]) -> Option<Vec<u64>> {
    operands.iter().map(Operand::number).collect()
}

/// Numbers to compare with, and how.
#[derive(Debug)]
pub(super) struct Numbers {
    operator: Operator,
    numbers: Vec<u64>,
}

impl Numbers {
    /// `None` where the operator or an operand does not fit.
    pub(super) fn compile(
        operator: Operator,
        operands: &[Operand],
    ) -> Option<Self> {
        let numbers = numbers(operands)?;
        operator.is_ordered().then_some(Self { operator, numbers })
    }

    /// Whether a number compares with one of them.
    pub(super) fn matches(&self, found: u64) -> bool {
        let mut numbers = self.numbers.iter();
        match self.operator {
            Operator::AllBits => numbers.any(|it| found & it == *it),
            Operator::AnyBit => numbers.any(|it| found & it != 0 || *it == 0),
            ordered => numbers.any(|it| ordered.compares(found.cmp(it))),
        }
    }
}

/// A test of a column.
#[derive(Debug)]
struct Column {
    column: Columns,
    mask: u64,
    numbers: Numbers,
}

impl Predicate for Column {
    fn columns(&self) -> Columns {
        self.column
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        entries.test_numbers(self.column, truth, |number| {
            self.numbers.matches(number & self.mask)
        });
    }
}
