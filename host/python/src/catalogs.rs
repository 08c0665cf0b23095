//! Catalogs: what calls remember digests in, and what keeps snapshots.

use std::{
    ffi::OsString,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyString, PyTuple, PyType},
};
use sanchay::{
    Action, Algorithm, Cause, Engine, EntryError, Error, Timestamp,
    WalkOptions,
};
use sanchay_catalog::{
    Catalog, CatalogError, CatalogOptions, Event, Side, Snapshot,
    SnapshotOptions, VerifyEvent, VerifyOptions, WatchEvent, WatchOptions,
    user_catalog,
};
use sanchay_core::record::{RecordKind, Schema};
use sanchay_names::OsStringExt as _;

use crate::{
    arguments,
    checks::Checks,
    columns::Make,
    differences::Differences,
    engines, failure,
    given::Given,
    names, numbers,
    options::{self, Walk},
    run::Run,
    runner::{self, Totals, Work},
    tasks::{self, Done},
};

/// The same engine, which remembers digests in a file, if one is named. The
/// walk leaves that out.
///
/// # Errors
/// `OSError` for a file that can be no catalog, or cannot be opened.
pub(crate) fn remembering(
    py: Python<'_>,
    engine: Engine,
    walk: &mut WalkOptions,
    file: Option<PathBuf>,
) -> PyResult<Engine> {
    Ok(match cache(py, walk, file)? {
        Some(catalog) => engine.with_cache(catalog),
        None => engine,
    })
}

/// What remembers digests in a file, if one is named. The walk leaves that
/// out.
///
/// # Errors
/// As [`remembering`].
pub(crate) fn cache(
    py: Python<'_>,
    walk: &mut WalkOptions,
    file: Option<PathBuf>,
) -> PyResult<Option<Arc<Catalog>>> {
    let Some(file) = file else { return Ok(None) };
    let catalog = open(py, Some(file), false)?;
    leave_out(&catalog, walk);
    Ok(Some(catalog))
}

/// Opens a catalog; `None` is the user's own. One that is only looked at is
/// not made.
///
/// # Errors
/// `OSError` for a file that can be no catalog, or cannot be opened.
fn open(
    py: Python<'_>,
    file: Option<PathBuf>,
    must_exist: bool,
) -> PyResult<Arc<Catalog>> {
    let opened = py.detach(|| {
        let path = match file {
            // Its connections are opened later, wherever one is then.
            Some(file) => sanchay::storage::absolute(&file).unwrap_or(file),
            None => user_catalog()?,
        };
        if must_exist && let Err(source) = std::fs::metadata(&path) {
            return Err(CatalogError::Io { path, action: "open it", source });
        }
        Catalog::open(&path, CatalogOptions::default())
    });
    let catalog = opened.map_err(|error| failure::of_catalog(py, &error))?;
    Ok(Arc::new(catalog))
}

/// Has a walk leave out the files of a catalog.
fn leave_out(catalog: &Catalog, walk: &mut WalkOptions) {
    let others = !walk.leave_out.is_empty();
    let within = catalog.directory_id().filter(|_| !others);
    walk.leave_out_within = within.into_iter().collect();
    walk.leave_out.extend(catalog.ids());
}

/// What a snapshot, a comparison and a watch have in common.
struct Looking {
    engine: Engine,
    catalog: Arc<Catalog>,
    roots: Vec<PathBuf>,
    options: SnapshotOptions,
}

impl Looking {
    fn new(
        py: Python<'_>,
        roots: Vec<PathBuf>,
        walk: &Walk,
        hash: Option<&Bound<'_, PyAny>>,
        catalog: Arc<Catalog>,
        threads: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let hash = hash.map(algorithm).transpose()?.flatten();
        let threads = numbers::threads("threads", threads)?;
        let engine = engines::engine(py, threads)?;
        let engine = engine.with_cache(Arc::clone(&catalog) as _);
        let mut walk = walk.plain_options()?;
        leave_out(&catalog, &mut walk);
        let options = SnapshotOptions { hash, walk, ..Default::default() };
        Ok(Self { engine, catalog, roots, options })
    }
}

/// Whether files are hashed, and how: `True` or a hash function.
fn algorithm(given: &Bound<'_, PyAny>) -> PyResult<Option<Algorithm>> {
    match arguments::truth(given)? {
        Some(wanted) => Ok(wanted.then_some(Algorithm::Xxh3_128)),
        None => options::identifying(given).map(Some),
    }
}

/// Roots, from the top: a run that begins later takes them where they were
/// meant.
pub(crate) fn absolute(
    py: Python<'_>,
    given: &Given,
) -> PyResult<Vec<PathBuf>> {
    let whole = |path: PathBuf| {
        let made = match path.as_os_str().is_empty() {
            true => std::env::current_dir(),
            false => sanchay::storage::absolute(&path),
        };
        made.map_err(|error| failure::of_system(py, &path, &error))
    };
    given.all().into_iter().map(whole).collect()
}

/// Takes a snapshot: what is told of it, and what went wrong.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, name, hash, catalog, threads, progress, raises, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn snapshot<'py>(
    roots: &Bound<'py, PyAny>,
    walk: &Walk,
    name: Option<String>,
    hash: &Bound<'py, PyAny>,
    catalog: Option<PathBuf>,
    threads: Option<&Bound<'py, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
    record: &Bound<'py, PyType>,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
    let py = roots.py();
    let roots = absolute(py, &Given::roots(roots, true)?)?;
    let catalog = open(py, catalog, false)?;
    let mut looking =
        Looking::new(py, roots, walk, Some(hash), catalog, threads)?;
    looking.options.name = name;
    let failures = Arc::new(Mutex::new(Failures::default()));
    let theirs = Arc::clone(&failures);
    let Done { answer, raised } =
        tasks::act(py, "walking", progress.as_ref(), move |monitor| {
            let Looking { engine, catalog, roots, mut options } = looking;
            options.monitor = monitor.clone();
            let keep = |error: EntryError| {
                let mut all =
                    theirs.lock().unwrap_or_else(PoisonError::into_inner);
                all.add(error, raises)
            };
            let taken = catalog.snapshot(&engine, &roots, &options, keep);
            let summary = taken.as_ref().ok().map(|it| it.summary);
            (taken, summary)
        });
    raised?;
    let failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = &failures.fatal {
        return Err(failure::of_entry(py, error));
    }
    let taken =
        answer.ok_or_else(|| failure::of_panic("there is no answer"))?;
    let taken = taken.map_err(|error| failure::of_catalog(py, &error))?;
    let snapshot = made(py, &taken.snapshot, &Make::new(record.clone())?)?;
    Ok((snapshot, failures.exceptions(py)?))
}

/// What went wrong with entries.
#[derive(Default)]
pub(crate) struct Failures {
    kept: Vec<EntryError>,
    /// The one that ends the run.
    pub(crate) fatal: Option<EntryError>,
}

impl Failures {
    pub(crate) fn add(
        &mut self,
        error: EntryError,
        raises: bool,
    ) -> ControlFlow<()> {
        if raises && error.named {
            self.fatal.get_or_insert(error);
            return ControlFlow::Break(());
        }
        self.kept.push(error);
        ControlFlow::Continue(())
    }

    /// The exceptions for those that did not end it.
    pub(crate) fn exceptions<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let errors = self.kept.iter();
        let errors = errors.map(|it| failure::of_entry(py, it).into_value(py));
        PyTuple::new(py, errors.collect::<Vec<_>>())
    }
}

/// The snapshots of a catalog, the oldest first.
#[pyfunction]
#[pyo3(signature = (catalog, record))]
pub(crate) fn snapshots<'py>(
    py: Python<'py>,
    catalog: Option<PathBuf>,
    record: &Bound<'py, PyType>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let catalog = open(py, catalog, true)?;
    let all =
        tasks::look(py, "walking", None, move |_| (catalog.snapshots(), None));
    let all = all?.map_err(|error| failure::of_catalog(py, &error))?;
    let make = Make::new(record.clone())?;
    all.iter().map(|snapshot| made(py, snapshot, &make)).collect()
}

fn made<'py>(
    py: Python<'py>,
    snapshot: &Snapshot,
    make: &Make<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let roots = snapshot.roots.iter();
    let roots = roots
        .map(|root| names::decoded(py, root.as_os_str().as_encoded_bytes()));
    make.tuple((
        snapshot.number,
        snapshot.name.as_deref(),
        snapshot.taken.as_nanoseconds(),
        PyTuple::new(py, roots.collect::<PyResult<Vec<_>>>()?)?,
        snapshot.selection.as_str(),
        snapshot.files,
        snapshot.bytes,
        snapshot.errors,
    ))
}

/// One side of a comparison: a name or number of a snapshot, or a path.
fn side(option: &str, given: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    const ONE: &str = "the name or number of a snapshot, a Snapshot or a path";
    let text = match given.extract::<u64>() {
        // Said so, for there may be a path of that name.
        Ok(number) => format!("snapshot:{number}").into_bytes(),
        Err(_) => names::named(option, ONE, given)?,
    };
    match text.contains(&0) {
        true => Err(PyValueError::new_err(format!(
            "{option}: it has an embedded null byte"
        ))),
        false => Ok(OsString::from_vec(text).into()),
    }
}

/// Begins a comparison.
#[pyfunction]
#[pyo3(signature = (
    a, b, walk, hash, catalog, threads, progress, raises, path_bytes, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn diff(
    a: &Bound<'_, PyAny>,
    b: &Bound<'_, PyAny>,
    walk: &Walk,
    hash: &Bound<'_, PyAny>,
    catalog: Option<PathBuf>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = a.py();
    let (a, b) = (side("a", a)?, side("b", b)?);
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    let catalog = open(py, catalog, false)?;
    let looking =
        Looking::new(py, Vec::new(), walk, Some(hash), catalog, threads)?;
    let sides = py.detach(|| -> Result<[Side; 2], CatalogError> {
        let Looking { engine, catalog, options, .. } = &looking;
        let algorithm = options.hash.unwrap_or(Algorithm::Xxh3_128);
        let find = |one: &Path, other: &Path| {
            let side = catalog.side(one, Some(other), &options.walk)?;
            side.or_list(engine, algorithm)
        };
        Ok([find(&a, &b)?, find(&b, &a)?])
    });
    let [a, b] = sides.map_err(|error| failure::of_catalog(py, &error))?;
    let work =
        Work::of_catalog(Differences::schema(), move |feed, monitor| {
            let Looking { engine, catalog, mut options, .. } = looking;
            options.monitor = monitor.clone();
            let found = catalog.diff(&engine, &a, &b, &options, |error| {
                runner::route(feed, error, raises)
            })?;
            for difference in &found.all {
                let pushed =
                    feed.push(|rows: &mut Differences| rows.add(difference));
                if pushed.is_break() {
                    return Err(Error::Cancelled.into());
                }
            }
            Ok(Totals::Run(found.summary.unwrap_or_default()))
        });
    Ok(Run::new(work, record, progress, path_bytes))
}

/// How often one may look, in seconds.
const POLL: std::ops::RangeInclusive<f64> = 0.1..=86_400.0;

/// Begins to watch.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, hash, poll, catalog, threads, raises, path_bytes, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn watch(
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    hash: &Bound<'_, PyAny>,
    poll: Option<f64>,
    catalog: Option<PathBuf>,
    threads: Option<&Bound<'_, PyAny>>,
    raises: bool,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = roots.py();
    let roots = absolute(py, &Given::roots(roots, true)?)?;
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    if let Some(poll) = poll.filter(|it| !POLL.contains(it)) {
        return Err(PyValueError::new_err(format!(
            "poll: {poll} is not between 0.1 and 86400 seconds"
        )));
    }
    let catalog = open(py, catalog, false)?;
    let looking = Looking::new(py, roots, walk, Some(hash), catalog, threads)?;
    let work =
        Work::of_catalog(Differences::schema(), move |feed, monitor| {
            let Looking { engine, catalog, roots, mut options } = looking;
            options.monitor = monitor.clone();
            let poll = poll.map(Duration::from_secs_f64);
            let options = WatchOptions { snapshot: options, poll };
            catalog.watch(&engine, &roots, &options, |event| match event {
                WatchEvent::Changed(difference) => {
                    feed.push(|rows: &mut Differences| rows.add(difference))
                }
                WatchEvent::Polling(why) => {
                    let why = format!("looked at in intervals: {why}");
                    let cause = Cause::Io(std::io::Error::other(why));
                    let root = roots.first().cloned().unwrap_or_default();
                    let error =
                        EntryError::new(root, Action::ReadDirectory, cause);
                    runner::route(feed, error, false)
                }
                WatchEvent::Error(error) => runner::route(feed, error, raises),
                _ => ControlFlow::Continue(()),
            })?;
            Ok(Totals::Nothing)
        });
    Ok(Run::new(work, record, None, path_bytes))
}

/// Begins to read files again.
#[pyfunction]
#[pyo3(signature = (
    roots, walk, sample, catalog, threads, progress, raises, path_bytes, record
))]
#[expect(clippy::too_many_arguments, reason = "the program has as many")]
pub(crate) fn verify(
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    sample: f64,
    catalog: Option<PathBuf>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
    path_bytes: &Bound<'_, PyAny>,
    record: Py<PyType>,
) -> PyResult<Run> {
    let py = roots.py();
    let roots = absolute(py, &Given::roots(roots, true)?)?;
    let path_bytes = arguments::flag("path_bytes", path_bytes)?;
    if !(sample > 0.0 && sample <= 1.0) {
        return Err(PyValueError::new_err(format!(
            "sample: {sample} is not a part of 1, as 0.05"
        )));
    }
    let catalog = open(py, catalog, true)?;
    // Without the catalog: what it knows is in question.
    let engine = engines::engine(py, numbers::threads("threads", threads)?)?;
    let mut walk = walk.plain_options()?;
    leave_out(&catalog, &mut walk);
    let schema = Schema::new(RecordKind::Verdict, []);
    let work = Work::of_catalog(schema, move |feed, monitor| {
        let monitor = monitor.clone();
        let options = VerifyOptions { walk, sample, monitor };
        let found = catalog.verify(&engine, &roots, &options, |event| {
            match event {
                VerifyEvent::Read { path, verdict } => {
                    let path = path.as_os_str().as_encoded_bytes();
                    feed.push(|checks: &mut Checks| checks.read(path, verdict))
                }
                VerifyEvent::Error(error) => {
                    // To the engine, every file that is read was named.
                    let named = roots.contains(&error.path);
                    runner::route(feed, error, raises && named)
                }
                _ => ControlFlow::Continue(()),
            }
        })?;
        Ok(Totals::Verified(found))
    });
    Ok(Run::new(work, record, progress, path_bytes))
}

/// What became of a path, snapshot by snapshot.
#[pyfunction]
#[pyo3(signature = (path, catalog, record))]
pub(crate) fn history<'py>(
    path: &Bound<'py, PyAny>,
    catalog: Option<PathBuf>,
    record: &Bound<'py, PyType>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let py = path.py();
    if !names::is_name(path)? {
        let kind = arguments::kind(path);
        let words = format!("path: expected a path, not {kind}");
        return Err(PyTypeError::new_err(words));
    }
    let path = absolute(py, &Given::paths("path", path, true)?)?;
    let path = path.into_iter().next().unwrap_or_default();
    let catalog = open(py, catalog, true)?;
    let events = tasks::look(py, "walking", None, move |_| {
        (catalog.history(&path), None)
    })?;
    let events = events.map_err(|error| failure::of_catalog(py, &error))?;
    let make = Make::new(record.clone())?;
    events.iter().map(|event| version(py, event, &make)).collect()
}

fn version<'py>(
    py: Python<'py>,
    event: &Event,
    make: &Make<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let Event { snapshot, change, version, .. } = event;
    let content = version.content();
    make.tuple((
        snapshot.number,
        snapshot.taken.as_nanoseconds(),
        PyString::intern(py, change.name()),
        version.size,
        Timestamp::as_nanoseconds(version.modified()),
        content.map(|it| PyString::intern(py, it.algorithm().name())),
        content.map(|it| it.to_string()),
    ))
}
