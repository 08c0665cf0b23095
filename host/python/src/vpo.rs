//! The two calls of vpo-core's contract, which answer with whole lists.

use std::{ffi::OsString, io, os::unix::ffi::OsStringExt as _, path::PathBuf};

use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyList, PyString, PyType},
};
use sanchay::{EntryError, HashOptions, Method, Source, WalkOptions};

use crate::{
    columns::{Chunk as _, Make},
    engines, failure,
    files::{self, Files},
    hashes::{self, Hashes},
    names, numbers, options,
    taker::Taker,
};

/// What a system says of a path that leads through a file.
const ENOTDIR: i32 = 20;

/// Regular files below `roots` whose names end in one of `extensions`, by
/// path.
#[pyfunction]
#[pyo3(signature = (
    roots, extensions, follow_symlinks, skip_hidden, progress, record
))]
pub(crate) fn vpo_discover<'py>(
    roots: &Bound<'py, PyAny>,
    extensions: &Bound<'py, PyAny>,
    follow_symlinks: bool,
    skip_hidden: bool,
    progress: Option<Py<PyAny>>,
    record: Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyList>> {
    let py = roots.py();
    let make = Make::new(record)?;
    let roots = directories(roots)?;
    // Only the last suffix of a name is its extension: no file has one with a
    // dot inside.
    let mut extensions = options::extensions("extensions", extensions)?;
    extensions.retain(|extension| {
        let bare = extension.strip_prefix(b".").unwrap_or(extension);
        !bare.contains(&b'.')
    });
    if extensions.is_empty() {
        return Ok(PyList::empty(py));
    }
    let walk = WalkOptions {
        extensions,
        hidden: !skip_hidden,
        follow: follow_symlinks,
        ..WalkOptions::default()
    };
    let engine = engines::engine(py, None)?;
    let work = files::work(engine, roots, walk, true);
    let chunks = Taker::new(work).all(py, progress.as_ref())?;
    let order = py.detach(|| in_order(&chunks));
    let records = order.into_iter().map(|(chunk, row)| {
        let path = names::decoded(py, chunk.paths.get(row))?;
        let (size, modified) = chunk.metadata(row);
        // As os.stat has it, to the last bit.
        let seconds = modified.seconds as f64;
        let modified = seconds + 1e-9 * f64::from(modified.nanoseconds);
        make.tuple((path, size, modified))
    });
    PyList::new(py, records.collect::<PyResult<Vec<_>>>()?)
}

/// The roots, each of which must be a directory.
fn directories(roots: &Bound<'_, PyAny>) -> PyResult<Vec<PathBuf>> {
    let py = roots.py();
    if roots.is_none() {
        return Err(PyTypeError::new_err("roots: expected a list of paths"));
    }
    let roots = names::paths(roots)?;
    for root in &roots {
        let refusal = match py.detach(|| std::fs::metadata(root)) {
            Ok(metadata) if metadata.is_dir() => continue,
            Ok(_) => io::Error::from_raw_os_error(ENOTDIR),
            Err(error) => error,
        };
        return Err(failure::of_system(py, root, &refusal));
    }
    Ok(roots)
}

/// Every row of every chunk, by path.
fn in_order(chunks: &[Files]) -> Vec<(&Files, usize)> {
    let rows = |chunk| (0..Files::rows(chunk)).map(move |row| (chunk, row));
    let mut order: Vec<_> = chunks.iter().flat_map(rows).collect();
    order.sort_unstable_by(|(a, i), (b, j)| {
        a.paths.get(*i).cmp(b.paths.get(*j))
    });
    order
}

/// Partial digests of files, in the order of `paths`.
#[pyfunction]
#[pyo3(signature = (paths, chunk_size, num_threads, progress, record))]
pub(crate) fn vpo_hash<'py>(
    paths: &Bound<'py, PyAny>,
    chunk_size: &Bound<'py, PyAny>,
    num_threads: Option<&Bound<'py, PyAny>>,
    progress: Option<Py<PyAny>>,
    record: Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyList>> {
    let py = paths.py();
    let make = Make::new(record)?;
    let Some(chunk) = numbers::chunk("chunk_size", Some(chunk_size))? else {
        return Err(PyTypeError::new_err("chunk_size: expected an int"));
    };
    let threads = numbers::threads("num_threads", num_threads)?;
    let asked = asked(paths)?;
    let sources = asked.iter().filter(|(_, path)| impossible(path).is_none());
    let sources = sources
        .map(|(_, path)| {
            Source::Path(PathBuf::from(OsString::from_vec(path.clone())))
        })
        .collect();
    // So deep that a file which is named is hashed, and a directory is not
    // entered: it has no row.
    let walk = WalkOptions { max_depth: Some(0), ..WalkOptions::default() };
    let options = HashOptions { walk, method: Method::Partial { chunk } };
    let engine = engines::engine(py, threads)?;
    let work = hashes::work(engine, sources, options, false);
    let chunks = Taker::new(work).all(py, progress.as_ref())?;
    let mut rows = chunks.iter().flat_map(Hashes::each).peekable();
    let records = asked.into_iter().map(|(name, path)| {
        let outcome = match impossible(&path) {
            Some(why) => Err(why.to_owned()),
            None => match rows.next_if(|(found, _)| *found == path) {
                Some((_, Ok(content))) => Ok(content.to_string()),
                Some((_, Err(error))) => Err(words(error)),
                None => Err("Is a directory".to_owned()),
            },
        };
        let (hash, error) = (outcome.as_ref().ok(), outcome.as_ref().err());
        make.tuple((name, hash, error))
    });
    PyList::new(py, records.collect::<PyResult<Vec<_>>>()?)
}

/// Paths as the records will have them, and their bytes.
fn asked<'py>(
    paths: &Bound<'py, PyAny>,
) -> PyResult<Vec<(Bound<'py, PyString>, Vec<u8>)>> {
    if names::is_name(paths)? {
        return Err(PyTypeError::new_err(
            "paths: expected a list of paths, not one path",
        ));
    }
    let each = paths.try_iter()?.map(|path| {
        let path = path?;
        let bytes = names::encoded(&path)?;
        let name = match path.cast_into_exact::<PyString>() {
            Ok(text) => text,
            Err(_) => names::decoded(paths.py(), &bytes)?,
        };
        Ok((name, bytes))
    });
    each.collect()
}

/// Why no file can have this path.
fn impossible(path: &[u8]) -> Option<&'static str> {
    match path {
        [] => Some(MISSING),
        path if path.contains(&0) => Some("embedded null byte"),
        _ => None,
    }
}

/// What the contract says of a file that is not there.
const MISSING: &str = "File not found";

/// What the contract says of an error.
fn words(error: &EntryError) -> String {
    if error.is_missing() {
        MISSING.to_owned()
    } else if error.is_refused() {
        "Permission denied".to_owned()
    } else {
        error.cause.to_string()
    }
}
