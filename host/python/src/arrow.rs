//! Arrow's data, handed over by the C data interface in the capsules of
//! PyArrow's protocol
//! (<https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>):
//! polars, pandas, pyarrow, DuckDB and others take them without copying, and
//! without an object of Python's for any row.

use arrow_array::{
    RecordBatchReader, ffi::FFI_ArrowSchema, ffi_stream::FFI_ArrowArrayStream,
};
use arrow_schema::{ArrowError, Schema};
use pyo3::{exceptions::PyRuntimeError, prelude::*, types::PyCapsule};

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
