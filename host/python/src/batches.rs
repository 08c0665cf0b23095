//! Batches: plans of what is to be done with files, and their application.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        TryLockError,
    },
};

use pyo3::{
    exceptions::{PyRuntimeError, PyTypeError, PyValueError},
    prelude::*,
    types::{PyBytes, PyDict, PyString, PyTuple, PyType},
};
use sanchay::{
    Engine, Summary,
    ops::{
        OnConflict, Operation, OpsError, Plan, PlanRequest, PlanStep,
        SortFields, TimeZone,
    },
};
use sanchay_names::OsStringExt as _;

use crate::{
    arguments,
    columns::Make,
    engines, failure,
    given::Given,
    journals, names, numbers,
    options::Walk,
    tasks::{self, Done},
};

/// A plan of a batch, as Python holds it.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Batch {
    /// With how many threads it is applied: by an engine of the process that
    /// does it, which may be a fork of this one.
    threads: Option<usize>,
    /// Written to only by who has it for himself: nobody waits for it.
    plan: Arc<RwLock<Plan>>,
}

/// What is asked of a plan besides what it is made for.
#[derive(Default)]
struct Wanted {
    into: Option<OsString>,
    to: Option<String>,
    /// Called with the path of an entry for its new name.
    name: Option<Py<PyAny>>,
    pattern: Option<String>,
    replacements: Vec<String>,
    sort: Option<SortFields>,
    truncate: bool,
    portable: bool,
    flat: bool,
    verify: bool,
    permanent: bool,
    symbolic: bool,
    reflink: bool,
    on_conflict: OnConflict,
}

impl Wanted {
    fn of(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut wanted = Self::default();
        for (name, given) in options {
            let name = name.extract::<String>()?;
            let flag = || arguments::flag(&name, &given);
            match name.as_str() {
                "into" => wanted.into = Some(folder(&name, &given)?),
                "to" if given.is_callable() => {
                    wanted.name = Some(given.unbind());
                }
                "to" => wanted.to = optional_text(&name, &given)?,
                "match" => wanted.pattern = optional_text(&name, &given)?,
                "replace" => wanted.replacements = texts(&name, &given)?,
                "sort" => {
                    let text = optional_text(&name, &given)?;
                    let parse = |it: String| {
                        it.parse().map_err(|why| {
                            PyValueError::new_err(format!("{name}: {why}"))
                        })
                    };
                    wanted.sort = text.map(parse).transpose()?;
                }
                "truncate" => wanted.truncate = flag()?,
                "portable" => wanted.portable = flag()?,
                "flat" => wanted.flat = flag()?,
                "verify" => wanted.verify = flag()?,
                "permanent" => wanted.permanent = flag()?,
                "symbolic" => wanted.symbolic = flag()?,
                "reflink" => wanted.reflink = flag()?,
                "on_conflict" => wanted.on_conflict = on_conflict(&given)?,
                _ => {
                    return Err(PyTypeError::new_err(format!(
                        "plan_batch() got an unexpected keyword argument \
                         '{name}'"
                    )));
                }
            }
        }
        for (given, option) in [
            (wanted.pattern.is_some(), "match"),
            (!wanted.replacements.is_empty(), "replace"),
            (wanted.truncate, "truncate"),
        ] {
            if given && wanted.name.is_some() {
                return Err(PyValueError::new_err(format!(
                    "{option}: it is for templates, and to is a function"
                )));
            }
        }
        if wanted.symbolic && wanted.reflink {
            return Err(PyValueError::new_err(
                "symbolic, reflink: a link is one or the other",
            ));
        }
        Ok(wanted)
    }

    /// The request for a command.
    fn request(
        self,
        command: &str,
        engine: &Engine,
        roots: Vec<PathBuf>,
    ) -> PyResult<PlanRequest> {
        let into = self.into.unwrap_or_default();
        let link = match (self.symbolic, self.reflink) {
            (true, _) => Operation::Symlink,
            (_, true) => Operation::Reflink,
            _ => Operation::HardLink,
        };
        let request = match command {
            "rename" => engine.rename(roots),
            "move" => engine.move_into(roots, into).flat(self.flat),
            "copy" => engine
                .copy_into(roots, into)
                .flat(self.flat)
                .verify(self.verify),
            "link" => engine.link_into(roots, into, link).flat(self.flat),
            "delete" => engine.delete(roots, self.permanent),
            _ => return Err(PyValueError::new_err("command: there is none")),
        };
        let mut naming = sanchay::ops::Naming {
            pattern: self.pattern,
            replacements: self.replacements,
            truncate: self.truncate,
            portable: self.portable,
            ..Default::default()
        };
        if let Some(to) = self.to {
            naming.template = to;
        }
        let request = request
            .naming(naming)
            .zone(TimeZone::system())
            .on_conflict(self.on_conflict);
        Ok(match self.sort {
            Some(fields) => request.sort(fields),
            None => request,
        })
    }
}

/// Plans what is to be done with what lies in roots.
#[pyfunction]
#[pyo3(signature = (command, roots, walk, options, threads, progress, raises))]
pub(crate) fn plan_batch(
    command: &str,
    roots: &Bound<'_, PyAny>,
    walk: &Walk,
    options: &Bound<'_, PyDict>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<Py<PyAny>>,
    raises: bool,
) -> PyResult<Batch> {
    let py = roots.py();
    // What can be no path has no place in a plan.
    let given = Given::roots(roots, true)?.all();
    let mut wanted = Wanted::of(options)?;
    let name = wanted.name.take();
    let threads = numbers::threads("threads", threads)?;
    let engine = engines::engine(py, threads)?;
    refuse_links(walk)?;
    let request = wanted
        .request(command, &engine, given)?
        .options(walk.plain_options()?);
    let request = match name {
        Some(name) => named(py, request, &name, progress.as_ref())?,
        None => request,
    };
    let planned =
        tasks::look(py, "planning", progress.as_ref(), move |monitor| {
            let planned = request.monitor(monitor).plan();
            let summary = planned.as_ref().ok().map(planned_in_numbers);
            (planned, summary)
        })?;
    let plan = planned.map_err(|error| failure::of_ops(py, &error))?;
    of_plan(py, threads, plan, raises)
}

/// Refuses to follow links.
pub(crate) fn refuse_links(walk: &Walk) -> PyResult<()> {
    match walk.follows() {
        true => Err(PyValueError::new_err(
            "follow: links are not followed by what changes files: name what \
             they lead to",
        )),
        false => Ok(()),
    }
}

/// A plan for Python; what was named and could not be opened is raised, unless
/// it is to be kept.
pub(crate) fn of_plan(
    py: Python<'_>,
    threads: Option<usize>,
    plan: Plan,
    raises: bool,
) -> PyResult<Batch> {
    let mut errors = plan.errors().iter();
    match errors.find(|it| raises && it.named) {
        Some(error) => Err(failure::of_entry(py, error)),
        None => Ok(Batch::new(threads, plan)),
    }
}

/// A request whose entries get the names that a function of Python's has for
/// them.
fn named(
    py: Python<'_>,
    request: PlanRequest,
    name: &Py<PyAny>,
    progress: Option<&Py<PyAny>>,
) -> PyResult<PlanRequest> {
    let theirs = request.clone();
    let listed = tasks::look(py, "planning", progress, move |monitor| {
        (theirs.monitor(monitor).list(), None)
    })?;
    let listed = listed.map_err(|error| failure::of_ops(py, &error))?;
    let mut names = Vec::with_capacity(listed.len());
    for path in listed {
        let answer = name.bind(py).call1((names::decoded(py, &path)?,))?;
        if !answer.is_none() {
            names.push((path, names::named("to", NAME, &answer)?));
        }
    }
    Ok(request.exactly(names))
}

pub(crate) fn planned_in_numbers(plan: &Plan) -> Summary {
    let mut summary = Summary::default();
    let known = plan.entry_count() + plan.conflicts().len();
    summary.files = (known as u64).saturating_add(plan.unchanged());
    summary.errors = plan.errors().len() as u64;
    summary
}

/// Reads a plan that was written to a file.
#[pyfunction]
pub(crate) fn load_batch(
    py: Python<'_>,
    path: PathBuf,
    edited: &Bound<'_, PyAny>,
) -> PyResult<Batch> {
    let edited = arguments::flag("edited", edited)?;
    let engine = engines::engine(py, None)?;
    let read = tasks::look(py, "planning", None, move |_| {
        (Plan::read(&engine, &path, edited), None)
    })?;
    let plan = read.map_err(|error| failure::of_ops(py, &error))?;
    Ok(Batch::new(None, plan))
}

/// Reads a plan from what `to_bytes` made of one.
#[pyfunction]
pub(crate) fn batch_of_bytes(
    py: Python<'_>,
    data: Vec<u8>,
) -> PyResult<Batch> {
    let engine = engines::engine(py, None)?;
    let read = tasks::look(py, "planning", None, move |_| {
        let name = Path::new("a pickled plan");
        (Plan::read_from(&engine, name, data.as_slice(), false), None)
    })?;
    let plan = read.map_err(|error| failure::of_ops(py, &error))?;
    Ok(Batch::new(None, plan))
}

impl Batch {
    pub(crate) fn new(threads: Option<usize>, plan: Plan) -> Self {
        Self { threads, plan: Arc::new(RwLock::new(plan)) }
    }

    fn plan(&self) -> RwLockReadGuard<'_, Plan> {
        self.plan.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The plan, for who changes it.
    fn plan_mut(plan: &RwLock<Plan>) -> Option<RwLockWriteGuard<'_, Plan>> {
        match plan.try_write() {
            Ok(plan) => Some(plan),
            Err(TryLockError::Poisoned(plan)) => Some(plan.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

#[pymethods]
impl Batch {
    /// How many steps there are.
    fn __len__(&self) -> usize {
        self.plan().len()
    }

    /// The command that it was made for.
    #[getter]
    fn command(&self) -> String {
        self.plan().command().to_owned()
    }

    /// How many entries are already as they should be.
    #[getter]
    fn unchanged(&self) -> u64 {
        self.plan().unchanged()
    }

    /// How many entries there are that somebody asked for.
    #[getter]
    fn entry_count(&self) -> usize {
        self.plan().entry_count()
    }

    /// How many entries can be chosen from: those, and those in conflict.
    #[getter]
    fn candidate_count(&self) -> usize {
        self.plan().candidate_count()
    }

    /// How many entries are in conflict.
    #[getter]
    fn conflict_count(&self) -> usize {
        self.plan().conflicts().len()
    }

    /// A step by its number.
    fn step<'py>(
        &self,
        number: usize,
        record: &Bound<'py, PyType>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let step = self.plan().step(number);
        step.map(|step| made(&step, record)).transpose()
    }

    /// An entry that somebody asked for, by its number; behind them those that
    /// are in conflict.
    fn candidate<'py>(
        &self,
        number: usize,
        record: &Bound<'py, PyType>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let step = self.plan().candidate(number);
        step.map(|step| made(&step, record)).transpose()
    }

    /// What stands in the way, at most so many.
    fn conflicts<'py>(
        &self,
        most: usize,
        record: &Bound<'py, PyType>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let py = record.py();
        let make = Make::new(record.clone())?;
        let plan = self.plan();
        let conflicts = plan.conflicts().iter().take(most).map(|conflict| {
            let from = names::decoded(py, &conflict.from)?;
            let to = (!conflict.to.is_empty())
                .then(|| names::decoded(py, &conflict.to))
                .transpose()?;
            make.tuple((from, to, conflict.kind.to_string()))
        });
        PyTuple::new(py, conflicts.collect::<PyResult<Vec<_>>>()?)
    }

    /// What a plan for duplicates comes to: files that make way, those that
    /// stay, bytes, ties.
    fn duplicates(&self) -> Option<(u64, u64, u64, u64)> {
        let all = self.plan().duplicates()?;
        let reclaimable = all.reclaimable_bytes;
        Some((all.duplicates, all.kept, reclaimable, all.ties))
    }

    /// What went wrong while it was made.
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let plan = self.plan();
        let errors = plan.errors().iter();
        let errors = errors.map(|it| failure::of_entry(py, it).into_value(py));
        PyTuple::new(py, errors.collect::<Vec<_>>())
    }

    /// Keeps only some of the candidates, one answer for each, and looks anew
    /// what stands in their way.
    fn retain(&self, py: Python<'_>, kept: Vec<bool>) -> PyResult<()> {
        self.change(py, move |plan| {
            plan.retain(|number| kept.get(number).copied().unwrap_or(false))
        })
    }

    /// Looks whether its steps could be done now.
    fn check(&self, py: Python<'_>) -> PyResult<()> {
        let engine = engines::engine(py, self.threads)?;
        self.change(py, move |plan| plan.check(&engine))
    }

    /// Writes it to a file.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let written = py.detach(|| write(&self.plan(), &path));
        written.map_err(|error| failure::of_system(py, &path, &error))
    }

    /// What is written to a file, as bytes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut bytes = Vec::new();
        let written = py.detach(|| self.plan().write(&mut bytes));
        written.map_err(|error| failure::of_io(py, &error))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Does what it says.
    #[pyo3(signature = (on_conflict, state_dir, progress, record))]
    fn apply<'py>(
        &self,
        py: Python<'py>,
        on_conflict: Option<&Bound<'py, PyAny>>,
        state_dir: Option<PathBuf>,
        progress: Option<Py<PyAny>>,
        record: &Bound<'py, PyType>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let runs = journals::runs(py, state_dir)?;
        if let Some(choice) = on_conflict {
            let choice = self::on_conflict(choice)?;
            self.change(py, move |plan| plan.set_on_conflict(choice))?;
        }
        let plan = Arc::clone(&self.plan);
        let engine = engines::engine(py, self.threads)?;
        let applied =
            tasks::act(py, "applying", progress.as_ref(), move |monitor| {
                let plan = plan.read().unwrap_or_else(PoisonError::into_inner);
                journals::in_numbers(plan.apply(&engine, &runs, monitor))
            });
        journals::told(py, applied, record)
    }
}

impl Batch {
    /// Changes it, if nobody else has it in use.
    fn change(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&mut Plan) -> Result<(), OpsError> + Send + 'static,
    ) -> PyResult<()> {
        let plan = Arc::clone(&self.plan);
        let Done { answer, raised } =
            tasks::act(py, "planning", None, move |_| {
                let plan = Self::plan_mut(&plan);
                (plan.map(|mut plan| change(&mut plan)), None)
            });
        raised?;
        match answer.flatten() {
            Some(changed) => {
                changed.map_err(|error| failure::of_ops(py, &error))
            }
            None => Err(PyRuntimeError::new_err(
                "this plan is being applied by another thread",
            )),
        }
    }
}

/// A step as a named tuple.
fn made<'py>(
    step: &PlanStep,
    record: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = record.py();
    let path = |path: &Option<PathBuf>| {
        let path = path.as_ref().map(|it| it.as_os_str().as_encoded_bytes());
        path.map(|it| names::decoded(py, it)).transpose()
    };
    Make::new(record.clone())?.tuple((
        PyString::intern(py, step.operation.name()),
        path(&step.from)?,
        path(&step.to)?,
        step.because.as_str(),
        step.size,
        path(&step.same_as)?,
        path(&step.like)?,
    ))
}

/// Writes a plan beside where it is to be, and puts it there when it is whole.
fn write(plan: &Plan, path: &Path) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = PathBuf::from(name);
    let mut out = BufWriter::new(File::create_new(&part)?);
    let written = plan
        .write(&mut out)
        .and_then(|()| out.flush())
        .and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        // What is left of it is of no use.
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// What is done where something stands in the way.
pub(crate) fn on_conflict(given: &Bound<'_, PyAny>) -> PyResult<OnConflict> {
    let expected = "'error', 'skip' or 'rename'";
    arguments::word("on_conflict", expected, given, |word| {
        let mut all =
            [OnConflict::Error, OnConflict::Skip, OnConflict::Rename]
                .into_iter();
        all.find(|it| it.name() == word)
    })
}

/// What a function of names can answer.
const NAME: &str = "a function that answers with a name (str) or None";

/// What a template can be.
const TEXT: &str = "text (str)";

fn text(option: &str, given: &Bound<'_, PyAny>) -> PyResult<String> {
    match given.cast::<PyString>() {
        Ok(text) => text
            .extract()
            .map_err(|error| arguments::named(given.py(), option, error)),
        Err(_) => Err(arguments::unexpected(option, TEXT, given)),
    }
}

fn optional_text(
    option: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<Option<String>> {
    match given.is_none() {
        true => Ok(None),
        false => text(option, given).map(Some),
    }
}

/// One text or several.
pub(crate) fn texts(
    option: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<Vec<String>> {
    if given.is_instance_of::<PyString>() {
        return Ok(vec![text(option, given)?]);
    }
    names::several(option, "text (str) or several", given)?
        .map(|one| text(option, &one?))
        .collect()
}

/// The folder that results go into: a path, or a template of one.
fn folder(option: &str, given: &Bound<'_, PyAny>) -> PyResult<OsString> {
    const ONE: &str = "a path or a template (str, bytes or os.PathLike)";
    let bytes = names::named(option, ONE, given)?;
    match bytes.is_empty() {
        true => Err(PyValueError::new_err(format!("{option}: it is empty"))),
        false => Ok(OsString::from_vec(bytes)),
    }
}
