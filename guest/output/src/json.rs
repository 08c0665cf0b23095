//! Records as JSON objects (RFC 8259): one a line, or in one array, an object
//! a line, whole also where the run ends early.
//!
//! A path is the string `path` where it is UTF-8. Where it is not, no string
//! could hold it, and `path_base64` is there instead: its bytes in base64
//! (RFC 4648, standard alphabet, padded). A field without a value is null.
//!
//! Equal files are one object for each group: `files` holds an object for each
//! file, and the fields that all of them share stand around it.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sanchay_core::record::{
    Column, Field, FieldId, PathRef, RecordBatch, RecordKind, Schema,
};
use sanchay_core::time::TimeFormatter;

use crate::values::{push_base64, push_json};
use crate::{EncodeError, Encoded, Encoder, json_text};

/// What parts two objects of an array.
const SEPARATOR: &str = ",\n";

/// Objects.
#[derive(Clone, Debug)]
pub(crate) struct Json {
    array: bool,
    grouped: bool,
    /// The key of each field, as `"name":`.
    keys: Vec<String>,
}

impl Json {
    /// An object a line. No object has a newline inside.
    pub(crate) fn lines(schema: &Arc<Schema>) -> Self {
        let key = |field: &Field| {
            // The rules for names leave nothing in them to be escaped.
            format!("\"{}\":", field.name)
        };
        let keys = schema.fields().iter().map(key).collect();
        let grouped =
            schema.kind() == RecordKind::Duplicate && !schema.is_chosen();
        Self { array: false, grouped, keys }
    }

    /// One array.
    pub(crate) fn array(schema: &Arc<Schema>) -> Self {
        Self { array: true, ..Self::lines(schema) }
    }

    fn begin(&self, out: &mut Encoded) {
        if self.array {
            out.bytes.extend_from_slice(SEPARATOR.as_bytes());
        }
    }

    fn end(&self, out: &mut Encoded) {
        if !self.array {
            out.bytes.push(b'\n');
        }
        out.end_record();
    }

    /// The columns with their fields and keys.
    fn columns<'a>(
        &'a self,
        batch: &'a RecordBatch,
    ) -> impl Iterator<Item = (&'a str, &'a Field, &'a Column)> {
        let keys = self.keys.iter().map(String::as_str);
        keys.zip(batch.columns()).map(|(key, (field, it))| (key, field, it))
    }

    fn rows(&self, batch: &RecordBatch, out: &mut Encoded) {
        let mut state = State::default();
        for row in 0..batch.len() {
            self.begin(out);
            let mut mark = b'{';
            for (key, _, column) in self.columns(batch) {
                out.bytes.push(mark);
                mark = b',';
                state.push(key, column, row, &mut out.bytes);
            }
            out.bytes.push(b'}');
            self.end(out);
        }
    }

    fn groups(&self, batch: &RecordBatch, out: &mut Encoded) {
        let mut state = State::default();
        for rows in group_rows(batch) {
            self.begin(out);
            let mut mark = b'{';
            let mut listed = false;
            for (key, field, column) in self.columns(batch) {
                // Its place in the output tells the number.
                if field.id == FieldId::Group {
                    continue;
                }
                if field.is_of_group() {
                    out.bytes.push(mark);
                    state.push(key, column, rows.start, &mut out.bytes);
                } else if !listed {
                    listed = true;
                    out.bytes.push(mark);
                    out.bytes.extend_from_slice(b"\"files\":[");
                    self.files(batch, rows.clone(), &mut state, out);
                    out.bytes.push(b']');
                }
                mark = b',';
            }
            out.bytes.push(b'}');
            self.end(out);
        }
    }

    /// The files of a group, with the fields that are not the group's.
    fn files(
        &self,
        batch: &RecordBatch,
        rows: core::ops::Range<usize>,
        state: &mut State,
        out: &mut Encoded,
    ) {
        let first = rows.start;
        for row in rows {
            if row > first {
                out.bytes.push(b',');
            }
            let mut mark = b'{';
            for (key, field, column) in self.columns(batch) {
                if field.is_of_group() {
                    continue;
                }
                out.bytes.push(mark);
                mark = b',';
                state.push(key, column, row, &mut out.bytes);
            }
            out.bytes.push(b'}');
        }
    }
}

impl Encoder for Json {
    fn head(&self) -> &[u8] {
        if self.array { b"[\n" } else { b"" }
    }

    fn separator(&self) -> &[u8] {
        if self.array { SEPARATOR.as_bytes() } else { b"" }
    }

    fn encode(
        &self,
        batch: &RecordBatch,
        out: &mut Encoded,
    ) -> Result<(), EncodeError> {
        if self.grouped {
            self.groups(batch, out);
        } else {
            self.rows(batch, out);
        }
        Ok(())
    }

    fn finish(
        &self,
        empty: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        if self.array {
            out.extend_from_slice(if empty { b"]\n" } else { b"\n]\n" });
        }
        Ok(())
    }
}

/// Appends a name with its key; one that is not UTF-8 in base64.
fn push_name(key: &str, name: Option<&[u8]>, out: &mut Vec<u8>) {
    let text = name.map(str::from_utf8);
    if let Some(Err(_)) = text {
        let key = key.strip_suffix("\":").unwrap_or(key);
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"_base64\":\"");
        push_base64(name.unwrap_or_default(), out);
        out.push(b'"');
        return;
    }
    out.extend_from_slice(key.as_bytes());
    match text {
        Some(Ok(text)) => {
            out.push(b'"');
            json_text::push(text, out);
            out.push(b'"');
        }
        _ => out.extend_from_slice(b"null"),
    }
}

/// The rows of each group in a batch.
pub(crate) fn group_rows(
    batch: &RecordBatch,
) -> impl Iterator<Item = core::ops::Range<usize>> {
    let numbers = match batch.column(FieldId::Group) {
        Some(Column::Unsigned(numbers)) => numbers.as_slice(),
        _ => &[],
    };
    debug_assert_eq!(numbers.len(), batch.len(), "each file is of a group");
    let mut start: usize = 0;
    numbers.chunk_by(|a, b| a == b).map(move |group| {
        let end = start.saturating_add(group.len());
        let rows = start..end;
        start = end;
        rows
    })
}

/// What encoding one batch remembers from row to row.
#[derive(Default)]
struct State {
    times: TimeFormatter,
    /// The directory whose prefix `parent` is.
    directory: Option<usize>,
    /// The prefix as a string of JSON has it.
    parent: Vec<u8>,
    /// Whether it is UTF-8.
    is_text: bool,
    scratch: Vec<u8>,
}

impl State {
    fn push(
        &mut self,
        key: &str,
        column: &Column,
        row: usize,
        out: &mut Vec<u8>,
    ) {
        if let Column::Path(paths) = column {
            if let Some(path) = paths.get(row) {
                self.path(&path, out);
            }
            return;
        }
        if let Column::Name(names) = column {
            push_name(key, names.get(row), out);
            return;
        }
        out.extend_from_slice(key.as_bytes());
        push_json(column, row, &mut self.times, out);
    }

    fn path(&mut self, path: &PathRef<'_>, out: &mut Vec<u8>) {
        if self.directory != Some(path.directory) {
            self.directory = Some(path.directory);
            self.parent.clear();
            let text = str::from_utf8(path.parent);
            self.is_text = text.is_ok();
            json_text::push(text.unwrap_or_default(), &mut self.parent);
        }
        match str::from_utf8(path.name) {
            Ok(name) if self.is_text => {
                out.extend_from_slice(b"\"path\":\"");
                out.extend_from_slice(&self.parent);
                json_text::push(name, out);
            }
            _ => {
                let path = path.join(&mut self.scratch);
                // A name that ends within a character may be text as a whole.
                match str::from_utf8(path) {
                    Ok(text) => {
                        out.extend_from_slice(b"\"path\":\"");
                        json_text::push(text, out);
                    }
                    Err(_) => {
                        out.extend_from_slice(b"\"path_base64\":\"");
                        push_base64(path, out);
                    }
                }
            }
        }
        out.push(b'"');
    }
}
