//! Bytes that Python passes. `bytes` go on as they are, without a copy, since
//! nobody can change them; what can be changed is copied first.

use bytes::Bytes;
use pyo3::{
    exceptions::PyTypeError,
    intern,
    prelude::*,
    pybacked::PyBackedBytes,
    types::{PyBytes, PyMemoryView},
};

use crate::arguments;

/// The bytes of what has some.
///
/// # Errors
/// `TypeError` for what has none.
pub(crate) fn bytes_like(
    option: &str,
    data: &Bound<'_, PyAny>,
) -> PyResult<Bytes> {
    let py = data.py();
    let bytes = match data.cast::<PyBytes>() {
        Ok(bytes) => bytes.clone(),
        Err(_) => {
            let view = PyMemoryView::from(data).map_err(|error| {
                if error.is_instance_of::<PyTypeError>(py) {
                    let expected = "bytes, or an object that has some";
                    arguments::unexpected(option, expected, data)
                } else {
                    error
                }
            })?;
            // The bytes of objects are where they are in memory.
            let format = view.getattr(intern!(py, "format"))?;
            if format.extract::<String>()?.contains('O') {
                return Err(PyTypeError::new_err(format!(
                    "{option}: expected bytes, not objects"
                )));
            }
            let copy = view.call_method0(intern!(py, "tobytes"))?;
            copy.cast_into::<PyBytes>()?
        }
    };
    Ok(Bytes::from_owner(PyBackedBytes::from(bytes)))
}

/// Bytes as an object of Python's.
pub(crate) fn made(py: Python<'_>, data: &[u8]) -> Py<PyAny> {
    PyBytes::new(py, data).into_any().unbind()
}
