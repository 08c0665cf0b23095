//! Objects in memory: for tests, and for what need not last.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use futures_util::stream::{self, BoxStream, StreamExt as _};

use crate::backend::{range_within, within};
use crate::{Described, ObjectMeta, StorageBackend, StorageError, key};

/// The pieces in which a stream hands out an object, in bytes.
const PIECE: usize = 1 << 20;

/// Objects in memory. Its clones share them.
#[derive(Clone, Default)]
pub struct MemoryStorage {
    data: Arc<RwLock<Objects>>,
}

#[derive(Default)]
struct Objects {
    by_key: BTreeMap<String, Object>,
    /// How many were ever put: the tag of the next one.
    puts: u64,
}

#[derive(Clone)]
struct Object {
    data: Bytes,
    modified: DateTime<Utc>,
    tag: u64,
    metadata: Vec<(String, String)>,
}

impl MemoryStorage {
    /// A storage without objects.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn object(&self, key: &str) -> Result<Object, StorageError> {
        key::check(key)?;
        self.read(|objects| objects.by_key.get(key).cloned())
            .ok_or_else(|| StorageError::NotFound(key.to_owned()))
    }

    fn insert(&self, key: &str, data: Bytes, replace: bool) -> bool {
        self.insert_described(key, data, replace, Vec::new())
    }

    fn insert_described(
        &self,
        key: &str,
        data: Bytes,
        replace: bool,
        metadata: Vec<(String, String)>,
    ) -> bool {
        let mut objects =
            self.data.write().unwrap_or_else(PoisonError::into_inner);
        if !replace && objects.by_key.contains_key(key) {
            return false;
        }
        let tag = objects.puts;
        objects.puts += 1;
        let object = Object { data, modified: Utc::now(), tag, metadata };
        objects.by_key.insert(key.to_owned(), object);
        true
    }

    fn read<T>(&self, look: impl FnOnce(&Objects) -> T) -> T {
        look(&self.data.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn matching<T>(
        &self,
        prefix: &str,
        each: impl Fn(&str, &Object) -> T,
    ) -> Vec<T> {
        self.read(|objects| {
            let from = objects.by_key.range(prefix.to_owned()..);
            from.take_while(|(key, _)| key.starts_with(prefix))
                .map(|(key, object)| each(key, object))
                .collect()
        })
    }
}

impl Object {
    fn meta(&self, key: &str) -> ObjectMeta {
        ObjectMeta {
            key: key.to_owned(),
            size: self.data.len() as u64,
            last_modified: self.modified,
            etag: Some(self.tag.to_string()),
            content_type: None,
        }
    }
}

#[async_trait]
impl StorageBackend for MemoryStorage {
    async fn get(&self, key: &str) -> Result<Bytes, StorageError> {
        self.object(key).map(|object| object.data)
    }

    async fn get_opt(&self, key: &str) -> Result<Option<Bytes>, StorageError> {
        match self.object(key) {
            Err(StorageError::NotFound(_)) => Ok(None),
            found => found.map(|object| Some(object.data)),
        }
    }

    async fn put(&self, key: &str, data: Bytes) -> Result<(), StorageError> {
        key::check(key)?;
        self.insert(key, data, true);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        key::check(key)?;
        let mut objects =
            self.data.write().unwrap_or_else(PoisonError::into_inner);
        match objects.by_key.remove(key) {
            Some(_) => Ok(()),
            None => Err(StorageError::NotFound(key.to_owned())),
        }
    }

    async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        key::check(key)?;
        Ok(self.read(|objects| objects.by_key.contains_key(key)))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        key::check_prefix(prefix)?;
        Ok(self.matching(prefix, |key, _| key.to_owned()))
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StorageError> {
        self.object(key).map(|object| object.meta(key))
    }

    async fn get_stream(
        &self,
        key: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, StorageError>>, StorageError> {
        let data = self.object(key)?.data;
        let pieces = stream::iter((0..data.len()).step_by(PIECE))
            .map(move |at| Ok(data.slice(at..data.len().min(at + PIECE))));
        Ok(pieces.boxed())
    }

    async fn put_stream(
        &self,
        key: &str,
        stream: BoxStream<'_, Bytes>,
    ) -> Result<(), StorageError> {
        self.put_try_stream(key, stream.map(Ok).boxed()).await
    }

    async fn put_try_stream(
        &self,
        key: &str,
        mut stream: BoxStream<'_, io::Result<Bytes>>,
    ) -> Result<(), StorageError> {
        key::check(key)?;
        let mut data = BytesMut::new();
        while let Some(piece) = stream.next().await {
            data.extend_from_slice(&piece?);
        }
        self.put(key, data.freeze()).await
    }

    async fn get_range(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Bytes, StorageError> {
        let data = self.object(key)?.data;
        let range = range_within(key, range, data.len() as u64)?;
        let at = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(data.slice(at(range.start)..at(range.end)))
    }

    async fn list_objects(
        &self,
        prefix: &str,
    ) -> Result<BoxStream<'_, Result<ObjectMeta, StorageError>>, StorageError>
    {
        key::check_prefix(prefix)?;
        let found = self.matching(prefix, |key, object| Ok(object.meta(key)));
        Ok(stream::iter(found).boxed())
    }

    async fn put_described(
        &self,
        key: &str,
        data: Bytes,
        metadata: &[(String, String)],
    ) -> Result<(), StorageError> {
        key::check(key)?;
        self.insert_described(key, data, true, metadata.to_vec());
        Ok(())
    }

    async fn get_described(
        &self,
        key: &str,
        most: u64,
    ) -> Result<Described, StorageError> {
        let object = self.object(key)?;
        within(key, object.data.len() as u64, most)?;
        let meta = object.meta(key);
        Ok(Described { data: object.data, meta, metadata: object.metadata })
    }

    async fn put_new(
        &self,
        key: &str,
        data: Bytes,
    ) -> Result<bool, StorageError> {
        key::check(key)?;
        Ok(self.insert(key, data, false))
    }
}
