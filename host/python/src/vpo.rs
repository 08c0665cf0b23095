//! The two calls of vpo-core's contract, which answer with whole lists.

use std::io;

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyIterator, PyList, PyString, PyType},
};
use sanchay::{
    EntryError, Filter, HashOptions, Method, Summary, Timestamp, WalkOptions,
};
use sanchay_core::record::FieldId;

use crate::{
    arguments,
    columns::{Chunk as _, Make, RowRef},
    consumer::{Consumer, Poll},
    engines, failure,
    feed::TakeMode,
    files::{self, Files},
    given::{Given, Impossible},
    hashes::{self, Hashes},
    names, numbers, options,
    paths::Paths,
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
    follow_symlinks: &Bound<'_, PyAny>,
    skip_hidden: &Bound<'_, PyAny>,
    progress: Option<Py<PyAny>>,
    record: Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyList>> {
    let py = roots.py();
    let make = Make::new(record)?;
    let follow = arguments::flag("follow_symlinks", follow_symlinks)?;
    let skip_hidden = arguments::flag("skip_hidden", skip_hidden)?;
    let given = directories(roots)?;
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
    let filter = Filter::default().hidden(!skip_hidden);
    let filter = extensions
        .iter()
        .fold(filter, |filter, extension| filter.extension(extension));
    let walk = WalkOptions { filter, follow, ..WalkOptions::default() };
    let engine = engines::engine(py, None)?;
    let work = files::work(engine, given, walk, true, None);
    let chunks = Consumer::new(work).all(py, progress.as_ref())?;
    let (found, order) = py.detach(|| Found::in_order(chunks));
    let records = order.into_iter().enumerate().map(|(at, row)| {
        look_up(py, at)?;
        let path = names::decoded(py, found.paths.get(row))?;
        let (size, modified) =
            found.metadata.get(row).copied().unwrap_or_default();
        // As os.stat has it, to the last bit.
        let seconds = modified.seconds as f64;
        let modified = seconds + 1e-9 * f64::from(modified.nanoseconds);
        make.tuple((path, size, modified))
    });
    PyList::new(py, records.collect::<PyResult<Vec<_>>>()?)
}

/// The roots, each of which must be a directory.
fn directories(roots: &Bound<'_, PyAny>) -> PyResult<Given> {
    let py = roots.py();
    let roots = Given::paths("roots", roots, true)?;
    for root in roots.all() {
        let refusal = match py.detach(|| std::fs::metadata(&root)) {
            Ok(metadata) if metadata.is_dir() => continue,
            Ok(_) => io::Error::from_raw_os_error(ENOTDIR),
            Err(error) => error,
        };
        return Err(failure::of_system(py, &root, &refusal));
    }
    Ok(roots)
}

/// Files that were found.
#[derive(Default)]
struct Found {
    /// Their whole paths, by which they are compared.
    paths: Paths,
    /// The size of each, and when it was modified.
    metadata: Vec<(u64, Timestamp)>,
}

impl Found {
    /// The rows of all chunks, and their order by path.
    fn in_order(chunks: Vec<Files>) -> (Self, Vec<usize>) {
        let mut found = Self::default();
        for chunk in chunks {
            let batch = chunk.batch();
            for (row, path) in batch
                .paths()
                .into_iter()
                .flat_map(|paths| paths.iter().enumerate())
            {
                found.paths.push([path.parent, path.name]);
                let file = RowRef { batch, row };
                let size = file.size().unwrap_or_default();
                let modified = file.modified().unwrap_or_default();
                found.metadata.push((size, modified));
            }
        }
        let mut order: Vec<_> = (0..found.paths.len()).collect();
        order.sort_unstable_by_key(|row| found.paths.get(*row));
        (found, order)
    }
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
    let engine = engines::engine(py, threads)?;
    // Of an iterator nobody knows.
    let total = paths.len().ok().map(|total| total as u64);
    let mut paths = list(paths)?;
    let answer = PyList::empty(py);
    let mut before = Summary::default();
    loop {
        let batch = Batch::of(py, &mut paths)?;
        if batch.paths.is_empty() {
            return Ok(answer);
        }
        // So deep that a file which is named is hashed, and a directory is
        // not entered: it has no row.
        let walk = WalkOptions { max_depth: Some(0), ..Default::default() };
        let options = HashOptions { walk, method: Method::Partial { chunk } };
        let work =
            hashes::work(engine.clone(), batch.given, options, false, None)
                .with_only(&[FieldId::Path, FieldId::Hash]);
        let mut rows = Rows::of(Consumer::new(work).after(before, total));
        for (name, path) in batch.paths {
            let outcome = match path {
                Err(Impossible::Empty) => Err(MISSING.to_owned()),
                Err(why) => Err(why.words().to_owned()),
                Ok(path) => rows.outcome(py, &path, progress.as_ref())?,
            };
            let (hash, error) =
                (outcome.as_ref().ok(), outcome.as_ref().err());
            answer.append(make.tuple((name, hash, error))?)?;
        }
        before = rows.end(py, progress.as_ref())?;
    }
}

/// A path as its record will have it, and its bytes.
type Named<'py> = (Bound<'py, PyString>, Result<Vec<u8>, Impossible>);

/// The paths of one run.
#[derive(Default)]
struct Batch<'py> {
    paths: Vec<Named<'py>>,
    /// Those that a file can have.
    given: Given,
}

impl<'py> Batch<'py> {
    /// The paths that are next.
    fn of(
        py: Python<'py>,
        paths: &mut Bound<'py, PyIterator>,
    ) -> PyResult<Self> {
        py.check_signals()?;
        let mut batch = Self::default();
        for path in paths.take(hashes::PART) {
            let path = path?;
            let bytes = match names::named("paths", "a path", &path) {
                Ok(bytes) => match Impossible::of(&bytes) {
                    None => {
                        batch.given.push(&bytes);
                        Ok(bytes)
                    }
                    Some(why) => Err(why),
                },
                // Text that the names of files cannot be.
                Err(error) if error.is_instance_of::<PyValueError>(py) => {
                    Err(Impossible::Surrogate)
                }
                Err(error) => return Err(error),
            };
            let text = match names::text(&path)? {
                Some(text) => text,
                None => names::decoded_path(&path)?,
            };
            batch.paths.push((text, bytes));
        }
        Ok(batch)
    }
}

/// Paths, as several: one alone would be taken for its letters.
fn list<'py>(paths: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyIterator>> {
    if names::is_name(paths)? {
        return Err(PyTypeError::new_err(
            "paths: expected a list of paths, not one path",
        ));
    }
    names::several("paths", "a list of paths", paths)
}

/// Looks for signals now and then in a long loop.
fn look_up(py: Python<'_>, at: usize) -> PyResult<()> {
    if at.is_multiple_of(4096) { py.check_signals() } else { Ok(()) }
}

/// The rows of a run in their order, of which few are held at once.
struct Rows {
    consumer: Consumer<Hashes>,
    chunk: Option<Hashes>,
    row: usize,
}

impl Rows {
    fn of(consumer: Consumer<Hashes>) -> Self {
        Self { consumer, chunk: None, row: 0 }
    }

    /// What came of the path that is next: its digest, or why it has none.
    fn outcome(
        &mut self,
        py: Python<'_>,
        path: &[u8],
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Result<String, String>> {
        let rows = self.chunk.as_ref().map_or(0, Hashes::rows);
        if self.row >= rows
            && let Poll::Chunk(chunk) =
                self.consumer.take(py, TakeMode::Full, progress)?
        {
            (self.chunk, self.row) = (Some(chunk), 0);
        }
        let chunk = self.chunk.as_mut();
        Ok(match chunk.and_then(|chunk| chunk.outcome(self.row)) {
            Some((found, outcome)) if found == path => {
                self.row += 1;
                match outcome {
                    Ok(content) => Ok(content.to_string()),
                    Err(failure) => Err(words(&failure.error)),
                }
            }
            _ => Err("Is a directory".to_owned()),
        })
    }

    /// Waits for the end: what went wrong at last is an exception too. What
    /// all runs came to until then.
    fn end(
        mut self,
        py: Python<'_>,
        progress: Option<&Py<PyAny>>,
    ) -> PyResult<Summary> {
        while let Poll::Chunk(_) =
            self.consumer.take(py, TakeMode::Full, progress)?
        {}
        Ok(self.consumer.so_far())
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
