//! A store among objects by key: S3, Google Cloud Storage, or whatever else
//! keeps objects. The calls wait: a store is used by threads that do.

use std::{
    collections::VecDeque,
    fmt, io,
    pin::pin,
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
const KEPT: usize = 8;

/// The longest pack that is kept, in bytes.
const LONGEST: u64 = 32 << 20;

/// A pack is fetched whole when it is asked for again, with at most so many
/// others in between.
const REMEMBERED: usize = 64;

/// How often a thread that waits looks whether it is to stop waiting.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A pack, which is fetched by the first who needs it; others wait for that.
type Slot = Arc<Mutex<Option<Bytes>>>;

/// A store among objects by key.
pub struct ObjectBackend {
    storage: Arc<dyn StorageBackend>,
    kept: Mutex<Kept>,
    interrupted: Option<fn() -> bool>,
}

/// Packs that were asked for, the last first.
#[derive(Default)]
struct Kept {
    whole: Vec<(String, Slot)>,
    once: VecDeque<String>,
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
        Self { storage, kept: Mutex::default(), interrupted: None }
    }

    /// The same, which stops waiting for the storage when this says so: it is
    /// asked some times a second. A call that is waited for then fails.
    #[must_use]
    pub fn interrupted_by(self, interrupted: fn() -> bool) -> Self {
        Self { interrupted: Some(interrupted), ..self }
    }

    fn wait<T>(
        &self,
        call: impl Future<Output = Result<T, StorageError>>,
    ) -> Result<T, StorageError> {
        let Some(interrupted) = self.interrupted else {
            return runtime().block_on(call);
        };
        runtime().block_on(async {
            let mut call = pin!(call);
            loop {
                match tokio::time::timeout(LOOK_EVERY, &mut call).await {
                    Ok(done) => return done,
                    Err(_) if interrupted() => {
                        let why = "interrupted".to_owned();
                        return Err(StorageError::Connection(why));
                    }
                    Err(_) => {}
                }
            }
        })
    }

    /// Where a pack is kept, if it is asked for often.
    fn slot(&self, key: &str) -> Option<Slot> {
        let mut kept = lock(&self.kept);
        let found = kept.whole.iter().position(|(of, _)| of == key);
        let slot = match found {
            Some(at) => kept.whole.remove(at).1,
            None => {
                let at = kept.once.iter().position(|of| of == key);
                let Some(at) = at else {
                    kept.once.push_front(key.to_owned());
                    kept.once.truncate(REMEMBERED);
                    return None;
                };
                kept.once.remove(at);
                Slot::default()
            }
        };
        kept.whole.insert(0, (key.to_owned(), Arc::clone(&slot)));
        kept.whole.truncate(KEPT);
        Some(slot)
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
        let read = self.wait(read).map_err(failed(key, "read it"))?;
        let key = key.to_owned();
        read.ok_or(BackendError::TooLarge { key, limit })
    }

    fn get_range(
        &self,
        key: &str,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, BackendError> {
        let Some(slot) = self.slot(key) else {
            return self.get_part(key, offset, length);
        };
        let mut slot = lock(&slot);
        let pack = match &*slot {
            Some(pack) => pack,
            None if self.info(key)?.size > LONGEST => {
                drop(slot);
                return self.get_part(key, offset, length);
            }
            None => slot.insert(self.get(key, LONGEST)?.into()),
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
        let read = self.wait(self.storage.get_range(key, offset..end));
        read.map(|bytes| bytes.to_vec()).map_err(failed(key, "read it"))
    }

    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        let put = self.storage.put(key, Bytes::copy_from_slice(bytes));
        self.wait(put).map_err(failed(key, "write it"))
    }

    fn flush(&self) -> Result<(), BackendError> {
        // A put survives when it returns.
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<(), BackendError> {
        match self.wait(self.storage.delete(key)) {
            Err(StorageError::NotFound(_)) => Ok(()),
            deleted => deleted.map_err(failed(key, "delete it")),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BackendError> {
        let listed = self.wait(self.storage.list(folder));
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
        self.wait(listed).map_err(failed(folder, "list it"))
    }

    fn info(&self, key: &str) -> Result<FileInfo, BackendError> {
        let found = self.wait(self.storage.head(key));
        let found = found.map_err(failed(key, "read its metadata"))?;
        let put = std::time::SystemTime::from(found.last_modified);
        let age = put.elapsed().unwrap_or(Duration::ZERO);
        Ok(FileInfo { size: found.size, age })
    }
}
