//! Content by its digest.

use std::sync::Arc;

use mithril_core::{
    CasStats, ContentAddressedStore, Garbage, HashFunction as Hashes,
    StorageBackend,
};
use pyo3::prelude::*;

use super::{
    HashFunction, Operation, Storage, buffers,
    storage::{duration, nothing, object},
};

/// Content by its digest, in a storage.
type Cas = ContentAddressedStore<Arc<dyn StorageBackend>, Arc<dyn Hashes>>;

/// Content by its digest.
#[pyclass(frozen, module = "sanchay._native")]
pub(crate) struct ContentStore {
    storage: Py<Storage>,
    function: Arc<dyn Hashes>,
}

impl ContentStore {
    fn cas(&self) -> PyResult<Cas> {
        let backend = self.storage.get().backend()?;
        Ok(Cas::new(backend, Arc::clone(&self.function)))
    }
}

#[pymethods]
impl ContentStore {
    #[new]
    fn new(storage: Py<Storage>, function: &HashFunction) -> Self {
        Self { storage, function: Arc::clone(&function.0) }
    }

    fn store(&self, data: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let data = buffers::bytes_like("data", data)?;
        let cas = self.cas()?;
        Ok(Operation::waits(
            async move { cas.store(data).await },
            |py, address: String| object(py, address),
        ))
    }

    fn retrieve(&self, address: String) -> PyResult<Operation> {
        let cas = self.cas()?;
        Ok(Operation::waits(
            async move { cas.retrieve(&address).await },
            |py, data: bytes::Bytes| Ok(buffers::made(py, &data)),
        ))
    }

    fn contains(&self, address: String) -> PyResult<Operation> {
        let cas = self.cas()?;
        Ok(Operation::waits(
            async move { cas.contains(&address).await },
            |py, contains: bool| object(py, contains),
        ))
    }

    fn delete(&self, address: String) -> PyResult<Operation> {
        let cas = self.cas()?;
        Ok(Operation::waits(
            async move { cas.delete(&address).await },
            nothing,
        ))
    }

    fn stats(&self) -> PyResult<Operation> {
        let cas = self.cas()?;
        Ok(Operation::waits(
            async move { cas.stats().await },
            |py, it: CasStats| {
                let bytes = (it.total_bytes, it.deduplicated_bytes);
                object(py, (it.total_objects, bytes.0, bytes.1))
            },
        ))
    }

    fn collect_garbage(&self, seconds: f64) -> PyResult<Operation> {
        let age = duration("age", seconds)?;
        let cas = self.cas()?;
        Ok(Operation::waits(
            async move { cas.collect_garbage(age).await },
            |py, it: Garbage| object(py, (it.copies, it.leftovers)),
        ))
    }
}
