//! Comma-separated values (RFC 4180, lines ended by a newline), with a header;
//! or values separated by tabs, by the same rules.
//!
//! Each row has both `path` and `path_base64`, one of them empty: the second
//! has the bytes of a path that is not UTF-8, in base64. On a terminal it has
//! those of a path with control characters as well, since CSV has no escape
//! for them. A missing value is an empty field. A field of text is quoted and
//! holds the text as it is, newlines and all, but on a terminal; it is not
//! guarded against spreadsheets that take a leading `=` for a formula.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use sanchay_core::record::{Column, DataType, PathRef, RecordBatch, Schema};
use sanchay_core::time::TimeFormatter;

use crate::name::{escapes_on_terminal, push_escaped};
use crate::values::{push_base64, push_plain};
use crate::{EncodeError, Encoded, Encoder};

/// Rows.
#[derive(Clone, Debug)]
pub(crate) struct Csv {
    terminal: bool,
    separator: u8,
    header: String,
}

impl Csv {
    pub(crate) fn new(
        schema: &Arc<Schema>,
        separator: u8,
        terminal: bool,
    ) -> Self {
        let comma = char::from(separator);
        let mut header = String::new();
        for field in schema.fields() {
            if !header.is_empty() {
                header.push(comma);
            }
            header.push_str(&field.name);
            if matches!(field.data_type, DataType::Path | DataType::Name) {
                header.push(comma);
                header.push_str(&field.name);
                header.push_str("_base64");
            }
        }
        header.push('\n');
        Self { terminal, separator, header }
    }

    fn push_text(&self, text: &[u8], out: &mut Vec<u8>) {
        if self.terminal && has_terminal_control(text) {
            let mut escaped = Vec::new();
            push_escaped(text, &mut escaped);
            self.push_field(&escaped, out);
        } else {
            self.push_field(text, out);
        }
    }

    fn push_field(&self, field: &[u8], out: &mut Vec<u8>) {
        if !self.needs_quotes(field) {
            out.extend_from_slice(field);
            return;
        }
        let start = out.len();
        // Every byte may need another before it, and quotes stand around it.
        let room = field.len().saturating_mul(2).saturating_add(2);
        out.resize(start.saturating_add(room), 0);
        let mut writer =
            csv_core::WriterBuilder::new().delimiter(self.separator).build();
        let space = out.get_mut(start..).unwrap_or_default();
        let (_, _, written) = writer.field(field, space);
        let rest = space.get_mut(written..).unwrap_or_default();
        let (_, closing) = writer.finish(rest);
        out.truncate(start.saturating_add(written).saturating_add(closing));
    }

    /// Whether a field is for `csv_core` to write; all others stand for
    /// themselves.
    fn needs_quotes(&self, field: &[u8]) -> bool {
        let special = |byte: &u8| {
            matches!(byte, b'"' | b'\n' | b'\r') || *byte == self.separator
        };
        field.iter().any(special)
    }

    /// Appends the two path fields and the separator between them.
    fn push_path(&self, path: &[u8], out: &mut Vec<u8>) {
        let is_shown = str::from_utf8(path).is_ok()
            && !(self.terminal && has_terminal_control(path));
        if is_shown {
            self.push_field(path, out);
            out.push(self.separator);
        } else {
            out.push(self.separator);
            push_base64(path, out);
        }
    }
}

impl Encoder for Csv {
    fn head(&self) -> &[u8] {
        self.header.as_bytes()
    }

    fn encode(
        &self,
        batch: &RecordBatch,
        out: &mut Encoded,
    ) -> Result<(), EncodeError> {
        let mut state = State::default();
        for row in 0..batch.len() {
            let start = out.bytes.len();
            let mut is_first = true;
            for (_, column) in batch.columns() {
                if !is_first {
                    out.bytes.push(self.separator);
                }
                is_first = false;
                match column {
                    Column::Path(paths) => {
                        if let Some(path) = paths.get(row) {
                            state.path(self, &path, &mut out.bytes);
                        }
                    }
                    Column::Name(names) => {
                        let name = names.get(row).unwrap_or_default();
                        self.push_path(name, &mut out.bytes);
                    }
                    Column::Text(texts) => {
                        let text = texts.get(row).unwrap_or_default();
                        self.push_text(text, &mut out.bytes);
                    }
                    _ => {
                        let times = &mut state.times;
                        push_plain(column, row, times, &mut out.bytes);
                    }
                }
            }
            if out.bytes.len() == start {
                // Readers skip empty lines.
                out.bytes.extend_from_slice(b"\"\"");
            }
            out.bytes.push(b'\n');
            out.end_record();
        }
        Ok(())
    }
}

/// What encoding one batch remembers from row to row.
#[derive(Default)]
struct State {
    times: TimeFormatter,
    /// The directory that `is_plain` speaks of.
    directory: Option<usize>,
    /// Whether the prefix of the paths in it is text that needs no quotes.
    is_plain: bool,
    scratch: Vec<u8>,
}

impl State {
    fn path(&mut self, csv: &Csv, path: &PathRef<'_>, out: &mut Vec<u8>) {
        if self.directory != Some(path.directory) {
            self.directory = Some(path.directory);
            self.is_plain = !csv.terminal
                && !csv.needs_quotes(path.parent)
                && str::from_utf8(path.parent).is_ok();
        }
        if self.is_plain
            && path.name.is_ascii()
            && !csv.needs_quotes(path.name)
        {
            out.extend_from_slice(path.parent);
            out.extend_from_slice(path.name);
            out.push(csv.separator);
        } else {
            csv.push_path(path.join(&mut self.scratch), out);
        }
    }
}

/// Whether a terminal would interpret something in the text. (A backslash is
/// escaped on a terminal elsewhere, but does nothing by itself.)
fn has_terminal_control(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\\').any(escapes_on_terminal)
}
