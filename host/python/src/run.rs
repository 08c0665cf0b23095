//! A run as Python holds it: begun when the first record is asked for, ended
//! when nobody holds it any more.

use std::{
    os::fd::RawFd,
    sync::{Arc, Mutex, MutexGuard, TryLockError},
};

use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyRuntimeError, PyStopAsyncIteration},
    prelude::*,
    types::{PyCapsule, PyTuple, PyType},
};
use sanchay::{DuplicateSummary, Summary};

use crate::{
    arrow,
    columns::{Chunk, Make},
    failure,
    feed::Patience,
    records::{Outlet, Ready, Records, Source},
    runner::{Totals, Work},
    taker::Taker,
};

/// A run: an iterator of its records, and a stream of them for Arrow.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Run {
    /// Locked by a thread that takes records, and never waited for.
    records: Mutex<Box<dyn Source>>,
    outlet: Arc<dyn Outlet>,
    class: Py<PyType>,
    progress: Option<Py<PyAny>>,
}

impl Run {
    /// A run that begins when something is taken.
    pub(crate) fn new<C: Chunk>(
        work: Work<C>,
        class: Py<PyType>,
        progress: Option<Py<PyAny>>,
    ) -> Self {
        let taker = Taker::new(work);
        let outlet: Arc<dyn Outlet> = Arc::clone(taker.feed()) as _;
        let records = Mutex::new(Box::new(Records::new(taker)) as _);
        Self { records, outlet, class, progress }
    }

    /// What a child process must not touch.
    fn outlet(&self) -> PyResult<&dyn Outlet> {
        if self.outlet.is_foreign() {
            return Err(PyRuntimeError::new_err(
                "this run belongs to the parent process: its thread was left \
                 behind by a fork. Begin a new one in the child",
            ));
        }
        Ok(&*self.outlet)
    }

    fn records(&self) -> PyResult<MutexGuard<'_, Box<dyn Source>>> {
        let outlet = self.outlet()?;
        let mut records = match self.records.try_lock() {
            Ok(records) => records,
            Err(TryLockError::Poisoned(records)) => records.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return Err(PyRuntimeError::new_err(
                    "the records of this run are being taken already, by \
                     another thread or by the caller of this callback",
                ));
            }
        };
        if outlet.is_closed() {
            records.clear();
        }
        Ok(records)
    }

    fn make<'py>(&self, py: Python<'py>) -> PyResult<Make<'py>> {
        Make::new(self.class.bind(py).clone())
    }
}

#[pymethods]
impl Run {
    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut records = self.records()?;
        let make = self.make(py)?;
        loop {
            if let Some(record) = records.next(&make)? {
                return Ok(Some(record));
            }
            let progress = self.progress.as_ref();
            if records.more(py, Patience::Some, progress)? == Ready::Never {
                return Ok(None);
            }
        }
    }

    /// The next record, if it is there already, or None; StopAsyncIteration
    /// if there will be none.
    fn poll<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut records = self.records()?;
        let make = self.make(py)?;
        loop {
            if let Some(record) = records.next(&make)? {
                return Ok(Some(record));
            }
            self.outlet.hush();
            let progress = self.progress.as_ref();
            match records.more(py, Patience::None, progress)? {
                Ready::Yes => {}
                Ready::NotYet => return Ok(None),
                Ready::Never => return Err(PyStopAsyncIteration::new_err(())),
            }
        }
    }

    /// Takes the whole chunks that are there already; whether that was all.
    fn absorb(&self, py: Python<'_>) -> PyResult<bool> {
        let mut records = self.records()?;
        self.outlet.hush();
        loop {
            let progress = self.progress.as_ref();
            match records.more(py, Patience::Whole, progress)? {
                Ready::Yes => {}
                Ready::NotYet => return Ok(false),
                Ready::Never => return Ok(true),
            }
        }
    }

    /// Takes everything, in columns.
    fn collect(&self, py: Python<'_>) -> PyResult<()> {
        let mut records = self.records()?;
        let progress = self.progress.as_ref();
        while records.more(py, Patience::Full, progress)? != Ready::Never {}
        Ok(())
    }

    /// Begins the run, and tells a file descriptor that can be read from when
    /// there is something to take.
    fn fileno(&self, py: Python<'_>) -> PyResult<RawFd> {
        let bell = self.outlet()?.bell();
        let descriptor = bell.map_err(|error| failure::of_io(py, &error))?;
        self.records()?.begin(self.progress.is_some())?;
        Ok(descriptor)
    }

    /// Ends the run.
    fn close(&self) {
        self.outlet.close();
    }

    /// The errors that have no record of their own.
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let errors = self.outlet()?.errors();
        let exception = |error| failure::of_entry(py, error).into_value(py);
        let errors = errors.iter().map(|error| exception(error));
        PyTuple::new(py, errors.collect::<Vec<_>>())
    }

    /// What the run came to, once it has ended well: files, directories,
    /// bytes, errors, errors of what was named; and of a search for
    /// duplicates groups, redundant files, reclaimable bytes.
    fn summary<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let numbers = match self.outlet()?.totals() {
            None => return Ok(None),
            Some(Totals::Run(run)) => scanned(run).to_vec(),
            Some(Totals::Duplicates(all)) => duplicates(all).to_vec(),
        };
        PyTuple::new(py, numbers).map(Some)
    }

    /// The rest of the records in Arrow.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol leaves it to the producer to heed a request, which the
        // consumer casts to otherwise.
        drop(requested_schema);
        self.collect(py)?;
        let mut records = self.records()?;
        let source = &mut **records;
        let batches =
            py.detach(|| source.batches()).map_err(arrow::refused)?;
        arrow::stream(py, source.schema(), batches)
    }

    /// What the records are in Arrow.
    fn __arrow_c_schema__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema(py, &self.records()?.schema())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.class)?;
        visit.call(&self.progress)
    }
}

fn scanned(run: Summary) -> [u64; 5] {
    [run.files, run.directories, run.bytes, run.errors, run.named_errors]
}

fn duplicates(all: DuplicateSummary) -> [u64; 8] {
    let [files, directories, bytes, errors, named] = scanned(all.scanned);
    let (groups, redundant) = (all.groups, all.redundant_files);
    let reclaimable = all.reclaimable_bytes;
    [files, directories, bytes, errors, named, groups, redundant, reclaimable]
}
