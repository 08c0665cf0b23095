//! One thread's own instance of an extractor, and the values that it tells.
//!
//! An extractor may ask for more of a file than it was passed at first. Each
//! time, it is passed everything that it had before, too: what it answers
//! depends on the file alone, whichever instance is asked.

use std::io;
use std::sync::Arc;

use super::exports::ExtractingExports;
use super::pieces::{Pieces, Source};
use super::{ByteRange, Column, Plugin, Role, Selection, wire};
use crate::Fault;
use crate::caller::{Caller, Instance};
use crate::shared::Shared;
use sanchay_core::time::Timestamp;
use sanchay_core::value::Value;

/// How often an extractor may ask for more of one file.
const ROUNDS: usize = 8;

/// How many ranges it may ask for at once.
const RANGES: usize = 64;

/// A file, and what the host knows of it. An extractor is told what its
/// description asks for.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// The path of its directory below the root: empty, or ending in a slash.
    pub directory: &'a [u8],
    /// The file's name.
    pub name: &'a [u8],
    /// Its size in bytes.
    pub size: u64,
    /// When its contents were last modified.
    pub modified: Timestamp,
    /// Its type and permissions.
    pub mode: u32,
}

/// What an extractor needs of a file to tell its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// It does not take the file: it has nothing to tell.
    None,
    /// What is known of it without opening it.
    Facts,
    /// Its bytes.
    Bytes,
}

/// Why a file has no values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The call has no answer; [`Fault::Disabled`] after too much was lost on
    /// failures.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// What the plugin finds wrong with the file, in its own words.
    #[error("{0}")]
    Complaint(String),
    /// The file could not be read.
    #[error("cannot read it: {0}")]
    Read(#[from] io::Error),
}

/// What came of a call.
enum Step {
    Told,
    Complaint(String),
    More(Vec<wire::Range>),
}

/// An instance of an extractor, for one thread at a time.
pub struct Extractor {
    plugin: Plugin,
    caller: Caller<ExtractingExports>,
    /// The instance that has the settings.
    configured_generation: Option<u64>,
    pieces: Pieces,
    window: Vec<u8>,
}

impl Extractor {
    pub(super) fn new(
        plugin: Plugin,
        shared: Arc<Shared<ExtractingExports>>,
    ) -> Self {
        Self {
            plugin,
            caller: Caller::new(shared),
            configured_generation: None,
            pieces: Pieces::default(),
            window: Vec::new(),
        }
    }

    /// The plugin that it is an instance of.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// What it needs of a file of that name and size.
    #[must_use]
    pub fn interest(&self, name: &[u8], size: u64) -> Interest {
        for selection in self.plugin.selections() {
            if selection.takes(name) {
                return match selection.byte_range {
                    ByteRange::Whole(most) if size > u64::from(most) => {
                        Interest::None
                    }
                    ByteRange::Nothing => Interest::Facts,
                    _ if size == 0 => Interest::Facts,
                    _ => Interest::Bytes,
                };
            }
            if selection.window(size) > 0 {
                return Interest::Bytes;
            }
        }
        Interest::None
    }

    /// Whether it is disabled and no longer called.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.plugin.0.failure_budget.is_exhausted()
    }

    /// Extracts a file's values and appends them to `out`: one for each
    /// column, in their order. Without values, or on failure, appends a `None`
    /// for each. Without a source, the extractor gets only the file's facts.
    ///
    /// # Errors
    ///
    /// An [`ExtractError`] says why there are no values that could be.
    pub fn extract(
        &mut self,
        sample: &Sample<'_>,
        source: Option<&mut Source<'_>>,
        out: &mut Vec<Option<Value>>,
    ) -> Result<(), ExtractError> {
        let (start, columns) = (out.len(), self.plugin.columns().len());
        let answer = self.values(sample, source, out);
        self.pieces.clear();
        if answer.is_err() {
            out.truncate(start);
        }
        out.resize(start + columns, None);
        answer
    }

    fn values(
        &mut self,
        sample: &Sample<'_>,
        mut source: Option<&mut Source<'_>>,
        out: &mut Vec<Option<Value>>,
    ) -> Result<(), ExtractError> {
        let interest = self.interest(sample.name, sample.size);
        let Self { plugin, caller, configured_generation, pieces, window } =
            self;
        let Role::Extractor { columns, selections, facts, most, .. } =
            &plugin.0.role
        else {
            return Ok(());
        };
        if interest == Interest::None {
            return Ok(());
        }
        if plugin.0.failure_budget.is_exhausted() {
            return Err(plugin.0.failure_budget.fault().into());
        }
        if interest == Interest::Bytes && source.is_none() {
            return Ok(());
        }
        let selected =
            select(selections, sample, source.as_deref_mut(), window)?;
        let Some((index, byte_range)) = selected else { return Ok(()) };
        if byte_range == ByteRange::Nothing {
            // What was opened for others is not its to see.
            source = None;
        }
        let path;
        let file = wire::File {
            selection: index,
            size: sample.size,
            name: facts.name.then_some(sample.name),
            path: match facts.path {
                true => {
                    path = [sample.directory, sample.name].concat();
                    Some(path.as_slice())
                }
                false => None,
            },
            modified: facts.modified.then(|| sample.modified.into()),
            mode: facts.mode.then_some(sample.mode),
        };
        pieces.begin(byte_range, sample.size, source.as_deref_mut())?;
        for round in 0.. {
            let views = pieces.views();
            let (had, readable) = (pieces.bytes(), source.is_some());
            let step = plugin.attempt(caller, |caller| {
                plugin.0.settings.apply(caller, configured_generation)?;
                match ask(caller, &file, &views)? {
                    Err(complaint) => Ok(Step::Complaint(complaint)),
                    Ok(wire::Answer::Values(values)) => {
                        take(values, columns, out)
                            .map_err(|what| caller.contract_violation(what))?;
                        Ok(Step::Told)
                    }
                    Ok(wire::Answer::More(ranges)) => {
                        let wanted = wanted(&ranges, sample.size);
                        let all = had.saturating_add(wanted);
                        let refusal = refusal(
                            ranges.len(),
                            round,
                            (all, *most),
                            readable || wanted == 0,
                        );
                        match refusal {
                            None => Ok(Step::More(ranges)),
                            Some(what) => Err(caller.contract_violation(what)),
                        }
                    }
                }
            })?;
            match step {
                Step::Told => break,
                Step::Complaint(complaint) => {
                    return Err(ExtractError::Complaint(complaint));
                }
                Step::More(ranges) => {
                    for range in ranges {
                        let source = source.as_deref_mut();
                        let length = wanted(&[range], sample.size);
                        pieces.add(range.offset, length, source)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Extractor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Extractor").field(&self.plugin).finish()
    }
}

impl Selection {
    /// Whether it takes a file by its name.
    fn takes(&self, name: &[u8]) -> bool {
        self.patterns.iter().any(|it| it.takes(name))
    }

    /// How many first bytes of a file of this size it goes by.
    fn window(&self, size: u64) -> u64 {
        self.patterns.iter().map(|it| it.window(size)).max().unwrap_or(0)
    }
}

/// The index of the first selection that a file fits in, and what it asks for;
/// none where that does not take files of this size, either.
fn select(
    selections: &[Selection],
    sample: &Sample<'_>,
    mut source: Option<&mut Source<'_>>,
    window: &mut Vec<u8>,
) -> io::Result<Option<(u32, ByteRange)>> {
    window.clear();
    let widths = selections.iter().map(|it| it.window(sample.size));
    let width = widths.max().unwrap_or(0);
    for (index, selection) in (0..).zip(selections) {
        let mut fits = selection.takes(sample.name);
        if !fits && selection.window(sample.size) > 0 {
            if window.is_empty()
                && let Some(source) = source.as_deref_mut()
            {
                source(0, usize::try_from(width).unwrap_or(0), window)?;
            }
            fits = selection.patterns.iter().any(|it| it.recognises(window));
        }
        if fits {
            return Ok(match selection.byte_range {
                ByteRange::Whole(most) if sample.size > u64::from(most) => {
                    None
                }
                byte_range => Some((index, byte_range)),
            });
        }
    }
    Ok(None)
}

/// How many bytes ranges have of a file of that size.
fn wanted(ranges: &[wire::Range], size: u64) -> u64 {
    let of = |range: &wire::Range| {
        size.saturating_sub(range.offset).min(range.length.into())
    };
    ranges.iter().map(of).fold(0, u64::saturating_add)
}

/// Why an extractor does not get so many ranges, of so many bytes together
/// with what it has, in this round; none where it does.
fn refusal(
    ranges: usize,
    round: usize,
    (bytes, most): (u64, u64),
    readable: bool,
) -> Option<String> {
    if round >= ROUNDS {
        return Some(format!(
            "it asked for more of a file {ROUNDS} times and has no answer"
        ));
    }
    if !(1..=RANGES).contains(&ranges) {
        return Some(format!(
            "it asked for {ranges} ranges of a file, not 1 to {RANGES}"
        ));
    }
    if !readable {
        let what = "it asked for bytes of a file of which it wants none";
        return Some(what.into());
    }
    (bytes > most).then(|| {
        format!("it asked for {bytes} bytes of a file; {most} are allowed")
    })
}

fn ask(
    caller: &mut Caller<ExtractingExports>,
    file: &wire::File<'_>,
    pieces: &[wire::Piece<'_>],
) -> Result<Result<wire::Answer, String>, Fault> {
    let (answer,) = caller.call(|instance| {
        let Instance { store, exports, .. } = instance;
        exports.extract.call(store, (*file, pieces))
    })?;
    Ok(answer)
}

/// Takes a file's values, which there may be none of.
fn take(
    values: Vec<Option<wire::Value>>,
    columns: &[Column],
    out: &mut Vec<Option<Value>>,
) -> Result<(), String> {
    if values.is_empty() {
        return Ok(());
    }
    if values.len() != columns.len() {
        let (got, all) = (values.len(), columns.len());
        return Err(format!("{got} values for {all} columns"));
    }
    for (value, column) in values.into_iter().zip(columns) {
        let value = value.map(|value| checked(value, column)).transpose()?;
        out.push(value.flatten());
    }
    Ok(())
}

/// A value that is one of the column's. A number that is not finite is none:
/// no format could tell it.
fn checked(
    value: wire::Value,
    column: &Column,
) -> Result<Option<Value>, String> {
    let value = match value {
        wire::Value::Boolean(value) => Value::Boolean(value),
        wire::Value::Signed(value) => Value::Signed(value),
        wire::Value::Unsigned(value) => Value::Unsigned(value),
        wire::Value::Float(value) => Value::Float(value),
        wire::Value::Text(value) => Value::Text(value.into()),
        wire::Value::Bytes(value) => Value::Bytes(value.into()),
        wire::Value::Timestamp(time) => {
            let wire::Timestamp { seconds, nanoseconds } = time;
            if nanoseconds > 999_999_999 {
                return Err(format!(
                    "a time with {nanoseconds} nanoseconds in the column {}",
                    column.name
                ));
            }
            Value::Timestamp(Timestamp { seconds, nanoseconds })
        }
    };
    if value.value_type() != column.value_type {
        return Err(format!(
            "a value of type {} in the column {} of type {}",
            value.value_type(),
            column.name,
            column.value_type
        ));
    }
    let finite = !matches!(value, Value::Float(number) if !number.is_finite());
    Ok(finite.then_some(value))
}
