//! Files that a scan found, in columns.

use std::{ops::ControlFlow, sync::Arc};

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::{ArrowError, DataType, Schema};
use pyo3::prelude::*;
use sanchay::{Batch, Engine, ScanEvent, Timestamp, WalkOptions};

use crate::{
    arrow,
    columns::{Chunk, Make, Paths, nanoseconds},
    given::Given,
    names,
    runner::{self, Totals, Work},
};

/// Files that a scan found.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) paths: Paths,
    pub(crate) sizes: Vec<u64>,
    pub(crate) modified: Vec<Timestamp>,
}

impl Files {
    fn add(&mut self, batch: &Batch<'_>) {
        for file in batch.iter() {
            self.paths.push([file.parent, file.name]);
            self.sizes.push(file.metadata.size);
            self.modified.push(file.metadata.modified);
        }
    }

    /// A row's size in bytes, and when it was modified.
    pub(crate) fn metadata(&self, row: usize) -> (u64, Timestamp) {
        (
            self.sizes.get(row).copied().unwrap_or_default(),
            self.modified.get(row).copied().unwrap_or_default(),
        )
    }
}

impl Chunk for Files {
    const PHASE: &'static str = "walking";

    fn rows(&self) -> usize {
        self.sizes.len()
    }

    fn name_bytes(&self) -> usize {
        self.paths.bytes.len()
    }

    fn record<'py>(
        &self,
        row: usize,
        make: &Make<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let path = names::decoded(make.py, self.paths.get(row))?;
        let (size, modified) = self.metadata(row);
        make.tuple((path, size, nanoseconds(modified)))
    }

    fn schema(path_bytes: bool) -> Arc<Schema> {
        let mut fields = arrow::path_fields(path_bytes);
        fields.push(arrow::field("size", DataType::UInt64));
        fields.push(arrow::field("modified", arrow::time()));
        Arc::new(Schema::new(fields))
    }

    fn batch(self, path_bytes: bool) -> Result<RecordBatch, ArrowError> {
        let mut columns = arrow::paths(self.paths, path_bytes)?;
        columns.push(Arc::new(UInt64Array::from(self.sizes)));
        columns.push(arrow::times(self.modified.into_iter().map(Some)));
        RecordBatch::try_new(Self::schema(path_bytes), columns)
    }
}

/// The work of a scan.
pub(crate) fn work(
    engine: Engine,
    given: Given,
    mut options: WalkOptions,
    raises: bool,
) -> Work<Files> {
    options.storage = Some(given.storage());
    Box::new(move |feed, monitor| {
        let roots = given.all();
        engine
            .scan(&roots)
            .options(options.clone())
            .monitor(monitor)
            .for_each_batch(|_| {
                |event: ScanEvent<'_>| match event {
                    ScanEvent::Files(batch) => {
                        feed.push(|files: &mut Files| files.add(&batch))
                    }
                    ScanEvent::Error(error) => {
                        runner::settle(feed, &given, error, raises)
                    }
                    _ => ControlFlow::Continue(()),
                }
            })
            .map(Totals::Run)
    })
}
