//! Where the outputs of shards are: a folder, or a place in a bucket.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use sanchay::escaped;
use sanchay_objects::{
    LocalStorage, StorageBackend, StorageConfig, StorageError, create_storage,
    runtime,
};

use crate::error::ShardError;

/// Where the outputs of shards are. Its calls block, and are not to be made in
/// a task of tokio's.
#[derive(Clone)]
pub struct Place {
    /// As it was given.
    name: Vec<u8>,
    /// The folder that is opened when it is needed.
    folder: Option<PathBuf>,
    storage: Arc<OnceLock<Arc<dyn StorageBackend>>>,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Place").field(&self.shown()).finish()
    }
}

impl Place {
    /// A storage, and what it is called.
    #[must_use]
    pub fn new(storage: Arc<dyn StorageBackend>, name: &[u8]) -> Self {
        let storage = Arc::new(OnceLock::from(storage));
        Self { name: name.to_vec(), folder: None, storage }
    }

    /// A folder. If there is none, it is made when something is written.
    #[must_use]
    pub fn folder(path: &Path) -> Self {
        let name = path.as_os_str().as_encoded_bytes().to_vec();
        let folder = Some(path.to_owned());
        Self { name, folder, storage: Arc::default() }
    }

    /// What a path names: a folder, or what it names as a URL.
    ///
    /// # Errors
    /// As of [`of_url`](Self::of_url).
    pub fn named(path: &Path) -> Result<Self, ShardError> {
        let text = path.to_str().unwrap_or_default();
        if Self::is_url(text) {
            return Self::of_url(text);
        }
        let why = match text {
            "" if path.as_os_str().is_empty() => "it is empty",
            "-" => "standard output is no folder; ./- is one",
            _ if is_other_url(text) => {
                "URLs begin with s3://, gs:// or file://"
            }
            _ => return Ok(Self::folder(path)),
        };
        let place = escaped(path.as_os_str().as_encoded_bytes()).to_string();
        Err(ShardError::Outputs { place, why: why.to_owned() })
    }

    /// Whether a text is taken for a URL, and not for the path of a folder.
    #[must_use]
    pub fn is_url(text: &str) -> bool {
        ["s3://", "gs://", "file://"].iter().any(|it| text.starts_with(it))
    }

    /// What a URL names, with what the environment says of credentials and
    /// servers.
    ///
    /// # Errors
    /// It names nothing that can be opened.
    pub fn of_url(url: &str) -> Result<Self, ShardError> {
        let name = url.as_bytes();
        let failed = |error| failed(name, "open", "", error);
        match StorageConfig::from_url(url).map_err(failed)? {
            StorageConfig::Local { path } => Ok(Self::folder(&path)),
            other => {
                let storage = create_storage(other).map_err(failed)?;
                Ok(Self::new(storage.into(), name))
            }
        }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &[u8] {
        &self.name
    }

    /// What it is called, in a message.
    pub(crate) fn shown(&self) -> String {
        escaped(&self.name).to_string()
    }

    fn failed(
        &self,
        action: &'static str,
        key: &str,
    ) -> impl FnOnce(StorageError) -> ShardError + use<> {
        let (name, key) = (self.name.clone(), key.to_owned());
        move |source| failed(&name, action, &key, source)
    }

    /// The storage, for who looks there; `None` for a folder that is not
    /// there.
    fn look(&self) -> Result<Option<&dyn StorageBackend>, ShardError> {
        match &self.folder {
            Some(folder)
                if self.storage.get().is_none() && !folder.exists() =>
            {
                Ok(None)
            }
            _ => self.open().map(Some),
        }
    }

    /// The storage, for who writes there.
    fn open(&self) -> Result<&dyn StorageBackend, ShardError> {
        if let (None, Some(folder)) = (self.storage.get(), &self.folder) {
            let opened = LocalStorage::new(folder);
            let opened = opened.map_err(self.failed("open", ""))?;
            // Somebody else may have been quicker.
            let _ = self.storage.set(Arc::new(opened));
        }
        let nothing = || StorageError::Other("it names nothing".to_owned());
        let storage = self.storage.get().ok_or_else(nothing);
        storage.map(|it| &**it).map_err(self.failed("open", ""))
    }

    /// An object, if there is one.
    pub(crate) fn get(&self, key: &str) -> Result<Option<Bytes>, ShardError> {
        let Some(storage) = self.look()? else { return Ok(None) };
        let got = runtime().block_on(storage.get_opt(key));
        got.map_err(self.failed("read", key))
    }

    /// Whether there is an object.
    pub(crate) fn has(&self, key: &str) -> Result<bool, ShardError> {
        let Some(storage) = self.look()? else { return Ok(false) };
        let has = runtime().block_on(storage.exists(key));
        has.map_err(self.failed("look for", key))
    }

    /// Writes an object, in place of another.
    pub(crate) fn put(
        &self,
        key: &str,
        data: Bytes,
    ) -> Result<(), ShardError> {
        let put = runtime().block_on(self.open()?.put(key, data));
        put.map_err(self.failed("write", key))
    }

    /// The keys that begin with a prefix.
    pub(crate) fn list(
        &self,
        prefix: &str,
    ) -> Result<Vec<String>, ShardError> {
        let Some(storage) = self.look()? else { return Ok(Vec::new()) };
        let keys = runtime().block_on(storage.list(prefix));
        keys.map_err(self.failed("list", prefix))
    }

    /// Deletes objects, as far as there are.
    pub(crate) fn delete(&self, keys: &[String]) -> Result<(), ShardError> {
        let Some(first) = keys.first() else { return Ok(()) };
        let Some(storage) = self.look()? else { return Ok(()) };
        let deleted = runtime().block_on(storage.delete_many(keys));
        deleted.map_err(self.failed("delete", first))
    }
}

/// Whether a text is a URL, and not the path of a folder.
fn is_other_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|it| {
        it.starts_with(|first: char| first.is_ascii_alphabetic())
            && it.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)
            })
    })
}

fn failed(
    name: &[u8],
    action: &'static str,
    key: &str,
    source: StorageError,
) -> ShardError {
    let place = escaped(name).to_string();
    ShardError::Place { place, action, key: key.to_owned(), source }
}
