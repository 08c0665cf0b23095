//! Names between Python and the library. To the library a name is bytes; to
//! Python it is a `str` as `os.fsdecode` makes it, in which bytes that are
//! not text are lone surrogates: `open` finds the file again.

use std::{ffi::OsString, os::unix::ffi::OsStringExt as _, path::PathBuf};

use pyo3::{
    exceptions::{PyFileNotFoundError, PyTypeError, PyValueError},
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyIterator, PyString},
};

use crate::arguments;

/// A name as `os.fsdecode` gives it.
pub(crate) fn decoded<'py>(
    py: Python<'py>,
    name: &[u8],
) -> PyResult<Bound<'py, PyString>> {
    match str::from_utf8(name) {
        Ok(text) if is_utf8(py)? || text.is_ascii() => {
            Ok(PyString::new(py, text))
        }
        _ => {
            let name = PyBytes::new(py, name);
            let text = py
                .import(intern!(py, "os"))?
                .call_method1(intern!(py, "fsdecode"), (name,))?;
            Ok(text.cast_into()?)
        }
    }
}

/// A name's bytes, as `os.fsencode` gives them.
///
/// # Errors
/// `TypeError` for what is neither `str` nor `bytes` nor `os.PathLike`.
pub(crate) fn encoded(name: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let py = name.py();
    if let Ok(text) = name.cast::<PyString>()
        && let Ok(text) = text.to_str()
        && (is_utf8(py)? || text.is_ascii())
    {
        return Ok(text.as_bytes().to_vec());
    }
    let bytes = py
        .import(intern!(py, "os"))?
        .call_method1(intern!(py, "fsencode"), (name,))?;
    Ok(bytes.cast::<PyBytes>()?.as_bytes().to_vec())
}

/// A name's bytes, as [`encoded`].
///
/// # Errors
/// Likewise, and `ValueError` for text that no name can be; they name the
/// option.
pub(crate) fn named(
    option: &str,
    expected: &str,
    name: &Bound<'_, PyAny>,
) -> PyResult<Vec<u8>> {
    if is_name(name)? {
        return encoded(name)
            .map_err(|error| arguments::named(name.py(), option, error));
    }
    Err(arguments::unexpected(option, expected, name))
}

/// Several, one after the other.
///
/// # Errors
/// `TypeError` for what is not several, which names the option.
pub(crate) fn several<'py>(
    option: &str,
    expected: &str,
    given: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyIterator>> {
    given.try_iter().map_err(|error| {
        if error.is_instance_of::<PyTypeError>(given.py()) {
            arguments::unexpected(option, expected, given)
        } else {
            error
        }
    })
}

/// Whether a thing is one name, and not several.
pub(crate) fn is_name(thing: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(thing.is_instance_of::<PyString>()
        || thing.is_instance_of::<PyBytes>()
        || thing.hasattr(intern!(thing.py(), "__fspath__"))?)
}

/// One path or several.
///
/// # Errors
/// `TypeError` for what is no path; `ValueError` for a zero byte, which no
/// path can hold; `FileNotFoundError` for an empty path.
pub(crate) fn paths(
    option: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<Vec<PathBuf>> {
    if is_name(given)? {
        return Ok(vec![path(option, given)?]);
    }
    several(option, "a path or several", given)?
        .map(|one| path(option, &one?))
        .collect()
}

/// As [`paths`], and for `None` the current directory, whose files are then
/// reported without `./`.
///
/// # Errors
/// As [`paths`].
pub(crate) fn roots(given: &Bound<'_, PyAny>) -> PyResult<Vec<PathBuf>> {
    if given.is_none() {
        return Ok(vec![PathBuf::new()]);
    }
    paths("roots", given)
}

fn path(option: &str, given: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    let bytes = named(option, "a path (str, bytes or os.PathLike)", given)?;
    if bytes.contains(&0) {
        let words = format!("{option}: a path has an embedded null byte");
        return Err(PyValueError::new_err(words));
    }
    if bytes.is_empty() {
        let no_such = (2, "No such file or directory", "");
        return Err(PyFileNotFoundError::new_err(no_such));
    }
    Ok(PathBuf::from(OsString::from_vec(bytes)))
}

/// Whether Python takes the names of files for UTF-8, as it does but where a
/// locale says otherwise.
fn is_utf8(py: Python<'_>) -> PyResult<bool> {
    static IS_UTF8: PyOnceLock<bool> = PyOnceLock::new();
    IS_UTF8
        .get_or_try_init(py, || {
            py.import(intern!(py, "sys"))?
                .call_method0(intern!(py, "getfilesystemencoding"))?
                .eq("utf-8")
        })
        .copied()
}
