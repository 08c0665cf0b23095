//! A template whose fields were found in a schema: it writes records.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::conversion::{Conversion, form_names, forms};
use super::counter::{Counter, Counts, Padded};
use super::forms::Form;
use super::{Choice, Piece, Source, SyntaxError, Template};
use crate::append::append as put;
use crate::escape::escaped;
use crate::naming::Captures;
use crate::record::{
    Column, DataType, FieldId, RecordBatch, Schema, UnknownField,
};
use crate::size::HumanBytes;
use crate::time::{TimeFormatter, Zone, strftime};
use crate::value::ValueType;

/// A template of records of one schema.
#[derive(Clone, Debug)]
pub struct Resolved {
    steps: Vec<Step>,
    zone: Zone,
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
    Capture(usize, Vec<Form>),
}

/// The names of the groups that a regular expression captures, in their
/// order; the first is all that it matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureNames(pub Vec<Option<String>>);

/// How far a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// All of it.
    Whole,
    /// The placeholder of this number, from 0, has no value.
    Missing(u32),
    /// It became longer than it may.
    TooLong,
}

/// What writing one record leaves for the next.
#[derive(Debug, Default)]
pub struct State {
    counts: Counts,
    times: TimeFormatter,
    value: Vec<u8>,
    /// What was captured, by the numbers of the groups.
    captured: Vec<Vec<u8>>,
}

impl State {
    /// Takes what was captured of the name of the record that comes next.
    pub(crate) fn set_captures(&mut self, captures: &Captures) {
        let groups = captures.names().0.len();
        self.captured.resize_with(groups, Vec::new);
        for (number, to) in self.captured.iter_mut().enumerate() {
            to.clear();
            let group = captures.group(number);
            to.extend_from_slice(group.unwrap_or_default());
        }
    }
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
        zone: impl Into<Zone>,
    ) -> Result<(Schema, Resolved), SyntaxError> {
        self.resolve_captures(records, zone, &CaptureNames::default())
    }

    /// The same with the groups that a regular expression captures, which are
    /// fields, too.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve), and a group that has the name of a
    /// field.
    pub fn resolve_captures(
        &self,
        records: &Schema,
        zone: impl Into<Zone>,
        captures: &CaptureNames,
    ) -> Result<(Schema, Resolved), SyntaxError> {
        let zone = zone.into();
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
                let part = self.part(choice, records, captures)?;
                match &part {
                    Part::Field(id, _) => need(*id),
                    Part::Counter(it) if it.per_parent => {
                        need(FieldId::Parent);
                    }
                    Part::Counter(_) | Part::Text(_) | Part::Capture(..) => {}
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
        captures: &CaptureNames,
    ) -> Result<Part, SyntaxError> {
        let name = match &choice.source {
            Source::Text(text) => return Ok(Part::Text(text.clone())),
            Source::Counter(counter) => return Ok(Part::Counter(*counter)),
            Source::Capture(number) => {
                let at = usize::try_from(*number).unwrap_or(usize::MAX);
                if at < captures.0.len() {
                    return self.capture(choice, at);
                }
                let message = format!(
                    "there is no capture {number}: no group of that number is \
                     matched"
                );
                let hint = String::from("a field, as {name}");
                return Err(self.error(message, choice.place, hint));
            }
            Source::Field(name) => name,
        };
        let is_it = |it: &Option<String>| it.as_ref() == Some(name);
        if let Some(at) = captures.0.iter().position(is_it) {
            if records.field(name).is_some() {
                let message = format!(
                    "'{}' is a field as well as a group",
                    escaped(name.as_bytes())
                );
                let hint = String::from("call the group something else");
                return Err(self.error(message, choice.place, hint));
            }
            return self.capture(choice, at);
        }
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

    /// What a group captures, in the forms that texts have.
    fn capture(
        &self,
        choice: &Choice,
        number: usize,
    ) -> Result<Part, SyntaxError> {
        let forms = match &choice.format {
            None => Vec::new(),
            Some(format) => forms(format).ok_or_else(|| {
                let shown = escaped(format.as_bytes());
                let message = format!("'{shown}' is no format of texts");
                self.error(message, choice.format_place, form_names())
            })?,
        };
        Ok(Part::Capture(number, forms))
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
            match step {
                Step::Text(text) => out.extend_from_slice(text),
                Step::Value(parts) => {
                    self.choose(parts, batch, row, terminal, state, out);
                }
            }
        }
    }

    /// Appends what it writes of a record, as long as every placeholder has a
    /// value or a text in its place, and `out` is not longer than `limit`
    /// bytes; a value may still take it past that.
    pub fn write_some(
        &self,
        batch: &RecordBatch,
        row: usize,
        limit: usize,
        state: &mut State,
        out: &mut Vec<u8>,
    ) -> Written {
        let mut number = 0_u32;
        for step in &self.steps {
            match step {
                Step::Text(text) => out.extend_from_slice(text),
                Step::Value(parts) => {
                    let any =
                        self.choose(parts, batch, row, false, state, out);
                    let text = matches!(parts.last(), Some(Part::Text(_)));
                    if !any && !text {
                        return Written::Missing(number);
                    }
                    number = number.saturating_add(1);
                }
            }
            if out.len() > limit {
                return Written::TooLong;
            }
        }
        Written::Whole
    }

    /// Appends the first of some parts that has a value; whether one has.
    fn choose(
        &self,
        parts: &[Part],
        batch: &RecordBatch,
        row: usize,
        terminal: bool,
        state: &mut State,
        out: &mut Vec<u8>,
    ) -> bool {
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
            return true;
        }
        false
    }

    /// Writes a part's value into the state: nothing where there is none.
    fn value(
        &self,
        part: &Part,
        batch: &RecordBatch,
        row: usize,
        state: &mut State,
    ) {
        let State { counts, times, value, captured } = state;
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
            Part::Capture(number, forms) => {
                let group = captured.get(*number);
                value.extend_from_slice(group.map_or(&[], Vec::as_slice));
                for form in forms {
                    *value = form.of(value);
                }
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
