//! The extension of a name: `-e rs`.
//!
//! A name has an extension if it ends in it, whatever the case, with a dot
//! before it and something before the dot: `.mkv` has none. An extension may
//! have dots inside (`tar.gz`).

use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec::Vec;

pub(super) use super::no_check as check;
use super::{Field, FieldType};
use super::extension_set::ExtensionSet;
use super::spelling::parse_extensions;
use crate::filter::expr::{Expr, Operand, Operator, Test};
use crate::filter::matcher::{Columns, Entries, Predicate, Truth};
use crate::filter::options::{FilterOption, Repeat};

const OPTION: FilterOption = FilterOption {
    name: "extension",
    short: Some('e'),
    value_name: "EXT",
    help: "Only files whose name ends in .EXT, in either case; may be \
           given more than once, and several as a,b",
    long_help: "EXT may have dots in it (tar.gz), and be written .EXT or \
                *.EXT. A name that has nothing before the dot has no \
                extension.",
    repeat: Repeat::Any,
    parse: |text, _| {
        let extensions =
            parse_extensions(text).map_err(|why| why.to_string())?;
        let operands =
            extensions.into_iter().map(Operand::Bytes).collect();
        let (field, operator) = (FIELD.code, Operator::Equal);
        Ok(Expr::Test(Test { field, operator, operands }))
    },
};

pub(super) const OPTIONS: &[FilterOption] = &[OPTION];

pub(super) const FIELDS: &[&Field] = &[&FIELD];

pub(super) const FIELD: Field = Field {
    code: 1,
    name: "extension",
    value: FieldType::Extension,
    compile: |operator, operands| {
        let extensions = operands.iter().map(Operand::bytes);
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
        entries.test_names(truth, |name| self.0.match_end_of(name));
    }
}
