//! Tests of fields that are a time in two columns of metadata.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::Field;
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

/// Compiles a test of the columns.
pub(super) fn compile(
    column: Columns,
    operator: Operator,
    operands: &[Operand],
) -> Option<Box<dyn Predicate>> {
    let time = |operand: &Operand| match operand {
        Operand::Time(time) => Some(*time),
        Operand::Number(_) | Operand::Bytes(_) => None,
    };
    let times = operands.iter().map(time).collect::<Option<Vec<_>>>()?;
    if !operator.is_ordered() {
        return None;
    }
    Some(Box::new(Point { column, operator, times }))
}

/// How a time compares with some others.
#[derive(Debug)]
struct Point {
    column: Columns,
    operator: Operator,
    times: Vec<Timestamp>,
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
