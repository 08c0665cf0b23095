//! How a value is written: the formats of each type of field.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::counter::width;
use super::forms::Form;
use crate::escape::escaped;
use crate::record::{DataType, Field, FieldId};
use crate::time::{TimeZone, Timestamp, strftime};
use crate::value::ValueType;

/// How a value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Conversion {
    /// As lines of text have it.
    Plain,
    /// A number with zeros before it, so that it has so many digits.
    Zeros(usize),
    /// A number with spaces before it.
    Spaces(usize),
    /// A size that a person reads.
    Human,
    /// The first so many characters of a digest.
    Prefix(usize),
    /// A time by strftime.
    Time(String),
    /// Text in these forms, one after the other.
    Forms(Vec<Form>),
}

/// What is wrong with a format, and what may stand there.
pub(super) type Wrong = (String, String);

impl Conversion {
    /// The conversion that a format of a field's means.
    pub(super) fn parse(format: &str, field: &Field) -> Result<Self, Wrong> {
        let found = match field.data_type {
            DataType::Path | DataType::Name | DataType::Word => {
                forms(format).map(Conversion::Forms)
            }
            DataType::Hash => {
                prefix(format).or_else(|| forms(format).map(Conversion::Forms))
            }
            DataType::Value(ValueType::Text) => {
                forms(format).map(Conversion::Forms)
            }
            DataType::Value(ValueType::Unsigned) => {
                human(format, field.id).or_else(|| padded(format))
            }
            DataType::Value(ValueType::Signed) => padded(format),
            DataType::Value(ValueType::Timestamp) => return time(format),
            DataType::Value(_) => None,
        };
        found.ok_or_else(|| {
            let shown = escaped(format.as_bytes());
            let name = &field.name;
            let message = format!("'{shown}' is no format of {name}");
            (message, hint(field))
        })
    }
}

/// The names of the forms of text.
pub(super) fn form_names() -> String {
    let names: Vec<&str> = Form::ALL.iter().map(|it| it.0).collect();
    names.join(", ")
}

fn hint(field: &Field) -> String {
    match field.data_type {
        DataType::Path | DataType::Name | DataType::Word => form_names(),
        DataType::Hash => {
            format!("the number of characters, or {}", form_names())
        }
        DataType::Value(ValueType::Text) => form_names(),
        DataType::Value(ValueType::Unsigned) if is_bytes(field.id) => {
            "human, or a number of digits: 12, or 012 with zeros".to_owned()
        }
        DataType::Value(ValueType::Unsigned | ValueType::Signed) => {
            "a number of digits: 4, or 04 with zeros".to_owned()
        }
        DataType::Value(ValueType::Timestamp) => {
            "strftime, as %Y-%m-%d_%H%M%S".to_owned()
        }
        DataType::Value(_) => "its values have none".to_owned(),
    }
}

/// Whether a field counts bytes. What a plugin's numbers are is not known.
fn is_bytes(id: FieldId) -> bool {
    matches!(
        id,
        FieldId::Size
            | FieldId::Allocated
            | FieldId::Chunk
            | FieldId::Reclaimable
            | FieldId::Plugin(_)
    )
}

fn human(format: &str, id: FieldId) -> Option<Conversion> {
    (format == "human" && is_bytes(id)).then_some(Conversion::Human)
}

fn padded(format: &str) -> Option<Conversion> {
    let width = width(format)?;
    Some(match format.starts_with('0') {
        true => Conversion::Zeros(width),
        false => Conversion::Spaces(width),
    })
}

fn prefix(format: &str) -> Option<Conversion> {
    let all = format.bytes().all(|byte| byte.is_ascii_digit());
    let length = format.parse::<usize>().ok()?;
    (all && length > 0).then_some(Conversion::Prefix(length))
}

/// The forms of text that a format lists.
pub(super) fn forms(format: &str) -> Option<Vec<Form>> {
    format.split(',').map(|it| Form::named(it.trim())).collect()
}

/// A format of times, which one time shows to be one.
fn time(format: &str) -> Result<Conversion, Wrong> {
    let hint = || "strftime, as %Y-%m-%d_%H%M%S".to_owned();
    if !format.contains('%') {
        let shown = escaped(format.as_bytes());
        return Err((format!("'{shown}' is no format of times"), hint()));
    }
    let sample = Timestamp { seconds: 951_782_400, nanoseconds: 7 };
    match strftime(format, sample, &TimeZone::UTC.into()) {
        Ok(_) => Ok(Conversion::Time(format.to_owned())),
        Err(why) => {
            let why = format!("{why}");
            let why = escaped(why.as_bytes());
            Err((format!("this is no format of times: {why}"), hint()))
        }
    }
}
