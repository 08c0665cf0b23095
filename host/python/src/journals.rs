//! Runs that changed files, by their journals: what they came to, undoing
//! them, going on with them.

use std::path::PathBuf;

use pyo3::{
    intern,
    prelude::*,
    types::{PyString, PyTuple, PyType},
};
use sanchay::{
    Monitor, Summary, Timestamp,
    ops::{OpsError, Run, RunReport, Runs, StepOutcome, TimeZone},
};

use crate::{
    arguments,
    columns::Make,
    engines, failure,
    tasks::{self, Done},
};

/// The runs whose journals are in a folder, or the user's.
///
/// # Errors
/// `RuntimeError` where the environment names no folder for them.
pub(crate) fn runs(
    py: Python<'_>,
    state_dir: Option<PathBuf>,
) -> PyResult<Runs> {
    let runs = match state_dir {
        Some(folder) => Runs::at(folder.join("runs")),
        None => Runs::of_user().map_err(|it| failure::of_ops(py, &it))?,
    };
    Ok(runs.with_zone(TimeZone::system()))
}

/// What became of a run that was applied, resumed or undone.
pub(crate) type Outcome = Result<RunReport, OpsError>;

/// It with its numbers, for the last progress.
pub(crate) fn in_numbers(outcome: Outcome) -> (Outcome, Option<Summary>) {
    let summary = outcome.as_ref().ok().map(|report| {
        let mut summary = Summary::default();
        let wrong = report.failed.saturating_add(report.kept);
        let right = report.done.saturating_add(report.skipped);
        summary.files = right.saturating_add(wrong);
        summary.errors = wrong;
        summary
    });
    (outcome, summary)
}

/// What became of a run, as a named tuple: its name, how many steps were done,
/// could not be, needed not be; why they could not. What ended it early is
/// raised, with this as its attribute `run`.
///
/// # Errors
/// As [`tasks::look`], and why nothing could be done.
pub(crate) fn told<'py>(
    py: Python<'py>,
    done: Done<Outcome>,
    record: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyAny>> {
    let report = match (done.answer, &done.raised) {
        (Some(Ok(report)), _) => report,
        (Some(Err(error)), Ok(())) => {
            return Err(failure::of_ops(py, &error));
        }
        (_, _) => {
            done.raised?;
            return Err(failure::of_panic("there is no report"));
        }
    };
    let exceptions = |steps: &[StepOutcome]| {
        let all = steps.iter();
        let all = all.map(|it| failure::of_step(py, it).into_value(py));
        PyTuple::new(py, all.collect::<Vec<_>>())
    };
    let refused = report.failed.saturating_add(report.kept);
    let told = Make::new(record.clone())?.tuple((
        report.run.as_str(),
        report.done,
        refused,
        report.skipped,
        exceptions(&report.problems)?,
        exceptions(&report.notes)?,
    ))?;
    match done.raised {
        Ok(()) => Ok(told),
        Err(raised) => {
            // An exception that takes no attributes is raised all the same.
            let _ = raised.value(py).setattr(intern!(py, "run"), told);
            Err(raised)
        }
    }
}

/// Undoes a run, by default the last one.
#[pyfunction]
#[pyo3(signature = (run, dry_run, state_dir, progress, record))]
pub(crate) fn undo_batch<'py>(
    py: Python<'py>,
    run: Option<String>,
    dry_run: &Bound<'py, PyAny>,
    state_dir: Option<PathBuf>,
    progress: Option<Py<PyAny>>,
    record: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyAny>> {
    let dry_run = arguments::flag("dry_run", dry_run)?;
    let phase = if dry_run { "planning" } else { "undoing" };
    work_on(py, phase, state_dir, progress, record, move |to| {
        let Way { engine, runs, monitor } = to;
        let run = match run {
            Some(text) => runs.find(&text),
            None => runs.last(engine),
        }?;
        runs.undo(engine, &run, dry_run, monitor)
    })
}

/// Goes on with a run that was ended before its time.
#[pyfunction]
#[pyo3(signature = (run, state_dir, progress, record))]
pub(crate) fn resume_batch<'py>(
    py: Python<'py>,
    run: String,
    state_dir: Option<PathBuf>,
    progress: Option<Py<PyAny>>,
    record: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyAny>> {
    work_on(py, "applying", state_dir, progress, record, move |to| {
        let run = to.runs.find(&run)?;
        to.runs.resume(to.engine, &run, to.monitor)
    })
}

/// What is needed to work on a run.
struct Way<'a> {
    engine: &'a sanchay::Engine,
    runs: &'a Runs,
    monitor: &'a Monitor,
}

fn work_on<'py>(
    py: Python<'py>,
    phase: tasks::Phase,
    state_dir: Option<PathBuf>,
    progress: Option<Py<PyAny>>,
    record: &Bound<'py, PyType>,
    work: impl FnOnce(Way<'_>) -> Outcome + Send + 'static,
) -> PyResult<Bound<'py, PyAny>> {
    let runs = runs(py, state_dir)?;
    let engine = engines::engine(py, None)?;
    let done = tasks::act(py, phase, progress.as_ref(), move |monitor| {
        let way = Way { engine: &engine, runs: &runs, monitor };
        in_numbers(work(way))
    });
    told(py, done, record)
}

/// The runs of which there are journals, the oldest first.
#[pyfunction]
#[pyo3(signature = (state_dir, record))]
pub(crate) fn list_runs<'py>(
    py: Python<'py>,
    state_dir: Option<PathBuf>,
    record: &Bound<'py, PyType>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let runs = runs(py, state_dir)?;
    let engine = engines::engine(py, None)?;
    let listed = tasks::look(py, "planning", None, move |_| {
        (runs.list(&engine), None)
    })?;
    let listed = listed.map_err(|error| failure::of_ops(py, &error))?;
    let make = Make::new(record.clone())?;
    listed.iter().map(|run| made(py, run, &make)).collect()
}

fn made<'py>(
    py: Python<'py>,
    run: &Run,
    make: &Make<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let started = run.started.parse::<jiff::Timestamp>().ok();
    let started = started.map(|it| Timestamp::from(it).as_nanoseconds());
    make.tuple((
        run.id.as_str(),
        run.command.as_str(),
        started.unwrap_or_default(),
        PyString::intern(py, run.state.name()),
        run.steps,
        run.done,
        run.failed,
        run.undone,
        run.kept,
    ))
}
