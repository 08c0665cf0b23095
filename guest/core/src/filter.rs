//! Which entries are wanted.
//!
//! What a user asks for, by options, keywords or an expression, becomes a
//! [`Filter`], and that becomes a [`Program`]: bytes with a version, which
//! cross into the sandbox and are compiled there to a [`Matcher`], once a run.
//! A matcher decides in two steps. The first sees the names and kinds of a
//! directory's entries, hundreds in one call; what it rejects is never looked
//! up. The second sees the columns of metadata that the matcher asks for.
//!
//! A new filter is a module in `fields`, and a line in its list: the field and
//! its code, what it compiles to, and its options.

mod accounts;
mod clock;
mod columns;
mod contents;
mod expr;
mod fields;
mod language;
mod later;
mod matcher;
mod options;
mod program;
#[cfg(test)]
mod properties;
mod slot;
#[cfg(test)]
mod tests;

pub use self::accounts::{Accounts, Lookup};
pub use self::clock::Clock;
pub use self::columns::ValueColumns;
pub use self::contents::ContentColumn;
pub use self::expr::{Expr, Operand, Operator, Test};
pub use self::fields::{ExtensionError, Field, FieldType, parse_extensions};
pub use self::matcher::{Columns, Entries, Facts, Matcher, Matches};
pub use self::options::{
    Filter, FilterError, FilterOption, FilterSetting, Repeat,
};
pub use self::program::{Program, ProgramError, ProgramFault};
pub use self::slot::Slot;
pub use crate::syntax_error::SyntaxError;
