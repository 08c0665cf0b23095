//! Tests of fields that are a time in two columns of metadata.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Field, FieldType};
use crate::filter::clock::Clock;
use crate::filter::expr::{Expr, Operand, Operator};
use crate::filter::matcher::{Columns, Entries, NO_TIME, Predicate, Truth};
use crate::time::Timestamp;

/// The test that an option's value means.
pub(super) fn bound(
    field: &Field,
    text: &[u8],
    clock: &Clock,
    operator: Operator,
) -> Result<Expr, String> {
    let time = clock.time(&String::from_utf8_lossy(text))?;
    Ok(Expr::test(field, operator, Operand::Time(time)))
}

/// A field that is a time, given by the bit of its columns.
pub(super) const fn field<const COLUMN: u64>(
    code: u8,
    name: &'static str,
) -> Field {
    Field { code, name, value: FieldType::Time, compile: compile::<COLUMN> }
}

fn compile<const COLUMN: u64>(
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    let column = Columns::from_bits(COLUMN);
    Some(Box::new(Point::compile(column, operator, operands)?))
}

/// How a time compares with some others.
#[derive(Debug)]
pub(super) struct Point {
    column: Columns,
    operator: Operator,
    times: Vec<Timestamp>,
}

impl Point {
    /// A test of a column; `None` where the operator or an operand does not
    /// fit.
    pub(super) fn compile(
        column: Columns,
        operator: Operator,
        operands: &[Operand],
    ) -> Option<Self> {
        let times = operands.iter().map(Operand::time);
        let times = times.collect::<Option<_>>()?;
        operator.is_ordered().then_some(Self { column, operator, times })
    }
}

impl Predicate for Point {
    fn columns(&self) -> Columns {
        self.column
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some([seconds, nanoseconds]) = entries.column(self.column) else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        let found = seconds.iter().zip(nanoseconds);
        for (truth, (seconds, nanoseconds)) in truth.iter_mut().zip(found) {
            if *nanoseconds == NO_TIME {
                *truth = Truth::FALSE;
                continue;
            }
            // The seconds are those of a signed number.
            let found = (seconds.cast_signed(), *nanoseconds);
            let compares = |time: &Timestamp| {
                let time = (time.seconds, u64::from(time.nanoseconds));
                self.operator.compares(found.cmp(&time))
            };
            *truth = Truth::of(self.times.iter().any(compares));
        }
    }
}
