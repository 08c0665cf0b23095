//! A record as bytes, to put it aside and take it back: when records are
//! sorted, most of them wait, and wait in little room.
//!
//! The path comes first, as the lengths of its two parts and both of them:
//! what orders records that are otherwise equal is one piece of memory.

use alloc::vec::Vec;

use super::words;
use super::{Column, FieldId, RecordBatch};
use crate::content::Content;
use crate::digest::Digest;
use crate::hashing::{Algorithm, PartialDigest};
use crate::time::Timestamp;

/// The shape of a partial digest, beyond those of whole ones.
const PARTIAL: u8 = u8::MAX;

impl RecordBatch {
    /// Appends a record as bytes: its path, and the values of as many columns
    /// as another batch has, to which it will be
    /// [`push_encoded`](Self::push_encoded).
    pub fn encode_row(&self, row: usize, columns: usize, out: &mut Vec<u8>) {
        let path = match self.column(FieldId::Path) {
            Some(Column::Path(paths)) => paths.get(row),
            _ => None,
        };
        let (parent, name) =
            path.map_or((&b""[..], &b""[..]), |it| (it.parent, it.name));
        put_length(parent.len(), out);
        put_length(name.len(), out);
        out.extend_from_slice(parent);
        out.extend_from_slice(name);
        for column in self.all_columns().take(columns) {
            put_value(column, row, out);
        }
    }

    /// Appends a record that was [encoded](Self::encode_row); `None` if the
    /// bytes are not one, and then nothing was appended.
    pub fn push_encoded(&mut self, bytes: &[u8]) -> Option<()> {
        let mut reader = Reader(bytes);
        let path = reader.path()?;
        // Looked at whole before anything is appended.
        let mut ahead = Reader(reader.0);
        for column in self.all_columns() {
            ahead.skip(column)?;
        }
        self.push_columns(|column| {
            let taken = take_value(column, path, &mut reader);
            debug_assert!(taken.is_some(), "it was looked at before");
        });
        Some(())
    }
}

/// The path of a record as bytes; `None` if they are none.
#[must_use]
pub fn encoded_path(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader(bytes);
    let (parent, name) = (reader.length()?, reader.length()?);
    reader.0.get(..parent.checked_add(name)?)
}

/// Appends a number, seven bits a byte, the lowest first.
pub fn put_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn put_length(length: usize, out: &mut Vec<u8>) {
    put_number(u64::try_from(length).unwrap_or(u64::MAX), out);
}

/// A signed number whose small values are small numbers.
const fn zigzag(number: i64) -> u64 {
    number.cast_unsigned() << 1 ^ (number >> 63).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Appends a value: a zero byte where there is none.
fn put_value(column: &Column, row: usize, out: &mut Vec<u8>) {
    match column {
        Column::Path(_) => {}
        Column::Name(it) | Column::Text(it) | Column::Bytes(it) => {
            match it.get(row) {
                None => out.push(0),
                Some(value) => {
                    put_length(value.len().saturating_add(1), out);
                    out.extend_from_slice(value);
                }
            }
        }
        Column::Word(it) => {
            let word = it.get(row).copied().flatten();
            let number = word.and_then(words::number);
            debug_assert_eq!(word.is_some(), number.is_some(), "{word:?}");
            out.push(number.unwrap_or(0));
        }
        Column::Hash(it) => put_content(it.get(row), out),
        Column::Boolean(it) => out.push(match it.get(row) {
            Some(Some(value)) => 1 + u8::from(*value),
            _ => 0,
        }),
        Column::Signed(it) => {
            put_optional(it.get(row).copied().flatten().map(zigzag), out);
        }
        Column::Unsigned(it) => {
            put_optional(it.get(row).copied().flatten(), out);
        }
        Column::Float(it) => match it.get(row) {
            Some(Some(value)) => {
                out.push(1);
                out.extend_from_slice(&value.to_bits().to_le_bytes());
            }
            _ => out.push(0),
        },
        Column::Timestamp(it) => match it.get(row) {
            Some(Some(time)) => {
                out.push(1);
                put_number(zigzag(time.seconds), out);
                put_number(time.nanoseconds.into(), out);
            }
            _ => out.push(0),
        },
    }
}

fn put_optional(number: Option<u64>, out: &mut Vec<u8>) {
    out.push(u8::from(number.is_some()));
    if let Some(number) = number {
        put_number(number, out);
    }
}

fn put_content(content: Option<Content>, out: &mut Vec<u8>) {
    match content {
        None => out.push(0),
        Some(Content::Whole(algorithm, digest)) => {
            let at = Algorithm::ALL.iter().position(|it| *it == algorithm);
            let at = at.and_then(|at| u8::try_from(at).ok());
            out.push(at.map_or(0, |at| at.saturating_add(1)));
            out.extend_from_slice(digest.as_bytes());
        }
        Some(Content::Partial(ends)) => {
            out.push(PARTIAL);
            for part in [ends.first, ends.last, ends.size] {
                out.extend_from_slice(&part.to_le_bytes());
            }
        }
    }
}

/// Takes the value of a column from the bytes and appends it.
fn take_value(
    column: &mut Column,
    (parent, name): (&[u8], &[u8]),
    reader: &mut Reader<'_>,
) -> Option<()> {
    match column {
        Column::Path(it) => it.push(parent, name),
        Column::Name(it) | Column::Text(it) | Column::Bytes(it) => {
            it.push(reader.bytes()?);
        }
        Column::Word(it) => it.push(reader.word()?),
        Column::Hash(it) => it.push(reader.content()?),
        Column::Boolean(it) => it.push(reader.boolean()?),
        Column::Signed(it) => it.push(reader.optional()?.map(unzigzag)),
        Column::Unsigned(it) => it.push(reader.optional()?),
        Column::Float(it) => it.push(reader.float()?),
        Column::Timestamp(it) => it.push(reader.time()?),
    }
    Some(())
}

/// Bytes that are taken from the front.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has one bit.
            if shift == 63 && bits > 1 {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn path(&mut self) -> Option<(&'b [u8], &'b [u8])> {
        let (parent, name) = (self.length()?, self.length()?);
        Some((self.take(parent)?, self.take(name)?))
    }

    fn bytes(&mut self) -> Option<Option<&'b [u8]>> {
        match self.length()?.checked_sub(1) {
            None => Some(None),
            Some(length) => self.take(length).map(Some),
        }
    }

    fn word(&mut self) -> Option<Option<&'static str>> {
        match self.byte()? {
            0 => Some(None),
            number => words::word(number).map(Some),
        }
    }

    fn boolean(&mut self) -> Option<Option<bool>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(false)),
            2 => Some(Some(true)),
            _ => None,
        }
    }

    /// What follows a byte that says whether it is there.
    fn there<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    fn optional(&mut self) -> Option<Option<u64>> {
        self.there(Self::number)
    }

    fn fixed(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(*self.take(8)?.first_chunk()?))
    }

    fn float(&mut self) -> Option<Option<f64>> {
        self.there(|it| it.fixed().map(f64::from_bits))
    }

    fn time(&mut self) -> Option<Option<Timestamp>> {
        self.there(|it| {
            let seconds = unzigzag(it.number()?);
            let nanoseconds = u32::try_from(it.number()?).ok()?;
            Some(Timestamp { seconds, nanoseconds })
        })
    }

    fn content(&mut self) -> Option<Option<Content>> {
        match self.byte()? {
            0 => Some(None),
            PARTIAL => {
                let (first, last) = (self.fixed()?, self.fixed()?);
                let size = self.fixed()?;
                let ends = PartialDigest { first, last, size };
                Some(Some(Content::Partial(ends)))
            }
            number => {
                let at = usize::from(number.checked_sub(1)?);
                let algorithm = *Algorithm::ALL.get(at)?;
                let digest = self.take(algorithm.digest_len())?;
                let digest = Digest::from_bytes(digest)?;
                Some(Some(Content::Whole(algorithm, digest)))
            }
        }
    }

    /// Passes over the value of a column.
    fn skip(&mut self, column: &Column) -> Option<()> {
        match column {
            Column::Path(_) => {}
            Column::Name(_) | Column::Text(_) | Column::Bytes(_) => {
                self.bytes()?;
            }
            Column::Word(_) => {
                self.word()?;
            }
            Column::Hash(_) => {
                self.content()?;
            }
            Column::Boolean(_) => {
                self.boolean()?;
            }
            Column::Signed(_) | Column::Unsigned(_) => {
                self.optional()?;
            }
            Column::Float(_) => {
                self.float()?;
            }
            Column::Timestamp(_) => {
                self.time()?;
            }
        }
        Some(())
    }
}

/// Reads a number that [`put_number`] wrote, and how many bytes it takes.
#[must_use]
pub fn read_number(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut reader = Reader(bytes);
    let number = reader.number()?;
    Some((number, bytes.len().saturating_sub(reader.0.len())))
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::filter::Facts;
    use crate::hashing::digest;
    use crate::kind::EntryKind;
    use crate::record::{Owners, RecordKind, Row, Schema};
    use crate::value::{Value, ValueType};

    const TYPES: [(&str, ValueType); 7] = [
        ("p.boolean", ValueType::Boolean),
        ("p.signed", ValueType::Signed),
        ("p.unsigned", ValueType::Unsigned),
        ("p.float", ValueType::Float),
        ("p.text", ValueType::Text),
        ("p.bytes", ValueType::Bytes),
        ("p.time", ValueType::Timestamp),
    ];

    fn schema() -> Arc<Schema> {
        let kind = RecordKind::Hash { partial: true };
        let columns = TYPES.map(|(name, of)| (String::from(name), of));
        let all = Schema::new(kind, columns);
        let more = ["name", "root", "kind", "user", "links", "hidden"];
        let names: Vec<String> = all
            .fields()
            .iter()
            .map(|it| it.name.to_string())
            .chain(more.map(String::from))
            .collect();
        Arc::new(all.select(names.iter().map(String::as_str)).unwrap())
    }

    /// What tests compare: the values as they are shown.
    fn shown(batch: &RecordBatch) -> String {
        format!("{:?}", batch.columns().collect::<Vec<_>>())
    }

    prop_compose! {
        fn time()(seconds: i64, nanoseconds in 0_u32..1_000_000_000)
            -> Timestamp {
            Timestamp { seconds, nanoseconds }
        }
    }

    fn values() -> impl Strategy<Value = Vec<Option<Value>>> {
        (
            any::<Option<bool>>(),
            any::<Option<i64>>(),
            any::<Option<u64>>(),
            prop::option::of(-1e300_f64..1e300),
            any::<Option<String>>(),
            any::<Option<Vec<u8>>>(),
            prop::option::of(time()),
        )
            .prop_map(|(a, b, c, d, e, f, g)| {
                vec![
                    a.map(Value::Boolean),
                    b.map(Value::Signed),
                    c.map(Value::Unsigned),
                    d.map(Value::Float),
                    e.map(|it| Value::Text(it.into())),
                    f.map(|it| Value::Bytes(it.into())),
                    g.map(Value::Timestamp),
                ]
            })
    }

    proptest! {
        #[test]
        fn a_record_that_was_put_aside_comes_back_as_it_was(
            parent: Vec<u8>, name: Vec<u8>, size: Option<u64>,
            modified in prop::option::of(time()), values in values(),
            content in 0_usize..11, user: Option<String>, links: u64,
        ) {
            let content = match content {
                0 => None,
                10 => Some(Content::Partial(PartialDigest {
                    first: links, last: 0, size: u64::MAX,
                })),
                at => Algorithm::ALL.get(at - 1).map(|algorithm| {
                    let digest = digest(*algorithm, &name);
                    let digest = Digest::from_bytes(&digest).unwrap();
                    Content::Whole(*algorithm, digest)
                }),
            };
            let facts = Facts { links: Some(links), ..Facts::default() };
            let row = Row {
                parent: &parent,
                name: &name,
                size,
                modified,
                content,
                kind: EntryKind::ALL.get(values.len() % 7).copied(),
                facts: Some(&facts),
                root: user.as_ref().map(|it| it.as_bytes()),
                owners: Owners { user: user.as_deref(), group: None },
                values: &values,
                ..Row::default()
            };
            let mut before = RecordBatch::new(schema());
            before.push(&Row::default());
            before.push(&row);
            let mut after = RecordBatch::new(schema());
            for at in 0..2 {
                let mut bytes = Vec::new();
                let columns = schema().fields().len();
                before.encode_row(at, columns, &mut bytes);
                prop_assert_eq!(after.push_encoded(&bytes), Some(()));
                let path = [&parent[..], &name].concat();
                let path = if at == 0 { Vec::new() } else { path };
                prop_assert_eq!(encoded_path(&bytes), Some(&path[..]));
                // Less than all of it is no record.
                bytes.pop();
                prop_assert_eq!(after.push_encoded(&bytes), None);
            }
            prop_assert_eq!(after.len(), 2);
            prop_assert_eq!(shown(&after), shown(&before));
        }

        #[test]
        fn bytes_of_any_kind_are_a_record_or_none(bytes: Vec<u8>) {
            let mut batch = RecordBatch::new(schema());
            let taken = batch.push_encoded(&bytes).is_some();
            prop_assert_eq!(batch.len(), usize::from(taken));
        }

        #[test]
        fn numbers_are_read_as_they_were_written(number: u64, more: Vec<u8>) {
            let mut bytes = Vec::new();
            put_number(number, &mut bytes);
            let length = bytes.len();
            bytes.extend(more);
            prop_assert_eq!(read_number(&bytes), Some((number, length)));
            prop_assert_eq!(zigzag(unzigzag(number)), number);
        }
    }
}
