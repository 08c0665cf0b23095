//! Records in columns, as they go from a run to Python: neither a name nor a
//! record costs an allocation, and nothing is a Python object before somebody
//! asks for it.

use std::sync::Arc;

use pyo3::{
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyTuple, PyType},
};
use sanchay::{Content, EntryKind, Timestamp};
use sanchay_core::grouping::Role;
use sanchay_core::record::{
    Column, Field, FieldId, PathColumn, RecordBatch, Schema,
};

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

    /// What it is in its group; a duplicate where there are no references.
    pub(crate) fn role(self) -> &'static str {
        self.word(FieldId::Role).unwrap_or(Role::Duplicate.name())
    }

    /// What it is; a file where nothing else is.
    pub(crate) fn kind(self) -> &'static str {
        self.word(FieldId::Kind).unwrap_or(EntryKind::File.name())
    }

    /// How many files are in a folder.
    pub(crate) fn file_count(self) -> Option<u64> {
        self.number(FieldId::FileCount)
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

    /// What extractors found, by the names of their columns.
    pub(crate) fn values<'py>(
        self,
        py: Python<'py>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let values = PyDict::new(py);
        for (field, column) in self.batch.columns() {
            if field.is_extracted() {
                values.set_item(&*field.name, value(py, column, self.row)?)?;
            }
        }
        Ok(values)
    }

    fn word(self, field: FieldId) -> Option<&'static str> {
        match self.batch.column(field)? {
            Column::Word(words) => words.get(self.row).copied()?,
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

/// Whether records of a schema have values of extractors.
pub(crate) fn has_values(schema: &Schema) -> bool {
    schema.fields().iter().any(Field::is_extracted)
}

/// The value of a column in a row, as an object of Python's.
fn value<'py>(
    py: Python<'py>,
    column: &Column,
    row: usize,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, T: IntoPyObject<'py>>(
        py: Python<'py>,
        value: Option<T>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(value.into_pyobject(py).map_err(Into::into)?.into_any())
    }
    match column {
        Column::Boolean(all) => of(py, all.get(row).copied().flatten()),
        Column::Signed(all) => of(py, all.get(row).copied().flatten()),
        Column::Unsigned(all) => of(py, all.get(row).copied().flatten()),
        Column::Float(all) => of(py, all.get(row).copied().flatten()),
        Column::Text(all) => of(py, all.get(row).map(String::from_utf8_lossy)),
        Column::Bytes(all) => of(py, all.get(row)),
        Column::Timestamp(all) => match all.get(row).copied().flatten() {
            Some(time) => py
                .import(intern!(py, "sanchay._types"))?
                .call_method1(intern!(py, "moment"), (time.as_nanoseconds(),)),
            None => Ok(py.None().into_bound(py)),
        },
        // Plugins have no others.
        Column::Path(_)
        | Column::Name(_)
        | Column::Word(_)
        | Column::Hash(_) => Ok(py.None().into_bound(py)),
    }
}

/// Makes named tuples of one class.
pub(crate) struct Make<'py> {
    pub(crate) py: Python<'py>,
    class: Bound<'py, PyType>,
    /// `tuple.__new__`, which needs no keyword and no code of Python's.
    new: Bound<'py, PyAny>,
    /// Whether records have values of plugins.
    extracts: bool,
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
        Ok(Self { py, class, new, extracts: false })
    }

    /// The same for records that have values of plugins, if they do.
    pub(crate) fn extracting(self, extracts: bool) -> Self {
        Self { extracts, ..self }
    }

    /// Gives a record the values of plugins, if there are any.
    pub(crate) fn add_values<V: IntoPyObject<'py>>(
        &self,
        record: &Bound<'py, PyAny>,
        values: impl FnOnce() -> PyResult<V>,
    ) -> PyResult<()> {
        if self.extracts {
            record.setattr(intern!(self.py, "values"), values()?)?;
        }
        Ok(())
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
