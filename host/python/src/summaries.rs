//! Summing up what trees consist of. There are no records: the answer is the
//! object that the program prints as JSON.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::{
    prelude::*,
    types::{PyBytes, PyTuple},
};
use sanchay::{Engine, SummaryOptions, user_name};
use sanchay_core::record::{RecordKind, Schema};
use sanchay_output::push_summary;

use crate::{
    arguments,
    consumer::Consumer,
    engines,
    files::Files,
    given::Given,
    numbers,
    options::Walk,
    runner::{self, Totals, Work},
};

/// Sums up; the object as JSON, and what went wrong.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, depth, top, content, threads, progress, raises
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn summary<'py>(
    roots: &Bound<'py, PyAny>,
    walk: &Walk,
    depth: &Bound<'py, PyAny>,
    top: &Bound<'py, PyAny>,
    content: &Bound<'py, PyAny>,
    threads: Option<&Bound<'py, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyTuple>)> {
    let py = roots.py();
    let given = Given::roots(roots, raises)?;
    let mut options = SummaryOptions::default();
    if let Some(depth) = numbers::count("depth", Some(depth))? {
        options.depth = u32::try_from(depth).unwrap_or(u32::MAX);
    }
    if let Some(top) = numbers::count("top", Some(top))? {
        options.top = usize::try_from(top).unwrap_or(usize::MAX);
    }
    options.content = arguments::flag("content", content)?;
    let engine = engines::engine(py, numbers::threads("threads", threads)?)?;
    options.walk = walk.options(py, &engine)?;
    let answer = Arc::default();
    let work = work(engine, given, options, raises, Arc::clone(&answer));
    let consumer = Consumer::new(work);
    let feed = Arc::clone(consumer.feed());
    consumer.all(py, progress.as_ref())?;
    let errors = feed.errors();
    let errors = errors.iter().map(|it| it.exception(py).into_value(py));
    let errors = PyTuple::new(py, errors.collect::<Vec<_>>())?;
    let json = answer.lock().unwrap_or_else(PoisonError::into_inner);
    Ok((PyBytes::new(py, &json), errors))
}

/// The work of summing up, which leaves the object in JSON.
fn work(
    engine: Engine,
    given: Given,
    mut options: SummaryOptions,
    raises: bool,
    answer: Arc<Mutex<Vec<u8>>>,
) -> Work<Files> {
    options.walk.storage = Some(given.storage());
    let schema = Schema::new(RecordKind::File, []);
    Work::new(schema, move |feed, monitor| {
        let roots = given.all();
        let mut found =
            engine.summary(&roots).options(options).monitor(monitor).report(
                |error| runner::route_error(feed, &given, error, raises),
            )?;
        found.report.name_owners(user_name);
        let names: Vec<&[u8]> = given.shown().collect();
        let mut json = answer.lock().unwrap_or_else(PoisonError::into_inner);
        push_summary(&found.report, &names, &mut json);
        Ok(Totals::Run(found.summary))
    })
}
