//! Columns as Arrow has them, handed over by the C data interface in the
//! capsules of PyArrow's protocol
//! (<https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>):
//! polars, pandas, pyarrow, DuckDB and others take them without copying, and
//! without an object of Python's for any row.

use std::sync::Arc;

use arrow_array::{
    Array as _, ArrayRef, BinaryArray, RecordBatchReader, StringArray,
    TimestampNanosecondArray,
    builder::{BinaryBuilder, StringBuilder},
    ffi::FFI_ArrowSchema,
    ffi_stream::FFI_ArrowArrayStream,
};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use pyo3::{exceptions::PyRuntimeError, prelude::*, types::PyCapsule};
use sanchay::Timestamp;

use crate::columns::{Paths, nanoseconds};

/// A column that may hold nulls.
pub(crate) fn field(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, true)
}

/// The column of a path as text, where it is UTF-8; and, if it is wanted, that
/// of its bytes where it is not.
pub(crate) fn path_fields(path_bytes: bool) -> Vec<Field> {
    let mut fields = vec![field("path", DataType::Utf8)];
    if path_bytes {
        fields.push(field("path_bytes", DataType::Binary));
    }
    fields
}

/// What a time is in Arrow.
pub(crate) fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

/// Paths as the columns of [`path_fields`].
pub(crate) fn paths(
    paths: Paths,
    path_bytes: bool,
) -> Result<Vec<ArrayRef>, ArrowError> {
    let all_text = str::from_utf8(&paths.bytes).is_ok_and(|text| {
        paths.ends.iter().all(|end| text.is_char_boundary(*end))
    });
    if all_text {
        let text = StringArray::try_new(
            offsets(&paths.ends)?,
            Buffer::from_vec(paths.bytes),
            None,
        )?;
        let rows = text.len();
        let mut columns: Vec<ArrayRef> = vec![Arc::new(text)];
        if path_bytes {
            columns.push(Arc::new(BinaryArray::new_null(rows)));
        }
        return Ok(columns);
    }
    let mut text = StringBuilder::new();
    let mut bytes = BinaryBuilder::new();
    for path in paths.iter() {
        let path_text = str::from_utf8(path);
        bytes.append_option(path_text.is_err().then_some(path));
        text.append_option(path_text.ok());
    }
    let mut columns: Vec<ArrayRef> = vec![Arc::new(text.finish())];
    if path_bytes {
        columns.push(Arc::new(bytes.finish()));
    }
    Ok(columns)
}

fn offsets(ends: &[usize]) -> Result<OffsetBuffer<i32>, ArrowError> {
    let mut offsets = Vec::with_capacity(ends.len() + 1);
    offsets.push(0);
    for end in ends {
        let end = i32::try_from(*end)
            .map_err(|_| ArrowError::OffsetOverflowError(*end))?;
        offsets.push(end);
    }
    Ok(OffsetBuffer::new(ScalarBuffer::from(offsets)))
}

/// Times; null where there is none, or none that 64 bits of nanoseconds can
/// tell (before 1677, after 2262).
pub(crate) fn times(
    times: impl Iterator<Item = Option<Timestamp>>,
) -> ArrayRef {
    let times = times.map(|time| {
        time.and_then(|time| i64::try_from(nanoseconds(time)).ok())
    });
    Arc::new(times.collect::<TimestampNanosecondArray>().with_timezone("UTC"))
}

/// The capsule of a stream of batches.
///
/// # Errors
/// What Python says where it has no memory left.
pub(crate) fn stream(
    py: Python<'_>,
    reader: impl RecordBatchReader + Send + 'static,
) -> PyResult<Bound<'_, PyCapsule>> {
    let stream = FFI_ArrowArrayStream::new(Box::new(reader));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// The capsule of a schema.
///
/// # Errors
/// `RuntimeError` where Arrow refuses.
pub(crate) fn schema<'py>(
    py: Python<'py>,
    schema: &Schema,
) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(refused)?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

/// The exception for what Arrow refuses.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn refused(error: ArrowError) -> PyErr {
    PyRuntimeError::new_err(format!("cannot make Arrow data: {error}"))
}
