//! The order in which a user wants records: by fields, each ascending or
//! descending, values that are missing last. Records that are equal in them
//! are in the byte order of their paths.
//!
//! A record's key is bytes that compare as the record does.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

use super::{Column, FieldId, RecordBatch, Schema, UnknownField};
use crate::append::append;
use crate::escape::escaped;
use crate::time::Timestamp;

/// How a key begins that is less than all numbers that are usual, one that is
/// greater, and one that is missing. Between them are the usual numbers, eight
/// bytes with these two bits.
const BELOW: u8 = 0x00;
const USUAL: u64 = 0b10 << 62;
const ABOVE: u8 = 0xfe;
const MISSING: u8 = 0xff;

/// How many numbers are usual: those of 62 bits.
const LIMIT: u64 = 1 << 62;

/// How a key of text begins.
const TEXT: u8 = 0x01;

/// Fields to sort by, by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortFields(Vec<(String, bool)>);

impl FromStr for SortFields {
    type Err = String;

    /// Parses `FIELD[:desc][,FIELD...]`.
    fn from_str(text: &str) -> Result<Self, String> {
        let field = |field: &str| {
            let (name, order) = match field.split_once(':') {
                Some((name, order)) => (name, order),
                None => (field, "asc"),
            };
            let descending = match order {
                "asc" => false,
                "desc" => true,
                other => {
                    return Err(format!(
                        "'{}' is no order: expected asc or desc, as in \
                         size:desc",
                        escaped(other.as_bytes())
                    ));
                }
            };
            match name {
                "" => Err("expected a field, as in size:desc,path".to_owned()),
                name => Ok((name.to_owned(), descending)),
            }
        };
        text.split(',').map(field).collect::<Result<_, _>>().map(Self)
    }
}

impl SortFields {
    /// The names of the fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }

    /// The order by these fields, of those that are
    /// [`available`](Schema::available).
    ///
    /// # Errors
    ///
    /// A name is of no field, or comes twice.
    pub fn resolve(
        &self,
        records: &Schema,
    ) -> Result<SortOrder, UnknownField> {
        let mut order: Vec<(FieldId, bool)> = Vec::new();
        for (name, descending) in &self.0 {
            let unknown = || UnknownField::in_schema(records, name);
            let field = records.field(name).ok_or_else(unknown)?;
            if order.iter().any(|(id, _)| *id == field.id) {
                return Err(UnknownField { twice: true, ..unknown() });
            }
            order.push((field.id, *descending));
        }
        // Paths order what is otherwise equal in any case.
        if order.last() == Some(&(FieldId::Path, false)) {
            order.pop();
        }
        Ok(SortOrder(order))
    }
}

/// An order of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortOrder(Vec<(FieldId, bool)>);

impl SortOrder {
    /// The fields that batches must have, so that they can be ordered.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldId> {
        let fields = self.0.iter().map(|(id, _)| *id);
        fields.chain([FieldId::Path]).collect()
    }

    /// Appends the key of a record: the record whose key is less comes first,
    /// and where both are the same, the one whose path is less.
    pub fn push_key(
        &self,
        batch: &RecordBatch,
        row: usize,
        out: &mut Vec<u8>,
    ) {
        for (id, descending) in &self.0 {
            let column = batch.column(*id);
            debug_assert!(column.is_some(), "the batch lacks {id:?}");
            match column {
                Some(column) => push_value(column, row, *descending, out),
                None => out.push(MISSING),
            }
        }
    }
}

fn push_value(
    column: &Column,
    row: usize,
    descending: bool,
    out: &mut Vec<u8>,
) {
    let number = match column {
        Column::Unsigned(it) => it.get(row).copied().flatten().map(Number::of),
        Column::Signed(it) => {
            it.get(row).copied().flatten().map(Number::of_signed)
        }
        Column::Timestamp(it) => {
            it.get(row).copied().flatten().map(Number::of_time)
        }
        Column::Boolean(it) => {
            let value = it.get(row).copied().flatten();
            value.map(|it| Number::of(u64::from(it)))
        }
        Column::Float(it) => {
            it.get(row).copied().flatten().map(Number::of_float)
        }
        Column::Path(it) => {
            match it.get(row) {
                Some(path) => {
                    let parts = [path.parent, path.name];
                    push_text(parts, descending, out);
                }
                None => out.push(MISSING),
            }
            return;
        }
        Column::Name(it) | Column::Text(it) | Column::Bytes(it) => {
            match it.get(row) {
                Some(value) => push_text([value, b""], descending, out),
                None => out.push(MISSING),
            }
            return;
        }
        Column::Word(it) => {
            match it.get(row).copied().flatten() {
                Some(word) => {
                    push_text([word.as_bytes(), b""], descending, out);
                }
                None => out.push(MISSING),
            }
            return;
        }
        Column::Hash(it) => {
            match it.get(row) {
                Some(content) => {
                    let mut text = Vec::new();
                    append(&mut text, format_args!("{content}"));
                    push_text([&text, b""], descending, out);
                }
                None => out.push(MISSING),
            }
            return;
        }
    };
    match number {
        Some(number) => number.push(descending, out),
        None => out.push(MISSING),
    }
}

/// Appends text that ends: a zero byte in it is followed by another byte than
/// the zeros at the end.
fn push_text(parts: [&[u8]; 2], descending: bool, out: &mut Vec<u8>) {
    out.push(TEXT);
    let start = out.len();
    for byte in parts.into_iter().flatten() {
        out.push(*byte);
        if *byte == 0 {
            out.push(0xff);
        }
    }
    out.extend_from_slice(&[0, 0]);
    if descending {
        invert(out, start);
    }
}

fn invert(out: &mut [u8], start: usize) {
    for byte in out.get_mut(start..).unwrap_or_default() {
        *byte = !*byte;
    }
}

/// A number as keys have it: in eight bytes where it is usual, so that
/// comparing eight bytes is nearly always enough.
#[derive(Clone, Copy, Debug)]
enum Number {
    /// Less than all that are usual, by this.
    Below([u8; 12]),
    Usual(u64),
    /// Greater than all that are usual, by this.
    Above([u8; 12]),
}

impl Number {
    fn of(number: u64) -> Self {
        match number < LIMIT {
            true => Self::Usual(number),
            false => Self::Above(bytes(number, 0)),
        }
    }

    fn of_signed(number: i64) -> Self {
        match u64::try_from(number) {
            Ok(number) => Self::of(number),
            // Two's complement has the order of negative numbers.
            Err(_) => Self::Below(bytes(number.cast_unsigned(), 0)),
        }
    }

    /// The times from 1970 to 2106 are usual, to the nanosecond.
    fn of_time(time: Timestamp) -> Self {
        let Timestamp { seconds, nanoseconds } = time;
        let usual =
            u32::try_from(seconds).ok().filter(|_| nanoseconds < 1 << 30);
        match usual {
            Some(usual) => {
                Self::Usual(u64::from(usual) << 30 | u64::from(nanoseconds))
            }
            None => {
                let bytes = bytes(seconds.cast_unsigned(), nanoseconds);
                match seconds < 0 {
                    true => Self::Below(bytes),
                    false => Self::Above(bytes),
                }
            }
        }
    }

    fn of_float(number: f64) -> Self {
        let bits = number.to_bits();
        match number.is_sign_negative() {
            true => Self::Below(bytes(!bits, 0)),
            false => Self::Above(bytes(bits, 0)),
        }
    }

    fn push(self, descending: bool, out: &mut Vec<u8>) {
        let (before, after) = match descending {
            false => (BELOW, ABOVE),
            true => (ABOVE, BELOW),
        };
        let start = match self {
            Self::Usual(number) => {
                let number = match descending {
                    false => number,
                    true => LIMIT - 1 - number,
                };
                out.extend_from_slice(&(USUAL | number).to_be_bytes());
                return;
            }
            Self::Below(bytes) => {
                out.push(before);
                let start = out.len();
                out.extend_from_slice(&bytes);
                start
            }
            Self::Above(bytes) => {
                out.push(after);
                let start = out.len();
                out.extend_from_slice(&bytes);
                start
            }
        };
        if descending {
            invert(out, start);
        }
    }
}

/// Two numbers, the first of which counts more, as bytes of their order.
fn bytes(high: u64, low: u32) -> [u8; 12] {
    let mut bytes = [0; 12];
    let (first, rest) = bytes.split_at_mut(8);
    first.copy_from_slice(&high.to_be_bytes());
    rest.copy_from_slice(&low.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;
    use core::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;
    use crate::record::{RecordKind, Row};
    use crate::value::{Value, ValueType};

    #[test]
    fn an_order_is_a_list_of_fields() {
        let schema = Schema::new(RecordKind::File, []);
        let order = |text: &str| {
            let fields: SortFields = text.parse().unwrap();
            fields.resolve(&schema)
        };
        let expected = [(FieldId::Size, true), (FieldId::Name, false)];
        assert_eq!(order("size:desc,name").unwrap().0, expected);
        assert_eq!(order("size:desc,name:asc,path").unwrap().0, expected);
        let path = [(FieldId::Path, true)];
        assert_eq!(order("path:desc").unwrap().0, path);
        assert!(order("size,size").unwrap_err().twice);
        let unknown = order("siez").unwrap_err().to_string();
        assert!(unknown.contains("fields are path, size"), "{unknown}");
        for text in ["", "size:", "size:down", ":desc", "size,,name"] {
            let why = text.parse::<SortFields>().unwrap_err();
            assert!(why.contains("size:desc"), "{text}: {why}");
        }
    }

    /// Whether keys of values order them as `expected` does.
    fn check<T: Clone>(
        (a, b): (Option<T>, Option<T>),
        of: ValueType,
        wrap: impl Fn(T) -> Value,
        expected: impl Fn(&T, &T) -> Ordering,
    ) -> Result<(), TestCaseError> {
        let schema = Schema::new(RecordKind::File, [("p.v".into(), of)]);
        for (descending, text) in
            [(false, "p.v,size"), (true, "p.v:desc,size")]
        {
            let fields: SortFields = text.parse().unwrap();
            let order = fields.resolve(&schema).unwrap();
            let mut batch = RecordBatch::new(Arc::new(schema.clone()));
            // What follows in the key must not matter before it.
            for (value, size) in [(&a, 9), (&b, 3)] {
                let values = [value.clone().map(&wrap)];
                let size = Some(size);
                batch.push(&Row { values: &values, size, ..Row::default() });
            }
            let mut keys = [Vec::new(), Vec::new()];
            for (row, key) in keys.iter_mut().enumerate() {
                order.push_key(&batch, row, key);
            }
            let by_value = match (&a, &b) {
                (Some(a), Some(b)) if descending => expected(b, a),
                (Some(a), Some(b)) => expected(a, b),
                (None, None) => Ordering::Equal,
                (None, _) => Ordering::Greater,
                (_, None) => Ordering::Less,
            };
            let expected = by_value.then(Ordering::Greater);
            prop_assert_eq!(keys[0].cmp(&keys[1]), expected, "{}", text);
        }
        Ok(())
    }

    fn near<T: Clone + core::fmt::Debug + 'static>(
        any: impl Strategy<Value = T> + 'static,
        some: Vec<T>,
    ) -> BoxedStrategy<(Option<T>, Option<T>)> {
        let one = prop_oneof![any, prop::sample::select(some)];
        let one = prop::option::of(one).boxed();
        (one.clone(), one).boxed()
    }

    proptest! {
        #[test]
        fn keys_of_numbers_compare_as_they_do(
            unsigned in near(any::<u64>(), vec![
                0, 1, LIMIT - 1, LIMIT, LIMIT + 1, u64::MAX,
            ]),
            signed in near(any::<i64>(), vec![0, -1, 1, i64::MIN, i64::MAX]),
            boolean in near(any::<bool>(), vec![true]),
            float in near(-1e9..1e9, vec![0.0, f64::MAX, f64::MIN, 1e-300]),
        ) {
            check(unsigned, ValueType::Unsigned, Value::Unsigned, u64::cmp)?;
            check(signed, ValueType::Signed, Value::Signed, i64::cmp)?;
            check(boolean, ValueType::Boolean, Value::Boolean, bool::cmp)?;
            check(float, ValueType::Float, Value::Float, f64::total_cmp)?;
        }

        #[test]
        fn keys_of_times_and_texts_compare_as_they_do(
            time in near(
                (any::<i64>(), 0_u32..1_000_000_000),
                vec![(-1, 5), (0, 0), (1 << 32, 0), ((1 << 32) - 1, 7)],
            ),
            text in near(
                prop::collection::vec(0_u8..3, 0..4),
                vec![vec![], vec![0], vec![0, 0], vec![255], vec![0, 255]],
            ),
        ) {
            let wrap = |(seconds, nanoseconds)| {
                Value::Timestamp(Timestamp { seconds, nanoseconds })
            };
            check(time, ValueType::Timestamp, wrap, Ord::cmp)?;
            let wrap = |bytes: Vec<u8>| Value::Bytes(bytes.into());
            check(text, ValueType::Bytes, wrap, Ord::cmp)?;
        }
    }
}
