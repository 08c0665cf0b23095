//! Names between Python and the library. To the library a name is bytes; to
//! Python it is a `str` as `os.fsdecode` makes it, in which bytes that are
//! not text are lone surrogates: `open` finds the file again.

use pyo3::{
    exceptions::PyTypeError,
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
/// `TypeError` for what is not several, which names the option; for an open
/// file too, whose lines would be taken for them, line ends and all.
pub(crate) fn several<'py>(
    option: &str,
    expected: &str,
    given: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyIterator>> {
    let py = given.py();
    if given.hasattr(intern!(py, "readline"))? {
        return Err(PyTypeError::new_err(format!(
            "{option}: expected {expected}, not an open file; its lines are \
             given by [line.rstrip(\"\\n\") for line in file]"
        )));
    }
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

/// What a name is as text, where it is text.
pub(crate) fn text<'py>(
    name: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyString>>> {
    if let Ok(text) = name.cast::<PyString>() {
        return Ok(Some(text.clone()));
    }
    let py = name.py();
    let name = py
        .import(intern!(py, "os"))?
        .call_method1(intern!(py, "fspath"), (name,))?;
    Ok(name.cast_into::<PyString>().ok())
}

/// What `os.fsdecode` makes of a path, whatever it is.
pub(crate) fn decoded_path<'py>(
    path: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyString>> {
    let py = path.py();
    let text = py
        .import(intern!(py, "os"))?
        .call_method1(intern!(py, "fsdecode"), (path,))?;
    Ok(text.cast_into()?)
}

/// The bytes of text with lone surrogates, which are no name's: as UTF-8
/// would have them if it had any.
pub(crate) fn surrogates(name: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let py = name.py();
    let Some(text) = text(name)? else { return Ok(Vec::new()) };
    let encode = intern!(py, "encode");
    let bytes = text.call_method1(encode, ("utf-8", "surrogatepass"))?;
    Ok(bytes.cast::<PyBytes>()?.as_bytes().to_vec())
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

/// A path with what a terminal or a page would obey shown escaped: control
/// characters, changes of direction, bytes that are no text.
#[pyfunction]
pub(crate) fn escaped(path: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(sanchay::escaped(&encoded(path)?).to_string())
}
