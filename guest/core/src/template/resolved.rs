//! A template whose fields were found in a schema: it writes records.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::conversion::Conversion;
use super::counter::{Counter, Counts, Padded};
use super::{Choice, Piece, Source, SyntaxError, Template};
use crate::append::append as put;
use crate::escape::escaped;
use crate::record::{
    Column, DataType, FieldId, RecordBatch, Schema, UnknownField,
};
use crate::size::HumanBytes;
use crate::time::{TimeFormatter, TimeZone, strftime};
use crate::value::ValueType;

/// A template of records of one schema.
#[derive(Clone, Debug)]
pub struct Resolved {
    steps: Vec<Step>,
    zone: TimeZone,
}

#[derive(Clone, Debug)]
enum Step {
    Text(Vec<u8>),
    Value(Vec<Part>),
}

#[derive(Clone, Debug)]
enum Part {
    Text(Vec<u8>),
    Field(FieldId, Conversion),
    Counter(Counter),
}

/// What writing one record leaves for the next.
#[derive(Debug, Default)]
pub struct State {
    counts: Counts,
    times: TimeFormatter,
    value: Vec<u8>,
}

impl Template {
    /// Finds the fields among those of records that can be chosen, and
    /// returns the records that have them. Times by strftime are in `zone`.
    ///
    /// # Errors
    ///
    /// A field that the records do not have, or a format that is none of its
    /// type's.
    pub fn resolve(
        &self,
        records: &Schema,
        zone: TimeZone,
    ) -> Result<(Schema, Resolved), SyntaxError> {
        let mut needed = Vec::new();
        let mut need = |id| {
            if !needed.contains(&id) {
                needed.push(id);
            }
        };
        let mut steps = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let choices = match piece {
                Piece::Text(text) => {
                    steps.push(Step::Text(text.clone()));
                    continue;
                }
                Piece::Value(choices) => choices,
            };
            let mut parts = Vec::with_capacity(choices.len());
            for choice in choices {
                let part = self.part(choice, records)?;
                match &part {
                    Part::Field(id, _) => need(*id),
                    Part::Counter(it) if it.per_parent => {
                        need(FieldId::Parent);
                    }
                    Part::Counter(_) | Part::Text(_) => {}
                }
                parts.push(part);
            }
            steps.push(Step::Value(parts));
        }
        Ok((records.choose(&needed), Resolved { steps, zone }))
    }

    fn part(
        &self,
        choice: &Choice,
        records: &Schema,
    ) -> Result<Part, SyntaxError> {
        let name = match &choice.source {
            Source::Text(text) => return Ok(Part::Text(text.clone())),
            Source::Counter(counter) => return Ok(Part::Counter(*counter)),
            Source::Capture(number) => {
                let message = format!(
                    "there is no capture {number}: nothing is matched"
                );
                let hint = String::from("a field, as {name}");
                return Err(self.error(message, choice.place, hint));
            }
            Source::Field(name) => name,
        };
        let field = records.field(name).ok_or_else(|| {
            let known = UnknownField::in_schema(records, name);
            let name = escaped(name.as_bytes());
            let message = format!("there is no field '{name}'");
            let hint = format!("fields are {}", known.known.join(", "));
            self.error(message, choice.place, hint)
        })?;
        if field.data_type == DataType::Value(ValueType::Bytes) {
            let message =
                format!("{} has bytes, which are no text", field.name);
            let hint = String::from("--fields prints them in base64");
            return Err(self.error(message, choice.place, hint));
        }
        let conversion = match &choice.format {
            None => Conversion::Plain,
            Some(format) => {
                let parsed = Conversion::parse(format, field);
                let wrong = |(message, hint)| {
                    self.error(message, choice.format_place, hint)
                };
                parsed.map_err(wrong)?
            }
        };
        Ok(Part::Field(field.id, conversion))
    }
}

impl Resolved {
    /// Whether it counts: then records must be written in their order, with
    /// one [`State`].
    #[must_use]
    pub fn counts(&self) -> bool {
        let counts = |part: &Part| matches!(part, Part::Counter(_));
        self.steps.iter().any(|step| match step {
            Step::Value(parts) => parts.iter().any(counts),
            Step::Text(_) => false,
        })
    }

    /// Appends what it writes of a record. `terminal` says that values are
    /// escaped as a terminal needs it.
    pub fn write(
        &self,
        batch: &RecordBatch,
        row: usize,
        terminal: bool,
        state: &mut State,
        out: &mut Vec<u8>,
    ) {
        for step in &self.steps {
            let parts = match step {
                Step::Text(text) => {
                    out.extend_from_slice(text);
                    continue;
                }
                Step::Value(parts) => parts,
            };
            for part in parts {
                state.value.clear();
                self.value(part, batch, row, state);
                if state.value.is_empty() {
                    continue;
                }
                if terminal && !matches!(part, Part::Text(_)) {
                    let shown = escaped(&state.value);
                    put(out, format_args!("{shown}"));
                } else {
                    out.extend_from_slice(&state.value);
                }
                break;
            }
        }
    }

    /// Writes a part's value into the state: nothing where there is none.
    fn value(
        &self,
        part: &Part,
        batch: &RecordBatch,
        row: usize,
        state: &mut State,
    ) {
        let State { counts, times, value } = state;
        match part {
            Part::Text(text) => value.extend_from_slice(text),
            Part::Counter(counter) => {
                let folder = match batch.column(FieldId::Parent) {
                    Some(Column::Name(names)) => names.get(row),
                    _ => None,
                };
                let number = counts.next(*counter, folder.unwrap_or_default());
                let number = Padded(number, counter.width);
                put(value, format_args!("{number}"));
            }
            Part::Field(id, conversion) => {
                if let Some(column) = batch.column(*id) {
                    self.field(column, row, conversion, times, value);
                }
            }
        }
    }

    fn field(
        &self,
        column: &Column,
        row: usize,
        conversion: &Conversion,
        times: &mut TimeFormatter,
        out: &mut Vec<u8>,
    ) {
        match (column, conversion) {
            (Column::Timestamp(it), Conversion::Time(format)) => {
                let Some(Some(time)) = it.get(row) else { return };
                if let Ok(text) = strftime(format, *time, &self.zone) {
                    out.extend_from_slice(text.as_bytes());
                }
            }
            (Column::Unsigned(it), conversion) => {
                let Some(Some(number)) = it.get(row) else { return };
                match conversion {
                    Conversion::Human => {
                        put(out, format_args!("{}", HumanBytes(*number)));
                    }
                    conversion => put_number(number, conversion, out),
                }
            }
            (Column::Signed(it), conversion) => {
                let Some(Some(number)) = it.get(row) else { return };
                put_number(number, conversion, out);
            }
            (column, conversion) => {
                put_plain(column, row, times, out);
                match conversion {
                    Conversion::Prefix(length) => out.truncate(*length),
                    Conversion::Forms(forms) => {
                        for form in forms {
                            *out = form.of(out);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Writes a number, filled up as a conversion says.
fn put_number(
    number: impl fmt::Display,
    conversion: &Conversion,
    out: &mut Vec<u8>,
) {
    match conversion {
        Conversion::Zeros(width) => put(out, format_args!("{number:0width$}")),
        Conversion::Spaces(width) => put(out, format_args!("{number:width$}")),
        _ => put(out, format_args!("{number}")),
    }
}

/// Writes a value as it is.
fn put_plain(
    column: &Column,
    row: usize,
    times: &mut TimeFormatter,
    out: &mut Vec<u8>,
) {
    match column {
        Column::Path(paths) => {
            if let Some(path) = paths.get(row) {
                out.extend_from_slice(path.parent);
                out.extend_from_slice(path.name);
            }
        }
        Column::Name(it) | Column::Text(it) => {
            out.extend_from_slice(it.get(row).unwrap_or_default());
        }
        Column::Word(it) => {
            let word = it.get(row).copied().flatten().unwrap_or_default();
            out.extend_from_slice(word.as_bytes());
        }
        Column::Hash(it) => {
            if let Some(content) = it.get(row) {
                put(out, format_args!("{content}"));
            }
        }
        Column::Timestamp(it) => {
            let text = it.get(row).copied().flatten();
            if let Some(text) = text.and_then(|it| times.format(it)) {
                out.extend_from_slice(text);
            }
        }
        Column::Boolean(it) => {
            if let Some(Some(value)) = it.get(row) {
                put(out, format_args!("{value}"));
            }
        }
        Column::Float(it) => {
            if let Some(Some(number)) = it.get(row) {
                put(out, format_args!("{number}"));
            }
        }
        // Numbers were written before, and bytes are refused.
        Column::Unsigned(_) | Column::Signed(_) | Column::Bytes(_) => {}
    }
}
