//! A run as Python holds it: begun when the first record is asked for, ended
//! when nobody holds it any more.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, TryLockError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use arrow_array::{Array as _, RecordBatch};
use arrow_schema::Schema;
use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyRuntimeError, PyStopAsyncIteration, PyUnicodeWarning},
    prelude::*,
    types::{PyCapsule, PyTuple, PyType},
};
use sanchay::{CheckSummary, DuplicateSummary, Summary};
use sanchay_arrow::Options;
use sanchay_catalog::VerifySummary;

use crate::{
    arrow,
    columns::{self, Chunk, Make},
    consumer::Consumer,
    failure,
    feed::TakeMode,
    records::{Control, Ready, Records, Source},
    runner::{Totals, Work},
    similars::Alike,
    stream::Batches,
    wake_pipe::Descriptor,
};

/// A run: an iterator of its records, and a stream of them for Arrow.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Run {
    /// Locked by a thread that takes records, and never waited for.
    records: Mutex<Box<dyn Source>>,
    control: Arc<dyn Control>,
    class: Py<PyType>,
    progress: Option<Py<PyAny>>,
    /// What the records are in Arrow.
    schema: Arc<Schema>,
    /// Whether they have values of plugins.
    extracts: bool,
    /// Whether the bytes of paths that are no text are one of its columns.
    options: Options,
    /// Whether somebody was warned of such a path without that column.
    warned: AtomicBool,
    /// Whether all records were handed on, or a stream hands them on: there
    /// are none for another.
    spent: AtomicBool,
    /// What ended it before its end.
    cut_short: Mutex<Option<String>>,
}

impl Run {
    /// A run that begins when something is taken.
    pub(crate) fn new<C: Chunk>(
        work: Work<C>,
        class: Py<PyType>,
        progress: Option<Py<PyAny>>,
        path_bytes: bool,
    ) -> Self {
        let options = Options { path_bytes, ..Options::default() };
        let schema = Arc::new(sanchay_arrow::schema(&work.schema, options));
        let extracts = columns::has_values(&work.schema);
        let consumer = Consumer::new(work);
        let control: Arc<dyn Control> = Arc::clone(consumer.feed()) as _;
        let records = Mutex::new(Box::new(Records::new(consumer)) as _);
        Self {
            records,
            control,
            class,
            progress,
            schema,
            extracts,
            options,
            warned: AtomicBool::new(false),
            spent: AtomicBool::new(false),
            cut_short: Mutex::new(None),
        }
    }

    fn cut_short(&self) -> MutexGuard<'_, Option<String>> {
        self.cut_short.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a child process must not touch.
    fn control(&self) -> PyResult<&dyn Control> {
        if self.control.is_foreign() {
            return Err(PyRuntimeError::new_err(
                "this run belongs to the parent process: its thread was left \
                 behind by a fork. Begin a new one in the child",
            ));
        }
        Ok(&*self.control)
    }

    fn records(&self) -> PyResult<MutexGuard<'_, Box<dyn Source>>> {
        let control = self.control()?;
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
        if let Some(by) = &*self.cut_short() {
            records.clear();
            return Err(PyRuntimeError::new_err(format!(
                "this run was cut short ({by}): it has no more records, and \
                 there may be some that it did not come to. Begin a new one"
            )));
        }
        if control.is_closed() {
            records.clear();
        }
        Ok(records)
    }

    /// Takes more. Whatever ends the run before its end is kept: what looks
    /// for records later must not take it for one that is complete.
    fn more(
        &self,
        py: Python<'_>,
        records: &mut Box<dyn Source>,
        mode: TakeMode,
    ) -> PyResult<Ready> {
        let ready = records.more(py, mode, self.progress.as_ref());
        if let Err(error) = &ready {
            // Not while the lock is held: this may run code of Python's.
            let words = failure::words(py, error);
            self.cut_short().get_or_insert(words);
        }
        ready
    }

    /// Refuses where there are no records left for Arrow: an empty table
    /// would look like an answer.
    fn refuse_spent(&self) -> PyResult<()> {
        let why = if self.control.is_closed() {
            "were dropped when it was closed"
        } else if self.spent.load(Relaxed) {
            "were taken already, and each is handed on once: keep the table \
             that they were made into, or begin a new run"
        } else {
            return Ok(());
        };
        let words = format!("the records of this run {why}");
        Err(PyRuntimeError::new_err(words))
    }

    /// Has a stream hand on the records, and nothing else after it.
    ///
    /// # Errors
    /// `RuntimeError` if there are none left for it.
    pub(crate) fn hand_over(&self) -> PyResult<()> {
        self.refuse_spent()?;
        self.spent.store(true, Relaxed);
        Ok(())
    }

    /// Some more records in Arrow; `None` at the end.
    ///
    /// # Errors
    /// As taking records, and `RuntimeError` where Arrow refuses.
    pub(crate) fn batch(
        &self,
        py: Python<'_>,
    ) -> PyResult<Option<RecordBatch>> {
        let mut records = self.records()?;
        loop {
            let (source, schema) = (&mut **records, &self.schema);
            let batch = py
                .detach(|| source.batch(schema, self.options))
                .map_err(arrow::refused)?;
            if let Some(batch) = batch {
                self.warn(py, &batch)?;
                return Ok(Some(batch));
            }
            let ready = self.more(py, &mut records, TakeMode::Full)?;
            if ready == Ready::Never {
                return Ok(None);
            }
        }
    }

    /// Warns, once, of paths that are null because they are not text.
    fn warn(&self, py: Python<'_>, batch: &RecordBatch) -> PyResult<()> {
        let nulls = batch.column_by_name("path").map(|it| it.null_count());
        if self.options.path_bytes
            || nulls.unwrap_or(0) == 0
            || self.warned.swap(true, Relaxed)
        {
            return Ok(());
        }
        let category = py.get_type::<PyUnicodeWarning>();
        let words = c"paths that are not UTF-8 are null in the column path; \
                      path_bytes=True adds a column with their bytes";
        PyErr::warn(py, &category, words, 1)
    }

    fn make<'py>(&self, py: Python<'py>) -> PyResult<Make<'py>> {
        let make = Make::new(self.class.bind(py).clone())?;
        Ok(make.extracting(self.extracts))
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
            let ready = self.more(py, &mut records, TakeMode::Some)?;
            if ready == Ready::Never {
                self.spent.store(true, Relaxed);
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
            self.control.clear_wake_pipe();
            match self.more(py, &mut records, TakeMode::None)? {
                Ready::Yes => {}
                Ready::NotYet => return Ok(None),
                Ready::Never => {
                    self.spent.store(true, Relaxed);
                    return Err(PyStopAsyncIteration::new_err(()));
                }
            }
        }
    }

    /// Takes the whole chunks that are there already; whether that was all.
    fn drain_ready(&self, py: Python<'_>) -> PyResult<bool> {
        let mut records = self.records()?;
        self.control.clear_wake_pipe();
        loop {
            match self.more(py, &mut records, TakeMode::Whole)? {
                Ready::Yes => {}
                Ready::NotYet => return Ok(false),
                Ready::Never => return Ok(true),
            }
        }
    }

    /// Takes everything, in columns.
    fn collect(&self, py: Python<'_>) -> PyResult<()> {
        let mut records = self.records()?;
        while self.more(py, &mut records, TakeMode::Full)? != Ready::Never {}
        Ok(())
    }

    /// The first records that were taken and not yet handed on, which still
    /// are to be.
    fn peek<'py>(
        &self,
        py: Python<'py>,
        most: usize,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.records()?.peek(&self.make(py)?, most)
    }

    /// Begins the run, and tells a file descriptor that can be read from when
    /// there is something to take.
    fn fileno(&self, py: Python<'_>) -> PyResult<Descriptor> {
        let wake_pipe = self.control()?.wake_pipe();
        let descriptor =
            wake_pipe.map_err(|error| failure::of_io(py, &error))?;
        self.records()?.begin(self.progress.is_some())?;
        Ok(descriptor)
    }

    /// Ends the run.
    fn close(&self) {
        self.control.close();
    }

    /// Ends the run before its end, because of something.
    fn cut(&self, because: String) {
        if !self.spent.load(Relaxed) {
            self.cut_short().get_or_insert(because);
        }
        self.control.close();
    }

    /// The errors that have no record of their own.
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let errors = self.control()?.errors();
        let errors =
            errors.iter().map(|error| error.exception(py).into_value(py));
        PyTuple::new(py, errors.collect::<Vec<_>>())
    }

    /// What the run came to, once it has ended well: files, directories,
    /// bytes, errors, errors of what was named; and of a search for
    /// duplicates groups, redundant files, reclaimable bytes, groups of
    /// folders, redundant folders. Of checking:
    /// matched, mismatched, missing, unreadable, malformed. Of verifying:
    /// files, known, verified, mismatched, changed, unreadable. Of what is
    /// alike: as of a run, then groups, similar files, files compared, files
    /// left out for their size.
    fn summary<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let numbers = match self.control()?.totals() {
            None | Some(Totals::Nothing) => return Ok(None),
            Some(Totals::Run(run)) => scanned(run).to_vec(),
            Some(Totals::Duplicates(all)) => duplicates(all).to_vec(),
            Some(Totals::Checked(all)) => checked(all).to_vec(),
            Some(Totals::Verified(all)) => verified(all).to_vec(),
            Some(Totals::Similar(all)) => similar(all).to_vec(),
        };
        PyTuple::new(py, numbers).map(Some)
    }

    /// The rest of the records in Arrow. They are taken when the stream is
    /// read: some consumers ask for one only to see its schema.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        this: &Bound<'py, Self>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol leaves it to the producer to heed a request, which the
        // consumer casts to otherwise.
        drop(requested_schema);
        let (py, run) = (this.py(), this.get());
        let mut records = run.records()?;
        run.refuse_spent()?;
        // What goes wrong at once is an exception here, of its own kind.
        if !records.has_rows() {
            run.more(py, &mut records, TakeMode::Full)?;
        }
        drop(records);
        let schema = Arc::clone(&run.schema);
        arrow::stream(py, Batches::new(this.clone().unbind(), schema))
    }

    /// What the records are in Arrow.
    fn __arrow_c_schema__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema(py, &self.schema)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.class)?;
        visit.call(&self.progress)
    }
}

fn scanned(run: Summary) -> [u64; 5] {
    [run.files, run.directories, run.bytes, run.errors, run.named_errors]
}

fn checked(all: CheckSummary) -> [u64; 5] {
    let CheckSummary { matched, mismatched, missing, .. } = all;
    [matched, mismatched, missing, all.unreadable, all.malformed]
}

fn verified(all: VerifySummary) -> [u64; 6] {
    let VerifySummary { files, known, verified, rotten, .. } = all;
    [files, known, verified, rotten, all.changed, all.unreadable]
}

fn similar(all: Alike) -> [u64; 9] {
    let [files, directories, bytes, errors, named] = scanned(all.scanned);
    let Alike { groups, compared, too_large, .. } = all;
    let alike = all.files;
    [
        files,
        directories,
        bytes,
        errors,
        named,
        groups,
        alike,
        compared,
        too_large,
    ]
}

fn duplicates(all: DuplicateSummary) -> [u64; 10] {
    let [files, directories, bytes, errors, named] = scanned(all.scanned);
    let (groups, redundant) = (all.groups, all.redundant_files);
    let reclaimable = all.reclaimable_bytes;
    [
        files,
        directories,
        bytes,
        errors,
        named,
        groups,
        redundant,
        reclaimable,
        all.folder_groups,
        all.redundant_folders,
    ]
}
