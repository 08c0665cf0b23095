//! What is wrong with a text in one of the languages, and where: an expression,
//! a template.

use alloc::string::String;
use core::error::Error;
use core::fmt::{self, Write as _};

use crate::escape::escaped;

/// What is wrong with an expression or a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What was expected or is wrong, safe to print on a terminal.
    pub message: String,
    /// At which character, from 0.
    pub column: usize,
    /// How many characters it is about; at least 1.
    pub length: usize,
    /// What to write instead; may be empty.
    pub hint: String,
    /// The text that it is about.
    pub(crate) line: String,
}

impl fmt::Display for SyntaxError {
    /// The message, the text with the place marked beneath it, and the hint, a
    /// line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, column, length, hint, line } = self;
        let mut shown = String::new();
        let (mut before, mut marked) = (0, 0);
        for (index, character) in line.chars().enumerate() {
            let mut room = [0; 4];
            let text = match character {
                '\\' => String::from("\\"),
                other => {
                    let other = other.encode_utf8(&mut room);
                    alloc::format!("{}", escaped(other.as_bytes()))
                }
            };
            let width = text.chars().count();
            if index < *column {
                before += width;
            } else if index < column.saturating_add(*length) {
                marked += width;
            }
            shown.push_str(&text);
        }
        writeln!(f, "{message}")?;
        writeln!(f, "  {shown}")?;
        f.write_str("  ")?;
        // A formatter's own widths have 16 bits.
        (0..before).try_for_each(|_| f.write_char(' '))?;
        (0..marked.max(1)).try_for_each(|_| f.write_char('^'))?;
        match hint.as_str() {
            "" => Ok(()),
            hint => write!(f, "\n  {hint}"),
        }
    }
}

impl Error for SyntaxError {}
