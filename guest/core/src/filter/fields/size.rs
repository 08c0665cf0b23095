//! The size in bytes: `--min-size 1MiB`, `--max-size 4k`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::Field;
use crate::filter::expr::{Expr, Operand, Operator};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};
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

pub(super) const FIELD: Field = Field {
    code: 2,
    name: "size",
    compile: |operator, operands| {
        let number = |operand: &Operand| match operand {
            Operand::Number(number) => Some(*number),
            Operand::Time(_) | Operand::Bytes(_) => None,
        };
        let sizes = operands.iter().map(number).collect::<Option<Vec<_>>>()?;
        Some(Box::new(Size { operator, sizes }))
    },
};

fn bound(text: &[u8], operator: Operator) -> Result<Expr, String> {
    let size = size::parse(&String::from_utf8_lossy(text))?;
    Ok(Expr::test(&FIELD, operator, Operand::Number(size)))
}

pub(super) fn check(filter: &Filter) -> Result<(), String> {
    let bound = |option: &FilterOption| match filter.of(option) {
        Some(Expr::Test(test)) => match test.operands.first() {
            Some(Operand::Number(size)) => Some(*size),
            _ => None,
        },
        _ => None,
    };
    match (bound(&MIN), bound(&MAX)) {
        (Some(least), Some(greatest)) if least > greatest => {
            Err("the minimum is greater than the maximum".into())
        }
        _ => Ok(()),
    }
}

/// How a size compares with some others.
#[derive(Debug)]
struct Size {
    operator: Operator,
    sizes: Vec<u64>,
}

impl Predicate for Size {
    fn columns(&self) -> Columns {
        Columns::SIZE
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some([found]) = entries.column(Columns::SIZE) else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        for (truth, found) in truth.iter_mut().zip(found) {
            let compares = |size| self.operator.compares(found.cmp(size));
            *truth = Truth::of(self.sizes.iter().any(compares));
        }
    }
}
