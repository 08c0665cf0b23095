//! A small copy of one picture, which is decoded in the sandbox.

use pyo3::{
    prelude::*,
    types::{PyBytes, PyType},
};
use sanchay::{
    Action, Cause, Engine, EntryError, PicturePreview, PreviewSize, Problem,
    storage::Opened,
};
use sanchay_names::OsStrExt as _;

use crate::{
    arguments, columns::Make, engines, failure, given::Given, names, tasks,
};

/// What the path can be.
const ONE: &str = "a path (str, bytes or os.PathLike)";

/// A small copy of a picture: its width and height, and the copy as a BMP
/// file; `None` for a file whose name is not that of one.
#[pyfunction]
#[pyo3(signature = (path, large, record))]
pub(crate) fn picture_preview<'py>(
    path: &Bound<'py, PyAny>,
    large: &Bound<'py, PyAny>,
    record: &Bound<'py, PyType>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = path.py();
    if !names::is_name(path)? {
        return Err(arguments::unexpected("path", ONE, path));
    }
    let size = match arguments::flag("large", large)? {
        true => PreviewSize::Large,
        false => PreviewSize::Small,
    };
    let given = Given::paths("path", path, true)?;
    let engine = engines::engine(py, None)?;
    let made = tasks::look(py, "walking", None, move |_| {
        (copy(&engine, &given, size), None)
    })?;
    let made = made.map_err(|error| failure::of_entry(py, &error))?;
    let Some(PicturePreview { width, height, bitmap, .. }) = made else {
        return Ok(None);
    };
    let make = Make::new(record.clone())?;
    make.tuple((width, height, PyBytes::new(py, &bitmap))).map(Some)
}

/// Opens the file, following links as for any other that was named, and has
/// it decoded.
fn copy(
    engine: &Engine,
    given: &Given,
    size: PreviewSize,
) -> Result<Option<PicturePreview>, EntryError> {
    let path = given.all().into_iter().next().unwrap_or_default();
    let failed = |action, cause| EntryError::new(path.clone(), action, cause);
    let opened = given.storage().open(&path);
    let opened = opened.map_err(|why| failed(Action::Open, why.into()))?;
    let not_regular = |what| {
        let cause = Cause::Problem(Problem::NotRegular(what));
        Err(failed(Action::Open, cause))
    };
    let (file, metadata) = match opened {
        Opened::File(file, metadata) => (file, metadata),
        Opened::Directory(..) => return not_regular("a directory"),
        Opened::Special(_, kind) => return not_regular(kind.describe()),
    };
    let name = path.file_name().unwrap_or_default();
    engine
        .picture_preview(name.as_bytes(), &file, &metadata, size)
        .map_err(|cause| failed(Action::Read, cause))
}
