//! Errors as Python has them. What the system refused is an `OSError` of the
//! kind that Python itself would raise, with `errno` and `filename`; a bad
//! option is a `ValueError` that names it.

use std::{io, path::Path, sync::Arc};

use pyo3::{
    create_exception,
    exceptions::{
        PyException, PyOSError, PyRuntimeError, PyStopAsyncIteration,
        PyStopIteration, PyValueError,
    },
    intern,
    prelude::*,
    types::PyString,
};
use sanchay::{Cause, Error};

use crate::names;

create_exception!(
    sanchay,
    Cancelled,
    PyException,
    "The run was ended by its progress callback, which returned False."
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
        Cause::Io(cause) if cause.raw_os_error().is_some() => {
            system_error(py, cause, name)?
        }
        cause => {
            let arguments = (EIO, cause.to_string(), name);
            py.get_type::<EntryError>().call1(arguments)?
        }
    };
    // Python 3.10 has no notes.
    if exception.hasattr(intern!(py, "add_note"))? {
        let note = format!("Sanchay {} it", error.action);
        exception.call_method1(intern!(py, "add_note"), (note,))?;
    }
    Ok(PyErr::from_value(exception))
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
    let number = error.raw_os_error().unwrap_or(EIO);
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
    let number = error.raw_os_error().unwrap_or(EIO);
    let arguments = (number, plain(error), name);
    py.get_type::<PyOSError>().call1(arguments)
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
