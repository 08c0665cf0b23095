//! The values that plugins extract from a file.

use alloc::boxed::Box;
use core::fmt;

use crate::time::Timestamp;

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueType {
    /// `true` or `false`.
    Boolean,
    /// A whole number that may be negative.
    Signed,
    /// A whole number that is not negative.
    Unsigned,
    /// A number in floating point.
    Float,
    /// A string of Unicode.
    Text,
    /// Bytes.
    Bytes,
    /// A point in time.
    Timestamp,
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "boolean",
            Self::Signed => "signed",
            Self::Unsigned => "unsigned",
            Self::Float => "float",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Timestamp => "timestamp",
        })
    }
}

/// A value of a column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number that may be negative.
    Signed(i64),
    /// A whole number that is not negative.
    Unsigned(u64),
    /// A number in floating point; always finite.
    Float(f64),
    /// A string of Unicode. It may contain anything: escape it before a person
    /// reads it.
    Text(Box<str>),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A point in time.
    Timestamp(Timestamp),
}

impl Value {
    /// The type of columns that hold such values.
    #[must_use]
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Boolean(_) => ValueType::Boolean,
            Self::Signed(_) => ValueType::Signed,
            Self::Unsigned(_) => ValueType::Unsigned,
            Self::Float(_) => ValueType::Float,
            Self::Text(_) => ValueType::Text,
            Self::Bytes(_) => ValueType::Bytes,
            Self::Timestamp(_) => ValueType::Timestamp,
        }
    }
}
