//! Tests of fields that are a number in a column of metadata.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::filter::expr::{Operand, Operator};
use crate::filter::matcher::{Columns, Entries, NO_NUMBER, Predicate, Truth};

/// The numbers that a test compares with.
pub(super) fn operands(
    operator: Operator,
    operands: &[Operand],
) -> Option<Vec<u64>> {
    let number = |operand: &Operand| match operand {
        Operand::Number(number) => Some(*number),
        Operand::Time(_) | Operand::Bytes(_) => None,
    };
    let ordered = operator.is_ordered();
    ordered.then(|| operands.iter().map(number).collect())?
}

/// Compiles a test of a column.
pub(super) fn compile(
    column: Columns,
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    compile_masked(column, u64::MAX, operator, operands)
}

/// Compiles a test of some bits of a column.
pub(super) fn compile_masked(
    column: Columns,
    mask: u64,
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    let numbers = self::operands(operator, operands)?;
    Some(Box::new(Number { column, mask, operator, numbers }))
}

/// How a number compares with some others.
#[derive(Debug)]
struct Number {
    column: Columns,
    mask: u64,
    operator: Operator,
    numbers: Vec<u64>,
}

impl Predicate for Number {
    fn columns(&self) -> Columns {
        self.column
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some([found]) = entries.column(self.column) else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        for (truth, found) in truth.iter_mut().zip(found) {
            let bits = found & self.mask;
            let compares = |it| self.operator.compares(bits.cmp(it));
            // Every entry has a size, even the largest number there is.
            let known = *found != NO_NUMBER || self.column == Columns::SIZE;
            *truth = Truth::of(known && self.numbers.iter().any(compares));
        }
    }
}
