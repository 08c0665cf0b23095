//! Buckets, opened when they are first asked for.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use sanchay_objects::{StorageBackend, StorageError};
use sanchay_sync::lock;

use crate::{AttachmentError, S3Failure};

/// A bucket, and the server that it is at, unless that is Amazon's.
type Opened = (Arc<dyn StorageBackend>, Option<Arc<str>>);
type Open = dyn Fn(&str) -> Result<Opened, StorageError> + Send + Sync;

/// Opens buckets, each once. Clones share them.
#[derive(Clone)]
pub struct Client {
    open: Arc<Open>,
    buckets: Arc<Mutex<HashMap<String, Bucket>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// Buckets of S3, as the options and the environment say.
    #[cfg(feature = "cloud")]
    #[must_use]
    pub fn s3(options: sanchay_objects::S3Options) -> Self {
        let open = move |bucket: &str| -> Result<Opened, StorageError> {
            let storage = sanchay_objects::S3Storage::with_options(
                bucket, None, &options,
            )?;
            let server = storage.endpoint().map(Arc::from);
            Ok((Arc::new(storage), server))
        };
        Self { open: Arc::new(open), buckets: Arc::default() }
    }

    /// One storage for all buckets.
    #[must_use]
    pub fn of(storage: Arc<dyn StorageBackend>) -> Self {
        Self::new(move |_| Ok(Arc::clone(&storage)))
    }

    /// Buckets that a function opens.
    #[must_use]
    pub fn new(
        open: impl Fn(&str) -> Result<Arc<dyn StorageBackend>, StorageError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let open = move |bucket: &str| -> Result<Opened, StorageError> {
            Ok((open(bucket)?, None))
        };
        Self { open: Arc::new(open), buckets: Arc::default() }
    }

    pub(crate) fn bucket(
        &self,
        name: &str,
    ) -> Result<Bucket, AttachmentError> {
        let mut buckets = lock(&self.buckets);
        if let Some(bucket) = buckets.get(name) {
            return Ok(bucket.clone());
        }
        let (storage, server) = (self.open)(name).map_err(|error| {
            let action = "opening the bucket";
            AttachmentError::S3(Box::new(S3Failure::new(
                action,
                name,
                "",
                "s3:ListBucket",
                error,
            )))
        })?;
        let bucket = Bucket { name: name.into(), server, storage };
        buckets.insert(name.to_owned(), bucket.clone());
        Ok(bucket)
    }
}

/// A bucket that is open.
#[derive(Clone)]
pub(crate) struct Bucket {
    pub(crate) name: Arc<str>,
    server: Option<Arc<str>>,
    pub(crate) storage: Arc<dyn StorageBackend>,
}

impl Bucket {
    /// What the objects whose keys begin with this are called by a cache of
    /// what was seen: as by the Python package, after the server if it is not
    /// Amazon's.
    pub(crate) fn seen(&self, key: &str) -> String {
        let name = &self.name;
        match &self.server {
            Some(server) => format!("{server}/{name}/{key}"),
            None => format!("{name}/{key}"),
        }
    }

    /// Says what was done when it was refused.
    pub(crate) fn failed(
        &self,
        action: &'static str,
        key: &str,
        permission: &'static str,
    ) -> impl FnOnce(StorageError) -> AttachmentError {
        let (name, key) = (Arc::clone(&self.name), key.to_owned());
        move |error| {
            AttachmentError::S3(Box::new(S3Failure::new(
                action, &name, &key, permission, error,
            )))
        }
    }
}

#[cfg(all(test, feature = "cloud"))]
mod tests {
    use sanchay_objects::S3Options;

    use super::Client;

    #[test]
    fn a_bucket_of_another_server_is_another_bucket() {
        let seen = |endpoint: &str| {
            let client = Client::s3(S3Options {
                endpoint: Some(endpoint.to_owned()),
                anonymous: true,
                ..S3Options::default()
            });
            client.bucket("b").unwrap().seen("Data/x")
        };
        let one = seen("http://127.0.0.1:1/");
        assert_eq!(one, "http://127.0.0.1:1/b/Data/x");
        assert_ne!(one, seen("http://127.0.0.1:2"));
        // That of the package.
        let storage = sanchay_objects::MemoryStorage::new();
        let client = Client::of(std::sync::Arc::new(storage));
        assert_eq!(client.bucket("b").unwrap().seen("Data/x"), "b/Data/x");
    }
}
