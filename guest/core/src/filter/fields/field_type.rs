//! What the values of a field are: how they are written and compared.

use crate::filter::expr::Operator;

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Bytes, usually UTF-8.
    Text,
    /// Text of at most some hundred bytes, which an entry may lack.
    Tag,
    /// An extension, in any case.
    Extension,
    /// A number of bytes.
    Size,
    /// A number.
    Number,
    /// Permissions, in octal.
    Mode,
    /// A user, by name or number.
    User,
    /// A group, by name or number.
    Group,
    /// A point in time.
    Time,
    /// How long something lasts: nanoseconds.
    Duration,
    /// What an entry is.
    Kind,
    /// True or not.
    Flag,
    /// `true` or `false`, or neither where an entry lacks it.
    Boolean,
    /// A whole number that may be negative.
    Signed,
    /// A number that may have a fraction.
    Float,
}

impl FieldType {
    /// Whether values are compared by an operator.
    pub(in crate::filter) const fn takes(self, operator: Operator) -> bool {
        match self {
            Self::Text | Self::Tag => {
                matches!(operator, Operator::Equal) || operator.is_pattern()
            }
            Self::Size
            | Self::Number
            | Self::Time
            | Self::Duration
            | Self::Signed
            | Self::Float => operator.is_ordered(),
            Self::Mode => operator.is_ordered() || operator.is_of_bits(),
            Self::Extension
            | Self::Kind
            | Self::Flag
            | Self::User
            | Self::Group
            | Self::Boolean => matches!(operator, Operator::Equal),
        }
    }

    /// The operators, for a message.
    pub(in crate::filter) const fn operators(self) -> &'static str {
        match self {
            Self::Text | Self::Tag => "=, !=, ~, !~, glob, iglob or in",
            Self::Size
            | Self::Number
            | Self::Duration
            | Self::Signed
            | Self::Float => "=, !=, <, <=, >, >= or in",
            Self::Mode => "=, !=, <, <=, >, >=, all, any or in",
            Self::Time => "within, before, after, <, <=, > or >=",
            Self::Extension | Self::Kind | Self::User | Self::Group => {
                "=, != or in"
            }
            Self::Flag => "and, or, or the end",
            Self::Boolean => "=, != or in",
        }
    }

    /// What a value is, for a message.
    pub(in crate::filter) const fn values(self) -> &'static str {
        match self {
            Self::Text | Self::Tag => {
                "a text, in quotes where it has spaces or signs"
            }
            Self::Extension => "an extension, such as rs",
            Self::Size => "a size, such as 4096, 10k or 1.5GiB",
            Self::Number => "a number",
            Self::Mode => "permissions in octal, such as 644",
            Self::User => "a user, by name or number",
            Self::Group => "a group, by name or number",
            Self::Time => {
                "a duration (7d, 1d12h), a date (2026-01-31), a time \
                 (2026-01-31T12:00:00Z) or today"
            }
            Self::Duration => "a duration, such as 90s, 1.5h or 1h30m",
            Self::Kind => {
                "file, directory, symlink, fifo, socket, block-device or \
                 char-device"
            }
            Self::Flag => "1",
            Self::Boolean => "true or false",
            Self::Signed => "a whole number, such as 3 or -3",
            Self::Float => "a number, such as 3, -0.5 or 1e6",
        }
    }
}
