//! Stores of snapshots of trees.

mod entries;
mod file;

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use pyo3::{
    exceptions::{PyRuntimeError, PyValueError},
    prelude::*,
    types::{PyTuple, PyType},
};
use sanchay::{EntryError, Existing, LocalStorage, Summary};
use sanchay_names::OsStringExt as _;
use sanchay_objects::{StorageConfig, create_storage};
use sanchay_store::{
    Backend, BackendError, CheckOptions, CheckReport, Flaw, FolderBackend,
    GcOptions, GetOptions, ObjectBackend, PutOptions, Snapshot,
    Store as OpenStore, StoreError, beyond_newest,
};
use sanchay_sync::lock;

pub(crate) use self::file::StoredFile;
use crate::{
    arguments,
    catalogs::{self, Failures, absolute},
    columns::Make,
    engines, failure, filters,
    given::Given,
    mithril::Storage,
    names, numbers,
    options::Walk,
    run::Run,
    tasks::{self, Done},
};

/// A store.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Store {
    store: OpenStore,
    /// What it was named by, for messages.
    location: PathBuf,
    /// The process that opened it.
    process: u32,
}

/// What a store is made in, or opened in.
#[derive(FromPyObject)]
enum Place {
    Storage(Py<Storage>),
    Path(PathBuf),
}

/// Whether a store is named by a URL, and not by a path.
fn is_url(text: &str) -> bool {
    ["s3://", "gs://"].iter().any(|scheme| text.starts_with(scheme))
}

/// Where the files of a store are.
fn backend(
    place: &Path,
    folder: impl FnOnce(&Path) -> Result<FolderBackend, BackendError>,
) -> Result<Arc<dyn Backend>, StoreError> {
    let Some(url) = place.to_str().filter(|text| is_url(text)) else {
        return Ok(Arc::new(folder(place)?));
    };
    let config = StorageConfig::from_url(url).and_then(create_storage);
    let storage = config
        .map_err(|error| StoreError::Place { why: error.to_string() })?;
    Ok(Arc::new(ObjectBackend::new(storage.into())))
}

impl Store {
    /// What does the work.
    ///
    /// # Errors
    /// `RuntimeError` in a process that was forked from the one that opened
    /// it.
    fn store(&self) -> PyResult<&OpenStore> {
        match self.process == std::process::id() {
            true => Ok(&self.store),
            false => Err(PyRuntimeError::new_err(
                "this store belongs to the parent process: open it anew in \
                 the child",
            )),
        }
    }

    /// The exception for what went wrong.
    fn failed(&self, py: Python<'_>, error: &StoreError) -> PyErr {
        failure::of_store(py, &self.location, error)
    }

    /// Does what only looks, with the interpreter released.
    fn look<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&OpenStore) -> Result<T, StoreError> + Send + 'static,
    ) -> PyResult<T> {
        let store = self.store()?.clone();
        let done = move |_: &sanchay::Monitor| (work(&store), None);
        let told = tasks::look(py, "walking", None, done)?;
        told.map_err(|error| self.failed(py, &error))
    }

    fn find(&self, py: Python<'_>, wanted: String) -> PyResult<Snapshot> {
        self.look(py, move |store| store.find(&wanted))
    }
}

#[pymethods]
impl Store {
    /// Opens a store, or makes an empty one.
    #[new]
    fn new(
        py: Python<'_>,
        place: Place,
        location: PathBuf,
        init: bool,
    ) -> PyResult<Self> {
        let process = std::process::id();
        let opened = match place {
            Place::Storage(storage) => {
                let objects = ObjectBackend::new(storage.get().backend()?);
                let backend: Arc<dyn Backend> = Arc::new(objects);
                py.detach(|| match init {
                    true => OpenStore::init(backend),
                    false => OpenStore::open(backend),
                })
            }
            Place::Path(path) => py.detach(|| match init {
                true => backend(&path, |path| {
                    FolderBackend::create(&LocalStorage::new(), path)
                })
                .and_then(OpenStore::init),
                false => backend(&path, |path| {
                    FolderBackend::open(&LocalStorage::new(), path)
                })
                .and_then(OpenStore::open),
            }),
        };
        let store = opened
            .map_err(|error| failure::of_store(py, &location, &error))?;
        Ok(Self { store, location, process })
    }

    /// Puts trees: the snapshot, what was read and stored, and what went
    /// wrong.
    #[pyo3(signature = (
        roots, walk, name, read_all, level, catalog, threads, progress,
        raises, record
    ))]
    #[expect(clippy::too_many_arguments, reason = "the program has as many")]
    fn put<'py>(
        &self,
        roots: &Bound<'py, PyAny>,
        walk: &Walk,
        name: Option<String>,
        read_all: &Bound<'py, PyAny>,
        level: i32,
        catalog: Option<PathBuf>,
        threads: Option<&Bound<'py, PyAny>>,
        progress: Option<Py<PyAny>>,
        raises: bool,
        record: &Bound<'py, PyType>,
    ) -> PyResult<(Bound<'py, PyAny>, [u64; 5], Bound<'py, PyTuple>)> {
        let py = roots.py();
        if !(1..=19).contains(&level) {
            return Err(PyValueError::new_err(format!(
                "level: {level} is not between 1 and 19"
            )));
        }
        if walk.follows() {
            return Err(PyValueError::new_err(
                "follow: links are stored as links",
            ));
        }
        let roots = absolute(py, &Given::roots(roots, true)?)?;
        for root in &roots {
            let there = py.detach(|| std::fs::metadata(root));
            there.map_err(|error| failure::of_system(py, root, &error))?;
        }
        let engine =
            engines::engine(py, numbers::threads("threads", threads)?)?;
        let mut options = PutOptions {
            name,
            walk: walk.plain_options()?,
            read_all: arguments::flag("read_all", read_all)?,
            level,
            ..PutOptions::default()
        };
        let cache = catalogs::cache(py, &mut options.walk, catalog)?;
        options.cache = cache.map(|cache| cache as _);
        let store = self.store()?.clone();
        let failures = Arc::new(Mutex::new(Failures::default()));
        let theirs = Arc::clone(&failures);
        let Done { answer, raised } =
            tasks::act(py, "walking", progress.as_ref(), move |monitor| {
                options.monitor = monitor.clone();
                let cancel = monitor.cancel.clone();
                let put = store.put(&engine, &roots, &options, |error| {
                    if lock(&theirs).add(error, raises).is_break() {
                        cancel.cancel();
                    }
                });
                let summary = put.as_ref().ok().map(|put| {
                    let of = &put.snapshot.document;
                    let mut summary = Summary::default();
                    summary.files = of.files;
                    summary.directories = of.directories;
                    summary.bytes = of.bytes;
                    summary.errors = of.errors;
                    summary
                });
                (put, summary)
            });
        raised?;
        let failures = lock(&failures);
        if let Some(error) = &failures.fatal {
            return Err(failure::of_entry(py, error));
        }
        let put =
            answer.ok_or_else(|| failure::of_panic("there is no answer"))?;
        let put = put.map_err(|error| self.failed(py, &error))?;
        let numbers = [
            put.read,
            put.read_bytes,
            put.objects,
            put.object_bytes,
            put.stored,
        ];
        let snapshot = made(py, &put.snapshot, &Make::new(record.clone())?)?;
        Ok((snapshot, numbers, failures.exceptions(py)?))
    }

    /// Gets a snapshot, or some of it, into a folder: how many entries were
    /// copied, kept and failed; and what went wrong.
    #[expect(clippy::too_many_arguments, reason = "the program has as many")]
    fn get<'py>(
        &self,
        py: Python<'py>,
        snapshot: String,
        target: PathBuf,
        walk: &Walk,
        overwrite: &Bound<'py, PyAny>,
        verify: &Bound<'py, PyAny>,
        threads: Option<&Bound<'py, PyAny>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<([u64; 5], Bound<'py, PyTuple>)> {
        let mut options = GetOptions {
            walk: within(walk)?,
            existing: match arguments::flag("overwrite", overwrite)? {
                true => Existing::Update,
                false => Existing::Complete,
            },
            verify: arguments::flag("verify", verify)?,
            ..GetOptions::default()
        };
        let engine =
            engines::engine(py, numbers::threads("threads", threads)?)?;
        let snapshot = self.find(py, snapshot)?;
        py.detach(|| folder(&target))
            .map_err(|error| failure::of_system(py, &target, &error))?;
        let store = self.store()?.clone();
        let failures = Arc::new(Mutex::new(Failures::default()));
        let theirs = Arc::clone(&failures);
        let Done { answer, raised } =
            tasks::act(py, "applying", progress.as_ref(), move |monitor| {
                options.monitor = monitor.clone();
                let keep = |error: EntryError| {
                    let _kept = lock(&theirs).add(error, false);
                };
                let got =
                    store.get(&engine, &snapshot, &target, &options, keep);
                let summary = got.as_ref().ok().map(|got| {
                    let mut summary = Summary::default();
                    summary.files = got.copied;
                    summary.bytes = got.bytes;
                    summary.errors = got.errors;
                    summary
                });
                (got, summary)
            });
        raised?;
        let got =
            answer.ok_or_else(|| failure::of_panic("there is no answer"))?;
        let got = got.map_err(|error| self.failed(py, &error))?;
        let numbers =
            [got.copied, got.kept, got.bytes, got.incomplete, got.errors];
        let errors = lock(&failures).exceptions(py)?;
        Ok((numbers, errors))
    }

    /// The snapshots, and what is wrong with those that cannot be read.
    fn snapshots<'py>(
        &self,
        record: &Bound<'py, PyType>,
    ) -> PyResult<(Vec<Bound<'py, PyAny>>, Vec<String>)> {
        let py = record.py();
        let (all, errors) = self.look(py, OpenStore::snapshots)?;
        let make = Make::new(record.clone())?;
        let all = all.iter().map(|snapshot| made(py, snapshot, &make));
        let errors = errors.iter().map(ToString::to_string).collect();
        Ok((all.collect::<PyResult<_>>()?, errors))
    }

    /// The snapshot that people call so.
    #[pyo3(name = "find")]
    fn found<'py>(
        &self,
        wanted: String,
        record: &Bound<'py, PyType>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = record.py();
        let found = self.find(py, wanted)?;
        made(py, &found, &Make::new(record.clone())?)
    }

    /// Begins to list what is in a snapshot.
    #[expect(clippy::too_many_arguments, reason = "the program has as many")]
    fn entries(
        &self,
        py: Python<'_>,
        snapshot: String,
        walk: &Walk,
        threads: Option<&Bound<'_, PyAny>>,
        progress: Option<Py<PyAny>>,
        path_bytes: &Bound<'_, PyAny>,
        record: Py<PyType>,
    ) -> PyResult<Run> {
        let path_bytes = arguments::flag("path_bytes", path_bytes)?;
        let options = within(walk)?;
        let engine =
            engines::engine(py, numbers::threads("threads", threads)?)?;
        let tree =
            self.look(py, move |store| store.tree(&store.find(&snapshot)?))?;
        let work = entries::work(engine, tree, options);
        Ok(Run::new(work, record, progress, path_bytes))
    }

    /// Opens a file of a snapshot.
    fn open(
        &self,
        path: &Bound<'_, PyAny>,
        snapshot: String,
    ) -> PyResult<StoredFile> {
        let py = path.py();
        let path = names::named("path", "a path", path)?;
        let path = PathBuf::from(OsString::from_vec(path));
        let tree =
            self.look(py, move |store| store.tree(&store.find(&snapshot)?))?;
        file::open(py, &tree, &path)
    }

    /// Removes snapshots, and those beyond the newest so many of each series;
    /// those that went, or would go.
    fn remove<'py>(
        &self,
        snapshots: Vec<String>,
        keep: Option<u64>,
        dry_run: bool,
        record: &Bound<'py, PyType>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        if keep == Some(0) {
            return Err(PyValueError::new_err("keep: at least one is kept"));
        }
        let py = record.py();
        let doomed = self.look(py, move |store| {
            // All are found before one goes: latest~1 means what it did then.
            let found = snapshots.iter().map(|wanted| store.find(wanted));
            let mut doomed = found.collect::<Result<Vec<_>, _>>()?;
            if let Some(keep) = keep {
                let (all, _) = store.snapshots()?;
                doomed.extend(beyond_newest(&all, keep).cloned());
            }
            doomed.sort_by(|a, b| a.stamp.cmp(&b.stamp));
            doomed.dedup();
            for snapshot in doomed.iter().filter(|_| !dry_run) {
                store.remove(snapshot)?;
            }
            Ok(doomed)
        })?;
        let make = Make::new(record.clone())?;
        doomed.iter().map(|snapshot| made(py, snapshot, &make)).collect()
    }

    /// Collects garbage, with a time of grace: packs condemned,
    /// their bytes, objects copied, packs deleted, their bytes, leftovers.
    fn gc(
        &self,
        py: Python<'_>,
        grace: &Bound<'_, PyAny>,
        waste: f64,
        dry_run: bool,
    ) -> PyResult<[u64; 6]> {
        let grace = filters::ago("grace", grace)?;
        if !(0.0..=1.0).contains(&waste) {
            return Err(PyValueError::new_err(format!(
                "waste: {waste} is not from 0 to 1"
            )));
        }
        let options =
            GcOptions { grace, waste, dry_run, ..GcOptions::default() };
        let report = self.look(py, move |store| store.gc(&options))?;
        Ok([
            report.condemned,
            report.condemned_bytes,
            report.copied,
            report.deleted,
            report.deleted_bytes,
            report.leftovers,
        ])
    }

    /// Checks: snapshots, objects, packs and bytes that were looked at; and
    /// what is wrong: its kind, what it is about, why, and whether anything is
    /// lost.
    fn check(
        &self,
        py: Python<'_>,
        read_data: &Bound<'_, PyAny>,
        threads: Option<&Bound<'_, PyAny>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<([u64; 4], Vec<FlawFields>)> {
        let read_data = arguments::flag("read_data", read_data)?;
        let engine =
            engines::engine(py, numbers::threads("threads", threads)?)?;
        let store = self.store()?.clone();
        let work = move |monitor: &sanchay::Monitor| {
            let monitor = monitor.clone();
            let options = CheckOptions { read_data, monitor };
            (store.check(&engine, &options), None)
        };
        let report = tasks::look(py, "checking", progress.as_ref(), work)?;
        let report = report.map_err(|error| self.failed(py, &error))?;
        let CheckReport { snapshots, objects, packs, bytes, .. } = report;
        let flaws = report.flaws.iter().map(flaw).collect();
        Ok(([snapshots, objects, packs, bytes], flaws))
    }

    /// What it takes up: snapshots, files, their bytes, objects, their bytes,
    /// objects that are referenced, their bytes, packs, their bytes, packs
    /// that are condemned, their bytes.
    fn stats(&self, py: Python<'_>) -> PyResult<[u64; 11]> {
        let of = self.look(py, OpenStore::stats)?;
        Ok([
            of.snapshots,
            of.files,
            of.bytes,
            of.objects,
            of.object_bytes,
            of.referenced,
            of.referenced_bytes,
            of.packs,
            of.stored,
            of.condemned,
            of.condemned_bytes,
        ])
    }
}

/// Makes a folder that is missing.
fn folder(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(not_a_directory()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::create_dir(path)
        }
        Err(error) => Err(error),
    }
}

/// As the system says it, where its numbers are those of C.
fn not_a_directory() -> io::Error {
    #[cfg(unix)]
    return io::Error::from_raw_os_error(libc::ENOTDIR);
    #[cfg(not(unix))]
    io::ErrorKind::NotADirectory.into()
}

/// The fields of what is wrong with a store.
type FlawFields = (&'static str, String, String, bool);

fn flaw(flaw: &Flaw) -> FlawFields {
    let subject = sanchay::escaped(&flaw.subject()).to_string();
    (flaw.kind(), subject, flaw.why(), flaw.is_loss())
}

/// The options of a walk within a snapshot.
fn within(walk: &Walk) -> PyResult<sanchay::WalkOptions> {
    match walk.follows() {
        true => Err(PyValueError::new_err(
            "follow: links of a snapshot are not followed",
        )),
        false => walk.plain_options(),
    }
}

/// A snapshot as Python has it.
fn made<'py>(
    py: Python<'py>,
    snapshot: &Snapshot,
    make: &Make<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let of = &snapshot.document;
    let roots = of.roots.iter().map(|root| names::decoded(py, root));
    make.tuple((
        snapshot.id(),
        Some(of.name.as_str()).filter(|name| !name.is_empty()),
        of.time.as_nanoseconds(),
        of.host.as_str(),
        PyTuple::new(py, roots.collect::<PyResult<Vec<_>>>()?)?,
        of.filter.as_str(),
        of.files,
        of.directories,
        of.links,
        of.bytes,
        of.errors,
    ))
}
