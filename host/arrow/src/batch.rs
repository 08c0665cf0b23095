//! A batch of records in Arrow's columns.

use std::{fmt::Write as _, sync::Arc};

use arrow_array::{
    Array as _, ArrayRef, BinaryArray, BooleanArray, DictionaryArray,
    Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt64Array,
    builder::{BinaryBuilder, StringBuilder},
    types::Int32Type,
};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Schema};
use sanchay_core::{
    record::{self, Column, FieldId, HashColumn, PathColumn, VarColumn},
    time::Timestamp,
};

use crate::{Options, has_few_values};

/// Text whose values are numbers of a few.
type Dictionary = DictionaryArray<Int32Type>;

/// The records in columns of this schema, which is that of
/// [`schema`](crate::schema) with the same options.
///
/// # Errors
/// What Arrow says, where a column has more than 2 GiB of text.
pub fn batch(
    records: &record::RecordBatch,
    schema: &Arc<Schema>,
    options: Options,
) -> Result<RecordBatch, ArrowError> {
    let mut columns = Vec::with_capacity(schema.fields().len());
    let groups = match records.column(FieldId::Group) {
        Some(Column::Unsigned(groups)) => Some(groups.as_slice()),
        _ => None,
    };
    for (field, column) in records.columns() {
        match (column, groups) {
            (Column::Path(paths), _) => {
                self::paths(paths, options.path_bytes, &mut columns)?;
            }
            (Column::Name(names), _) => {
                let few = options.dictionaries && has_few_values(field);
                self::names(names, few, options.path_bytes, &mut columns);
            }
            (Column::Word(words), _) if options.dictionaries => {
                let words = words.iter().copied();
                columns.push(Arc::new(words.collect::<Dictionary>()));
            }
            (Column::Text(texts), _)
                if options.dictionaries && has_few_values(field) =>
            {
                let texts = texts.iter().map(text);
                columns.push(Arc::new(texts.collect::<Dictionary>()));
            }
            (Column::Unsigned(numbers), Some(groups))
                if field.id == FieldId::Reclaimable =>
            {
                columns.push(of_first(numbers, groups));
            }
            _ => columns.push(array(column)?),
        }
    }
    RecordBatch::try_new(Arc::clone(schema), columns)
}

fn array(column: &Column) -> Result<ArrayRef, ArrowError> {
    Ok(match column {
        Column::Word(words) => Arc::new(StringArray::from_iter(words)),
        Column::Hash(hashes) => Arc::new(self::hashes(hashes)?),
        Column::Boolean(values) => {
            Arc::new(BooleanArray::from_iter(values.iter().copied()))
        }
        Column::Signed(values) => {
            Arc::new(Int64Array::from_iter(values.iter().copied()))
        }
        Column::Unsigned(values) => {
            Arc::new(UInt64Array::from_iter(values.iter().copied()))
        }
        Column::Float(values) => {
            Arc::new(Float64Array::from_iter(values.iter().copied()))
        }
        Column::Text(values) => {
            Arc::new(StringArray::from_iter(values.iter().map(text)))
        }
        Column::Bytes(values) => {
            let mut bytes = BinaryBuilder::new();
            values.iter().for_each(|it| bytes.append_option(it));
            Arc::new(bytes.finish())
        }
        Column::Timestamp(times) => Arc::new(self::times(times)),
        Column::Path(_) | Column::Name(_) => {
            debug_assert!(false, "paths and names are two columns");
            Arc::new(StringArray::new_null(0))
        }
    })
}

/// A value of a column of text.
fn text(value: Option<&[u8]>) -> Option<&str> {
    let text = str::from_utf8(value?);
    debug_assert!(text.is_ok(), "a column of text is UTF-8");
    text.ok()
}

/// Paths as text where they are UTF-8, and if it is wanted their bytes where
/// they are not.
fn paths(
    paths: &PathColumn,
    path_bytes: bool,
    columns: &mut Vec<ArrayRef>,
) -> Result<(), ArrowError> {
    let (mut bytes, mut ends) = (Vec::with_capacity(paths.bytes()), vec![0]);
    for path in paths.iter() {
        bytes.extend_from_slice(path.parent);
        bytes.extend_from_slice(path.name);
        ends.push(bytes.len());
    }
    let is_text = str::from_utf8(&bytes)
        .is_ok_and(|text| ends.iter().all(|end| text.is_char_boundary(*end)));
    if is_text {
        // Nearly always: then the bytes are the column.
        let text = StringArray::try_new(
            offsets(&ends)?,
            Buffer::from_vec(bytes),
            None,
        )?;
        let rows = text.len();
        columns.push(Arc::new(text));
        if path_bytes {
            columns.push(Arc::new(BinaryArray::new_null(rows)));
        }
        return Ok(());
    }
    let mut text = StringBuilder::new();
    let mut odd = BinaryBuilder::new();
    let starts = ends.iter().zip(ends.iter().skip(1));
    for path in starts.map(|(start, end)| bytes.get(*start..*end)) {
        let shown = path.and_then(|it| str::from_utf8(it).ok());
        odd.append_option(path.filter(|_| shown.is_none()));
        text.append_option(shown);
    }
    columns.push(Arc::new(text.finish()));
    if path_bytes {
        columns.push(Arc::new(odd.finish()));
    }
    Ok(())
}

/// Names as text where they are UTF-8, in a dictionary if they are `few`, and
/// if it is wanted their bytes where they are not.
fn names(
    names: &VarColumn,
    few: bool,
    bytes: bool,
    columns: &mut Vec<ArrayRef>,
) {
    let texts = || names.iter().map(|it| str::from_utf8(it?).ok());
    columns.push(match few {
        true => Arc::new(texts().collect::<Dictionary>()),
        false => Arc::new(StringArray::from_iter(texts())),
    });
    if bytes {
        let mut odd = BinaryBuilder::new();
        for name in names.iter() {
            odd.append_option(name.filter(|it| str::from_utf8(it).is_err()));
        }
        columns.push(Arc::new(odd.finish()));
    }
}

fn offsets(ends: &[usize]) -> Result<OffsetBuffer<i32>, ArrowError> {
    let offset = |end: &usize| {
        i32::try_from(*end).map_err(|_| ArrowError::OffsetOverflowError(*end))
    };
    let offsets = ends.iter().map(offset).collect::<Result<Vec<_>, _>>()?;
    Ok(OffsetBuffer::new(ScalarBuffer::from(offsets)))
}

fn hashes(hashes: &HashColumn) -> Result<StringArray, ArrowError> {
    let mut texts = StringBuilder::new();
    for content in hashes.iter() {
        match content {
            Some(content) => {
                write!(texts, "{content}").map_err(|_| {
                    ArrowError::MemoryError("no room for a digest".to_owned())
                })?;
                texts.append_value("");
            }
            None => texts.append_null(),
        }
    }
    Ok(texts.finish())
}

/// Times; null where there is none, or none that 64 bits of nanoseconds hold
/// (before 1677, after 2262).
fn times(times: &[Option<Timestamp>]) -> TimestampNanosecondArray {
    let times = times.iter().map(|time| {
        time.and_then(|time| i64::try_from(time.as_nanoseconds()).ok())
    });
    times.collect::<TimestampNanosecondArray>().with_timezone("UTC")
}

/// The number of each group, with its first file only.
fn of_first(numbers: &[Option<u64>], groups: &[Option<u64>]) -> ArrayRef {
    let before = std::iter::once(None).chain(groups.iter().copied());
    let rows = numbers.iter().zip(groups).zip(before);
    let first = rows
        .map(|((number, group), before)| number.filter(|_| *group != before));
    Arc::new(first.collect::<UInt64Array>())
}
