//! Templates: text with the values of fields in it, `{name:lower}-{size}`.
//!
//! ```text
//! template = { text | "{{" | "}}" | escape | "{" choice { "|" choice } "}" }
//! choice   = field [ ":" format ] | counter | capture | quoted text
//! counter  = "n" [ ":" [ width ] [ "," ] [ "parent" ] ]
//! escape   = "\t" "\n" "\r" "\0" "\\" "\xNN"
//! ```
//!
//! The first choice that has a value is taken. In a format, `\` stands before
//! a `|` or a `}` that does not end it. [`Template::resolve`] finds the fields
//! in a schema, and what comes of that writes the values of records.

mod conversion;
mod counter;
mod forms;
mod latin;
mod parser;
mod printer;
mod resolved;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

pub use self::counter::Counter;
pub use self::resolved::{CaptureNames, Resolved, State, Written};
pub use crate::syntax_error::SyntaxError;

/// The most bytes that a template may have.
const MAX_TEXT: usize = 64 * 1024;

/// A template.
#[derive(Clone, Debug)]
pub struct Template {
    pieces: Vec<Piece>,
    /// What was written, for errors that show their place.
    text: String,
}

impl Template {
    /// What it is made of.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The names of the fields, or of captures, that it has.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let choices = self.pieces.iter().flat_map(|piece| match piece {
            Piece::Text(_) => &[],
            Piece::Value(choices) => choices.as_slice(),
        });
        choices.filter_map(|choice| match &choice.source {
            Source::Field(name) => Some(name.as_str()),
            Source::Capture(_) | Source::Counter(_) | Source::Text(_) => None,
        })
    }

    /// An error about a place in it.
    fn error(
        &self,
        message: String,
        place: Place,
        hint: String,
    ) -> SyntaxError {
        let Place { column, length } = place;
        let line = self.text.clone();
        SyntaxError { message, column, length: length.max(1), hint, line }
    }
}

/// Places are not compared: two templates are equal that write the same.
impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.pieces == other.pieces
    }
}

impl Eq for Template {}

impl FromStr for Template {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        parser::parse(text)
    }
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is; usually UTF-8.
    Text(Vec<u8>),
    /// The first of these that has a value. There is at least one.
    Value(Vec<Choice>),
}

/// One of the things whose value may be taken.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What has the value.
    pub source: Source,
    /// How it is written; `None`: as lines of text have it.
    pub format: Option<String>,
    /// Where the source stands.
    place: Place,
    /// Where the format stands.
    format_place: Place,
}

impl PartialEq for Choice {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, &self.format) == (&other.source, &other.format)
    }
}

impl Eq for Choice {}

/// What has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A field of that name, or a capture.
    Field(String),
    /// A capture by its number.
    Capture(u32),
    /// A number that counts.
    Counter(Counter),
    /// Text in quotes.
    Text(Vec<u8>),
}

/// A stretch of a template, in characters.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    column: usize,
    length: usize,
}
