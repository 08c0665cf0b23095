//! From an expression to its text.

use core::fmt::{self, Display as _};

use super::{EVERYTHING, NOTHING};
use crate::duration;
use crate::filter::expr::{Expr, Operand, Operator, Test};
use crate::filter::fields::{FieldType, Subject};
use crate::filter::slot::{to_float, to_signed};
use crate::kind::{EntryKind, KindSet};
use crate::time::{TimeFormatter, Timestamp};

impl fmt::Display for Expr {
    /// The expression in the language that [`Expr::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => joined(parts, " and ", EVERYTHING, false, f),
            Self::Any(parts) => joined(parts, " or ", NOTHING, true, f),
            Self::Not(part) => {
                f.write_str("not ")?;
                nested(part, false, f)
            }
            Self::Test(test) => test.fmt(f),
        }
    }
}

fn joined(
    parts: &[Expr],
    join: &str,
    none: &str,
    in_any: bool,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    if parts.is_empty() {
        return f.write_str(none);
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(join)?;
        }
        nested(part, in_any, f)?;
    }
    Ok(())
}

/// A part of an expression, in parentheses where it has parts itself that
/// would otherwise belong to others: `and` binds closer than `or`. So no text
/// is nested more deeply than the one that it was parsed from.
fn nested(
    part: &Expr,
    in_any: bool,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let several = match part {
        Expr::All(parts) => parts.len() == 1 || !parts.is_empty() && !in_any,
        Expr::Any(parts) => !parts.is_empty(),
        Expr::Test(test) => Subject::of(test).is_some_and(|(_, operands)| {
            operands.len() > 1 && test.operator != Operator::Equal
        }),
        Expr::Not(_) => false,
    };
    match several {
        true => write!(f, "({part})"),
        false => part.fmt(f),
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((subject, operands)) = Subject::of(self) else {
            return write!(f, "field-{}", self.field);
        };
        let (name, value) = (&*subject.name, subject.value);
        let sign = match self.operator {
            Operator::Equal => "=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Regex => "~",
            Operator::Glob => "glob",
            Operator::GlobIgnoreCase => "iglob",
            Operator::AllBits => "all",
            Operator::AnyBit => "any",
        };
        match operands {
            [Operand::Number(1)] if value == FieldType::Flag => {
                f.write_str(name)
            }
            _ if subject.has_presence()
                && Expr::Test(self.clone()) == subject.present() =>
            {
                write!(f, "has({name})")
            }
            [Operand::Number(bits)] if value == FieldType::Kind => {
                kinds(name, *bits, f)
            }
            [operand] => {
                write!(f, "{name} {sign} {}", Value(value, operand))
            }
            operands if self.operator == Operator::Equal => {
                write!(f, "{name} in (")?;
                for (index, operand) in operands.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{}", Value(value, operand))?;
                }
                f.write_str(")")
            }
            operands => {
                for (index, operand) in operands.iter().enumerate() {
                    let or = if index == 0 { "" } else { " or " };
                    write!(f, "{or}{name} {sign} {}", Value(value, operand))?;
                }
                Ok(())
            }
        }
    }
}

/// A test of the kind.
fn kinds(name: &str, bits: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let set = u8::try_from(bits).ok().and_then(KindSet::from_bits);
    let set = set.unwrap_or_default();
    let has = |kind: &EntryKind| set.has(*kind);
    match EntryKind::ALL.iter().filter(|it| has(it)).count() {
        1 => f.write_fmt(format_args!("{name} = "))?,
        _ => f.write_fmt(format_args!("{name} in ("))?,
    }
    let mut several = false;
    for kind in EntryKind::ALL.iter().filter(|it| has(it)) {
        let comma = if several { ", " } else { "" };
        write!(f, "{comma}{kind}")?;
        several = true;
    }
    match EntryKind::ALL.iter().filter(|it| has(it)).count() {
        1 => Ok(()),
        _ => f.write_str(")"),
    }
}

/// A value of a field.
struct Value<'v>(FieldType, &'v Operand);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.1, self.0) {
            (Operand::Number(mode), FieldType::Mode) => {
                write!(f, "{mode:04o}")
            }
            (Operand::Number(nanoseconds), FieldType::Duration) => {
                duration::write(*nanoseconds, f)
            }
            (Operand::Number(number), FieldType::Signed) => {
                write!(f, "{}", to_signed(*number))
            }
            (Operand::Number(number), FieldType::Float) => {
                write!(f, "{:?}", to_float(*number))
            }
            (Operand::Number(number), FieldType::Boolean) => {
                write!(f, "{}", *number != 0)
            }
            (Operand::Number(number), _) => write!(f, "{number}"),
            (Operand::Time(time), _) => match far(*time) {
                Some(far) => write!(f, "{far}"),
                None => write!(f, "{time}"),
            },
            // The first dot is not read as part of it.
            (Operand::Bytes(bytes), FieldType::Extension)
                if bytes.starts_with(b".") =>
            {
                quoted(&[b".", bytes.as_slice()].concat(), f)
            }
            (Operand::Bytes(bytes), _) => quoted(bytes, f),
        }
    }
}

/// A time that RFC 3339 has no form for, where there is one with more digits.
fn far(time: Timestamp) -> Option<jiff::Timestamp> {
    let nanoseconds = i32::try_from(time.nanoseconds).ok()?;
    let far = jiff::Timestamp::new(time.seconds, nanoseconds).ok()?;
    TimeFormatter::default().format(time).is_none().then_some(far)
}

/// Bytes in quotes.
fn quoted(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                other if crate::escape::is_terminal_control(other) => {
                    let mut room = [0; 4];
                    for byte in other.encode_utf8(&mut room).bytes() {
                        write!(f, "\\x{byte:02x}")?;
                    }
                }
                other => write!(f, "{other}")?,
            }
        }
        for byte in chunk.invalid() {
            write!(f, "\\x{byte:02x}")?;
        }
    }
    f.write_str("\"")
}
