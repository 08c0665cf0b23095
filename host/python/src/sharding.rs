//! Shards for engines that run on several machines: planned here, run
//! anywhere, and merged.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyDict, PyType},
};
use sanchay::{
    Algorithm, DuplicateSummary, EntryError, Error, GroupOrderError, Storage,
    Summary,
};
use sanchay_core::record::{RecordKind, Schema};
use sanchay_shards::{
    DuplicatesOptions, Outputs, Place, PlanOptions, RunOptions, Shard,
    ShardError, ShardEvent, SimilarMergeOptions, Target,
};

use crate::{
    arguments, engines, failure,
    failure::Failure,
    filters,
    given::Given,
    groups::Groups,
    hashes::Hashes,
    numbers,
    options::{self, Walk},
    run::Run,
    runner::{self, Totals, Work},
    similars::{self, Alike},
    tasks,
};

/// Cuts roots into shards: the line of each.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, target_files, target_bytes, algorithm, fields, depth,
    likeness, threads, progress
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn plan_shards(
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    target_files: Option<&Bound<'_, PyAny>>,
    target_bytes: Option<&Bound<'_, PyAny>>,
    algorithm: Option<&Bound<'_, PyAny>>,
    fields: Vec<String>,
    depth: u32,
    likeness: Option<&Bound<'_, PyDict>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Vec<String>> {
    let py = roots.py();
    let files = numbers::count("target_files", target_files)?;
    let bytes = numbers::size("target_bytes", target_bytes)?;
    let target = match (files, bytes) {
        (Some(files), None) => Target::Files(files),
        (None, Some(bytes)) => Target::Bytes(bytes),
        _ => {
            return Err(PyValueError::new_err(
                "target_files, target_bytes: expected one of them",
            ));
        }
    };
    let algorithm = algorithm.map(options::identifying).transpose()?;
    let similar = likeness.map(similars::likeness).transpose()?;
    filters::check(&walk.filter().files_only())?;
    let given = Given::roots(roots, true)?;
    let threads = numbers::threads("threads", threads)?;
    let engine = engines::engine(py, threads)?;
    let mut walk = walk.plain_options()?;
    walk.storage = Some(given.storage());
    let options = PlanOptions {
        walk,
        algorithm: algorithm.unwrap_or(Algorithm::Xxh3_128),
        fields,
        depth,
        similar,
        ..PlanOptions::new(target)
    };
    let roots = given.all();
    let planned =
        tasks::look(py, "planning", progress.as_ref(), move |monitor| {
            let options = PlanOptions { monitor: monitor.clone(), ..options };
            let planned =
                sanchay_shards::plan(&engine, &roots, &options, |_| {});
            let summary = planned.as_ref().ok().map(|it| it.summary);
            (planned, summary)
        })?;
    let plan = planned.map_err(|error| failure::of_shards(py, &error))?;
    let text = String::from_utf8(plan.text);
    let text = text.map_err(|_| failure::of_panic("a plan is no text"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Reads a plan, or some of its lines: of each shard the line, its number, how
/// many there are, its files, its bytes, what it and its plan are known by,
/// and whether its records have what contents tell.
#[pyfunction]
pub(crate) fn read_shards(
    py: Python<'_>,
    text: &[u8],
) -> PyResult<Vec<ReadShard>> {
    let read = sanchay_shards::read(text);
    let shards = read.map_err(|error| failure::of_shards(py, &error))?;
    let lines = shards.into_iter().map(|shard| {
        let line = sanchay_output::shard::line(&shard);
        let line = String::from_utf8_lossy(line.trim_ascii()).into_owned();
        let schema = sanchay_shards::schema(&shard.work)
            .map_err(|error| failure::of_shards(py, &error))?;
        let has_values = schema.needs_media();
        let Shard { index, shards, files, bytes, id, plan, .. } = shard;
        Ok((line, index, shards, files, bytes, id, plan, has_values))
    });
    lines.collect()
}

/// What is read of a shard.
type ReadShard = (String, u64, u64, u64, u64, String, String, bool);

/// The shard of a line, and where its roots are.
fn shard(
    py: Python<'_>,
    line: &str,
) -> PyResult<(Shard, Arc<dyn Storage>, Given)> {
    let shard = Shard::parse(line.as_bytes()).map_err(|flaw| {
        failure::of_shards(py, &ShardError::Line { line: 1, flaw })
    })?;
    let mut given = Given::default();
    shard.parts.iter().for_each(|part| given.push(&part.root));
    given.take_directory(py)?;
    let storage = given.storage();
    Ok((shard, storage, given))
}

/// Begins hashing the files of a shard.
#[pyfunction]
#[pyo3(signature = (line, threads, progress, path_bytes, record))]
pub(crate) fn run_shard(
    py: Python<'_>,
    line: &str,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let threads = numbers::threads("threads", threads)?;
    let engine = engines::engine(py, threads)?;
    let (shard, storage, given) = shard(py, line)?;
    let schema = sanchay_shards::schema(&shard.work)
        .map_err(|error| failure::of_shards(py, &error))?;
    let work = Work::of_shards(schema.with_error(), move |feed, monitor| {
        let options = RunOptions {
            storage: Some(storage),
            monitor: monitor.clone(),
            again: false,
        };
        let summary =
            sanchay_shards::stream(&engine, &shard, &options, |event| {
                match event {
                    ShardEvent::File(_, row) => {
                        feed.push(|hashes: &mut Hashes| hashes.add_row(row))
                    }
                    ShardEvent::Error(error) => {
                        let failure = given.failure(error);
                        feed.push(|hashes: &mut Hashes| hashes.fail(failure))
                    }
                }
            })?;
        Ok(Totals::Run(summary))
    });
    Ok(Run::new(work, record, progress, path_bytes))
}

/// What a shard that was written comes to, for Python.
type Written = (bool, u64, u64, u64, Vec<Py<PyAny>>);

/// Runs a shard and writes its output: whether that was there already, its
/// files, bytes and errors, and the exceptions of entries that failed now.
#[pyfunction]
#[pyo3(signature = (line, out, again, threads, progress))]
pub(crate) fn write_shard(
    py: Python<'_>,
    line: &str,
    out: PathBuf,
    again: &Bound<'_, PyAny>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Written> {
    let again = arguments::flag("again", again)?;
    let threads = numbers::threads("threads", threads)?;
    let engine = engines::engine(py, threads)?;
    let (shard, storage, given) = shard(py, line)?;
    let (done, errors) =
        tasks::act(py, "hashing", progress.as_ref(), move |monitor| {
            let options = RunOptions {
                storage: Some(storage),
                monitor: monitor.clone(),
                again,
            };
            let mut errors: Vec<EntryError> = Vec::new();
            let done = Place::named(&out).and_then(|place| {
                sanchay_shards::run(
                    &engine,
                    &shard,
                    &place,
                    &options,
                    |error| errors.push(error),
                )
            });
            let summary: Option<Summary> =
                done.as_ref().ok().map(|it| it.summary);
            ((done, errors), summary)
        })
        .told()?;
    let done = done.map_err(|error| failure::of_shards(py, &error))?;
    let exceptions = errors.into_iter().map(|error| {
        let failure: Failure = given.failure(error);
        failure.exception(py).into_value(py).into_any()
    });
    let output = done.output;
    let exceptions = exceptions.collect();
    Ok((done.kept, output.files, output.bytes, output.errors, exceptions))
}

/// What a shard has of its roots: each of them, and the walk over that part.
/// A root that is not mounted is refused.
#[pyfunction]
pub(crate) fn shard_parts<'py>(
    py: Python<'py>,
    line: &str,
) -> PyResult<Vec<(Bound<'py, PyBytes>, Walk)>> {
    let (shard, storage, _) = shard(py, line)?;
    let parts = shard.parts.iter().map(|part| {
        sanchay_shards::check_mount(&*storage, part)
            .map_err(|error| failure::of_shards(py, &error))?;
        let walk = sanchay_shards::walk_options(&shard.work, part);
        let walk = walk.map_err(|error| failure::of_shards(py, &error))?;
        Ok((PyBytes::new(py, &part.root), Walk::from(walk)))
    });
    parts.collect()
}

/// Refuses what was found of a shard, if nothing is left of what was planned.
#[pyfunction]
pub(crate) fn check_found(
    py: Python<'_>,
    line: &str,
    files: u64,
    errors: u64,
) -> PyResult<()> {
    let (shard, ..) = shard(py, line)?;
    let mut found = Summary::default();
    (found.files, found.errors) = (files, errors);
    sanchay_shards::check_found(&shard, &found)
        .map_err(|error| failure::of_shards(py, &error))
}

/// Refuses a place for outputs that lies in a root of any shard.
#[pyfunction]
pub(crate) fn check_place(
    py: Python<'_>,
    lines: Vec<String>,
    out: PathBuf,
) -> PyResult<()> {
    let (mut shards, mut all) = (Vec::new(), Given::default());
    for line in lines {
        let (shard, ..) = shard(py, &line)?;
        shard.parts.iter().for_each(|part| all.push(&part.root));
        shards.push(shard);
    }
    all.take_directory(py)?;
    let storage = all.storage();
    Place::named(&out)
        .and_then(|place| {
            sanchay_shards::check_place(&place, &shards, Some(&storage))
        })
        .map_err(|error| failure::of_shards(py, &error))
}

/// A folder: its path, and how many files, bytes and bytes on disk it has.
type Sum<'py> = (Bound<'py, PyBytes>, u64, u64, u64);

/// Sums up the files of a shard by folder, and reads none of them: the folders
/// and the exceptions of entries that failed.
#[pyfunction]
#[pyo3(signature = (line, threads, progress))]
pub(crate) fn sum_shard<'py>(
    py: Python<'py>,
    line: &str,
    threads: Option<&Bound<'py, PyAny>>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Vec<Sum<'py>>, Vec<Py<PyAny>>)> {
    let threads = numbers::threads("threads", threads)?;
    let engine = engines::engine(py, threads)?;
    let (shard, storage, given) = shard(py, line)?;
    let (done, errors) =
        tasks::look(py, "walking", progress.as_ref(), move |monitor| {
            let options = RunOptions {
                storage: Some(storage),
                monitor: monitor.clone(),
                again: false,
            };
            let mut errors: Vec<EntryError> = Vec::new();
            let done =
                sanchay_shards::sums(&engine, &shard, &options, |error| {
                    errors.push(error);
                });
            let summary: Option<Summary> = done.as_ref().ok().map(|it| it.1);
            ((done, errors), summary)
        })?;
    let (folders, _) = done.map_err(|error| failure::of_shards(py, &error))?;
    let sums = folders.into_iter().map(|it| {
        (PyBytes::new(py, &it.path), it.files, it.bytes, it.allocated)
    });
    let exceptions = errors.into_iter().map(|error| {
        given.failure(error).exception(py).into_value(py).into_any()
    });
    Ok((sums.collect(), exceptions.collect()))
}

/// Begins merging partitions of the outputs of shards: together, in one order,
/// or one after the other, each with an order of its own.
#[pyfunction]
#[pyo3(signature = (
    out, partitions, together, hardlinks, same_device, min_group, sort, allow_missing,
    progress, path_bytes, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn merge_shards(
    py: Python<'_>,
    out: PathBuf,
    partitions: Vec<u8>,
    together: bool,
    hardlinks: &Bound<'_, PyAny>,
    same_device: &Bound<'_, PyAny>,
    min_group: &Bound<'_, PyAny>,
    sort: &str,
    allow_missing: &Bound<'_, PyAny>,
    progress: Option<Py<PyAny>>,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let allow_missing = arguments::flag("allow_missing", allow_missing)?;
    let least = numbers::count("min_group", Some(min_group))?;
    let mut options = DuplicatesOptions {
        hardlinks: arguments::flag("hardlinks", hardlinks)?,
        same_device: arguments::flag("same_device", same_device)?,
        min_group: least
            .map_or(2, |it| usize::try_from(it).unwrap_or(usize::MAX)),
        order: sort.parse().map_err(|why: GroupOrderError| {
            PyValueError::new_err(format!("sort: {why}"))
        })?,
        ..DuplicatesOptions::default()
    };
    check_folder(py, &out)?;
    options.storage = Some(here(py)?.everywhere());
    let schema = Schema::new(RecordKind::Duplicate, []);
    let work = Work::of_shards(schema, move |feed, monitor| {
        options.cancel = monitor.cancel.clone();
        let outputs = open(&out, allow_missing)?;
        let each = if together { partitions.len() } else { 1 };
        let mut totals = DuplicateSummary::default();
        let mut number = 0;
        for some in partitions.chunks(each.max(1)) {
            let merged = outputs.duplicates(some.iter().copied(), &options)?;
            for group in merged.groups() {
                number += 1;
                let pushed = feed.push(|groups: &mut Groups| {
                    groups.add_merged(number, &group);
                });
                if pushed.is_break() {
                    return Err(Error::Cancelled.into());
                }
            }
            totals.add_groups(&merged.summary());
        }
        totals.scanned.errors = outputs.errors();
        Ok(Totals::Duplicates(totals))
    });
    Ok(Run::new(work, record, progress, path_bytes))
}

/// Begins comparing the texts that partitions of the outputs of shards join.
#[pyfunction]
#[pyo3(signature = (
    out, partitions, allow_missing, threads, progress, path_bytes, record
))]
pub(crate) fn merge_similar_shards(
    out: PathBuf,
    partitions: Vec<u8>,
    allow_missing: &Bound<'_, PyAny>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = path_bytes.py();
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let allow_missing = arguments::flag("allow_missing", allow_missing)?;
    let engine = engines::engine(py, numbers::threads("threads", threads)?)?;
    check_folder(py, &out)?;
    let given = here(py)?;
    let schema = Schema::new(RecordKind::Similar, []);
    let work = Work::of_shards(schema, move |feed, monitor| {
        let outputs = open(&out, allow_missing)?;
        let storage = Some(given.everywhere());
        let options =
            SimilarMergeOptions { storage, monitor: monitor.clone() };
        let found =
            outputs.similar(&engine, partitions, &options, |error| {
                // The rest is compared all the same.
                let _ = runner::route_error(feed, &given, error, false);
            })?;
        for (number, group) in (1..).zip(&found.groups) {
            let pushed = feed.push(|groups: &mut similars::Groups| {
                groups.add_merged(number, group);
            });
            if pushed.is_break() {
                return Err(Error::Cancelled.into());
            }
        }
        let mut totals = Alike::from(&found);
        totals.scanned.errors = found.errors.saturating_add(outputs.errors());
        Ok(Totals::Similar(totals))
    });
    Ok(Run::new(work, record, progress, path_bytes))
}

/// The working directory, from which relative paths of shards are taken.
fn here(py: Python<'_>) -> PyResult<Given> {
    let mut given = Given::default();
    given.push(b".");
    given.take_directory(py)?;
    Ok(given)
}

/// Refuses a folder of outputs that is not there.
fn check_folder(py: Python<'_>, out: &Path) -> PyResult<()> {
    let is_folder = !out.to_str().is_some_and(Place::is_url);
    match std::fs::metadata(out) {
        Err(source) if is_folder => Err(failure::of_system(py, out, &source)),
        _ => Ok(()),
    }
}

/// The outputs in a place.
fn open(out: &Path, allow_missing: bool) -> Result<Outputs, ShardError> {
    let outputs = Outputs::open(&Place::named(out)?)?;
    match allow_missing {
        true => Ok(outputs),
        false => outputs.complete(),
    }
}
