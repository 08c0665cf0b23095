//! What is in a snapshot, in columns.

use std::{ops::ControlFlow, sync::Arc};

use pyo3::{prelude::*, types::PyString};
use sanchay::{Engine, ScanEvent, WalkOptions};
use sanchay_core::record::{
    Column, FieldId, RecordBatch, RecordKind, Row, Schema,
};
use sanchay_store::SnapshotTree;

use crate::{
    columns::{Chunk, Make, RowRef},
    names,
    runner::{self, Totals, Work},
};

/// Entries of a snapshot.
#[derive(Debug)]
pub(crate) struct Entries {
    batch: RecordBatch,
    /// Room for a path.
    path: Vec<u8>,
}

impl Chunk for Entries {
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
        let entry = RowRef { batch: &self.batch, row };
        let path = names::decoded(py, entry.path(&mut self.path))?;
        let kind = match self.batch.column(FieldId::Kind) {
            Some(Column::Word(words)) => words.get(row).copied().flatten(),
            _ => None,
        };
        make.tuple((
            path,
            kind.map(|word| PyString::intern(py, word)),
            entry.size(),
            entry.modified().unwrap_or_default().as_nanoseconds(),
        ))
    }
}

/// The work of listing a snapshot.
pub(super) fn work(
    engine: Engine,
    tree: SnapshotTree,
    mut options: WalkOptions,
) -> Work<Entries> {
    // As the program's: all that is in it, unless the filter says otherwise.
    options.filter = options.filter.every_kind().hidden(true);
    options.storage = Some(Arc::new(tree));
    let all = Schema::new(RecordKind::File, []);
    let wanted = all.select(["path", "kind", "size", "modified"]);
    let schema = wanted.unwrap_or(all);
    Work::new(schema, move |feed, monitor| {
        let request = engine.scan([""]).options(options).monitor(monitor);
        let summary = request.for_each_batch(|_| {
            |event: ScanEvent<'_>| match event {
                ScanEvent::Files(batch) => {
                    feed.push(|entries: &mut Entries| {
                        for entry in batch.iter() {
                            entries.batch.push(&Row {
                                parent: entry.parent,
                                name: entry.name,
                                kind: Some(entry.metadata.kind),
                                size: Some(entry.metadata.size),
                                modified: Some(entry.metadata.modified),
                                ..Row::default()
                            });
                        }
                    })
                }
                ScanEvent::Error(error) => runner::route(feed, error, true),
                _ => ControlFlow::Continue(()),
            }
        })?;
        Ok(Totals::Run(summary))
    })
}
