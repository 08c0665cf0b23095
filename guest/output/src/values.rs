//! Values of columns in the forms that formats share.
//!
//! A value may come from a plugin, so it is not trusted. Text is escaped in
//! lines and in JSON, so that it can break neither them nor a terminal.

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sanchay_core::record::Column;
use sanchay_core::time::TimeFormatter;

use crate::json_text;
use crate::name::{push_escaped, put};

/// Appends a number in decimal.
pub(crate) fn push_number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends bytes in base64 (RFC 4648, standard alphabet, padded).
pub(crate) fn push_base64(bytes: &[u8], out: &mut Vec<u8>) {
    let begin = out.len();
    let length = bytes.len().div_ceil(3).saturating_mul(4);
    out.resize(begin.saturating_add(length), b'=');
    let room = out.get_mut(begin..).unwrap_or_default();
    let written = STANDARD.encode_slice(bytes, room);
    debug_assert_eq!(written, Ok(length), "the room is what base64 takes");
}

/// Appends the value of a row as JSON has it.
pub(crate) fn push_json(
    column: &Column,
    row: usize,
    times: &mut TimeFormatter,
    out: &mut Vec<u8>,
) {
    let quoted = matches!(
        column,
        Column::Text(_)
            | Column::Bytes(_)
            | Column::Timestamp(_)
            | Column::Word(_)
            | Column::Hash(_)
    );
    let begin = out.len();
    if quoted {
        out.push(b'"');
    }
    let written = match column {
        Column::Text(texts) => {
            let text = texts.get(row).map(str::from_utf8);
            debug_assert!(!matches!(text, Some(Err(_))), "text is UTF-8");
            match text {
                Some(Ok(text)) => {
                    json_text::push(text, out);
                    true
                }
                _ => false,
            }
        }
        _ => push_plain(column, row, times, out),
    };
    match (written, quoted) {
        (true, true) => out.push(b'"'),
        (true, false) => {}
        (false, _) => {
            out.truncate(begin);
            out.extend_from_slice(b"null");
        }
    }
}

/// Appends the value of a row as lines have it, text escaped; whether there is
/// one. Paths and names are none: formats write them each in their way.
pub(crate) fn push_plain(
    column: &Column,
    row: usize,
    times: &mut TimeFormatter,
    out: &mut Vec<u8>,
) -> bool {
    match column {
        Column::Unsigned(it) => {
            let Some(Some(number)) = it.get(row) else { return false };
            push_number(*number, out);
        }
        Column::Timestamp(it) => {
            let Some(Some(time)) = it.get(row) else { return false };
            let Some(text) = times.format(*time) else { return false };
            out.extend_from_slice(text);
        }
        Column::Word(it) => {
            let Some(Some(word)) = it.get(row) else { return false };
            out.extend_from_slice(word.as_bytes());
        }
        Column::Hash(it) => {
            let Some(content) = it.get(row) else { return false };
            put(out, format_args!("{content}"));
        }
        Column::Boolean(it) => {
            let Some(Some(value)) = it.get(row) else { return false };
            put(out, format_args!("{value}"));
        }
        Column::Signed(it) => {
            let Some(Some(number)) = it.get(row) else { return false };
            let mut buffer = itoa::Buffer::new();
            out.extend_from_slice(buffer.format(*number).as_bytes());
        }
        Column::Float(it) => {
            let Some(Some(number)) = it.get(row) else { return false };
            // JSON's form, which has no infinities and no NaN.
            match serde_json::to_vec(number) {
                Ok(text) if number.is_finite() => out.extend(text),
                _ => return false,
            }
        }
        Column::Text(it) => {
            let Some(text) = it.get(row) else { return false };
            push_escaped(text, out);
        }
        Column::Bytes(it) => {
            let Some(bytes) = it.get(row) else { return false };
            push_base64(bytes, out);
        }
        Column::Path(_) | Column::Name(_) => return false,
    }
    true
}
