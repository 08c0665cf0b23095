//! Errors as Python has them. What the system refused is an `OSError` of the
//! kind that Python itself would raise, with `errno` and `filename`; a bad
//! option is a `ValueError` that names it.

use std::{io, path::Path, sync::Arc};

use pyo3::{
    create_exception,
    exceptions::{
        PyException, PyLookupError, PyOSError, PyRuntimeError,
        PyStopAsyncIteration, PyStopIteration, PyValueError,
    },
    intern,
    prelude::*,
    types::PyString,
};
use sanchay::{
    Action, Cause, Error,
    ops::{OpsError, StepOutcome},
};
use sanchay_catalog::CatalogError;
use sanchay_shards::ShardError;
use sanchay_store::{BackendError, StoreError};

use crate::{names, runner::RunError};

create_exception!(
    sanchay,
    Cancelled,
    PyException,
    "The run was ended by its progress callback, which returned False."
);
create_exception!(
    sanchay,
    ConflictError,
    PyException,
    "A batch was not applied, because some of its entries are in conflict: \
     nothing was done. The conflicts are those of the BatchPlan."
);
create_exception!(
    sanchay,
    EntryError,
    PyOSError,
    "An entry could not be dealt with, and not because the system refused: \
     it is not a regular file, it changed while it was read, it leads out of \
     the root. The attribute strerror says which, filename is its path, and \
     errno is EIO."
);

/// What `errno` is where the system gave none.
const EIO: i32 = 5;

/// An entry that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: sanchay::EntryError,
    /// What the caller named, where that can be no path.
    pub(crate) text: Option<Arc<Py<PyString>>>,
}

impl Failure {
    /// The exception for it.
    pub(crate) fn exception(&self, py: Python<'_>) -> PyErr {
        let text = self.text.as_ref().map(|text| text.bind(py).clone());
        made(py, &self.error, text).unwrap_or_else(|instead| instead)
    }
}

/// The exception for an entry that failed.
pub(crate) fn of_entry(py: Python<'_>, error: &sanchay::EntryError) -> PyErr {
    made(py, error, None).unwrap_or_else(|instead| instead)
}

fn made<'py>(
    py: Python<'py>,
    error: &sanchay::EntryError,
    text: Option<Bound<'py, PyString>>,
) -> PyResult<PyErr> {
    let name = text.map_or_else(|| name(py, &error.path), Ok)?;
    let exception = match &error.cause {
        Cause::Io(cause) if number(cause).is_some() => {
            system_error(py, cause, name)?
        }
        cause => {
            let arguments = (EIO, cause.to_string(), name);
            py.get_type::<EntryError>().call1(arguments)?
        }
    };
    add_note(&exception, &format!("Sanchay {} it", error.action))?;
    Ok(PyErr::from_value(exception))
}

/// Adds a note to an exception, where there are notes: not in Python 3.10.
fn add_note(exception: &Bound<'_, PyAny>, note: &str) -> PyResult<()> {
    let name = intern!(exception.py(), "add_note");
    if exception.hasattr(name)? {
        exception.call_method1(name, (note,))?;
    }
    Ok(())
}

/// The exception for a step that could not be done or undone.
pub(crate) fn of_step(py: Python<'_>, step: &StepOutcome) -> PyErr {
    let made = || {
        let name = names::decoded(py, &step.path)?;
        let error = py.get_type::<EntryError>();
        let exception = error.call1((EIO, step.why.as_str(), name))?;
        let name = step.operation.name();
        add_note(&exception, &format!("its step in the plan: {name}"))?;
        Ok(PyErr::from_value(exception))
    };
    made().unwrap_or_else(|instead: PyErr| instead)
}

/// The exception for a batch that could not be planned, applied or undone.
pub(crate) fn of_ops(py: Python<'_>, error: &OpsError) -> PyErr {
    let words = error.to_string();
    match error {
        OpsError::Run(error) => of_run(error),
        OpsError::Keep(error) => {
            PyValueError::new_err(format!("keep: {error}"))
        }
        OpsError::Naming(_)
        | OpsError::Order(_)
        | OpsError::Document { .. } => PyValueError::new_err(words),
        OpsError::Destination { path, why } => {
            let cause = Cause::Io(io::Error::other(why.clone()));
            let error =
                sanchay::EntryError::new(path.clone(), Action::Open, cause);
            of_entry(py, &error)
        }
        OpsError::Conflicts { count, taken } => {
            let other_names = match *taken {
                0 => "",
                _ => {
                    ", on_conflict=\"rename\" gives other names where names \
                     are taken"
                }
            };
            ConflictError::new_err(format!(
                "{count} of the steps conflict, so nothing was done; \
                 on_conflict=\"skip\" leaves these out{other_names}"
            ))
        }
        OpsError::PlannedConflicts(count) => ConflictError::new_err(format!(
            "{count} of the steps were in conflict when the plan was made, so \
             nothing was done; on_conflict=\"skip\" leaves these out"
        )),
        OpsError::File { path, source, .. } => of_system(py, path, source),
        OpsError::NoRun(run) => PyLookupError::new_err(format!(
            "there is no run {run}; sanchay.runs() lists them"
        )),
        OpsError::NoStateFolder => PyRuntimeError::new_err(format!(
            "there is no folder for journals: neither XDG_STATE_HOME nor {} \
             is set; name one with state_dir",
            sanchay_system::host::HOME,
        )),
        _ => PyRuntimeError::new_err(words),
    }
}

/// The exception for a catalog that cannot be used, or not for that.
pub(crate) fn of_catalog(py: Python<'_>, error: &CatalogError) -> PyErr {
    let words = error.to_string();
    match error {
        CatalogError::Run(error) => of_run(error),
        CatalogError::Io { path, source, .. } => of_system(py, path, source),
        CatalogError::NoSnapshot { wanted } => PyLookupError::new_err(
            format!("there is no snapshot {wanted}; snapshots() lists them"),
        ),
        CatalogError::NameTaken { .. }
        | CatalogError::BadName { .. }
        | CatalogError::Ambiguous { .. }
        | CatalogError::NoDigest { .. }
        | CatalogError::NoList { .. }
        | CatalogError::Incomparable { .. } => PyValueError::new_err(words),
        CatalogError::Overtaken
        | CatalogError::NoRoot
        | CatalogError::NoFolder => PyRuntimeError::new_err(words),
        _ => PyOSError::new_err(words),
    }
}

/// The exception for a store that cannot be used, or not for that.
pub(crate) fn of_store(
    py: Python<'_>,
    store: &Path,
    error: &StoreError,
) -> PyErr {
    let words = error.to_string();
    let system = |number: i32, words: &str| {
        let made = name(py, store).and_then(|name| {
            let arguments = (number, words, name);
            py.get_type::<PyOSError>().call1(arguments)
        });
        made.map_or_else(|instead| instead, PyErr::from_value)
    };
    match error {
        StoreError::Run(error) => of_run(error),
        StoreError::NoStore => system(
            libc::ENOENT,
            "it is no store: there is no file sanchay-store in it; \
             Store.init() makes one",
        ),
        StoreError::Exists => system(libc::EEXIST, &words),
        StoreError::NotEmpty => system(libc::ENOTEMPTY, &words),
        StoreError::Backend(
            BackendError::NotFound { .. } | BackendError::NoFolder,
        ) => system(libc::ENOENT, &words),
        StoreError::Backend(BackendError::Io { source, .. }) => {
            system(number(source).unwrap_or(EIO), &words)
        }
        StoreError::NoSnapshot { .. } => PyLookupError::new_err(words),
        StoreError::Ambiguous { .. } | StoreError::BadName { .. } => {
            PyValueError::new_err(words)
        }
        StoreError::Overtaken | StoreError::Clock => {
            PyRuntimeError::new_err(words)
        }
        _ => system(EIO, &words),
    }
}

/// The exception for shards that cannot be planned, run or merged.
pub(crate) fn of_shards(py: Python<'_>, error: &ShardError) -> PyErr {
    let words = error.to_string();
    match error {
        ShardError::Engine(error) => of_run(error),
        ShardError::Root(error) => of_entry(py, error),
        ShardError::Option { .. }
        | ShardError::Line { .. }
        | ShardError::Plan(_)
        | ShardError::Overlap { .. } => PyValueError::new_err(words),
        ShardError::Incomplete { .. } | ShardError::Outputs { .. } => {
            PyLookupError::new_err(words)
        }
        _ => PyOSError::new_err(words),
    }
}

/// The exception for a run that did not end well.
pub(crate) fn of_ended(py: Python<'_>, error: &RunError) -> PyErr {
    match error {
        RunError::Library(error) => of_run(error),
        RunError::Catalog(error) => of_catalog(py, error),
        RunError::Shards(error) => of_shards(py, error),
    }
}

/// The exception for what the system said of a path.
pub(crate) fn of_system(
    py: Python<'_>,
    path: &Path,
    error: &io::Error,
) -> PyErr {
    let made = name(py, path).and_then(|name| system_error(py, error, name));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(instead) => instead,
    }
}

/// The exception for what the system said of no path.
pub(crate) fn of_io(py: Python<'_>, error: &io::Error) -> PyErr {
    let number = number(error).unwrap_or(EIO);
    match py.get_type::<PyOSError>().call1((number, plain(error))) {
        Ok(exception) => PyErr::from_value(exception),
        Err(instead) => instead,
    }
}

/// What a callback or a signal handler raised, as it may leave an iterator:
/// there StopIteration would say that the run is over, and well. PEP 479 says
/// the same of generators.
pub(crate) fn of_callback(py: Python<'_>, error: PyErr, whose: &str) -> PyErr {
    let stop = error.is_instance_of::<PyStopIteration>(py)
        || error.is_instance_of::<PyStopAsyncIteration>(py);
    if !stop {
        return error;
    }
    let kind = match error.get_type(py).name() {
        Ok(name) => name.to_string_lossy().into_owned(),
        Err(_) => "StopIteration".to_owned(),
    };
    let instead = PyRuntimeError::new_err(format!("{whose} raised {kind}"));
    instead.set_cause(py, Some(error));
    instead
}

/// Python chooses the kind of `OSError` by the number.
fn system_error<'py>(
    py: Python<'py>,
    error: &io::Error,
    name: Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    // The C library's words for a number that is of a kind alone.
    #[cfg(unix)]
    if let (None, Some(number)) = (error.raw_os_error(), number(error)) {
        let error = io::Error::from_raw_os_error(number);
        let arguments = (number, plain(&error), name);
        return py.get_type::<PyOSError>().call1(arguments);
    }
    let arguments = (number(error).unwrap_or(EIO), plain(error), name);
    py.get_type::<PyOSError>().call1(arguments)
}

/// The C library's number of an error; where it is not the system's (files of
/// archives have no system), or the system has numbers of its own (Windows
/// does), that of its kind.
fn number(error: &io::Error) -> Option<i32> {
    #[cfg(unix)]
    let known = error.raw_os_error();
    #[cfg(not(unix))]
    let known = None;
    known.or_else(|| match error.kind() {
        io::ErrorKind::NotFound => Some(libc::ENOENT),
        io::ErrorKind::PermissionDenied => Some(libc::EACCES),
        #[cfg(not(unix))]
        io::ErrorKind::AlreadyExists => Some(libc::EEXIST),
        #[cfg(not(unix))]
        io::ErrorKind::NotADirectory => Some(libc::ENOTDIR),
        #[cfg(not(unix))]
        io::ErrorKind::IsADirectory => Some(libc::EISDIR),
        #[cfg(not(unix))]
        io::ErrorKind::DirectoryNotEmpty => Some(libc::ENOTEMPTY),
        _ => None,
    })
}

/// What an exception is called, and what it says.
pub(crate) fn words(py: Python<'_>, error: &PyErr) -> String {
    let kind = match error.get_type(py).name() {
        Ok(name) => name.to_string_lossy().into_owned(),
        Err(_) => "an exception".to_owned(),
    };
    match error.value(py).str() {
        Ok(said) if !said.is_empty().unwrap_or(true) => {
            format!("{kind}: {}", said.to_string_lossy())
        }
        _ => kind,
    }
}

/// A path as an exception has it. The current directory goes by an empty path
/// here, and by a dot everywhere else.
fn name<'py>(py: Python<'py>, path: &Path) -> PyResult<Bound<'py, PyString>> {
    let name = path.as_os_str().as_encoded_bytes();
    names::decoded(py, if name.is_empty() { b"." } else { name })
}

/// The system's words without Rust's `(os error 2)`.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

/// The exception for a run that could not begin or go on.
pub(crate) fn of_run(error: &Error) -> PyErr {
    match error {
        Error::Option { .. } | Error::Filter(_) => {
            PyValueError::new_err(error.to_string())
        }
        Error::Cancelled => Cancelled::new_err("cancelled"),
        _ => PyRuntimeError::new_err(error.to_string()),
    }
}

/// The exception for a panic: a defect of Sanchay's, and not the end of the
/// interpreter.
pub(crate) fn of_panic(words: &str) -> PyErr {
    PyRuntimeError::new_err(format!(
        "this is a defect of Sanchay's, please report it: {words}"
    ))
}
