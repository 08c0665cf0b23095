//! Expressions: what must be true of an entry that is wanted.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::fields::Field;
use crate::kind::KindSet;
use crate::time::Timestamp;

/// What must be true of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All of these. Of none, everything is true.
    All(Vec<Expr>),
    /// One of these, or several. Of none, nothing is true.
    Any(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// A test of one field.
    Test(Test),
}

/// A test of one field. A test of a value that an entry does not have is
/// false.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The field's code; see [`Field`].
    pub field: u8,
    /// How the value is compared.
    pub operator: Operator,
    /// What it is compared with: one of them must do.
    pub operands: Vec<Operand>,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// It is equal.
    Equal,
    /// It is less, or earlier.
    Less,
    /// It is less or equal.
    LessOrEqual,
    /// It is greater, or later.
    Greater,
    /// It is greater or equal.
    GreaterOrEqual,
    /// A regular expression is found in it.
    Regex,
    /// A glob matches all of it.
    Glob,
    /// A glob matches all of it, without regard to case.
    GlobIgnoreCase,
    /// Of permissions: it has all of the bits.
    AllBits,
    /// Of permissions: it has one of the bits, or there are none to have.
    AnyBit,
}

impl Operator {
    /// All of them, in the order of their codes.
    pub(super) const ALL: [Self; 10] = [
        Self::Equal,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Regex,
        Self::Glob,
        Self::GlobIgnoreCase,
        Self::AllBits,
        Self::AnyBit,
    ];

    /// Its number in programs.
    pub(super) const fn code(self) -> u8 {
        self as u8
    }

    /// Whether it compares values by their order.
    pub(super) const fn is_ordered(self) -> bool {
        !self.is_pattern() && !self.is_of_bits()
    }

    /// Whether it matches a text with a pattern.
    pub(super) const fn is_pattern(self) -> bool {
        matches!(self, Self::Regex | Self::Glob | Self::GlobIgnoreCase)
    }

    /// Whether it compares bits.
    pub(super) const fn is_of_bits(self) -> bool {
        matches!(self, Self::AllBits | Self::AnyBit)
    }
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A number.
    Number(u64),
    /// A point in time.
    Time(Timestamp),
    /// Bytes or text.
    Bytes(Vec<u8>),
}

impl Operand {
    /// The number that it is.
    pub(super) fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Time(_) | Self::Bytes(_) => None,
        }
    }

    /// The time that it is.
    pub(super) fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Number(_) | Self::Bytes(_) => None,
        }
    }

    /// The bytes that it is.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Number(_) | Self::Time(_) => None,
        }
    }
}

impl Expr {
    /// A test with one operand.
    #[must_use]
    pub fn test(field: &Field, operator: Operator, operand: Operand) -> Self {
        let operands = vec![operand];
        Self::Test(Test { field: field.code, operator, operands })
    }

    /// The test that a flag is set.
    pub(super) fn flag(field: &Field) -> Self {
        Self::test(field, Operator::Equal, Operand::Number(1))
    }

    /// Makes it true of what is true of another, too.
    pub(super) fn or(&mut self, other: Self) {
        match (self, other) {
            (Self::Any(parts), other) => parts.push(other),
            (Self::Test(test), Self::Test(other))
                if test.field == other.field
                    && test.operator == other.operator =>
            {
                test.operands.extend(other.operands);
            }
            (this, other) => {
                let first = core::mem::replace(this, Self::Any(Vec::new()));
                *this = Self::Any(vec![first, other]);
            }
        }
    }

    /// Makes it true only of what another is true of, too.
    pub(super) fn and(&mut self, other: Self) {
        let first = core::mem::replace(self, Self::All(Vec::new()));
        *self = Self::All(match first {
            Self::All(mut parts) => {
                parts.push(other);
                parts
            }
            first => vec![first, other],
        });
    }

    /// The same without parts that could be parts of what they are in, and
    /// without joints of one part.
    pub(super) fn flattened(self) -> Self {
        let flat = |parts: Vec<Self>, all: bool| {
            let mut flat = Vec::new();
            for part in parts {
                match (part.flattened(), all) {
                    (Self::All(inner), true) | (Self::Any(inner), false) => {
                        flat.extend(inner);
                    }
                    (other, _) => flat.push(other),
                }
            }
            match (flat.len(), flat.pop()) {
                (1, Some(only)) => only,
                (_, last) => {
                    flat.extend(last);
                    if all { Self::All(flat) } else { Self::Any(flat) }
                }
            }
        };
        match self {
            Self::All(parts) => flat(parts, true),
            Self::Any(parts) => flat(parts, false),
            Self::Not(part) => Self::Not(Box::new(part.flattened())),
            Self::Test(test) => Self::Test(test),
        }
    }

    /// The test that an entry is hidden.
    pub(super) fn hidden() -> Self {
        Self::flag(Field::HIDDEN)
    }

    /// Whether it is only true where another is, as that is a part of it.
    pub(super) fn requires(&self, other: &Self) -> bool {
        match self {
            Self::All(parts) => parts.iter().any(|it| it.requires(other)),
            this => this == other,
        }
    }

    /// Whether a field is tested anywhere.
    #[must_use]
    pub fn tests(&self, field: &Field) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().any(|part| part.tests(field))
            }
            Self::Not(part) => part.tests(field),
            Self::Test(test) => test.field == field.code,
        }
    }

    /// All tests in it.
    pub(super) fn tested<'e>(&'e self, out: &mut Vec<&'e Test>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.tested(out));
            }
            Self::Not(part) => part.tested(out),
            Self::Test(test) => out.push(test),
        }
    }

    /// The kinds that an entry can have for which this is true.
    pub(super) fn kinds(&self) -> KindSet {
        match self {
            Self::All(parts) => parts
                .iter()
                .fold(KindSet::ALL, |set, part| set.and(part.kinds())),
            Self::Any(parts) => parts
                .iter()
                .fold(KindSet::default(), |set, part| set.or(part.kinds())),
            Self::Not(part) => match &**part {
                Self::Test(test) => {
                    test.kinds().map_or(KindSet::ALL, KindSet::complement)
                }
                _ => KindSet::ALL,
            },
            Self::Test(test) => test.kinds().unwrap_or(KindSet::ALL),
        }
    }
}
