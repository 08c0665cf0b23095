//! The fields that expressions can test. Each is a module of its own: its code
//! and name, what a test of it compiles to, and its options.

mod extension_set;
mod spelling;

use alloc::boxed::Box;
use alloc::string::String;

pub use self::spelling::{ExtensionError, parse_extensions};
use super::expr::{Operand, Operator, Test};
use super::matcher::Predicate;
use super::options::{Filter, FilterOption};
use crate::kind::KindSet;

/// Makes the lists of what the modules have. Options stay apart from what
/// compiles a test: the sandbox does not need them.
macro_rules! fields {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// All fields.
        const FIELDS: &[&Field] = &[$(&$module::FIELD),*];

        /// The options of each field.
        pub(super) const OPTIONS: &[&[FilterOption]] =
            &[$($module::OPTIONS),*];

        /// Reports options that no entry can satisfy, where that is a mistake.
        pub(super) fn check(
            filter: &Filter,
        ) -> Result<(), (&'static str, String)> {
            $($module::check(filter)
                .map_err(|why| ($module::FIELD.name, why))?;)*
            Ok(())
        }
    };
}

fields! { extension size modified kind }

/// A field that expressions can test.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// What it is called in programs; a code is never used again for another
    /// field.
    pub code: u8,
    /// What people call it.
    pub name: &'static str,
    /// Compiles a test; `None` where the operator or an operand does not fit.
    pub(super) compile: Compile,
}

/// Compiles a test of a field.
type Compile = fn(Operator, &[Operand]) -> Option<Box<dyn Predicate>>;

impl Field {
    /// All fields.
    pub const ALL: &[&Self] = FIELDS;
    /// The size in bytes.
    pub const SIZE: &Self = &size::FIELD;
    /// When the content was last modified.
    pub const MODIFIED: &Self = &modified::FIELD;
    /// The extension of the name.
    pub const EXTENSION: &Self = &extension::FIELD;
    /// What the entry is.
    pub const KIND: &Self = &kind::FIELD;

    /// The field of a code.
    pub(super) fn of_code(code: u8) -> Option<&'static Self> {
        FIELDS.iter().copied().find(|field| field.code == code)
    }
}

impl Test {
    /// The kinds that a test of the kind is true of.
    pub(super) fn kinds(&self) -> Option<KindSet> {
        (self.field == kind::FIELD.code)
            .then(|| kind::set(&self.operands))
            .flatten()
    }
}

/// Nothing to report.
#[expect(clippy::unnecessary_wraps, reason = "others complain")]
fn no_check(_: &Filter) -> Result<(), String> {
    Ok(())
}
