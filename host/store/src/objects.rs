//! A store among objects by key: S3, Google Cloud Storage, or whatever else
//! keeps objects. The calls wait: a store is used by threads that do.

use std::{
    fmt, io,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use sanchay_objects::{StorageBackend, StorageError, runtime};
use sanchay_sync::lock;

use crate::backend::{Backend, BackendError, FileInfo};

/// How many packs are kept whole in memory, since objects of one are asked for
/// one after the other and a request costs more than the bytes.
const KEPT: usize = 4;

/// The longest pack that is kept, in bytes.
const LONGEST: u64 = 32 << 20;

/// A store among objects by key.
pub struct ObjectBackend {
    storage: Arc<dyn StorageBackend>,
    kept: Mutex<Vec<(String, Bytes)>>,
}

impl fmt::Debug for ObjectBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectBackend").finish_non_exhaustive()
    }
}

impl ObjectBackend {
    /// A store among the objects of a storage.
    #[must_use]
    pub fn new(storage: Arc<dyn StorageBackend>) -> Self {
        Self { storage, kept: Mutex::default() }
    }

    fn kept(&self, key: &str) -> Option<Bytes> {
        let mut kept = lock(&self.kept);
        let at = kept.iter().position(|(of, _)| of == key)?;
        let found = kept.remove(at);
        let bytes = found.1.clone();
        kept.insert(0, found);
        Some(bytes)
    }
}

fn failed(
    key: &str,
    action: &'static str,
) -> impl FnOnce(StorageError) -> BackendError {
    let key = key.to_owned();
    move |error| match error {
        StorageError::NotFound(_) => BackendError::NotFound { key },
        StorageError::Io(source) => BackendError::io(&key, action, source),
        other => {
            let source = io::Error::other(other);
            BackendError::Io { key, action, source }
        }
    }
}

impl Backend for ObjectBackend {
    fn get(&self, key: &str, limit: u64) -> Result<Vec<u8>, BackendError> {
        let read = async {
            let mut bytes = Vec::new();
            let mut stream = self.storage.get_stream(key).await?;
            while let Some(piece) = stream.next().await {
                bytes.extend_from_slice(&piece?);
                if bytes.len() as u64 > limit {
                    return Ok(None);
                }
            }
            Ok::<_, StorageError>(Some(bytes))
        };
        let read = runtime().block_on(read).map_err(failed(key, "read it"))?;
        let key = key.to_owned();
        read.ok_or(BackendError::TooLarge { key, limit })
    }

    fn get_range(
        &self,
        key: &str,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, BackendError> {
        let pack = match self.kept(key) {
            Some(pack) => pack,
            None => {
                let info = self.info(key)?;
                if info.size > LONGEST {
                    return self.get_part(key, offset, length);
                }
                let pack = Bytes::from(self.get(key, LONGEST)?);
                let mut kept = lock(&self.kept);
                kept.insert(0, (key.to_owned(), pack.clone()));
                kept.truncate(KEPT);
                pack
            }
        };
        let place = |at: u64| {
            usize::try_from(at).unwrap_or(usize::MAX).min(pack.len())
        };
        let end = place(offset.saturating_add(length));
        Ok(pack.slice(place(offset).min(end)..end).to_vec())
    }

    fn get_part(
        &self,
        key: &str,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, BackendError> {
        let end = offset.saturating_add(length);
        let read =
            runtime().block_on(self.storage.get_range(key, offset..end));
        read.map(|bytes| bytes.to_vec()).map_err(failed(key, "read it"))
    }

    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        let put = self.storage.put(key, Bytes::copy_from_slice(bytes));
        runtime().block_on(put).map_err(failed(key, "write it"))
    }

    fn flush(&self) -> Result<(), BackendError> {
        // A put survives when it returns.
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<(), BackendError> {
        match runtime().block_on(self.storage.delete(key)) {
            Err(StorageError::NotFound(_)) => Ok(()),
            deleted => deleted.map_err(failed(key, "delete it")),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BackendError> {
        let listed = runtime().block_on(self.storage.list(folder));
        listed.map_err(failed(folder, "list it"))
    }

    fn list_sizes(
        &self,
        folder: &str,
    ) -> Result<Vec<(String, u64)>, BackendError> {
        let listed = async {
            let found = self.storage.list_objects(folder).await?;
            let sizes = found.map_ok(|meta| (meta.key, meta.size));
            sizes.try_collect::<Vec<_>>().await
        };
        runtime().block_on(listed).map_err(failed(folder, "list it"))
    }

    fn info(&self, key: &str) -> Result<FileInfo, BackendError> {
        let found = runtime().block_on(self.storage.head(key));
        let found = found.map_err(failed(key, "read its metadata"))?;
        let put = std::time::SystemTime::from(found.last_modified);
        let age = put.elapsed().unwrap_or(Duration::ZERO);
        Ok(FileInfo { size: found.size, age })
    }
}
