//! Records in columns, as they go from a run to Python: neither a name nor a
//! record costs an allocation, and nothing is a Python object before somebody
//! asks for it.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema};
use pyo3::{
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyTuple, PyType},
};

/// Rows of one kind of record.
pub(crate) trait Chunk: Default + Send + 'static {
    /// What a run is doing that finds such rows, for its progress.
    const PHASE: &'static str;

    /// How many rows there are.
    fn rows(&self) -> usize;

    /// How many bytes their names have.
    fn name_bytes(&self) -> usize;

    /// A row as an object of Python's.
    fn record<'py>(
        &self,
        row: usize,
        make: &Make<'py>,
    ) -> PyResult<Bound<'py, PyAny>>;

    /// What the columns are in Arrow. `path_bytes` says whether that column
    /// is one of them.
    fn schema(path_bytes: bool) -> Arc<Schema>;

    /// The rows in Arrow.
    fn batch(self, path_bytes: bool) -> Result<RecordBatch, ArrowError>;

    /// At which of Arrow's rows a row begins.
    fn place(&self, row: usize) -> usize {
        row
    }
}

/// Many paths in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    pub(crate) bytes: Vec<u8>,
    /// Where each ends.
    pub(crate) ends: Vec<usize>,
}

impl Paths {
    /// Adds a path that consists of these parts.
    pub(crate) fn push(&mut self, parts: [&[u8]; 2]) {
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The path of a row; empty where there is none.
    pub(crate) fn get(&self, row: usize) -> &[u8] {
        let end = self.ends.get(row).copied().unwrap_or(0);
        let before = row.checked_sub(1).and_then(|row| self.ends.get(row));
        let start = before.copied().unwrap_or(0);
        self.bytes.get(start..end).unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|row| self.get(row))
    }
}

/// Makes named tuples of one class.
pub(crate) struct Make<'py> {
    pub(crate) py: Python<'py>,
    class: Bound<'py, PyType>,
    /// `tuple.__new__`, which needs no keyword and no code of Python's.
    new: Bound<'py, PyAny>,
}

impl<'py> Make<'py> {
    pub(crate) fn new(class: Bound<'py, PyType>) -> PyResult<Self> {
        static NEW: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let py = class.py();
        let new = NEW
            .get_or_try_init(py, || {
                py.get_type::<PyTuple>()
                    .getattr(intern!(py, "__new__"))
                    .map(Bound::unbind)
            })?
            .bind(py)
            .clone();
        Ok(Self { py, class, new })
    }

    /// A named tuple of these fields.
    pub(crate) fn tuple<F>(&self, fields: F) -> PyResult<Bound<'py, PyAny>>
    where
        F: IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>>,
        PyErr: From<F::Error>,
    {
        let fields = fields.into_pyobject(self.py)?.into_any();
        self.new.call1((&self.class, fields))
    }
}

/// A time in nanoseconds since 1970.
pub(crate) fn nanoseconds(time: sanchay::Timestamp) -> i128 {
    i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanoseconds)
}
