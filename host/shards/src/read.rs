//! Tables of outputs, read back.

use arrow_array::{
    Array as _, BinaryArray, RecordBatch, StringArray, UInt64Array,
    cast::AsArray as _, types::UInt64Type,
};
use bytes::Bytes;
use parquet::arrow::{
    ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder,
};

/// How many rows are read at once.
const TOGETHER: usize = 8192;

/// Reads some columns of a table, batch by batch.
///
/// # Errors
/// What is wrong with the table.
pub(crate) fn batches(
    table: Bytes,
    columns: &[&str],
    mut each: impl FnMut(&RecordBatch) -> Result<(), String>,
) -> Result<(), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let reader = ParquetRecordBatchReaderBuilder::try_new(table)
        .map_err(|error| words(&error))?;
    let columns = columns.iter().copied();
    let mask = ProjectionMask::columns(reader.parquet_schema(), columns);
    let reader = reader
        .with_projection(mask)
        .with_batch_size(TOGETHER)
        .build()
        .map_err(|error| words(&error))?;
    for batch in reader {
        each(&batch.map_err(|error| words(&error))?)?;
    }
    Ok(())
}

/// The paths of rows: text, or bytes where they are none.
pub(crate) struct Paths<'b> {
    text: &'b StringArray,
    bytes: &'b BinaryArray,
}

impl<'b> Paths<'b> {
    pub(crate) fn of(batch: &'b RecordBatch) -> Result<Self, String> {
        let text = batch
            .column_by_name("path")
            .and_then(|it| it.as_string_opt::<i32>())
            .ok_or_else(|| lacks("path"))?;
        let bytes = batch
            .column_by_name("path_bytes")
            .and_then(|it| it.as_binary_opt::<i32>())
            .ok_or_else(|| lacks("path_bytes"))?;
        Ok(Self { text, bytes })
    }

    /// The path of a row.
    pub(crate) fn get(&self, row: usize) -> Option<&'b [u8]> {
        match (self.text.is_valid(row), self.bytes.is_valid(row)) {
            (true, _) => Some(self.text.value(row).as_bytes()),
            (false, true) => Some(self.bytes.value(row)),
            (false, false) => None,
        }
    }
}

/// A column of numbers.
pub(crate) fn numbers<'b>(
    batch: &'b RecordBatch,
    name: &str,
) -> Result<&'b UInt64Array, String> {
    let column = batch.column_by_name(name);
    column
        .and_then(|it| it.as_primitive_opt::<UInt64Type>())
        .ok_or_else(|| lacks(name))
}

/// The number of a row; `None` where there is none.
pub(crate) fn number(column: &UInt64Array, row: usize) -> Option<u64> {
    column.is_valid(row).then(|| column.value(row))
}

/// A column of text.
pub(crate) fn texts<'b>(
    batch: &'b RecordBatch,
    name: &str,
) -> Result<&'b StringArray, String> {
    let column = batch.column_by_name(name);
    column.and_then(|it| it.as_string_opt::<i32>()).ok_or_else(|| lacks(name))
}

fn lacks(name: &str) -> String {
    format!("it lacks the column {name}, or that is of another type")
}
