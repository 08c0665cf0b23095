//! The records of a run, whatever their kind: what was taken and not yet
//! handed on.

use std::{collections::VecDeque, io, sync::Arc};

use crate::{
    columns::{Chunk, Make},
    consumer::{Consumer, Poll},
    failure::Failure,
    feed::{Feed, TakeMode},
    runner::Totals,
    wake_pipe::Descriptor,
};
use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema};
use pyo3::prelude::*;
use sanchay_arrow::Options;

/// Whether there are records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    /// There are.
    Yes,
    /// There may be some later.
    NotYet,
    /// There are none, and there will be none.
    Never,
}

/// The records of a run, for the one who takes them.
pub(crate) trait Source: Send {
    /// Begins the run, if that is still to be done.
    fn begin(&mut self, reports: bool) -> PyResult<()>;

    /// Takes more, without making records of what there is.
    fn more(
        &mut self,
        py: Python<'_>,
        mode: TakeMode,
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Ready>;

    /// Makes a record of the row that is next, if one was taken.
    fn next<'py>(
        &mut self,
        make: &Make<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>>;

    /// Makes records of the first rows that were taken and not yet handed on;
    /// they still are to be.
    fn peek<'py>(
        &mut self,
        make: &Make<'py>,
        most: usize,
    ) -> PyResult<Vec<Bound<'py, PyAny>>>;

    /// Whether something was taken and not yet handed on.
    fn has_rows(&self) -> bool;

    /// Some of what was taken and not yet handed on, in Arrow: in columns of
    /// this schema, which is that of the run's records with these options.
    fn batch(
        &mut self,
        schema: &Arc<Schema>,
        options: Options,
    ) -> Result<Option<RecordBatch>, ArrowError>;

    /// Drops what was taken and not yet handed on.
    fn clear(&mut self);
}

/// A run, for those who do not take records.
pub(crate) trait Control: Send + Sync {
    /// Whether it belongs to the process that this one was forked from.
    fn is_foreign(&self) -> bool;

    /// Ends it.
    fn close(&self);

    /// What went wrong so far without having a record.
    fn errors(&self) -> Vec<Arc<Failure>>;

    /// Whether it was ended, so that nobody takes any more.
    fn is_closed(&self) -> bool;

    /// What it came to, once it has ended well.
    fn totals(&self) -> Option<Totals>;

    /// A file descriptor that can be read from when there is something to
    /// take.
    fn wake_pipe(&self) -> io::Result<Descriptor>;

    /// Makes it unreadable until something comes.
    fn clear_wake_pipe(&self);
}

impl<C: Chunk> Control for Feed<C> {
    fn is_foreign(&self) -> bool {
        Self::is_foreign(self)
    }

    fn close(&self) {
        Self::close(self);
    }

    fn errors(&self) -> Vec<Arc<Failure>> {
        Self::errors(self)
    }

    fn is_closed(&self) -> bool {
        Self::is_closed(self)
    }

    fn totals(&self) -> Option<Totals> {
        Self::totals(self)
    }

    fn wake_pipe(&self) -> io::Result<Descriptor> {
        Self::wake_pipe(self)
    }

    fn clear_wake_pipe(&self) {
        Self::clear_wake_pipe(self);
    }
}

/// Records of one kind.
pub(crate) struct Records<C: Chunk> {
    consumer: Consumer<C>,
    /// What was taken.
    chunks: VecDeque<C>,
    /// The row of the first chunk that is next.
    row: usize,
}

impl<C: Chunk> Records<C> {
    pub(crate) fn new(consumer: Consumer<C>) -> Self {
        Self { consumer, chunks: VecDeque::new(), row: 0 }
    }
}

impl<C: Chunk> Source for Records<C> {
    fn begin(&mut self, reports: bool) -> PyResult<()> {
        self.consumer.begin(reports)
    }

    fn more(
        &mut self,
        py: Python<'_>,
        mode: TakeMode,
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Ready> {
        Ok(match self.consumer.take(py, mode, progress)? {
            Poll::Chunk(chunk) => {
                self.chunks.push_back(chunk);
                Ready::Yes
            }
            Poll::Nothing => Ready::NotYet,
            Poll::End => Ready::Never,
        })
    }

    fn next<'py>(
        &mut self,
        make: &Make<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        while let Some(chunk) = self.chunks.front_mut() {
            if self.row < chunk.rows() {
                let record = chunk.record(self.row, make)?;
                self.row += 1;
                return Ok(Some(record));
            }
            self.row = 0;
            self.chunks.pop_front();
        }
        Ok(None)
    }

    fn peek<'py>(
        &mut self,
        make: &Make<'py>,
        most: usize,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let mut records = Vec::new();
        let mut from = self.row;
        for chunk in &mut self.chunks {
            for row in from..chunk.rows() {
                if records.len() >= most {
                    return Ok(records);
                }
                records.push(chunk.record(row, make)?);
            }
            from = 0;
        }
        Ok(records)
    }

    fn has_rows(&self) -> bool {
        let rows: usize = self.chunks.iter().map(Chunk::rows).sum();
        rows > self.row
    }

    fn batch(
        &mut self,
        schema: &Arc<Schema>,
        options: Options,
    ) -> Result<Option<RecordBatch>, ArrowError> {
        while let Some(chunk) = self.chunks.pop_front() {
            let place = chunk.place(std::mem::take(&mut self.row));
            let batch = sanchay_arrow::batch(chunk.batch(), schema, options)?;
            let left = batch.num_rows().saturating_sub(place);
            if left > 0 {
                return Ok(Some(batch.slice(place, left)));
            }
        }
        Ok(None)
    }

    fn clear(&mut self) {
        self.chunks.clear();
        self.row = 0;
    }
}
