//! Files that a scan found, in columns.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc};

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::{ArrowError, DataType, Schema};
use pyo3::prelude::*;
use sanchay::{Batch, Engine, ScanEvent, Timestamp, WalkOptions};

use crate::{
    arrow,
    columns::{Chunk, Make, Paths, nanoseconds},
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

    fn schema() -> Arc<Schema> {
        let [path, path_bytes] = arrow::path_fields();
        Arc::new(Schema::new(vec![
            path,
            path_bytes,
            arrow::field("size", DataType::UInt64),
            arrow::field("modified", arrow::time()),
        ]))
    }

    fn batch(self) -> Result<RecordBatch, ArrowError> {
        let [path, path_bytes] = arrow::paths(self.paths)?;
        let sizes = UInt64Array::from(self.sizes);
        let modified = arrow::times(self.modified.into_iter().map(Some));
        RecordBatch::try_new(
            Self::schema(),
            vec![path, path_bytes, Arc::new(sizes), modified],
        )
    }
}

/// The work of a scan.
pub(crate) fn work(
    engine: Engine,
    roots: Vec<PathBuf>,
    options: WalkOptions,
    raises: bool,
) -> Work<Files> {
    Box::new(move |feed, monitor| {
        engine
            .scan(&roots, &options, monitor, &|event| match event {
                ScanEvent::Files(batch) => {
                    feed.push(|files: &mut Files| files.add(&batch))
                }
                ScanEvent::Error(error) => runner::settle(feed, error, raises),
                _ => ControlFlow::Continue(()),
            })
            .map(Totals::Run)
    })
}
