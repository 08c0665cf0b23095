//! When the content was last modified: `--changed-within 7d`,
//! `--changed-before 2026-01-01`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) use super::no_check as check;
use super::Field;
use crate::filter::clock::Clock;
use crate::filter::expr::{Expr, Operand, Operator};
use crate::filter::matcher::{
    Columns, Entries, NO_TIME, Predicate, Truth,
};
use crate::filter::options::{FilterOption, Repeat};
use crate::time::Timestamp;

const WITHIN: FilterOption = FilterOption {
    name: "changed-within",
    short: None,
    value_name: "WHEN",
    help: "Only what was modified within WHEN (7d, 12h), or since then \
           (2026-01-31, 2026-01-31T12:00:00Z)",
    long_help: "A duration is made of y, months, w, d, h, m and s: 90s, \
                1d12h, 3months. A time without an offset is that of the local \
                zone; today, yesterday and now are times, too.",
    repeat: Repeat::Last,
    parse: |text, clock| bound(text, clock, Operator::GreaterOrEqual),
};

const BEFORE: FilterOption = FilterOption {
    name: "changed-before",
    short: None,
    value_name: "WHEN",
    help: "Only what was modified before WHEN: longer ago than a duration, \
           or before a time",
    long_help: "",
    repeat: Repeat::Last,
    parse: |text, clock| bound(text, clock, Operator::Less),
};

pub(super) const OPTIONS: &[FilterOption] = &[WITHIN, BEFORE];

pub(super) const FIELD: Field = Field {
    code: 3,
    name: "modified",
    compile: |operator, operands| {
        let time = |operand: &Operand| match operand {
            Operand::Time(time) => Some(*time),
            Operand::Number(_) | Operand::Bytes(_) => None,
        };
        let times = operands.iter().map(time).collect::<Option<Vec<_>>>()?;
        Some(Box::new(Modified { operator, times }))
    },
};

fn bound(
    text: &[u8],
    clock: &Clock,
    operator: Operator,
) -> Result<Expr, String> {
    let time = clock.time(&String::from_utf8_lossy(text))?;
    Ok(Expr::test(&FIELD, operator, Operand::Time(time)))
}

/// How a time compares with some others.
#[derive(Debug)]
struct Modified {
    operator: Operator,
    times: Vec<Timestamp>,
}

impl Predicate for Modified {
    fn columns(&self) -> Columns {
        Columns::MODIFIED
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some([seconds, nanoseconds]) = entries.column(Columns::MODIFIED)
        else {
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
