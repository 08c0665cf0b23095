//! The working directory at the time of a call: a run begins later, when its
//! first record is asked for, and somebody may have changed it by then. Calls
//! in the same one share its handle, since there may be thousands of them.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use pyo3::prelude::*;
use sanchay::WorkingDirectory;

use crate::failure;

/// The one of the last call, as long as its run is not over.
static LAST: Mutex<Weak<WorkingDirectory>> = Mutex::new(Weak::new());

/// The one of now; `None` where there is nothing to hold: relative paths then
/// fail when the run begins.
///
/// # Errors
/// `OSError` where there is no descriptor left.
pub(crate) fn current(
    py: Python<'_>,
) -> PyResult<Option<Arc<WorkingDirectory>>> {
    // Nothing of Python's is called while the lock is held.
    match shared() {
        Ok(current) => Ok(Some(current)),
        Err(error) if is_refusal(&error) => Ok(None),
        Err(error) => Err(failure::of_io(py, &error)),
    }
}

fn shared() -> io::Result<Arc<WorkingDirectory>> {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(last) = last.upgrade().filter(|last| last.is_current()) {
        return Ok(last);
    }
    let current = Arc::new(WorkingDirectory::current()?);
    *last = Arc::downgrade(&current);
    Ok(current)
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound
    )
}
