//! Plans for files that are the same as others, or similar.

use std::path::PathBuf;

use pyo3::{exceptions::PyValueError, prelude::*, types::PyDict};
use sanchay::{
    Algorithm, SimilarImagesOptions, SimilarOptions,
    ops::{DedupeAction, DedupeRequest},
};

use crate::{
    arguments,
    batches::{self, Batch},
    catalogs, engines, failure, filters,
    given::Given,
    groups, numbers,
    options::{self, Walk},
    similars::Wanted,
    tasks,
};

/// Plans what becomes of files that are the same as one that stays.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, action, keep, into, groups, algorithm, hardlinks,
    on_conflict, catalog, threads, progress, raises
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn plan_dedupe(
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    action: &Bound<'_, PyAny>,
    keep: &Bound<'_, PyAny>,
    into: Option<PathBuf>,
    groups: &Bound<'_, PyDict>,
    algorithm: Option<&Bound<'_, PyAny>>,
    hardlinks: &Bound<'_, PyAny>,
    on_conflict: &Bound<'_, PyAny>,
    catalog: Option<PathBuf>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
) -> PyResult<Batch> {
    let py = roots.py();
    let action = wanted(action, into)?;
    let keep = batches::texts("keep", keep)?;
    let mut given = Given::roots(roots, true)?;
    let mut wanted = groups::wanted(groups, &mut given)?;
    let algorithm = algorithm.map(options::identifying).transpose()?;
    wanted.algorithm = algorithm.unwrap_or(Algorithm::Xxh3_128);
    wanted.hardlinks = arguments::flag("hardlinks", hardlinks)?;
    batches::refuse_links(walk)?;
    filters::check(&walk.filter().for_duplicates())?;
    let threads = numbers::threads("threads", threads)?;
    let engine = engines::engine(py, threads)?;
    let mut walked = walk.plain_options()?;
    let engine = catalogs::remembering(py, engine, &mut walked, catalog)?;
    wanted.walk = walked;
    let request = engine
        .dedupe(given.all(), action)
        .options(wanted)
        .keep(keep)
        .on_conflict(batches::on_conflict(on_conflict)?);
    planned(py, request, progress, threads, raises)
}

/// Plans what becomes of files that are similar to one that stays.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, action, keep, into, reference, likeness, on_conflict,
    threads, progress, raises
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn plan_dedupe_similar(
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    action: &Bound<'_, PyAny>,
    keep: &Bound<'_, PyAny>,
    into: Option<PathBuf>,
    reference: &Bound<'_, PyAny>,
    likeness: &Bound<'_, PyDict>,
    on_conflict: &Bound<'_, PyAny>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
) -> PyResult<Batch> {
    let py = roots.py();
    let action = wanted(action, into)?;
    let keep = batches::texts("keep", keep)?;
    let mut given = Given::roots(roots, true)?;
    let references = given.more("reference", reference)?;
    let wanted = Wanted::of(likeness)?;
    batches::refuse_links(walk)?;
    filters::check(&walk.filter().for_duplicates())?;
    let threads = numbers::threads("threads", threads)?;
    let engine = engines::engine(py, threads)?;
    let walk = walk.plain_options()?;
    let request = engine.dedupe(given.all(), action);
    let request = match wanted {
        Wanted::Texts(options) => {
            request.similar(SimilarOptions { walk, ..options })
        }
        Wanted::Images(options) => {
            request.similar_images(SimilarImagesOptions { walk, ..options })
        }
    };
    let request = request
        .references(references)
        .keep(keep)
        .on_conflict(batches::on_conflict(on_conflict)?);
    planned(py, request, progress, threads, raises)
}

/// The plan that a request asks for.
fn planned(
    py: Python<'_>,
    request: DedupeRequest,
    progress: Option<Py<PyAny>>,
    threads: Option<usize>,
    raises: bool,
) -> PyResult<Batch> {
    let planned =
        tasks::look(py, "planning", progress.as_ref(), move |monitor| {
            let planned = request.monitor(monitor).plan();
            let summary =
                planned.as_ref().ok().map(batches::planned_in_numbers);
            (planned, summary)
        })?;
    let plan = planned.map_err(|error| failure::of_ops(py, &error))?;
    batches::of_plan(py, threads, plan, raises)
}

/// What becomes of files that are the same as one that stays.
fn wanted(
    given: &Bound<'_, PyAny>,
    into: Option<PathBuf>,
) -> PyResult<DedupeAction> {
    const EXPECTED: &str = "'hardlink', 'reflink', 'symlink', 'trash', \
                            'delete' or 'move-to'";
    let action = arguments::word("action", EXPECTED, given, |word| {
        Some(match word {
            "hardlink" => DedupeAction::HardLink,
            "reflink" => DedupeAction::Reflink,
            "symlink" => DedupeAction::Symlink,
            "trash" => DedupeAction::Trash,
            "delete" => DedupeAction::Delete,
            "move-to" => DedupeAction::MoveTo(PathBuf::new()),
            _ => return None,
        })
    })?;
    let refused = |why| Err(PyValueError::new_err(why));
    match (action, into) {
        (DedupeAction::MoveTo(_), Some(into)) => {
            match into.as_os_str().is_empty() {
                true => refused("into: it is empty"),
                false => Ok(DedupeAction::MoveTo(into)),
            }
        }
        (DedupeAction::MoveTo(_), None) => {
            refused("into: 'move-to' needs a folder")
        }
        (_, Some(_)) => refused("into: it is for the action 'move-to'"),
        (action, None) => Ok(action),
    }
}
