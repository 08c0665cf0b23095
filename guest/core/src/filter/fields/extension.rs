//! The extension of a name: `-e rs`.
//!
//! A name has an extension if it ends in it, whatever the case, with a dot
//! before it and something before the dot: `.mkv` has none. An extension may
//! have dots inside (`tar.gz`).

use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec::Vec;

pub(super) use super::no_check as check;
use super::Field;
use super::extension_set::ExtensionSet;
use super::spelling::parse_extensions;
use crate::filter::expr::{Expr, Operand, Operator, Test};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};
use crate::filter::options::{FilterOption, Repeat};

const EXTENSION: FilterOption = FilterOption {
    name: "extension",
    short: Some('e'),
    value_name: "EXT",
    help: "Only files whose name ends in .EXT, in either case; may be given \
           more than once, and several as a,b",
    long_help: "EXT may have dots in it (tar.gz), and be written .EXT or \
                *.EXT. A name that has nothing before the dot has no \
                extension.",
    repeat: Repeat::Any,
    parse: |text, _| {
        let extensions =
            parse_extensions(text).map_err(|why| why.to_string())?;
        let operands = extensions.into_iter().map(Operand::Bytes).collect();
        let (field, operator) = (FIELD.code, Operator::Equal);
        Ok(Expr::Test(Test { field, operator, operands }))
    },
};

pub(super) const OPTIONS: &[FilterOption] = &[EXTENSION];

pub(super) const FIELD: Field = Field {
    code: 1,
    name: "extension",
    compile: |operator, operands| {
        let bytes = |operand: &Operand| match operand {
            Operand::Bytes(bytes) => Some(bytes.clone()),
            Operand::Number(_) | Operand::Time(_) => None,
        };
        let extensions = operands.iter().map(bytes);
        let extensions = extensions.collect::<Option<Vec<_>>>()?;
        let set = ExtensionSet::compile(&extensions)?;
        (operator == Operator::Equal)
            .then(|| Box::new(Extension(set)) as Box<dyn Predicate>)
    },
};

/// Whether a name ends in one of some extensions.
#[derive(Debug)]
struct Extension(ExtensionSet);

impl Predicate for Extension {
    fn columns(&self) -> Columns {
        Columns::NAME
    }

    fn test(&self, entries: &Entries<'_>, truth: &mut [Truth]) {
        let Some(names) = entries.names() else {
            truth.fill(Truth::UNKNOWN);
            return;
        };
        for (truth, name) in truth.iter_mut().zip(names.places()) {
            *truth = Truth::of(self.0.match_end_of(name));
        }
    }
}
