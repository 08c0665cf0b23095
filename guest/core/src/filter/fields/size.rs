//! The size in bytes: `--min-size 1MiB`, `--max-size 4k`.

use alloc::string::String;

use super::{Field, FieldType, number};
use crate::filter::expr::{Expr, Operand, Operator};
use crate::filter::matcher::Columns;
use crate::filter::options::{Filter, FilterOption, Repeat};
use crate::size;

const MIN: FilterOption = FilterOption {
    name: "min-size",
    short: None,
    value_name: "SIZE",
    help: "Only files of at least SIZE (4096, 10k, 1MiB)",
    long_help: "This and --max-size also hold for files that are named on \
                the command line.",
    repeat: Repeat::Last,
    parse: |text, _| bound(text, Operator::GreaterOrEqual),
};

const MAX: FilterOption = FilterOption {
    name: "max-size",
    short: None,
    value_name: "SIZE",
    help: "Only files of at most SIZE",
    long_help: "",
    repeat: Repeat::Last,
    parse: |text, _| bound(text, Operator::LessOrEqual),
};

pub(super) const OPTIONS: &[FilterOption] = &[MIN, MAX];

pub(super) const FIELDS: &[&Field] = &[&FIELD];

pub(super) const FIELD: Field =
    number::field::<{ Columns::SIZE.bits() }, { u64::MAX }>(
        2,
        "size",
        FieldType::Size,
    );

fn bound(text: &[u8], operator: Operator) -> Result<Expr, String> {
    let size = size::parse(&String::from_utf8_lossy(text))?;
    Ok(Expr::test(&FIELD, operator, Operand::Number(size)))
}

pub(super) fn check(filter: &Filter) -> Result<(), String> {
    let bound = |option: &FilterOption| match filter.of(option) {
        Some(Expr::Test(test)) => test.operands.first()?.number(),
        _ => None,
    };
    match (bound(&MIN), bound(&MAX)) {
        (Some(least), Some(greatest)) if least > greatest => {
            Err("the minimum is greater than the maximum".into())
        }
        _ => Ok(()),
    }
}
