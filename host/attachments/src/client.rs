//! Buckets, opened when they are first asked for.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use sanchay_objects::{StorageBackend, StorageError};
use sanchay_sync::lock;

use crate::{AttachmentError, S3Failure};

type Open = dyn Fn(&str) -> Result<Arc<dyn StorageBackend>, StorageError>
    + Send
    + Sync;

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
        Self::new(move |bucket| {
            let storage = sanchay_objects::S3Storage::with_options(
                bucket, None, &options,
            )?;
            Ok(Arc::new(storage))
        })
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
        let storage = (self.open)(name).map_err(|error| {
            let action = "opening the bucket";
            AttachmentError::S3(Box::new(S3Failure::new(
                action,
                name,
                "",
                "s3:ListBucket",
                error,
            )))
        })?;
        let bucket = Bucket { name: name.into(), storage };
        buckets.insert(name.to_owned(), bucket.clone());
        Ok(bucket)
    }
}

/// A bucket that is open.
#[derive(Clone)]
pub(crate) struct Bucket {
    pub(crate) name: Arc<str>,
    pub(crate) storage: Arc<dyn StorageBackend>,
}

impl Bucket {
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
