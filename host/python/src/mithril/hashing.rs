//! Hash functions, and digests in the making.

use std::sync::{Arc, Mutex};

use mithril_core::{
    Blake3Hash, HashFunction as Hashes, Hasher as Hashing, MithrilError,
    Sha256Hash, XxHash, XxHash3,
};
use pyo3::{exceptions::PyValueError, prelude::*};
use sanchay_sync::lock;

use super::{Operation, buffers, storage::object};

/// From so many bytes on, the interpreter is released.
const WORTH_RELEASING: usize = 4096;

/// A hash function.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct HashFunction(pub(super) Arc<dyn Hashes>);

#[pymethods]
impl HashFunction {
    /// The function of a name.
    #[new]
    fn new(name: &str) -> PyResult<Self> {
        let all: [Arc<dyn Hashes>; 4] = [
            Arc::new(XxHash::new()),
            Arc::new(XxHash3::new()),
            Arc::new(Blake3Hash::new()),
            Arc::new(Sha256Hash::new()),
        ];
        let found = all.into_iter().find(|it| it.name() == name);
        found.map(Self).ok_or_else(|| {
            PyValueError::new_err(format!(
                "there is no hash function {name:?}"
            ))
        })
    }

    #[getter]
    fn output_size(&self) -> usize {
        self.0.output_size()
    }

    fn hash(&self, data: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let data = buffers::bytes_like("data", data)?;
        let function = Arc::clone(&self.0);
        Ok(Operation::computes(
            data.len(),
            move || Ok::<_, MithrilError>(function.hash(&data)),
            |py, digest: Vec<u8>| Ok(buffers::made(py, &digest)),
        ))
    }

    fn hash_hex(&self, data: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let data = buffers::bytes_like("data", data)?;
        let function = Arc::clone(&self.0);
        Ok(Operation::computes(
            data.len(),
            move || Ok::<_, MithrilError>(function.hash_hex(&data)),
            |py, digest: String| object(py, digest),
        ))
    }

    fn hash_u64(&self, data: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let data = buffers::bytes_like("data", data)?;
        let function = Arc::clone(&self.0);
        Ok(Operation::computes(
            data.len(),
            move || Ok::<_, MithrilError>(function.hash_u64(&data)),
            |py, number: u64| object(py, number),
        ))
    }

    fn hasher(&self) -> Hasher {
        Hasher(Mutex::new(Some(self.0.hasher())))
    }
}

/// A digest in the making.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct Hasher(Mutex<Option<Box<dyn Hashing>>>);

impl Hasher {
    fn take(&self) -> PyResult<Box<dyn Hashing>> {
        lock(&self.0).take().ok_or_else(finished)
    }
}

fn finished() -> PyErr {
    PyValueError::new_err("this digest is finished: begin a new one")
}

#[pymethods]
impl Hasher {
    fn update(&self, data: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = data.py();
        let data = buffers::bytes_like("data", data)?;
        let update = || {
            let mut hasher = lock(&self.0);
            hasher.as_mut().map(|hasher| hasher.update(&data))
        };
        // Where another thread has the lock, this one waits for it without
        // the interpreter.
        let updated = match data.len() >= WORTH_RELEASING {
            true => py.detach(update),
            false => match self.0.try_lock() {
                Ok(mut hasher) => {
                    hasher.as_mut().map(|hasher| hasher.update(&data))
                }
                Err(_) => py.detach(update),
            },
        };
        updated.ok_or_else(finished)
    }

    fn finalize(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let digest = py.detach(|| self.take().map(|it| it.finalize()))?;
        Ok(buffers::made(py, &digest))
    }

    fn finalize_u64(&self, py: Python<'_>) -> PyResult<u64> {
        py.detach(|| self.take().map(|it| it.finalize_u64()))
    }
}
