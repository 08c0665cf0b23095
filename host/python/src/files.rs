//! Files that a scan found, in columns.

use std::{ops::ControlFlow, sync::Arc};

use pyo3::prelude::*;
use sanchay::{Batch, Engine, ScanEvent, WalkOptions};
use sanchay_core::record::{RecordBatch, RecordKind, Row, Schema};

use crate::{
    columns::{Chunk, Make, RowRef},
    given::Given,
    names,
    runner::{self, Totals, Work},
};

/// Files that a scan found.
#[derive(Debug)]
pub(crate) struct Files {
    batch: RecordBatch,
    /// Room for a path.
    path: Vec<u8>,
}

impl Files {
    fn add(&mut self, batch: &Batch<'_>) {
        for file in batch.iter() {
            self.batch.push(&Row {
                parent: file.parent,
                name: file.name,
                size: Some(file.metadata.size),
                modified: Some(file.metadata.modified),
                ..Row::default()
            });
        }
    }
}

impl Chunk for Files {
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
        let file = RowRef { batch: &self.batch, row };
        let path = names::decoded(make.py, file.path(&mut self.path))?;
        let modified = file.modified().unwrap_or_default();
        let size = file.size().unwrap_or_default();
        make.tuple((path, size, modified.as_nanoseconds()))
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
    let schema = Schema::new(RecordKind::File, []);
    Work::new(schema, move |feed, monitor| {
        let roots = given.all();
        engine
            .scan(&roots)
            .options(options)
            .monitor(monitor)
            .for_each_batch(|_| {
                |event: ScanEvent<'_>| match event {
                    ScanEvent::Files(batch) => {
                        feed.push(|files: &mut Files| files.add(&batch))
                    }
                    ScanEvent::Error(error) => {
                        runner::route_error(feed, &given, error, raises)
                    }
                    _ => ControlFlow::Continue(()),
                }
            })
            .map(Totals::Run)
    })
}
