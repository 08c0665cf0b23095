//! Lists of digests, as the checksum programs print them and check them.
//!
//! A text is parsed line by line; a line that makes no sense is reported by
//! its number and costs nothing else.

mod line;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use self::line::Line;
use crate::hashing::{Algorithm, PartialDigest};

/// What a file's digest is expected to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// A digest of the whole file, under the algorithm that the line names.
    Named(Algorithm, Vec<u8>),
    /// A digest of the whole file, on a line that does not name its
    /// algorithm: its length tells which are possible.
    Unnamed(Vec<u8>),
    /// A partial digest.
    Partial(PartialDigest),
}

/// One line that promises a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The index of the line in the text, from 0.
    pub line: u32,
    /// The path, with its escapes undone.
    pub path: Vec<u8>,
    /// The digest it must have.
    pub expected: Expectation,
}

/// What a text of whole lines holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checklist {
    /// How many lines the text has, blank ones and comments included.
    pub lines: u32,
    /// The promises, in the order of their lines.
    pub promises: Vec<Promise>,
    /// The indices of lines that are neither a promise, nor blank, nor a
    /// comment, ascending.
    pub malformed: Vec<u32>,
}

/// Parses a text of whole lines, each ended by a newline but for the last,
/// which may lack it.
#[must_use]
pub fn parse(text: &[u8]) -> Checklist {
    let mut checklist = Checklist::default();
    let mut rest = text;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        rest = after.strip_prefix(b"\n").unwrap_or(after);
        let index = checklist.lines;
        checklist.lines = index.saturating_add(1);
        match line::parse(line) {
            Line::Promise { path, expected } => {
                checklist.promises.push(Promise {
                    line: index,
                    path,
                    expected,
                });
            }
            Line::Silent => {}
            Line::Malformed => checklist.malformed.push(index),
        }
    }
    checklist
}
