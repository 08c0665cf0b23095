//! Arguments of other kinds than numbers: whatever is wrong with one is said
//! with the name of its option.

use pyo3::{
    exceptions::{PyTypeError, PyUnicodeEncodeError, PyValueError},
    prelude::*,
    types::{PyBool, PyString},
};

/// What something is, for a message: `None`, or the name of its type.
pub(crate) fn kind(given: &Bound<'_, PyAny>) -> String {
    if given.is_none() {
        return "None".to_owned();
    }
    match given.get_type().name() {
        Ok(name) => name.to_string_lossy().into_owned(),
        Err(_) => "another type".to_owned(),
    }
}

/// The exception for something of a type that an option does not take.
pub(crate) fn unexpected(
    option: &str,
    expected: &str,
    given: &Bound<'_, PyAny>,
) -> PyErr {
    let kind = kind(given);
    PyTypeError::new_err(format!("{option}: expected {expected}, not {kind}"))
}

/// An error with the name of the option before its words, if it says that an
/// argument cannot be taken. Whatever else a method of the argument raised
/// (`KeyboardInterrupt`, say) is as it was.
pub(crate) fn named(py: Python<'_>, option: &str, error: PyErr) -> PyErr {
    let words = || format!("{option}: {}", error.value(py));
    let instead = if error.is_instance_of::<PyTypeError>(py) {
        PyTypeError::new_err(words())
    } else if error.is_instance_of::<PyUnicodeEncodeError>(py) {
        PyValueError::new_err(words())
    } else {
        return error;
    };
    instead.set_cause(py, Some(error));
    instead
}

/// Yes or no.
///
/// # Errors
/// `TypeError` for what is neither `True` nor `False`.
pub(crate) fn flag(option: &str, given: &Bound<'_, PyAny>) -> PyResult<bool> {
    truth(given)?.ok_or_else(|| unexpected(option, "True or False", given))
}

/// Whether a thing is `True` or `False`, numpy's or Python's; `None` for
/// anything else, true as it may be.
pub(crate) fn truth(given: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
    if let Ok(flag) = given.cast::<PyBool>() {
        return Ok(Some(flag.is_true()));
    }
    let class = given.get_type();
    // Before numpy 2, its name had an underscore.
    let of_numpy = class.module().is_ok_and(|module| module == "numpy")
        && class.name().is_ok_and(|name| name == "bool" || name == "bool_");
    if of_numpy { given.is_truthy().map(Some) } else { Ok(None) }
}

/// A word that is one of few.
///
/// # Errors
/// `TypeError` for what is no `str`; `ValueError` for another word.
pub(crate) fn word<T>(
    option: &str,
    expected: &str,
    given: &Bound<'_, PyAny>,
    parse: impl Fn(&str) -> Option<T>,
) -> PyResult<T> {
    let Ok(word) = given.cast::<PyString>() else {
        return Err(unexpected(option, expected, given));
    };
    if let Some(value) = parse(&word.to_string_lossy()) {
        return Ok(value);
    }
    let word = word.repr()?;
    let word = word.to_string_lossy();
    let words = format!("{option}: expected {expected}, not {word}");
    Err(PyValueError::new_err(words))
}
