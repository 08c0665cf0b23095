//! Numbers that Python passes: whatever is wrong with one is said with the
//! name of its option.

use pyo3::{
    exceptions::{PyOverflowError, PyValueError},
    prelude::*,
    types::PyString,
};

use sanchay_core::size;

use crate::arguments;

/// Bytes as people read them.
#[pyfunction]
pub(crate) fn human_bytes(bytes: u64) -> String {
    size::HumanBytes(bytes).to_string()
}

/// A number that is not negative.
///
/// # Errors
/// `ValueError` if it is, or exceeds 64 bits; `TypeError` if it is no number.
pub(crate) fn count(
    option: &str,
    given: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<u64>> {
    let Some(given) = given else { return Ok(None) };
    let py = given.py();
    let number = given.extract::<u64>().map_err(|error| {
        if error.is_instance_of::<PyOverflowError>(py) {
            let given = shown(given);
            PyValueError::new_err(format!(
                "{option}: {given} is not between 0 and 2**64 - 1"
            ))
        } else {
            arguments::named(py, option, error)
        }
    })?;
    Ok(Some(number))
}

/// A number for a message: its digits, unless there are too many to read;
/// Python itself refuses to write more than some thousand.
fn shown(number: &Bound<'_, PyAny>) -> String {
    match number.str() {
        Ok(digits) if digits.len().is_ok_and(|length| length <= 40) => {
            digits.to_string_lossy().into_owned()
        }
        _ => "a number of so many digits".to_owned(),
    }
}

/// A size in bytes: a number, or text such as `10MB` or `1KiB`.
///
/// # Errors
/// As [`count`], and `ValueError` for text that is no size.
pub(crate) fn size(
    option: &str,
    given: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<u64>> {
    match given.map(|given| given.cast::<PyString>()) {
        Some(Ok(text)) => size::parse(&text.to_string_lossy())
            .map(Some)
            .map_err(|why| PyValueError::new_err(format!("{option}: {why}"))),
        _ => count(option, given),
    }
}

/// How many threads are to work.
///
/// # Errors
/// As [`count`], and `ValueError` for too few or too many.
pub(crate) fn threads(
    option: &str,
    given: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<usize>> {
    let Some(threads) = count(option, given)? else { return Ok(None) };
    match usize::try_from(threads) {
        Ok(threads @ 1..=1024) => Ok(Some(threads)),
        _ => Err(PyValueError::new_err(format!(
            "{option}: {threads} is not between 1 and 1024"
        ))),
    }
}

/// The chunk of a partial digest, in bytes.
///
/// # Errors
/// As [`size`], and `ValueError` if it is 0 or too large.
pub(crate) fn chunk(
    option: &str,
    given: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<u32>> {
    let Some(chunk) = size(option, given)? else { return Ok(None) };
    match u32::try_from(chunk) {
        Ok(chunk) if (1..=sanchay::MAX_CHUNK).contains(&chunk) => {
            Ok(Some(chunk))
        }
        _ => Err(PyValueError::new_err(format!(
            "{option}: {chunk} bytes is not between 1 and {}",
            sanchay::MAX_CHUNK
        ))),
    }
}
