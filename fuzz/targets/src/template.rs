//! Templates: any text is one or an error that can be shown; one is printed,
//! read back as it was, and both write the same of a record.

use std::sync::Arc;

use sanchay_core::escape::is_terminal_control;
use sanchay_core::kind::EntryKind;
use sanchay_core::record::{RecordBatch, RecordKind, Row, Schema};
use sanchay_core::template::{State, SyntaxError, Template};
use sanchay_core::time::{TimeZone, Timestamp};

use crate::input::Input;

/// How much a form of text may make of a byte: three characters of three bytes
/// (the ligature of U+FB03 in capitals), an escape of ten, and as much again.
const GROWTH: usize = 20;

/// What any other value may take up: a time by strftime.
const VALUE: usize = 4096;

/// Parses a text, which follows a name and a few numbers.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let name = input.bytes();
    let size = input.flag().then(|| input.number());
    let modified = input.flag().then(|| Timestamp {
        seconds: input.signed(),
        nanoseconds: input.offset() % 1_000_000_000,
    });
    let row = Row {
        parent: b"d/",
        name,
        size,
        modified,
        kind: EntryKind::ALL.get(input.below(8)).copied(),
        root: Some(b"d"),
        ..Row::default()
    };
    let rest = input.rest();
    let text = match str::from_utf8(rest) {
        Ok(text) => text,
        Err(error) => str::from_utf8(&rest[..error.valid_up_to()]).unwrap(),
    };
    match text.parse::<Template>() {
        Ok(template) => {
            let printed = template.to_string();
            let again: Template = printed.parse().expect(&printed);
            assert_eq!(again, template, "{printed:?}");
            assert_eq!(again.to_string(), printed);
            let (written, other) = (
                written(&template, text, &row),
                written(&again, &printed, &row),
            );
            assert_eq!(written, other, "{printed:?}");
        }
        Err(error) => is_shown(text, &error),
    }
}

/// What a template writes of a record, if it fits its fields.
fn written(template: &Template, text: &str, row: &Row<'_>) -> Option<Vec<u8>> {
    let records = Schema::new(RecordKind::File, []);
    let (schema, resolved) = match template.resolve(&records, TimeZone::UTC) {
        Ok(resolved) => resolved,
        Err(error) => {
            is_shown(text, &error);
            return None;
        }
    };
    let mut batch = RecordBatch::new(Arc::new(schema));
    batch.push(row);
    let (mut state, mut out) = (State::default(), Vec::new());
    resolved.write(&batch, 0, true, &mut state, &mut out);
    let values = template.pieces().len();
    let most =
        text.len() + values * (row.name.len().saturating_mul(GROWTH) + VALUE);
    assert!(out.len() <= most, "{} bytes of {text:?}", out.len());
    Some(out)
}

/// What an error must be.
fn is_shown(text: &str, error: &SyntaxError) {
    let shown = error.to_string();
    let bad = shown.chars().find(|c| *c != '\n' && is_terminal_control(*c));
    assert_eq!(bad, None, "{shown:?}");
    assert!(error.length > 0 && error.column <= text.chars().count());
}
