//! What tells an event loop which operations are done: a list of their
//! numbers, and a pipe that can be read from while it is not empty. One pipe
//! does for any number of operations.

use std::sync::{Arc, Mutex};

use pyo3::prelude::*;
use sanchay_sync::lock;

use crate::{
    failure,
    wake_pipe::{Descriptor, WakePipe},
};

/// The operations of an event loop that are done.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Completions(Shared);

/// The same, for those who do the operations.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Done>>);

struct Done {
    numbers: Vec<u64>,
    pipe: WakePipe,
}

impl Shared {
    /// An operation is done.
    pub(super) fn add(&self, number: u64) {
        let mut done = lock(&self.0);
        done.numbers.push(number);
        done.pipe.notify();
    }
}

impl Completions {
    pub(super) fn shared(&self) -> Shared {
        self.0.clone()
    }
}

#[pymethods]
impl Completions {
    #[new]
    fn new(py: Python<'_>) -> PyResult<Self> {
        let pipe =
            WakePipe::new().map_err(|error| failure::of_io(py, &error))?;
        let done = Done { numbers: Vec::new(), pipe };
        Ok(Self(Shared(Arc::new(Mutex::new(done)))))
    }

    /// A file descriptor that can be read from when operations are done.
    fn fileno(&self) -> Descriptor {
        lock(&self.0.0).pipe.descriptor()
    }

    /// Takes the numbers of those that are done.
    fn drain(&self) -> Vec<u64> {
        let mut done = lock(&self.0.0);
        done.pipe.clear();
        std::mem::take(&mut done.numbers)
    }
}
