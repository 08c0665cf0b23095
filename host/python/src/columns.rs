//! Records in columns, as they go from a run to Python: neither a name nor a
//! record costs an allocation, and nothing is a Python object before somebody
//! asks for it.

use std::sync::Arc;

use pyo3::{
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyTuple, PyType},
};
use sanchay::{Content, Timestamp};
use sanchay_core::record::{Column, FieldId, PathColumn, RecordBatch, Schema};

/// Records of one kind: a batch in columns, and what only Python's records
/// need besides.
pub(crate) trait Chunk: Send + 'static {
    /// What a run is doing that finds such rows, for its progress.
    const PHASE: &'static str;

    /// A chunk of no rows, whose batch has these columns.
    fn new(schema: &Arc<Schema>) -> Self;

    /// The columns.
    fn batch(&self) -> &RecordBatch;

    /// How many records there are.
    fn rows(&self) -> usize {
        self.batch().len()
    }

    /// How many bytes their names have.
    fn name_bytes(&self) -> usize {
        self.batch().paths().map_or(0, PathColumn::bytes)
    }

    /// A record as an object of Python's.
    fn record<'py>(
        &mut self,
        row: usize,
        make: &Make<'py>,
    ) -> PyResult<Bound<'py, PyAny>>;

    /// At which row of the columns a record begins.
    fn place(&self, row: usize) -> usize {
        row
    }
}

/// A row of a batch. What has no value there, or no column, is `None`.
#[derive(Clone, Copy)]
pub(crate) struct RowRef<'a> {
    pub(crate) batch: &'a RecordBatch,
    pub(crate) row: usize,
}

impl<'a> RowRef<'a> {
    /// The path, put together in the buffer where it is in two parts.
    pub(crate) fn path<'b>(self, buffer: &'b mut Vec<u8>) -> &'b [u8]
    where
        'a: 'b,
    {
        match self.batch.paths().and_then(|paths| paths.get(self.row)) {
            Some(path) if path.parent.is_empty() => path.name,
            Some(path) => path.join(buffer),
            None => &[],
        }
    }

    /// The size in bytes.
    pub(crate) fn size(self) -> Option<u64> {
        self.number(FieldId::Size)
    }

    /// How many bytes would be free if one file of the group were kept.
    pub(crate) fn reclaimable(self) -> Option<u64> {
        self.number(FieldId::Reclaimable)
    }

    /// When it was last modified.
    pub(crate) fn modified(self) -> Option<Timestamp> {
        match self.batch.column(FieldId::Modified)? {
            Column::Timestamp(times) => times.get(self.row).copied()?,
            _ => None,
        }
    }

    /// What is in it.
    pub(crate) fn content(self) -> Option<Content> {
        match self.batch.column(FieldId::Hash)? {
            Column::Hash(contents) => contents.get(self.row),
            _ => None,
        }
    }

    fn number(self, field: FieldId) -> Option<u64> {
        match self.batch.column(field)? {
            Column::Unsigned(numbers) => numbers.get(self.row).copied()?,
            _ => None,
        }
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
