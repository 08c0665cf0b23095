//! `sanchay catalog query`: questions in SQL.

use std::{cell::RefCell, path::PathBuf};

use clap::{Args, ValueEnum, ValueHint};
use sanchay::escaped;
use sanchay_catalog::{SqlValue, query};
use serde_json::{Map, Number, Value};

use crate::{
    exit::Exit,
    failure::Failure,
    options::catalog::CatalogArgs,
    output::{Inputs, Sink},
    standard_streams::is_stdout,
};

/// Answer a question in SQL.
///
/// The catalog is opened to be read: what would change it is refused. In text,
/// values have tabs between them, after a line of their names; what is no text
/// is hexadecimal, and a missing value a dash. Rows are printed as they are
/// found; one with a value of more than 64 MiB ends the answer.
#[derive(Args, Debug)]
pub(crate) struct QueryArgs {
    /// The question, as 'SELECT count(*) FROM digests'
    sql: String,

    /// The output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    format: QueryFormat,

    /// Write the answer to FILE instead of standard output
    #[arg(
        short,
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath
    )]
    output: Option<PathBuf>,

    #[command(flatten)]
    catalog: CatalogArgs,
}

/// The forms of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum QueryFormat {
    /// lines, with tabs between values
    Text,
    /// one JSON object a line
    Ndjson,
}

/// How many bytes are written at once.
const FULL: usize = 64 * 1024;

impl QueryArgs {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let path = self.catalog.path()?;
        let inputs = Inputs::default().and([path.clone()]);
        let file = self.output.as_deref().filter(|it| !is_stdout(it));
        let sink = Sink::open(file, &inputs)?;
        let names = RefCell::new(Vec::new());
        let bytes = RefCell::new(Vec::new());
        let answered = query::<Failure>(
            &path,
            &self.sql,
            |columns| {
                let all = columns.iter().map(|it| (*it).to_owned());
                names.borrow_mut().extend(all);
                if self.format == QueryFormat::Text {
                    let mut line = bytes.borrow_mut();
                    let shown = columns.iter();
                    let shown: Vec<String> = shown
                        .map(|it| escaped(it.as_bytes()).to_string())
                        .collect();
                    line.extend_from_slice(shown.join("\t").as_bytes());
                    line.push(b'\n');
                }
                Ok(())
            },
            |values| {
                let mut bytes = bytes.borrow_mut();
                match self.format {
                    QueryFormat::Text => push_text(values, &mut bytes),
                    QueryFormat::Ndjson => {
                        push_json(&names.borrow(), values, &mut bytes);
                    }
                }
                if bytes.len() >= FULL {
                    let flow = sink.write(&bytes, &[]);
                    bytes.clear();
                    if flow.is_break() {
                        // The sink tells why, unless nobody reads any more.
                        return Err(Failure::PipeClosed);
                    }
                }
                Ok(())
            },
        );
        if answered.is_ok() {
            let _ = sink.write(&bytes.borrow(), &[]);
        }
        sink.finish(answered.is_ok())?;
        answered.map(|()| Exit::Done)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn push_text(values: &[SqlValue<'_>], line: &mut Vec<u8>) {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            line.push(b'\t');
        }
        let text = match value {
            SqlValue::Null => "-".to_owned(),
            SqlValue::Integer(number) => number.to_string(),
            SqlValue::Real(number) => number.to_string(),
            SqlValue::Text(text) => escaped(text).to_string(),
            SqlValue::Blob(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => {
                    escaped(text.as_bytes()).to_string()
                }
                _ => hexadecimal(bytes),
            },
        };
        line.extend_from_slice(text.as_bytes());
    }
    line.push(b'\n');
}

fn push_json(names: &[String], values: &[SqlValue<'_>], line: &mut Vec<u8>) {
    let mut object = Map::new();
    for (name, value) in names.iter().zip(values) {
        let value = match value {
            SqlValue::Null => Value::Null,
            SqlValue::Integer(number) => Value::from(*number),
            SqlValue::Real(number) => {
                Number::from_f64(*number).map_or(Value::Null, Value::Number)
            }
            SqlValue::Text(text) => Value::from(String::from_utf8_lossy(text)),
            SqlValue::Blob(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => Value::from(text),
                _ => Value::from(hexadecimal(bytes)),
            },
        };
        object.insert(name.clone(), value);
    }
    line.extend_from_slice(Value::Object(object).to_string().as_bytes());
    line.push(b'\n');
}
