//! The fields that expressions can test. Each is a module of its own: its code
//! and name, what a test of it compiles to, and its options.

mod extension_set;
mod field_type;
mod number;
mod point;
mod spelling;
mod subject;
mod text;
mod value;

pub(super) use self::kind::merge as merge_kinds;
pub(super) use self::numbers::mode;
pub(super) use self::subject::Subject;
pub(super) use self::value::compile as compile_value;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

pub use self::field_type::FieldType;
pub use self::spelling::{ExtensionError, parse_extensions};
use super::expr::{Expr, Operand, Operator, Test};
use super::matcher::Predicate;
use super::options::{Filter, FilterOption};
use crate::kind::KindSet;
use crate::time::Timestamp;

/// Makes the lists of what the modules have. Options stay apart from what
/// compiles a test: the sandbox does not need them.
macro_rules! fields {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// The fields of each module.
        const FIELDS: &[&[&Field]] = &[$($module::FIELDS),*];

        /// The options of each module.
        pub(super) const OPTIONS: &[&[FilterOption]] =
            &[$($module::OPTIONS),*];

        /// Reports options that no entry can satisfy, where that is a
        /// mistake: the field that they are about, and what is wrong.
        pub(super) fn check(
            filter: &Filter,
        ) -> Result<(), (&'static str, String)> {
            $($module::check(filter).map_err(|why| {
                let field = $module::FIELDS.first();
                (field.map_or("where", |field| field.name), why)
            })?;)*
            Ok(())
        }
    };
}

fields! {
    name path stem parent extension size modified kind depth flags times
    numbers owner media expression
}

/// A field that expressions can test.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// What it is called in programs; a code is never used again for another
    /// field.
    pub code: u8,
    /// What people call it.
    pub name: &'static str,
    /// What its values are.
    pub value: FieldType,
    /// Compiles a test; `None` where the operator or an operand does not fit.
    pub(super) compile: Compile,
}

/// Compiles a test of a field.
type Compile = fn(Operator, &[Operand]) -> Option<Box<dyn Predicate>>;

impl Field {
    /// The size in bytes.
    pub const SIZE: &Self = &size::FIELD;
    /// When the content was last modified.
    pub const MODIFIED: &Self = &modified::FIELD;
    /// The extension of the name.
    pub const EXTENSION: &Self = &extension::FIELD;
    /// What the entry is.
    pub const KIND: &Self = &kind::FIELD;
    /// Whether the name begins with a dot.
    pub const HIDDEN: &Self = &flags::HIDDEN;

    /// The name.
    pub const NAME: &Self = &name::FIELD;
    /// The path below the root.
    pub const PATH: &Self = &path::FIELD;

    /// What depends on the directory that an entry is in.
    pub(super) const OF_DIRECTORY: [&Self; 3] =
        [&path::FIELD, &parent::FIELD, &depth::FIELD];

    /// All fields.
    pub fn all() -> impl Iterator<Item = &'static Self> + Clone {
        FIELDS.iter().copied().flatten().copied()
    }

    /// The field of a name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = if name.eq_ignore_ascii_case("ext") {
            Self::EXTENSION.name
        } else {
            name
        };
        let mut all = Self::all().chain(numbers::NAMED);
        all.find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The names that expressions know.
    pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
        Self::all().chain(numbers::NAMED).map(|field| field.name)
    }

    /// The field of a code.
    pub(super) fn of_code(code: u8) -> Option<&'static Self> {
        Self::all().find(|field| field.code == code)
    }

    /// The test that an entry has a value.
    pub(super) fn present(&self) -> Expr {
        let least = match self.value {
            FieldType::Size
            | FieldType::Number
            | FieldType::Mode
            | FieldType::User
            | FieldType::Group
            | FieldType::Duration
            | FieldType::Boolean
            | FieldType::Signed
            | FieldType::Float => Operand::Number(0),
            FieldType::Time => {
                Operand::Time(Timestamp { seconds: i64::MIN, nanoseconds: 0 })
            }
            // None has an empty one.
            FieldType::Tag => {
                let pattern = Operand::Bytes(b"(?s-u).".to_vec());
                return Expr::test(self, Operator::Regex, pattern);
            }
            // Every entry has them.
            FieldType::Text | FieldType::Kind | FieldType::Flag => {
                return Expr::All(Vec::new());
            }
            // What is after the last dot, if that is not the first character.
            FieldType::Extension => {
                let pattern = Operand::Bytes(b"(?s-u)^.+\\..+$".to_vec());
                return Expr::test(&name::FIELD, Operator::Regex, pattern);
            }
        };
        Expr::test(self, Operator::GreaterOrEqual, least)
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

/// What must be true of a directory that is entered, as far as options that
/// do not exclude anything tell.
pub(super) fn enter(filter: &Filter) -> Option<Expr> {
    depth::enter(filter)
}

/// Nothing to report.
#[expect(clippy::unnecessary_wraps, reason = "others complain")]
fn no_check(_: &Filter) -> Result<(), String> {
    Ok(())
}
