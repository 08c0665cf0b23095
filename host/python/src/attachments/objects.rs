//! What calls take and return: manifests, globs, a way to cancel, failures.

use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use pyo3::{
    create_exception,
    exceptions::{PyException, PyValueError},
    prelude::*,
    types::{PyBytes, PyTuple},
};
use sanchay::Cancel;
use sanchay_attachments::{
    AttachmentError, Attachments, Content, Entry, EntryKind, GlobFilter,
    Manifest, ManifestProperties, Progress, S3Failure, Scope, Watch, diff,
    encode, load_manifest,
};

use crate::failure;

create_exception!(
    sanchay,
    AttachmentFailure,
    PyException,
    "Why something could not be done: its kind, a message, and what is known \
     of S3's refusal."
);

/// How often a caller looks for Ctrl-C while it waits.
const LOOK: Duration = Duration::from_millis(50);

/// Cancels a call from another thread.
#[pyclass(frozen)]
#[derive(Default)]
pub(crate) struct AttachmentCancel(Cancel);

#[pymethods]
impl AttachmentCancel {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn cancel(&self) {
        self.0.cancel();
    }
}

impl AttachmentCancel {
    pub(crate) fn token(&self) -> &Cancel {
        &self.0
    }
}

/// What comes from the thread that works.
enum Message {
    /// How far it is; it waits to be told whether to go on.
    Progress(Progress, mpsc::Sender<ControlFlow<()>>),
    Done,
}

/// Works in another thread, which waits while the callback is called. What
/// the callback or a signal handler raises ends the work, and is raised when
/// that has ended.
pub(crate) fn work<T: Send>(
    py: Python<'_>,
    cancel: &AttachmentCancel,
    callback: Option<&Py<PyAny>>,
    work: impl FnOnce(&Watch) -> Result<T, AttachmentError> + Send,
) -> PyResult<T> {
    let (sender, receiver) = mpsc::channel();
    let receiver = Mutex::new(receiver);
    let cancel = cancel.token().child();
    let reports = callback.is_some();
    let (result, raised) = thread::scope(|scope| {
        let theirs = cancel.clone();
        let handle = scope.spawn(move || {
            let mut watch = Watch { cancel: theirs, progress: None };
            if reports {
                let reporting = sender.clone();
                watch.progress = Some(Arc::new(move |progress: &Progress| {
                    ask(&reporting, progress.clone())
                }));
            }
            let result = work(&watch);
            sender.send(Message::Done).ok();
            result
        });
        let mut raised = None;
        loop {
            let next = py.detach(|| {
                let receiver =
                    receiver.lock().unwrap_or_else(PoisonError::into_inner);
                receiver.recv_timeout(LOOK)
            });
            let heard = match next {
                Ok(Message::Done)
                | Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Ok(Message::Progress(progress, answer)) => {
                    let heard = match raised {
                        None => tell(py, callback, &progress),
                        Some(_) => Ok(ControlFlow::Break(())),
                    };
                    let flow = heard.as_ref().copied();
                    answer.send(flow.unwrap_or(ControlFlow::Break(()))).ok();
                    heard.map(drop)
                }
                Err(mpsc::RecvTimeoutError::Timeout) => Ok(()),
            };
            let heard = heard.and_then(|()| py.check_signals());
            if let Err(error) = heard
                && raised.is_none()
            {
                cancel.cancel();
                raised = Some(error);
            }
        }
        (py.detach(|| handle.join()), raised)
    });
    match (raised, result) {
        (Some(error), _) => Err(error),
        (None, Ok(result)) => result.map_err(|error| raise(&error)),
        (None, Err(_)) => Err(failure::of_panic("the work ended early")),
    }
}

/// Reports, and waits for the answer.
fn ask(to: &mpsc::Sender<Message>, progress: Progress) -> ControlFlow<()> {
    let (answer, answered) = mpsc::channel();
    if to.send(Message::Progress(progress, answer)).is_err() {
        return ControlFlow::Break(());
    }
    answered.recv().unwrap_or(ControlFlow::Break(()))
}

/// Calls the callback, which ends the work by returning false.
fn tell(
    py: Python<'_>,
    callback: Option<&Py<PyAny>>,
    progress: &Progress,
) -> PyResult<ControlFlow<()>> {
    let Some(callback) = callback else {
        return Ok(ControlFlow::Continue(()));
    };
    let answer = match progress {
        Progress::Scan(it) => callback.call1(
            py,
            (
                "scan",
                it.phase,
                it.current_path.as_deref(),
                it.files_processed,
                it.total_files,
                it.bytes_processed,
                it.total_bytes,
            ),
        ),
        Progress::Transfer(it) => callback.call1(
            py,
            (
                "transfer",
                it.operation,
                it.current_key.as_str(),
                it.current_bytes,
                it.overall_completed,
                it.overall_total,
            ),
        ),
    }?;
    let answer = answer.bind(py);
    Ok(match answer.is_none() || answer.is_truthy()? {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    })
}

/// The exception that the Python sources make their own of.
pub(crate) fn raise(error: &AttachmentError) -> PyErr {
    let kind = match error {
        AttachmentError::S3(_) => "storage",
        AttachmentError::Manifest(_)
        | AttachmentError::MissingAssetRoot(_) => "manifest",
        AttachmentError::Invalid(_) => "validation",
        AttachmentError::Damaged(_) => "storage",
        AttachmentError::Cancelled(_) => "cancelled",
        AttachmentError::Engine(sanchay::Error::Cancelled) => "cancelled",
        _ => "file",
    };
    let refusal = match error {
        AttachmentError::S3(failure) => {
            let S3Failure { action, bucket, key, status, .. } = &**failure;
            Some((*action, bucket.clone(), key.clone(), *status))
        }
        _ => None,
    };
    let path = match error {
        AttachmentError::File { path, .. } => Some(path.clone()),
        AttachmentError::Entry(entry) => Some(entry.path.clone()),
        _ => None,
    };
    AttachmentFailure::new_err((kind, error.to_string(), refusal, path))
}

/// A manifest. Texts are bytes of UTF-8 with lone surrogates.
#[pyclass(frozen)]
pub(crate) struct AttachmentManifest(pub(crate) Arc<Manifest>);

/// The paths that were added, modified, deleted.
type PathLists<'py> = [Vec<Bound<'py, PyBytes>>; 3];

#[pymethods]
impl AttachmentManifest {
    /// Reads a manifest.
    #[staticmethod]
    fn load(py: Python<'_>, text: &[u8]) -> PyResult<Self> {
        let loaded = py.detach(|| load_manifest(text));
        let manifest = loaded.map_err(|error| raise(&error))?;
        Ok(Self(Arc::new(manifest)))
    }

    fn encode<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let text = py.detach(|| encode(&self.0));
        let text =
            text.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(PyBytes::new(py, &text))
    }

    #[getter]
    fn version(&self) -> &'static str {
        self.0.version.name()
    }

    #[getter]
    fn total_size(&self) -> i64 {
        self.0.total_size
    }

    #[getter]
    fn file_count(&self) -> usize {
        self.0.files().count()
    }

    #[getter]
    fn parent(&self) -> Option<&str> {
        self.0.parent.as_deref()
    }

    /// For each entry: path, kind, hashes, size, mtime, runnable, target.
    fn entries<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        self.0.entries.iter().map(|entry| row(py, entry)).collect()
    }

    fn diff<'py>(&self, py: Python<'py>, new: &Self) -> PathLists<'py> {
        let (old, new) = (&*self.0, &*new.0);
        let found = py.detach(|| diff(old, new, Scope::of(old, new)));
        [found.added, found.modified, found.deleted].map(|entries| {
            entries.iter().map(|it| PyBytes::new(py, &it.path)).collect()
        })
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

fn row<'py>(py: Python<'py>, entry: &Entry) -> PyResult<Bound<'py, PyTuple>> {
    let path = PyBytes::new(py, &entry.path);
    let hashes = |content: &Content| -> Vec<String> {
        content.hashes().iter().map(ToString::to_string).collect()
    };
    let none = Vec::new;
    let (kind, hashes, size, mtime, runnable, target) = match &entry.kind {
        EntryKind::File { content, size, mtime, runnable } => {
            let hashes = hashes(content);
            ("file", hashes, Some(*size), Some(*mtime), *runnable, None)
        }
        EntryKind::Link(target) => {
            let target = Some(PyBytes::new(py, target));
            ("symlink", none(), None, None, false, target)
        }
        EntryKind::Directory => ("directory", none(), None, None, false, None),
        EntryKind::Deleted => ("deleted", none(), None, None, false, None),
        EntryKind::DeletedDirectory => {
            ("deleted_directory", none(), None, None, false, None)
        }
    };
    (path, kind, hashes, size, mtime, runnable, target).into_pyobject(py)
}

/// Globs.
#[pyclass(frozen)]
pub(crate) struct AttachmentGlobs(GlobFilter);

#[pymethods]
impl AttachmentGlobs {
    #[new]
    fn new(include: Vec<Vec<u8>>, exclude: Vec<Vec<u8>>) -> PyResult<Self> {
        let globs = |all: &[Vec<u8>]| -> Vec<Vec<u8>> {
            all.iter().map(|it| sanchay_names::glob(it)).collect()
        };
        GlobFilter::new(&globs(&include), &globs(&exclude))
            .map(Self)
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    fn matches(&self, path: &[u8]) -> bool {
        self.0.matches(path)
    }
}

/// Of a root: path, location, format, manifest's path and hash, directories.
pub(crate) type Properties = (
    Vec<u8>,
    Option<Vec<u8>>,
    String,
    Option<String>,
    Option<String>,
    Vec<Vec<u8>>,
);

/// Reads attachments: the mode, and what each root has.
#[pyfunction]
pub(crate) fn attachments_parse(
    text: &[u8],
) -> PyResult<(String, Vec<Properties>)> {
    let read = Attachments::parse(text);
    let read = read.map_err(|error| {
        raise(&AttachmentError::Invalid(error.to_string()))
    })?;
    let manifests = read.manifests.into_iter().map(|it| {
        (
            it.root_path,
            it.file_system_location_name,
            it.root_path_format.name().to_owned(),
            it.input_manifest_path,
            it.input_manifest_hash,
            it.output_relative_directories,
        )
    });
    Ok((read.file_system, manifests.collect()))
}

/// The JSON of attachments.
#[pyfunction]
pub(crate) fn attachments_document(
    file_system: String,
    manifests: Vec<Properties>,
) -> PyResult<String> {
    Ok(attachments(file_system, manifests)?.to_json())
}

/// Attachments of their parts.
pub(crate) fn attachments(
    file_system: String,
    manifests: Vec<Properties>,
) -> PyResult<Attachments> {
    let manifests = manifests.into_iter().map(|it| {
        let (root_path, location, format, path, hash, directories) = it;
        let format = format.parse().map_err(PyValueError::new_err)?;
        Ok(ManifestProperties {
            root_path,
            file_system_location_name: location,
            root_path_format: format,
            input_manifest_path: path,
            input_manifest_hash: hash,
            output_relative_directories: directories,
        })
    });
    let manifests = manifests.collect::<PyResult<_>>()?;
    Ok(Attachments { manifests, file_system })
}
