//! Lists of digests, as the checksum programs print them and check them.
//!
//! A text is parsed line by line; a line that makes no sense is reported by
//! its number and costs nothing else.

mod flaw;
mod line;
#[cfg(test)]
mod properties;
mod record;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

pub use self::flaw::Flaw;
use self::line::Line;
use crate::hashing::{Algorithm, PartialDigest};

/// What a file's digest is expected to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// A digest of the whole file, under the algorithm that the line or the
    /// caller names. Of BLAKE3 it may be the beginning only.
    Named(Algorithm, Vec<u8>),
    /// A digest of the whole file, on a line that does not name its algorithm:
    /// its length decides which are possible.
    Unnamed(Vec<u8>),
    /// A partial digest, and the bytes of its chunk where the line names
    /// them.
    Partial(PartialDigest, Option<u32>),
}

/// One line with a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecksumEntry {
    /// The index of the line in the text, from 0.
    pub line: u32,
    /// The path, with its escapes undone.
    pub path: Vec<u8>,
    /// The digest it must have.
    pub expected: Expectation,
}

/// A line that is neither an entry, nor blank, nor a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The index of the line in the text, from 0.
    pub line: u32,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// How many characters a list has between digests and paths, in lines that do
/// not name their algorithm. The first such line decides it for all: else a
/// name that begins with a space could be taken for another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// There was no such line yet.
    #[default]
    Undecided,
    /// A blank and then a second one or an asterisk, as the checksum programs
    /// print it today.
    Double,
    /// A blank, as BSD's programs and old ones print it.
    Single,
}

/// What a text of whole lines holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checklist {
    /// How many lines the text has, blank ones and comments included.
    pub lines: u32,
    /// The entries, in the order of their lines.
    pub entries: Vec<ChecksumEntry>,
    /// The lines that cannot be understood, in order.
    pub malformed: Vec<Malformed>,
    /// What is between digests and paths in the lines that follow.
    pub separator: Separator,
}

/// Parses a text of whole lines, each ended by a newline but for the last,
/// which may lack it.
///
/// Lines that do not name their algorithm have digests of the one that is
/// given, if one is. The separator is that of the text before this one.
#[must_use]
pub fn parse(
    text: &[u8],
    algorithm: Option<Algorithm>,
    separator: Separator,
) -> Checklist {
    let mut checklist = Checklist { separator, ..Checklist::default() };
    let mut rest = text;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let (text, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        rest = after.strip_prefix(b"\n").unwrap_or(after);
        let line = checklist.lines;
        checklist.lines = line.saturating_add(1);
        match line::parse(text, algorithm, &mut checklist.separator) {
            Line::Entry { path, expected } => {
                checklist.entries.push(ChecksumEntry { line, path, expected });
            }
            Line::Silent => {}
            Line::Malformed(flaw) => {
                checklist.malformed.push(Malformed { line, flaw });
            }
        }
    }
    checklist
}
