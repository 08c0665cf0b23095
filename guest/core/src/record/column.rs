//! A column of a batch: the values of one field, of one type.

use alloc::vec::Vec;
use core::ops::Range;

use super::hash_column::HashColumn;
use super::path::PathColumn;
use super::schema::DataType;
use crate::time::Timestamp;
use crate::value::{Value, ValueType};

/// The values of one field. A missing value is `None`.
#[derive(Clone, Debug)]
pub enum Column {
    /// Paths; every row has one.
    Path(PathColumn),
    /// Parts of paths.
    Name(VarColumn),
    /// Words from a small set.
    Word(Vec<Option<&'static str>>),
    /// Digests.
    Hash(HashColumn),
    /// True or false.
    Boolean(Vec<Option<bool>>),
    /// Whole numbers that may be negative.
    Signed(Vec<Option<i64>>),
    /// Whole numbers that are not negative.
    Unsigned(Vec<Option<u64>>),
    /// Numbers in floating point.
    Float(Vec<Option<f64>>),
    /// Text: UTF-8.
    Text(VarColumn),
    /// Bytes.
    Bytes(VarColumn),
    /// Points in time.
    Timestamp(Vec<Option<Timestamp>>),
}

/// Values of different lengths, end to end.
#[derive(Clone, Debug, Default)]
pub struct VarColumn {
    data: Vec<u8>,
    spans: Vec<Option<Range<usize>>>,
}

impl VarColumn {
    /// Appends a value.
    pub fn push(&mut self, value: Option<&[u8]>) {
        let start = self.data.len();
        self.data.extend_from_slice(value.unwrap_or_default());
        self.spans.push(value.map(|_| start..self.data.len()));
    }

    /// The value of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        self.data.get(self.spans.get(row)?.clone()?)
    }

    /// The values.
    pub fn iter(&self) -> impl Iterator<Item = Option<&[u8]>> {
        self.spans
            .iter()
            .map(|span| span.clone().and_then(|it| self.data.get(it)))
    }

    fn clear(&mut self) {
        self.data.clear();
        self.spans.clear();
    }
}

impl Column {
    /// An empty column of a type.
    pub(super) fn new(data_type: DataType) -> Self {
        match data_type {
            DataType::Path => Self::Path(PathColumn::default()),
            DataType::Name => Self::Name(VarColumn::default()),
            DataType::Word => Self::Word(Vec::new()),
            DataType::Hash => Self::Hash(HashColumn::default()),
            DataType::Value(value) => match value {
                ValueType::Boolean => Self::Boolean(Vec::new()),
                ValueType::Signed => Self::Signed(Vec::new()),
                ValueType::Unsigned => Self::Unsigned(Vec::new()),
                ValueType::Float => Self::Float(Vec::new()),
                ValueType::Text => Self::Text(VarColumn::default()),
                ValueType::Bytes => Self::Bytes(VarColumn::default()),
                ValueType::Timestamp => Self::Timestamp(Vec::new()),
            },
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Path(column) => column.clear(),
            Self::Word(column) => column.clear(),
            Self::Hash(column) => column.clear(),
            Self::Boolean(column) => column.clear(),
            Self::Signed(column) => column.clear(),
            Self::Unsigned(column) => column.clear(),
            Self::Float(column) => column.clear(),
            Self::Name(column) | Self::Text(column) | Self::Bytes(column) => {
                column.clear();
            }
            Self::Timestamp(column) => column.clear(),
        }
    }

    /// How many bytes it takes beyond a fixed number for each row.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Path(column) => column.bytes(),
            Self::Name(column) | Self::Text(column) | Self::Bytes(column) => {
                column.data.len()
            }
            _ => 0,
        }
    }

    /// Appends a plugin's value. The sandbox rejects values of another type
    /// than the column's; here they count as missing.
    pub(super) fn push_value(&mut self, value: Option<&Value>) {
        debug_assert!(self.takes(value), "{value:?} is of another type");
        match self {
            Self::Boolean(column) => column.push(match value {
                Some(Value::Boolean(value)) => Some(*value),
                _ => None,
            }),
            Self::Signed(column) => column.push(match value {
                Some(Value::Signed(value)) => Some(*value),
                _ => None,
            }),
            Self::Unsigned(column) => column.push(match value {
                Some(Value::Unsigned(value)) => Some(*value),
                _ => None,
            }),
            Self::Float(column) => column.push(match value {
                Some(Value::Float(value)) => Some(*value),
                _ => None,
            }),
            Self::Text(column) => column.push(match value {
                Some(Value::Text(value)) => Some(value.as_bytes()),
                _ => None,
            }),
            Self::Bytes(column) => column.push(match value {
                Some(Value::Bytes(value)) => Some(value),
                _ => None,
            }),
            Self::Timestamp(column) => column.push(match value {
                Some(Value::Timestamp(value)) => Some(*value),
                _ => None,
            }),
            Self::Path(_) | Self::Name(_) | Self::Word(_) | Self::Hash(_) => {}
        }
    }

    fn takes(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else { return true };
        matches!(
            (self, value.value_type()),
            (Self::Boolean(_), ValueType::Boolean)
                | (Self::Signed(_), ValueType::Signed)
                | (Self::Unsigned(_), ValueType::Unsigned)
                | (Self::Float(_), ValueType::Float)
                | (Self::Text(_), ValueType::Text)
                | (Self::Bytes(_), ValueType::Bytes)
                | (Self::Timestamp(_), ValueType::Timestamp)
        )
    }
}
