//! How deep below the root: `--min-depth 2`, `--exact-depth 1`.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};

pub(super) use super::no_check as check;
use super::number::Numbers;
use super::{Field, FieldType};
use crate::filter::expr::{Expr, Operand, Operator};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};
use crate::filter::options::{Filter, FilterOption, Repeat};

const MIN: FilterOption = FilterOption {
    name: "min-depth",
    short: None,
    value_name: "DEPTH",
    help: "Only entries at least DEPTH levels down; a root's own entries have \
           depth 1",
    long_help: "",
    repeat: Repeat::Last,
    parse: |text, _| bound(text, Operator::GreaterOrEqual),
};

const EXACT: FilterOption = FilterOption {
    name: "exact-depth",
    short: None,
    value_name: "DEPTH",
    help: "Only entries exactly DEPTH levels down; none further down are \
           looked for",
    long_help: "",
    repeat: Repeat::Last,
    parse: |text, _| bound(text, Operator::Equal),
};

pub(super) const OPTIONS: &[FilterOption] = &[MIN, EXACT];

/// What must be true of a directory in which something can be wanted.
pub(super) fn enter(filter: &Filter) -> Option<Expr> {
    let Expr::Test(exact) = filter.of(&EXACT)? else { return None };
    let depth = exact.operands.first()?.clone();
    Some(Expr::test(&FIELD, Operator::Less, depth))
}

pub(super) const FIELDS: &[&Field] = &[&FIELD];

pub(super) const FIELD: Field = Field {
    code: 9,
    name: "depth",
    value: FieldType::Number,
    compile: |operator, operands| {
        let numbers = Numbers::compile(operator, operands)?;
        Some(Box::new(Depth(numbers)))
    },
};

fn bound(text: &[u8], operator: Operator) -> Result<Expr, String> {
    let text = String::from_utf8_lossy(text);
    let depth = text.parse().map_err(|_| {
        "expected a number of levels, such as 2".to_string()
    })?;
    Ok(Expr::test(&FIELD, operator, Operand::Number(depth)))
}

/// How a depth compares with some numbers.
#[derive(Debug)]
struct Depth(Numbers);

impl Predicate for Depth {
    fn columns(&self) -> Columns {
        Columns::NAME
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        if entries.names().is_none() {
            truth.fill(Truth::UNKNOWN);
            return;
        }
        let slashes = memchr::memchr_iter(b'/', entries.directory()).count();
        let depth = u64::try_from(slashes).unwrap_or(u64::MAX);
        let depth = depth.saturating_add(1);
        truth.fill(Truth::of(self.0.matches(depth)));
    }
}
