//! A file of a snapshot, read at any place.

use std::path::Path;

use pyo3::{prelude::*, types::PyBytes};
use sanchay::{
    Action, EntryError, StorageError,
    storage::{File, Opened, Storage as _},
};
use sanchay_store::SnapshotTree;

use crate::failure;

/// The most that is read at once, in bytes.
const MOST: usize = 16 << 20;

/// A file of a snapshot.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct StoredFile {
    file: File,
    #[pyo3(get)]
    size: u64,
}

/// Opens a file of a snapshot.
///
/// # Errors
/// `OSError`: there is none, or it is not a file.
pub(super) fn open(
    py: Python<'_>,
    tree: &SnapshotTree,
    path: &Path,
) -> PyResult<StoredFile> {
    let opened = py.detach(|| tree.open(path));
    let cause = match opened {
        Ok(Opened::File(file, metadata)) => {
            return Ok(StoredFile { file, size: metadata.size });
        }
        Ok(_) => StorageError::NotRegular("not a file").into(),
        Err(error) => error.into(),
    };
    let error = EntryError::new(path.to_owned(), Action::Open, cause);
    Err(failure::of_entry(py, &error))
}

#[pymethods]
impl StoredFile {
    /// At most so many bytes from a place on; none at the end.
    fn read_at<'py>(
        &self,
        py: Python<'py>,
        offset: u64,
        size: usize,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let mut space = vec![0; size.min(MOST)];
        let got = py
            .detach(|| self.file.read_at(&mut space, offset))
            .map_err(|error| failure::of_io(py, &error))?;
        Ok(PyBytes::new(py, space.get(..got).unwrap_or_default()))
    }
}
