//! The language of expressions: `size > 1GiB and ext in (csv, parquet)`.
//!
//! ```text
//! expr    = and { "or" and }          and   = not { "and" not }
//! not     = [ "not" ] primary         primary = "(" expr ")" | test | flag
//! flag    = hidden | empty | executable | readonly | has(field)
//!         | everything | nothing
//! test    = field op value | field [ "not" ] "in" "(" value { "," value } ")"
//!         | field ( "within" | "before" | "after" ) time
//! op      = "=" "!=" "<" "<=" ">" ">=" "~" "!~" "glob" "iglob" "all" "any"
//! ```
//!
//! [`parse`] reads it, and an [`Expr`] displays as it.

mod lexer;
mod parser;
mod printer;
#[cfg(test)]
mod tests;

use super::clock::Clock;
use super::columns::{Slots, ValueColumns};
use super::expr::Expr;
use crate::syntax_error::SyntaxError;

/// The most bytes that an expression may have.
const MAX_TEXT: usize = 64 * 1024;

/// What is true of every entry, and what of none.
const EVERYTHING: &str = "everything";
const NOTHING: &str = "nothing";

impl Expr {
    /// Parses an expression. Times without an offset, and durations, are
    /// understood by `clock`.
    ///
    /// # Errors
    ///
    /// It is not an expression, or one that is too large.
    pub fn parse(text: &str, clock: &Clock) -> Result<Self, SyntaxError> {
        Self::parse_with(text, clock, None).map_err(|it| it.error)
    }

    /// Parses an expression that may test columns of values.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse); also where it tests more columns than a
    /// filter has slots for.
    pub fn parse_with_columns(
        text: &str,
        clock: &Clock,
        columns: &ValueColumns,
    ) -> Result<Self, SyntaxError> {
        let slots = &mut Slots::new(columns);
        Self::parse_with(text, clock, Some(slots)).map_err(|it| it.error)
    }

    /// Parses an expression, where columns of values are known or not.
    pub(super) fn parse_with(
        text: &str,
        clock: &Clock,
        slots: Option<&mut Slots<'_>>,
    ) -> Result<Self, Refused> {
        parser::parse(text, clock, slots)
    }
}

/// Why a text is no expression.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) error: SyntaxError,
    /// Whether the error is a name that could be that of a plugin's column,
    /// and no columns are known.
    pub(super) is_of_column: bool,
}
