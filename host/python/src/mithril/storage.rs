//! Storages of objects.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use mithril_core::{
    LocalStorage, MemoryStorage, ObjectMeta, StorageBackend, StorageError,
};
use pyo3::{
    BoundObject as _,
    exceptions::{PyRuntimeError, PyUnicodeEncodeError, PyValueError},
    prelude::*,
    types::{PyString, PyTuple},
};

use super::{
    InvalidKeyException, Operation, buffers, cloud,
    errors::to_py_err,
    streams::{Download, Listing, Upload},
};
use crate::{arguments, numbers};

/// A storage.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Storage {
    /// Nothing only while it is dropped.
    backend: Option<Arc<dyn StorageBackend>>,
    local: Option<LocalStorage>,
    /// The process that opened it.
    process: u32,
}

impl Storage {
    /// One that was opened.
    ///
    /// # Errors
    /// Why it could not be.
    pub(super) fn opened<S: StorageBackend + 'static>(
        opened: Result<S, StorageError>,
    ) -> PyResult<Self> {
        let backend = opened.map_err(|error| to_py_err(error.into()))?;
        Ok(Self::new(Arc::new(backend)))
    }

    fn new(backend: Arc<dyn StorageBackend>) -> Self {
        let process = std::process::id();
        Self { backend: Some(backend), local: None, process }
    }

    fn of_folder(
        opened: Result<LocalStorage, StorageError>,
        durable: bool,
    ) -> PyResult<Self> {
        let opened = opened.map_err(|error| to_py_err(error.into()))?;
        let local = opened.durable(durable);
        let storage = Self::new(Arc::new(local.clone()));
        Ok(storage.with_folder(local))
    }

    fn with_folder(mut self, local: LocalStorage) -> Self {
        self.local = Some(local);
        self
    }

    /// What it does its work with.
    ///
    /// # Errors
    /// `RuntimeError` in a process that was forked from the one that opened
    /// it: connections and threads were left behind.
    pub(crate) fn backend(&self) -> PyResult<Arc<dyn StorageBackend>> {
        match &self.backend {
            Some(backend) if self.process == std::process::id() => {
                Ok(Arc::clone(backend))
            }
            _ => Err(PyRuntimeError::new_err(
                "this storage belongs to the parent process: its threads and \
                 connections were left behind by a fork. Open it anew in the \
                 child",
            )),
        }
    }

    /// What is needed for an operation with an object.
    fn with_key(
        &self,
        key: &Bound<'_, PyAny>,
    ) -> PyResult<(Arc<dyn StorageBackend>, String)> {
        Ok((self.backend()?, text("key", key)?))
    }
}

impl Drop for Storage {
    /// A temporary folder is its owner's to remove, and not that of a process
    /// that was forked; nor can connections be ended there.
    fn drop(&mut self) {
        if self.process != std::process::id() {
            std::mem::forget((self.backend.take(), self.local.take()));
        }
    }
}

/// How long to wait for a server: how often a request is sent again; for how
/// long in all, for a connection, for an answer (in seconds); how many bytes a
/// second are sent at least; the first pause (in seconds).
pub(super) type PatienceFields = (u32, f64, f64, f64, u64, f64);

#[pymethods]
impl Storage {
    /// A folder.
    #[staticmethod]
    fn folder(py: Python<'_>, path: PathBuf, durable: bool) -> PyResult<Self> {
        Self::of_folder(py.detach(|| LocalStorage::new(path)), durable)
    }

    /// A temporary folder.
    #[staticmethod]
    fn temp(py: Python<'_>, durable: bool) -> PyResult<Self> {
        Self::of_folder(py.detach(LocalStorage::temp), durable)
    }

    /// Memory.
    #[staticmethod]
    fn memory() -> Self {
        Self::new(Arc::new(MemoryStorage::new()))
    }

    /// A bucket of S3; credentials are the key's identifier, the secret and
    /// the token of a session.
    #[staticmethod]
    #[expect(clippy::too_many_arguments, reason = "the service has as many")]
    fn s3(
        py: Python<'_>,
        bucket: &str,
        prefix: Option<&str>,
        endpoint: Option<String>,
        region: Option<String>,
        anonymous: bool,
        credentials: Option<(String, String, Option<String>)>,
        profile: Option<String>,
        patience: Option<PatienceFields>,
    ) -> PyResult<Self> {
        let fields = cloud::S3Fields {
            endpoint,
            region,
            anonymous,
            credentials,
            profile,
            patience,
        };
        cloud::s3(py, bucket, prefix, fields)
    }

    /// A bucket of S3 that the environment names.
    #[staticmethod]
    fn s3_of_environment(py: Python<'_>) -> PyResult<Self> {
        cloud::s3_of_environment(py)
    }

    /// A bucket of Google Cloud Storage.
    #[staticmethod]
    fn gcs(
        py: Python<'_>,
        bucket: &str,
        prefix: Option<&str>,
        endpoint: Option<String>,
        anonymous: bool,
        token: Option<String>,
        patience: Option<PatienceFields>,
    ) -> PyResult<Self> {
        let fields = cloud::GcsFields { endpoint, anonymous, token, patience };
        cloud::gcs(py, bucket, prefix, fields)
    }

    /// The folder, of one that is a folder.
    #[getter]
    fn root(&self) -> Option<PathBuf> {
        self.local.as_ref().map(|local| local.root().to_owned())
    }

    /// The contents of an object.
    fn get(&self, key: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let (backend, key) = self.with_key(key)?;
        Ok(Operation::waits(
            async move { backend.get(&key).await },
            |py, data: Bytes| Ok(buffers::made(py, &data)),
        ))
    }

    /// The contents of an object, or None.
    fn get_opt(&self, key: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let (backend, key) = self.with_key(key)?;
        Ok(Operation::waits(
            async move { backend.get_opt(&key).await },
            |py, data: Option<Bytes>| {
                Ok(data.map_or(py.None(), |data| buffers::made(py, &data)))
            },
        ))
    }

    /// Part of an object.
    fn get_range(
        &self,
        key: &Bound<'_, PyAny>,
        start: &Bound<'_, PyAny>,
        end: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let start = numbers::count("start", Some(start))?.unwrap_or_default();
        let end = numbers::count("end", Some(end))?.unwrap_or_default();
        let (backend, key) = self.with_key(key)?;
        Ok(Operation::waits(
            async move { backend.get_range(&key, start..end).await },
            |py, data: Bytes| Ok(buffers::made(py, &data)),
        ))
    }

    /// Stores an object.
    fn put(
        &self,
        key: &Bound<'_, PyAny>,
        data: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let data = buffers::bytes_like("data", data)?;
        let (backend, key) = self.with_key(key)?;
        Ok(Operation::waits(
            async move { backend.put(&key, data).await },
            nothing,
        ))
    }

    /// Stores an object unless there is one.
    fn put_new(
        &self,
        key: &Bound<'_, PyAny>,
        data: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let data = buffers::bytes_like("data", data)?;
        let (backend, key) = self.with_key(key)?;
        Ok(Operation::waits(
            async move { backend.put_new(&key, data).await },
            |py, stored: bool| object(py, stored),
        ))
    }

    /// Deletes an object.
    fn delete(&self, key: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let (backend, key) = self.with_key(key)?;
        Ok(Operation::waits(
            async move { backend.delete(&key).await },
            nothing,
        ))
    }

    /// Deletes objects, whether they are there or not.
    fn delete_many(&self, keys: Vec<Bound<'_, PyAny>>) -> PyResult<Operation> {
        let keys = keys.iter().map(|key| text("keys", key));
        let keys = keys.collect::<PyResult<Vec<_>>>()?;
        let backend = self.backend()?;
        Ok(Operation::waits(
            async move { backend.delete_many(&keys).await },
            nothing,
        ))
    }

    /// Whether there is an object.
    fn exists(&self, key: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let (backend, key) = self.with_key(key)?;
        Ok(Operation::waits(
            async move { backend.exists(&key).await },
            |py, exists: bool| object(py, exists),
        ))
    }

    /// The keys that begin so.
    fn list(&self, prefix: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let (backend, prefix) = (self.backend()?, text("prefix", prefix)?);
        Ok(Operation::waits(
            async move { backend.list(&prefix).await },
            |py, keys: Vec<String>| object(py, keys),
        ))
    }

    /// What is known of an object.
    fn head(&self, key: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let (backend, key) = self.with_key(key)?;
        Ok(Operation::waits(
            async move { backend.head(&key).await },
            |py, meta: ObjectMeta| Ok(fields(py, meta)?.into_any().unbind()),
        ))
    }

    /// The contents of an object, in pieces.
    fn get_stream(&self, key: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let (backend, key) = self.with_key(key)?;
        Ok(Download::begin(backend, key))
    }

    /// What is known of the objects whose keys begin so, as it is found.
    fn list_objects(&self, prefix: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let (backend, prefix) = (self.backend()?, text("prefix", prefix)?);
        Ok(Listing::begin(backend, prefix))
    }

    /// Begins to store an object that comes in pieces.
    fn put_stream(&self, key: &Bound<'_, PyAny>) -> PyResult<Upload> {
        let (backend, key) = self.with_key(key)?;
        Ok(Upload::begin(backend, key))
    }

    /// Of a folder: removes what writers left that were killed.
    fn remove_stale(&self, seconds: f64) -> PyResult<Operation> {
        self.backend()?;
        let age = duration("age", seconds)?;
        let Some(local) = self.local.clone() else {
            return Err(PyValueError::new_err("this storage is no folder"));
        };
        Ok(Operation::waits(
            async move { local.remove_stale(age).await },
            |py, removed: u64| object(py, removed),
        ))
    }
}

/// Text that is a key, or the beginning of one.
fn text(option: &str, given: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(text) = given.cast::<PyString>() else {
        return Err(arguments::unexpected(option, "str", given));
    };
    text.extract::<String>().map_err(|error| {
        match error.is_instance_of::<PyUnicodeEncodeError>(given.py()) {
            true => InvalidKeyException::new_err(
                "Invalid key: it has a lone surrogate, which is no text",
            ),
            false => error,
        }
    })
}

/// A length of time that Python passes in seconds.
///
/// # Errors
/// `ValueError` for one that is negative, or none.
pub(super) fn duration(option: &str, seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|why| {
        PyValueError::new_err(format!("{option}: {seconds} seconds: {why}"))
    })
}

/// The fields of what is known of an object.
pub(super) fn fields<'py>(
    py: Python<'py>,
    meta: ObjectMeta,
) -> PyResult<Bound<'py, PyTuple>> {
    let modified = meta.last_modified;
    // Beyond the year 2262, to the microsecond.
    let nanoseconds = modified.timestamp_nanos_opt().map_or_else(
        || i128::from(modified.timestamp_micros()) * 1000,
        i128::from,
    );
    (meta.key, meta.size, nanoseconds, meta.etag, meta.content_type)
        .into_pyobject(py)
}

/// An object of Python's.
pub(super) fn object<'py, T>(py: Python<'py>, value: T) -> PyResult<Py<PyAny>>
where
    T: IntoPyObject<'py>,
{
    let made = value.into_pyobject(py).map_err(Into::into)?;
    Ok(made.into_any().unbind())
}

/// None, of what answers with nothing.
pub(super) fn nothing(py: Python<'_>, (): ()) -> PyResult<Py<PyAny>> {
    Ok(py.None())
}

/// Waits until uploads that were cancelled have been aborted, for at most so
/// many seconds; whether all have.
#[pyfunction]
pub(crate) fn settle(py: Python<'_>, seconds: f64) -> PyResult<bool> {
    let time = duration("timeout", seconds)?;
    Ok(py.detach(|| cloud::settle(time)))
}
