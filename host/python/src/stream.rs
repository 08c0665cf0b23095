//! A run as a stream of Arrow's batches, which are made while it goes on. A
//! consumer asks for them from any thread, with or without the interpreter.

use std::{io, sync::Arc};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, Schema};
use pyo3::{exceptions::PyKeyboardInterrupt, prelude::*};

use crate::{failure, run::Run};

/// The batches of a run.
pub(crate) struct Batches {
    run: Py<Run>,
    schema: Arc<Schema>,
    /// Whether it is this stream that the records go to.
    begun: bool,
    over: bool,
}

impl Batches {
    pub(crate) fn new(run: Py<Run>, schema: Arc<Schema>) -> Self {
        Self { run, schema, begun: false, over: false }
    }

    fn next_batch(&mut self, py: Python<'_>) -> PyResult<Option<RecordBatch>> {
        let run = self.run.get();
        if !self.begun {
            run.hand_over()?;
            self.begun = true;
        }
        run.batch(py)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let taken = Python::try_attach(|py| {
            self.next_batch(py).map_err(|error| told(py, &error))
        });
        let taken = taken.unwrap_or_else(|| {
            Err(refused("the interpreter is ending".to_owned()))
        });
        self.over = !matches!(taken, Ok(Some(_)));
        taken.transpose()
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema)
    }
}

/// What a consumer is told of an exception: it has words and a number only.
fn told(py: Python<'_>, error: &PyErr) -> ArrowError {
    let told = refused(failure::words(py, error));
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        // Whoever pressed Ctrl-C wants more than the end of this stream: it
        // is raised once more when the consumer is back in Python. This comes
        // last, since asking for an exception's words handles signals too.
        // Where it fails, there is still the error.
        let again = py
            .import("_thread")
            .and_then(|it| it.call_method0("interrupt_main"));
        drop(again);
    }
    told
}

fn refused(words: String) -> ArrowError {
    let source = io::Error::other(words.clone());
    ArrowError::IoError(words, source)
}
