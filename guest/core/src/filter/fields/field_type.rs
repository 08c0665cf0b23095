//! What the values of a field are: how they are written and compared.

use crate::filter::expr::Operator;

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Bytes, usually UTF-8.
    Text,
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
    /// What an entry is.
    Kind,
    /// True or not.
    Flag,
}

impl FieldType {
    /// Whether values are compared by an operator.
    pub(in crate::filter) const fn takes(self, operator: Operator) -> bool {
        match self {
            Self::Text => {
                matches!(operator, Operator::Equal) || operator.is_pattern()
            }
            Self::Size | Self::Number | Self::Time => operator.is_ordered(),
            Self::Mode => operator.is_ordered() || operator.is_of_bits(),
            Self::Extension
            | Self::Kind
            | Self::Flag
            | Self::User
            | Self::Group => matches!(operator, Operator::Equal),
        }
    }

    /// The operators, for a message.
    pub(in crate::filter) const fn operators(self) -> &'static str {
        match self {
            Self::Text => "=, !=, ~, !~, glob, iglob or in",
            Self::Size | Self::Number => "=, !=, <, <=, >, >= or in",
            Self::Mode => "=, !=, <, <=, >, >=, all, any or in",
            Self::Time => "within, before, after, <, <=, > or >=",
            Self::Extension | Self::Kind | Self::User | Self::Group => {
                "=, != or in"
            }
            Self::Flag => "and, or, or the end",
        }
    }

    /// What a value is, for a message.
    pub(in crate::filter) const fn values(self) -> &'static str {
        match self {
            Self::Text => "a text, in quotes where it has spaces or signs",
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
            Self::Kind => {
                "file, directory, symlink, fifo, socket, block-device or \
                 char-device"
            }
            Self::Flag => "1",
        }
    }
}
