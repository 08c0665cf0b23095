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
        parser::parse(text, clock)
    }
}
