//! The calls that begin runs: keywords into the library's options.

use std::path::PathBuf;

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyDict, PyType},
};
use sanchay::{Algorithm, CheckOptions, HashOptions};

use crate::{
    arguments, catalogs,
    checks::{self, Lists},
    engines, files, filters,
    given::Given,
    groups, hashes, numbers,
    options::{self, Walk},
    run::Run,
    shard::Shard,
};

/// Begins a scan.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, shard, threads, progress, raises, path_bytes, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn scan(
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    shard: Option<(u64, u64)>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = roots.py();
    let given = Given::roots(roots, raises)?;
    let shard = shard.map(|shard| Shard::new(shard, &given));
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let engine = engines::engine(py, numbers::threads("threads", threads)?)?;
    let options = walk.options(py, &engine)?;
    let work = files::work(engine, given, options, raises, shard);
    Ok(Run::new(work, record, progress, path_bytes))
}

/// Begins hashing.
#[pyfunction]
#[pyo3(signature = (
    paths, walk, shard, algorithm, partial, catalog, threads, progress,
    raises, path_bytes, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn hash_files(
    paths: &Bound<'_, PyAny>,
    walk: &Walk,
    shard: Option<(u64, u64)>,
    algorithm: Option<&Bound<'_, PyAny>>,
    partial: Option<&Bound<'_, PyAny>>,
    catalog: Option<PathBuf>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = paths.py();
    let method = options::method(algorithm, partial)?;
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let threads = numbers::threads("threads", threads)?;
    if shard.is_some() && walk.follows() {
        // Under which of its paths a file is reported is known only to those
        // who see all of them, and then it has been read.
        return Err(PyValueError::new_err(
            "shard: what is hashed has none where links are followed",
        ));
    }
    filters::check(&walk.filter().files_only())?;
    let given = Given::paths("paths", paths, raises)?;
    let shard = shard.map(|shard| Shard::new(shard, &given));
    let engine = engines::engine(py, threads)?;
    let engine = catalogs::remembering(py, engine, catalog)?;
    let options = HashOptions { walk: walk.options(py, &engine)?, method };
    let work = hashes::work(engine, given, options, raises, shard);
    Ok(Run::new(work, record, progress, path_bytes))
}

/// Begins a search for duplicates.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, groups, algorithm, hardlinks, catalog, threads, progress, raises,
    path_bytes, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn duplicates(
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    groups: &Bound<'_, PyDict>,
    algorithm: Option<&Bound<'_, PyAny>>,
    hardlinks: &Bound<'_, PyAny>,
    catalog: Option<PathBuf>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = roots.py();
    let mut given = Given::roots(roots, raises)?;
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let mut wanted = groups::wanted(groups, &mut given)?;
    let algorithm = algorithm.map(options::identifying).transpose()?;
    let algorithm = algorithm.unwrap_or(Algorithm::Xxh3_128);
    let hardlinks = arguments::flag("hardlinks", hardlinks)?;
    filters::check(&walk.filter().for_duplicates())?;
    let engine = engines::engine(py, numbers::threads("threads", threads)?)?;
    let engine = catalogs::remembering(py, engine, catalog)?;
    wanted.walk = walk.options(py, &engine)?;
    (wanted.hardlinks, wanted.algorithm) = (hardlinks, algorithm);
    let work = groups::work(engine, given, wanted, raises);
    Ok(Run::new(work, record, progress, path_bytes))
}

/// Begins checking lists of digests: files, or one that is given as bytes.
#[pyfunction]
#[pyo3(signature = (
    lists, content, algorithm, partial, threads, progress, raises, path_bytes,
    record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn check(
    lists: &Bound<'_, PyAny>,
    content: Option<Vec<u8>>,
    algorithm: Option<&Bound<'_, PyAny>>,
    partial: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = lists.py();
    let options = CheckOptions {
        algorithm: algorithm.map(options::algorithm).transpose()?,
        chunk: options::chunk(partial)?,
    };
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let engine = engines::engine(py, numbers::threads("threads", threads)?)?;
    let given = match content {
        Some(_) => Given::roots(py.None().bind(py), raises)?,
        None => Given::paths("lists", lists, raises)?,
    };
    let lists = Lists { content, given };
    let work = checks::work(engine, lists, options, raises);
    Ok(Run::new(work, record, progress, path_bytes))
}

/// A run that panics, for the test that this is an exception.
#[cfg(debug_assertions)]
#[pyfunction]
#[expect(clippy::panic, reason = "it is what the test is about")]
pub(crate) fn _panic(record: Py<PyType>) -> Run {
    use crate::{feed::Feed, runner::Work};
    use sanchay_core::record::{RecordKind, Schema};

    let body =
        |_: &Feed<files::Files>, _: &sanchay::Monitor| panic!("on purpose");
    let work = Work::new(Schema::new(RecordKind::File, []), body);
    Run::new(work, record, None, false)
}
