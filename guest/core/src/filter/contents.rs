//! Columns of what the contents of files say of themselves, as numbers.
//!
//! A text is cut to a fixed number of bytes and filled up with zero bytes,
//! eight to a number, the first of them in its lowest bits. So it crosses into
//! the sandbox as any number does.

use alloc::vec::Vec;

use super::matcher::{Columns, NO_NUMBER, NO_TIME};
use crate::media::MediaField;
use crate::time::Timestamp;
use crate::value::Value;

/// How many numbers the text of a column takes up.
pub(super) const MEDIA_TYPE_NUMBERS: usize = 8;
pub(super) const CAMERA_NUMBERS: usize = 16;

/// How many bytes a number has.
const BYTES: usize = 8;

/// Appends the numbers of the columns in their order, each for all entries,
/// whose values of each [`MediaField`] these are.
pub(super) fn push<'v>(
    columns: Columns,
    entries: impl Iterator<Item = &'v [Option<Value>]> + Clone,
    out: &mut Vec<u64>,
) {
    let numbers = [
        (Columns::WIDTH, MediaField::Width),
        (Columns::HEIGHT, MediaField::Height),
    ];
    for (column, field) in numbers {
        if columns.has(column) {
            out.extend(entries.clone().map(|it| number(field.of(it))));
        }
    }
    if columns.has(Columns::TAKEN) {
        let times = entries.clone().map(|it| time(MediaField::Taken.of(it)));
        let seconds = |it: Option<Timestamp>| {
            it.map_or(0, |it| it.seconds).cast_unsigned()
        };
        out.extend(times.clone().map(seconds));
        out.extend(
            times.map(|it| it.map_or(NO_TIME, |it| u64::from(it.nanoseconds))),
        );
    }
    if columns.has(Columns::DURATION) {
        let field = MediaField::Duration;
        out.extend(entries.clone().map(|it| nanoseconds(field.of(it))));
    }
    let texts = [
        (Columns::MEDIA_TYPE, MediaField::MediaType, MEDIA_TYPE_NUMBERS),
        (Columns::CAMERA, MediaField::Camera, CAMERA_NUMBERS),
    ];
    for (column, field, count) in texts {
        if !columns.has(column) {
            continue;
        }
        for index in 0..count {
            let part = |it| packed(text(field.of(it)), index);
            out.extend(entries.clone().map(part));
        }
    }
}

fn number(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::Unsigned(number)) => *number,
        _ => NO_NUMBER,
    }
}

fn time(value: Option<&Value>) -> Option<Timestamp> {
    match value {
        Some(Value::Timestamp(time)) => Some(*time),
        _ => None,
    }
}

fn text(value: Option<&Value>) -> &[u8] {
    match value {
        Some(Value::Text(text)) => text.as_bytes(),
        _ => &[],
    }
}

/// The nanoseconds of a number of seconds.
fn nanoseconds(value: Option<&Value>) -> u64 {
    let Some(Value::Float(seconds)) = value else { return NO_NUMBER };
    let nanoseconds = seconds * 1e9 + 0.5;
    if !(0.0..1e19).contains(&nanoseconds) {
        return NO_NUMBER;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is within these bounds, and a fraction is cut off"
    )]
    {
        nanoseconds as u64
    }
}

/// Eight bytes of a text as a number.
fn packed(text: &[u8], index: usize) -> u64 {
    let mut bytes = [0; BYTES];
    let from = index.saturating_mul(BYTES);
    for (place, byte) in bytes.iter_mut().zip(text.iter().skip(from)) {
        *place = *byte;
    }
    u64::from_le_bytes(bytes)
}

/// The text of numbers, in a buffer that is used again; empty for none.
pub(super) fn unpack(numbers: impl Iterator<Item = u64>, out: &mut Vec<u8>) {
    out.clear();
    out.extend(numbers.flat_map(u64::to_le_bytes));
    let end = out.iter().rposition(|byte| *byte != 0);
    out.truncate(end.map_or(0, |last| last.saturating_add(1)));
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn texts_are_numbers_and_back() {
        for text in ["", "a", "12345678", "image/jpeg", "Canon EOS 5D"] {
            let numbers = (0..16).map(|at| packed(text.as_bytes(), at));
            let mut out = vec![1];
            unpack(numbers, &mut out);
            assert_eq!(out, text.as_bytes());
        }
        let long = [b'x'; 200];
        let mut out = Vec::new();
        unpack((0..16).map(|at| packed(&long, at)), &mut out);
        assert_eq!(out, &long[..128]);
    }

    #[test]
    fn seconds_are_nanoseconds_where_there_are_some() {
        let of = |seconds| nanoseconds(Some(&Value::Float(seconds)));
        assert_eq!(of(12.5), 12_500_000_000);
        assert_eq!(of(3.018_594_104), 3_018_594_104);
        assert_eq!(of(0.0), 0);
        for none in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(of(none), NO_NUMBER);
        }
        assert_eq!(nanoseconds(None), NO_NUMBER);
    }
}
