//! Files that a scan found, in columns.

use std::{ops::ControlFlow, sync::Arc};

use pyo3::prelude::*;
use sanchay::{Batch, Engine, EntryRef, ScanEvent, WalkOptions};
use sanchay_core::record::{RecordBatch, RecordKind, Row, Schema};

use crate::{
    columns::{Chunk, Make, RowRef},
    given::Given,
    names,
    runner::{self, Totals, Work},
    shard::{LeftOut, Shard},
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
        batch.iter().for_each(|file| self.push(&file));
    }

    /// Adds the files of a shard.
    fn add_some(
        &mut self,
        batch: &Batch<'_>,
        shard: &Shard,
        left_out: &LeftOut,
    ) {
        for file in batch.iter() {
            self.path.clear();
            file.write_path(&mut self.path);
            if shard.has(&self.path) {
                self.push(&file);
            } else {
                left_out.file(file.metadata.size);
            }
        }
    }

    fn push(&mut self, file: &EntryRef<'_>) {
        self.batch.push(&Row {
            parent: file.parent,
            name: file.name,
            size: Some(file.metadata.size),
            modified: Some(file.metadata.modified),
            values: file.values,
            ..Row::default()
        });
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
        let record = make.tuple((path, size, modified.as_nanoseconds()))?;
        make.add_values(&record, || file.values(make.py))?;
        Ok(record)
    }
}

/// The work of a scan, or of a shard of it.
pub(crate) fn work(
    engine: Engine,
    given: Given,
    mut options: WalkOptions,
    raises: bool,
    shard: Option<Shard>,
) -> Work<Files> {
    options.storage = Some(given.storage());
    let schema = options.plugins.schema(RecordKind::File);
    Work::new(schema, move |feed, monitor| {
        let roots = given.all();
        let left_out = LeftOut::default();
        let shard = shard.as_ref();
        let watched = shard.map(|_| left_out.watch(monitor));
        let summary = engine
            .scan(&roots)
            .options(options)
            .monitor(watched.as_ref().unwrap_or(monitor))
            .for_each_batch(|_| {
                |event: ScanEvent<'_>| match event {
                    ScanEvent::Files(batch) => {
                        feed.push(|files: &mut Files| match shard {
                            None => files.add(&batch),
                            Some(it) => files.add_some(&batch, it, &left_out),
                        })
                    }
                    // A root that is not there concerns every shard.
                    ScanEvent::Error(error)
                        if shard.is_some_and(|it| {
                            !error.named && !it.tells(&error)
                        }) =>
                    {
                        left_out.error(&error);
                        ControlFlow::Continue(())
                    }
                    ScanEvent::Error(error) => {
                        runner::route_error(feed, &given, error, raises)
                    }
                    _ => ControlFlow::Continue(()),
                }
            })?;
        Ok(Totals::Run(left_out.without(summary)))
    })
}
