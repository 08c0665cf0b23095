//! What became of files between two looks at them, in columns.

use std::sync::Arc;

use pyo3::{prelude::*, types::PyString};
use sanchay::Timestamp;
use sanchay_catalog::Difference;
use sanchay_core::record::{
    Column, FieldId, RecordBatch, RecordKind, Row, Schema,
};

use crate::{
    columns::{Chunk, Make, RowRef},
    names,
};

/// What became of files.
#[derive(Debug)]
pub(crate) struct Differences {
    batch: RecordBatch,
    /// Room for a path.
    path: Vec<u8>,
}

impl Differences {
    /// The columns.
    pub(crate) fn schema() -> Schema {
        Schema::new(RecordKind::Difference, [])
    }

    /// Adds what became of a file.
    pub(crate) fn add(&mut self, difference: &Difference) {
        let version = &difference.version;
        self.batch.push(&Row {
            change: Some(difference.change),
            name: &difference.path,
            from: difference.from.as_deref(),
            size: Some(version.size),
            modified: Some(version.modified()),
            content: version.content(),
            ..Row::default()
        });
    }
}

impl Chunk for Differences {
    const PHASE: &'static str = "walking";

    fn new(schema: &Arc<Schema>) -> Self {
        Self { batch: RecordBatch::new(Arc::clone(schema)), path: Vec::new() }
    }

    fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    fn record<'py>(
        &mut self,
        row: usize,
        make: &Make<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = make.py;
        let file = RowRef { batch: &self.batch, row };
        let path = names::decoded(py, file.path(&mut self.path))?;
        let change = match self.batch.column(FieldId::Change) {
            Some(Column::Word(words)) => words.get(row).copied().flatten(),
            _ => None,
        };
        let from = match self.batch.column(FieldId::From) {
            Some(Column::Name(names)) => names.get(row),
            _ => None,
        };
        let content = file.content();
        make.tuple((
            change.map(|word| PyString::intern(py, word)),
            path,
            from.map(|from| names::decoded(py, from)).transpose()?,
            file.size(),
            file.modified().map(Timestamp::as_nanoseconds),
            content.map(|it| PyString::intern(py, it.algorithm().name())),
            content.map(|it| it.to_string()),
        ))
    }
}
