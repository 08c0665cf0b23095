//! Reading back what the program wrote in its machine formats, with parsers
//! that are not the program's.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

/// The objects of NDJSON; every line must be one.
#[must_use]
#[track_caller]
pub fn ndjson(output: &[u8]) -> Vec<Value> {
    assert!(
        output.is_empty() || output.ends_with(b"\n"),
        "the last line is not ended"
    );
    let lines = output.split(|byte| *byte == b'\n');
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let value: Value =
                serde_json::from_slice(line).unwrap_or_else(|error| {
                    let line = String::from_utf8_lossy(line);
                    panic!("not JSON ({error}): {line}")
                });
            assert!(value.is_object());
            value
        })
        .collect()
}

/// The objects of one JSON array.
#[must_use]
#[track_caller]
pub fn json(output: &[u8]) -> Vec<Value> {
    let value: Value = serde_json::from_slice(output).unwrap();
    value.as_array().expect("one array").clone()
}

/// The path of an object: `path`, or `path_base64` where no string could say
/// it; never both.
#[must_use]
#[track_caller]
pub fn path(object: &Value) -> Vec<u8> {
    match (object.get("path"), object.get("path_base64")) {
        (Some(path), None) => path.as_str().unwrap().as_bytes().to_vec(),
        (None, Some(bytes)) => {
            let bytes = STANDARD.decode(bytes.as_str().unwrap()).unwrap();
            assert!(
                str::from_utf8(&bytes).is_err(),
                "a path that is UTF-8 is a string"
            );
            bytes
        }
        both => panic!("one of path and path_base64 is there, not {both:?}"),
    }
}

/// A table of comma-separated values: its header and rows.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<Vec<u8>>>,
}

/// Parses comma-separated values with a header; every row must have as many
/// fields.
#[must_use]
#[track_caller]
pub fn csv(output: &[u8]) -> Table {
    let mut reader = csv::ReaderBuilder::new().from_reader(output);
    let header = reader.headers().unwrap();
    let header = header.iter().map(str::to_owned).collect();
    let rows = reader
        .byte_records()
        .map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect());
    Table { header, rows: rows.collect() }
}

impl Table {
    /// The header's names.
    #[must_use]
    pub fn header(&self) -> Vec<&str> {
        self.header.iter().map(String::as_str).collect()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The fields of one column, as text.
    #[must_use]
    #[track_caller]
    pub fn column(&self, name: &str) -> Vec<String> {
        let text = |field: &Vec<u8>| String::from_utf8(field.clone()).unwrap();
        self.fields(name).map(text).collect()
    }

    #[track_caller]
    fn fields(&self, name: &str) -> impl Iterator<Item = &Vec<u8>> {
        let at = self.header.iter().position(|it| it == name);
        let at = at.unwrap_or_else(|| panic!("there is no column {name}"));
        self.rows.iter().map(move |row| &row[at])
    }

    /// The paths, one a row, from the columns `path` and `path_base64`.
    #[must_use]
    #[track_caller]
    pub fn paths(&self) -> Vec<Vec<u8>> {
        let both = self.fields("path").zip(self.fields("path_base64"));
        both.map(|(path, base64)| {
            assert!(path.is_empty() != base64.is_empty(), "one of them");
            if base64.is_empty() {
                path.clone()
            } else {
                STANDARD.decode(base64).unwrap()
            }
        })
        .collect()
    }
}
