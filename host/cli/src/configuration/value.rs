//! The value of a setting.

use std::{ffi::OsString, fmt};

use sanchay::is_terminal_control;
use toml::de::DeValue;

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Yes or no.
    Flag(bool),
    /// A number, in decimal.
    Number(String),
    /// A text.
    Text(OsString),
    /// Several values.
    List(Vec<Value>),
}

impl Value {
    /// The value that stands in a file. `None` for tables, which are none.
    pub(super) fn read(found: &DeValue<'_>) -> Option<Self> {
        Some(match found {
            DeValue::Boolean(flag) => Self::Flag(*flag),
            DeValue::Integer(number) if number.radix() == 10 => {
                Self::Number(number.as_str().to_owned())
            }
            DeValue::Integer(number) => {
                let digits = number.as_str();
                let value = u64::from_str_radix(digits, number.radix());
                Self::Number(value.ok()?.to_string())
            }
            DeValue::Float(number) => Self::Number(number.as_str().to_owned()),
            DeValue::String(text) => Self::Text(text.as_ref().into()),
            DeValue::Datetime(time) => Self::Text(time.to_string().into()),
            DeValue::Array(values) => {
                let values = values.iter().map(|it| Self::read(it.get_ref()));
                Self::List(values.collect::<Option<_>>()?)
            }
            DeValue::Table(_) => return None,
        })
    }

    /// The values of a list, or the only one.
    pub(super) fn each(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            one => std::slice::from_ref(one),
        }
    }

    /// What an option that takes a text or a number gets.
    pub(super) fn argument(&self) -> Option<OsString> {
        match self {
            Self::Number(number) => Some(number.into()),
            Self::Text(text) => Some(text.clone()),
            Self::Flag(_) | Self::List(_) => None,
        }
    }

    /// What it is, for a message.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Flag(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
        }
    }

    /// The value as JSON has it.
    pub(crate) fn json(&self) -> serde_json::Value {
        match self {
            Self::Flag(flag) => (*flag).into(),
            Self::Number(number) => serde_json::from_str(number)
                .unwrap_or_else(|_| number.as_str().into()),
            Self::Text(text) => text.to_string_lossy().into(),
            Self::List(values) => values.iter().map(Self::json).collect(),
        }
    }
}

impl fmt::Display for Value {
    /// The value as it is written in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => f.write_str(number),
            Self::Text(text) => quoted(&text.to_string_lossy(), f),
            Self::List(values) => {
                f.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{value}")?;
                }
                f.write_str("]")
            }
        }
    }
}

/// A text in quotes: in single ones where that spares escapes.
fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = !text.contains('\'') && !text.contains(is_terminal_control);
    if plain && text.contains(['"', '\\']) {
        return write!(f, "'{text}'");
    }
    f.write_str("\"")?;
    for character in text.chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            other if is_terminal_control(other) => {
                write!(f, "\\U{:08X}", u32::from(other))?;
            }
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::Value;

    fn read(text: &str) -> Option<Value> {
        let text = format!("key = {text}");
        let table = DeTable::parse(&text).unwrap();
        let (_, value) = table.get_ref().iter().next().unwrap();
        Value::read(value.get_ref())
    }

    #[test]
    fn values_are_read_as_they_are_meant() {
        assert_eq!(read("true"), Some(Value::Flag(true)));
        assert_eq!(read("1_000"), Some(Value::Number("1000".into())));
        assert_eq!(read("0o17"), Some(Value::Number("15".into())));
        assert_eq!(read("2026-01-31"), Some(Value::Text("2026-01-31".into())));
        assert_eq!(
            read("[1, 'a']"),
            Some(Value::List(vec![
                Value::Number("1".into()),
                Value::Text("a".into())
            ]))
        );
        assert_eq!(read("{ a = 1 }"), None);
        assert_eq!(read("[{ a = 1 }]"), None);
    }

    proptest! {
        #[test]
        fn a_text_that_is_printed_is_read_again(text: String) {
            let value = Value::Text(text.into());
            prop_assert_eq!(read(&value.to_string()), Some(value));
        }
    }
}
