//! What a plugin says of itself, checked against the rules that `wit/` gives.

use std::collections::HashSet;
use std::sync::Arc;

use sanchay_core::escape::is_terminal_control;

use super::error::{shortened, wrong};
use super::pattern::Pattern;
use super::{PluginError, wire};
use sanchay_core::value::ValueType;

/// The longest name, in bytes; of versions, too.
const NAME: usize = 64;

/// How many columns an extractor may have, how many selections, and how many
/// patterns they may have together.
const COLUMNS: usize = 64;
const SELECTIONS: usize = 64;
const PATTERNS: usize = 1024;

/// How many bytes of a file an extractor may ask for.
const BYTE_RANGE: u64 = 16 << 20;

/// How many bytes of a file an extractor may be passed that has so much
/// memory.
pub(super) fn most(memory: usize) -> u64 {
    BYTE_RANGE.min(memory as u64 / 4)
}

/// A column of the output.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Its name in the output: the plugin's, a dot, and its own, of lower-case
    /// ASCII letters, digits, hyphens and underscores, a letter first.
    pub name: Box<str>,
    /// The type of its values.
    pub value_type: ValueType,
}

/// Which bytes of a file an extractor asks for. It gets all of a file that
/// has fewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// None.
    Nothing,
    /// So many of its first bytes.
    Head(u32),
    /// So many of its last bytes.
    Tail(u32),
    /// So many of its first and of its last bytes.
    Both(u32, u32),
    /// All of a file of at most so many bytes; it is not asked about others.
    Whole(u32),
}

impl ByteRange {
    /// How many bytes it is of a file of that size: of its head and its tail.
    #[must_use]
    pub fn of(self, size: u64) -> (usize, usize) {
        let (head, tail) = match self {
            Self::Nothing => (0, 0),
            Self::Head(head) | Self::Whole(head) => (head, 0),
            Self::Tail(tail) => (0, tail),
            Self::Both(head, tail) => (head, tail),
        };
        let of = |wanted: u32| {
            usize::try_from(u64::from(wanted).min(size)).unwrap_or(usize::MAX)
        };
        (of(head), of(tail))
    }

    /// How many bytes it is at most.
    fn most(self) -> u64 {
        let (head, tail) = self.of(u64::MAX);
        head as u64 + tail as u64
    }
}

/// Files that an extractor takes, and what it asks for of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// What they are recognised by, any one of these.
    pub patterns: Vec<Pattern>,
    /// Which of their bytes it asks for at first.
    pub byte_range: ByteRange,
}

/// Whether a plugin can be called that.
pub(super) fn is_name(name: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=NAME).contains(&name.len()) && name.bytes().all(allowed)
}

/// Checks a plugin's name and version.
pub(super) fn identity(name: &str, version: &str) -> Result<(), PluginError> {
    if !is_name(name) {
        return wrong(format!(
            "its name, {:?}, must have 1 to {NAME} ASCII letters, digits, \
             hyphens and underscores",
            shortened(name)
        ));
    }
    if version.len() > NAME || version.chars().any(is_terminal_control) {
        return wrong(format!(
            "its version, {:?}, must have at most {NAME} bytes and no \
             characters that control a terminal or the direction of text",
            shortened(version)
        ));
    }
    Ok(())
}

/// Checks what an extractor says of itself that is called this and may use so
/// much memory.
pub(super) fn extraction(
    description: wire::ExtractorDescription,
    name: &str,
    memory: usize,
) -> Result<(Arc<[Column]>, Vec<Selection>), PluginError> {
    let wire::ExtractorDescription { columns, selections, .. } = description;
    if !(1..=COLUMNS).contains(&columns.len()) {
        let count = columns.len();
        return wrong(format!("it has {count} columns, not 1 to {COLUMNS}"));
    }
    let mut names = HashSet::new();
    for column in &columns {
        if !is_key(&column.name) {
            return wrong(format!(
                "its column {:?} must have 1 to {NAME} lower-case ASCII \
                 letters, digits, hyphens and underscores, a letter first",
                shortened(&column.name)
            ));
        }
        if !names.insert(&*column.name) {
            return wrong(format!("two columns are called {}", column.name));
        }
    }
    let columns = columns
        .iter()
        .map(|column| Column {
            name: format!("{name}.{}", column.name).into(),
            value_type: column.value_type.into(),
        })
        .collect();
    if !(1..=SELECTIONS).contains(&selections.len()) {
        let count = selections.len();
        return wrong(format!(
            "it takes files by {count} selections, not 1 to {SELECTIONS}"
        ));
    }
    let patterns: usize = selections.iter().map(|it| it.patterns.len()).sum();
    if patterns > PATTERNS {
        return wrong(format!("{patterns} patterns, more than {PATTERNS}"));
    }
    let selections = selections
        .into_iter()
        .map(|said| selection(said, most(memory)))
        .collect::<Result<_, _>>()?;
    Ok((columns, selections))
}

/// Checks a selection of which so many bytes may be asked for.
fn selection(
    said: wire::Selection,
    most: u64,
) -> Result<Selection, PluginError> {
    let wire::Selection { patterns, byte_range } = said;
    if patterns.is_empty() {
        return wrong("a selection without a pattern".into());
    }
    let patterns =
        patterns.into_iter().map(Pattern::new).collect::<Result<_, _>>()?;
    let byte_range = ByteRange::from(byte_range);
    if byte_range.most() > most {
        let asked = byte_range.most();
        return wrong(format!(
            "it asks for {asked} bytes of a file; {most} are allowed: a \
             quarter of its memory, and never more than {BYTE_RANGE}"
        ));
    }
    Ok(Selection { patterns, byte_range })
}

/// Whether a column or a setting can be called that.
pub(super) fn is_key(name: &str) -> bool {
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'-' | b'_')
    };
    name.len() <= NAME
        && name.bytes().all(allowed)
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
}

impl From<wire::ByteRange> for ByteRange {
    fn from(byte_range: wire::ByteRange) -> Self {
        match byte_range {
            wire::ByteRange::Nothing => Self::Nothing,
            wire::ByteRange::Head(bytes) => Self::Head(bytes),
            wire::ByteRange::Tail(bytes) => Self::Tail(bytes),
            wire::ByteRange::Both(wire::TwoEnds { head, tail }) => {
                Self::Both(head, tail)
            }
            wire::ByteRange::Whole(bytes) => Self::Whole(bytes),
        }
    }
}

impl From<wire::ValueType> for ValueType {
    fn from(value_type: wire::ValueType) -> Self {
        match value_type {
            wire::ValueType::Boolean => Self::Boolean,
            wire::ValueType::Signed => Self::Signed,
            wire::ValueType::Unsigned => Self::Unsigned,
            wire::ValueType::Float => Self::Float,
            wire::ValueType::Text => Self::Text,
            wire::ValueType::Bytes => Self::Bytes,
            wire::ValueType::Timestamp => Self::Timestamp,
        }
    }
}

#[cfg(test)]
mod tests;
