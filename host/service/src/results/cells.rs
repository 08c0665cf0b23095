//! Values of records as JSON: the same objects as the program's NDJSON has,
//! but that numbers which exceed what JavaScript holds are text.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sanchay_core::record::{Column, DataType, Field, FieldId, RecordBatch};
use serde_json::{Map, Value};

use crate::time::timestamp_text;

/// The names of the columns of rows: each path that may not be UTF-8 has a
/// second one, in Base64.
pub(crate) fn names<'f>(
    fields: impl Iterator<Item = &'f Field>,
) -> Vec<String> {
    let mut names = Vec::new();
    for field in fields {
        names.push(field.name.to_string());
        if is_name(field) {
            names.push(format!("{}_base64", field.name));
        }
    }
    names
}

/// A record as a list of values, in the order of [`names`].
pub(crate) fn list(batch: &RecordBatch, row: usize) -> Value {
    let mut values = Vec::new();
    for (field, column) in batch.columns() {
        match text_of(column, row) {
            Some(bytes) if is_name(field) => {
                let (text, base64) = split(bytes.as_deref());
                values.push(text);
                values.push(base64);
            }
            _ => values.push(value(field, column, row)),
        }
    }
    Value::Array(values)
}

/// A record as an object: a name that is not UTF-8 is under `NAME_base64`.
pub(crate) fn object(batch: &RecordBatch, row: usize) -> Value {
    let mut object = Map::new();
    for (field, column) in batch.columns() {
        let name = field.name.to_string();
        match text_of(column, row) {
            Some(bytes) if is_name(field) => match split(bytes.as_deref()) {
                (Value::Null, base64) if !base64.is_null() => {
                    object.insert(format!("{name}_base64"), base64);
                }
                (text, _) => {
                    object.insert(name, text);
                }
            },
            _ => {
                object.insert(name, value(field, column, row));
            }
        }
    }
    Value::Object(object)
}

/// Whether its values are names of files, which may be any bytes.
fn is_name(field: &Field) -> bool {
    matches!(field.data_type, DataType::Path | DataType::Name)
}

/// The value of a column of names; `None` for another column.
#[expect(
    clippy::option_option,
    reason = "a column of names may lack the value of a row"
)]
fn text_of(column: &Column, row: usize) -> Option<Option<Vec<u8>>> {
    match column {
        Column::Path(it) => {
            let path = it.get(row);
            Some(path.map(|path| [path.parent, path.name].concat()))
        }
        Column::Name(it) => Some(it.get(row).map(<[u8]>::to_vec)),
        _ => None,
    }
}

/// As text, or else in Base64.
pub(crate) fn split(bytes: Option<&[u8]>) -> (Value, Value) {
    let Some(bytes) = bytes else { return (Value::Null, Value::Null) };
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), Value::Null),
        Err(_) => (Value::Null, BASE64_STANDARD.encode(bytes).into()),
    }
}

fn value(field: &Field, column: &Column, row: usize) -> Value {
    match column {
        Column::Path(_) | Column::Name(_) => Value::Null,
        Column::Word(it) => it.get(row).copied().flatten().into(),
        Column::Hash(it) => {
            it.get(row).map(|content| content.to_string()).into()
        }
        Column::Boolean(it) => it.get(row).copied().flatten().into(),
        Column::Signed(it) => it.get(row).copied().flatten().into(),
        Column::Unsigned(it) => {
            let number = it.get(row).copied().flatten();
            match field.id {
                FieldId::Inode | FieldId::Device => {
                    number.map(|it| it.to_string()).into()
                }
                _ => number.into(),
            }
        }
        Column::Float(it) => it.get(row).copied().flatten().into(),
        Column::Text(it) => {
            let text = it.get(row).map(String::from_utf8_lossy);
            text.map(|it| it.into_owned()).into()
        }
        Column::Bytes(it) => {
            it.get(row).map(|it| BASE64_STANDARD.encode(it)).into()
        }
        Column::Timestamp(it) => {
            let time = it.get(row).copied().flatten();
            time.map(timestamp_text).filter(|it| !it.is_empty()).into()
        }
    }
}
