//! Columns of what the contents of files say of themselves, as numbers.
//!
//! A text is cut to a fixed number of bytes and filled up with zero bytes,
//! eight to a number, the first of them in its lowest bits. So it crosses into
//! the sandbox as any number does. One in a slot is not cut: its length stands
//! before it.

use alloc::vec::Vec;

use super::matcher::{Columns, NO_NUMBER, NO_TIME};
use super::slot::{self, Slot};
use crate::media::MediaField;
use crate::time::Timestamp;
use crate::value::Value;

/// How many numbers the text of a column takes up.
pub(super) const MEDIA_TYPE_NUMBERS: usize = 8;
pub(super) const CAMERA_NUMBERS: usize = 16;

/// How many bytes a number has.
const BYTES: usize = 8;

/// A column that contents tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentColumn {
    /// What pictures and films say of themselves.
    Media(MediaField),
    /// What a program put in a slot.
    Slot(Slot),
}

/// What tells the value that an entry has in a column.
type Values<'f, 'v> = &'f dyn Fn(usize, ContentColumn) -> Option<&'v Value>;

/// Appends the numbers of the columns in their order, each for all of so many
/// entries.
pub(super) fn push(
    columns: Columns,
    entries: usize,
    value: Values<'_, '_>,
    out: &mut Vec<u64>,
) {
    push_media(columns, entries, value, out);
    for slot in Slot::numbers().filter(|it| columns.has(it.column())) {
        let value = |entry| value(entry, ContentColumn::Slot(slot));
        let numbers = (0..entries).map(value);
        out.extend(numbers.clone().map(|it| slot_numbers(it)[0]));
        out.extend(numbers.map(|it| slot_numbers(it)[1]));
    }
    for slot in Slot::texts().filter(|it| columns.has(it.column())) {
        let value = |entry| slot_text(value(entry, ContentColumn::Slot(slot)));
        let length = |text: Option<&[u8]>| match text {
            Some(text) => u64::try_from(text.len()).unwrap_or(NO_NUMBER),
            None => NO_NUMBER,
        };
        out.extend((0..entries).map(|entry| length(value(entry))));
        for text in (0..entries).filter_map(value) {
            let numbers = text.len().div_ceil(BYTES);
            out.extend((0..numbers).map(|index| packed(text, index)));
        }
    }
}

/// Those that tell what pictures and films say of themselves.
fn push_media(
    columns: Columns,
    entries: usize,
    value: Values<'_, '_>,
    out: &mut Vec<u64>,
) {
    let of = |field| {
        let value = move |it| value(it, ContentColumn::Media(field));
        (0..entries).map(value)
    };
    let numbers = [
        (Columns::WIDTH, MediaField::Width),
        (Columns::HEIGHT, MediaField::Height),
    ];
    for (column, field) in numbers {
        if columns.has(column) {
            out.extend(of(field).map(number));
        }
    }
    if columns.has(Columns::TAKEN) {
        push_times(of(MediaField::Taken).map(time), out);
    }
    if columns.has(Columns::DURATION) {
        out.extend(of(MediaField::Duration).map(nanoseconds));
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
            out.extend(of(field).map(|it| packed(text(it), index)));
        }
    }
}

fn push_times(
    times: impl Iterator<Item = Option<Timestamp>> + Clone,
    out: &mut Vec<u64>,
) {
    let seconds =
        |it: Option<Timestamp>| it.map_or(0, |it| it.seconds).cast_unsigned();
    out.extend(times.clone().map(seconds));
    out.extend(
        times.map(|it| it.map_or(NO_TIME, |it| u64::from(it.nanoseconds))),
    );
}

/// What stands in a slot for a number or a time: the number, and 0; the
/// seconds, and the nanoseconds. Without a value, the second is [`NO_NUMBER`].
fn slot_numbers(value: Option<&Value>) -> [u64; 2] {
    match value {
        Some(Value::Timestamp(time)) => {
            [time.seconds.cast_unsigned(), time.nanoseconds.into()]
        }
        other => match other.and_then(slot::number) {
            Some(number) => [number, 0],
            None => [0, NO_NUMBER],
        },
    }
}

/// The text that stands in a slot.
fn slot_text(value: Option<&Value>) -> Option<&[u8]> {
    match value? {
        Value::Text(text) => Some(text.as_bytes()),
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

/// The texts in a slot: the length of each in bytes, or [`NO_NUMBER`]; then
/// their bytes, eight to a number, each text in numbers of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct SlotTexts<'a> {
    lengths: &'a [u64],
    numbers: &'a [u64],
}

impl<'a> SlotTexts<'a> {
    /// The texts of so many entries at the beginning of some numbers, and what
    /// is behind them.
    pub(super) fn split(
        numbers: &'a [u64],
        entries: usize,
    ) -> Option<(Self, &'a [u64])> {
        let (lengths, rest) = numbers.split_at_checked(entries)?;
        let mut all: usize = 0;
        for length in lengths {
            all = all.checked_add(numbers_of(*length)?)?;
        }
        let (numbers, rest) = rest.split_at_checked(all)?;
        Some((Self { lengths, numbers }, rest))
    }

    /// Takes the next text into a buffer; whether there is one.
    pub(super) fn next(&mut self, out: &mut Vec<u8>) -> bool {
        out.clear();
        let Some((length, lengths)) = self.lengths.split_first() else {
            return false;
        };
        self.lengths = lengths;
        let count = numbers_of(*length).unwrap_or(0);
        let Some((own, rest)) = self.numbers.split_at_checked(count) else {
            return false;
        };
        self.numbers = rest;
        out.extend(own.iter().copied().flat_map(u64::to_le_bytes));
        out.truncate(usize::try_from(*length).unwrap_or(usize::MAX));
        *length != NO_NUMBER
    }
}

/// How many numbers a text of so many bytes takes up.
fn numbers_of(length: u64) -> Option<usize> {
    match length {
        NO_NUMBER => Some(0),
        some => usize::try_from(some.div_ceil(BYTES as u64)).ok(),
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

    #[test]
    fn texts_in_a_slot_are_read_back_whatever_their_length() {
        let columns = Slot::texts().next().unwrap().column();
        let texts = [
            Some(Value::Text("".into())),
            None,
            Some(Value::Bytes(b"1234567\0".to_vec().into())),
            Some(Value::Text("x".repeat(1000).into())),
            Some(Value::Text("end".into())),
        ];
        let mut out = Vec::new();
        push(
            columns,
            texts.len(),
            &|entry, _| texts[entry].as_ref(),
            &mut out,
        );
        out.push(7);
        let (mut found, rest) = SlotTexts::split(&out, texts.len()).unwrap();
        assert_eq!(rest, [7]);
        let mut text = Vec::new();
        for expected in &texts {
            let is_some = found.next(&mut text);
            let expected = slot_text(expected.as_ref());
            assert_eq!(is_some.then_some(&text[..]), expected);
        }
        assert!(!found.next(&mut text));
        for end in 0..out.len() - 1 {
            assert!(SlotTexts::split(&out[..end], texts.len()).is_none());
        }
        assert!(SlotTexts::split(&[u64::MAX - 1], 1).is_none());
    }
}
