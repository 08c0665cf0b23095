//! What a storage of objects does.

use std::io;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{
    self, BoxStream, StreamExt as _, TryStreamExt as _,
};

use crate::{Described, ObjectMeta, StorageError, key};

/// Objects by key.
///
/// The nine calls without a body are all that a storage needs; the others can
/// be done by these, and some storages do them better. Every call checks its
/// key first, see [`key`].
///
/// An object is written at once: readers see what was there before or all of
/// what was put, and a put that fails, is cut off or is cancelled leaves what
/// was there. When a put returns, the object survives a loss of power.
#[async_trait]
pub trait StorageBackend: Send + Sync {
    /// The contents of an object.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is none.
    async fn get(&self, key: &str) -> Result<Bytes, StorageError>;

    /// The contents of an object; `None` if there is none.
    ///
    /// # Errors
    /// Why it cannot be read, or why that cannot be told.
    async fn get_opt(&self, key: &str) -> Result<Option<Bytes>, StorageError>;

    /// Stores an object; one that has this key is replaced.
    ///
    /// # Errors
    /// Why it cannot be stored. What was there is still there.
    async fn put(&self, key: &str, data: Bytes) -> Result<(), StorageError>;

    /// Deletes an object.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is none.
    async fn delete(&self, key: &str) -> Result<(), StorageError>;

    /// Whether there is an object with this key.
    ///
    /// # Errors
    /// Why that cannot be told.
    async fn exists(&self, key: &str) -> Result<bool, StorageError>;

    /// The keys that begin with a prefix, at any depth, in the order of their
    /// bytes. A prefix is any text: `a/b` is one of `a/b/c` and of `a/bc`.
    ///
    /// # Errors
    /// Why they cannot be listed. It is no error that there are none.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError>;

    /// What is known of an object without its contents.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is none.
    async fn head(&self, key: &str) -> Result<ObjectMeta, StorageError>;

    /// The contents of an object, in pieces of a few MiB at most.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is none; the stream ends with an
    /// error if it cannot be read to its end.
    async fn get_stream(
        &self,
        key: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, StorageError>>, StorageError>;

    /// Stores an object that comes in pieces, in bounded memory.
    ///
    /// # Errors
    /// Why it cannot be stored. What was there is still there.
    async fn put_stream(
        &self,
        key: &str,
        stream: BoxStream<'_, Bytes>,
    ) -> Result<(), StorageError>;

    /// Stores an object that comes in pieces of which one may fail: then
    /// nothing is stored. Memory is bounded in the storages of this crate;
    /// without an implementation of its own, a storage gets all at once.
    ///
    /// # Errors
    /// That of the stream, or why it cannot be stored. What was there is still
    /// there.
    async fn put_try_stream(
        &self,
        key: &str,
        stream: BoxStream<'_, io::Result<Bytes>>,
    ) -> Result<(), StorageError> {
        key::check(key)?;
        let parts: Vec<Bytes> = stream.try_collect().await?;
        self.put(key, parts.concat().into()).await
    }

    /// Part of the contents of an object: less where the object ends sooner.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is none; [`StorageError::Other`]
    /// if the object ends before the range begins.
    async fn get_range(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Bytes, StorageError> {
        let data = self.get(key).await?;
        let range = range_within(key, range, data.len() as u64)?;
        let at = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(data.slice(at(range.start)..at(range.end)))
    }

    /// What is known of each object whose key begins with a prefix, in no
    /// particular order, as it is found. What is written or deleted meanwhile
    /// may be among them or not.
    ///
    /// # Errors
    /// [`StorageError::InvalidKey`]; the stream ends with an error if the
    /// objects cannot be listed to the end.
    async fn list_objects(
        &self,
        prefix: &str,
    ) -> Result<BoxStream<'_, Result<ObjectMeta, StorageError>>, StorageError>
    {
        let keys = self.list(prefix).await?;
        let found = stream::iter(keys).then(move |key| async move {
            match self.head(&key).await {
                // It has been deleted meanwhile.
                Err(StorageError::NotFound(_)) => Ok(None),
                found => found.map(Some),
            }
        });
        Ok(found.try_filter_map(async |meta| Ok(meta)).boxed())
    }

    /// Stores an object unless there is one with this key; `false` if there
    /// is.
    ///
    /// Two who do so at once may both get `true`: some servers ignore the
    /// condition. Nothing must depend on it but the saving of work.
    ///
    /// # Errors
    /// Why it cannot be stored, or why that cannot be told.
    async fn put_new(
        &self,
        key: &str,
        data: Bytes,
    ) -> Result<bool, StorageError> {
        if self.exists(key).await? {
            return Ok(false);
        }
        self.put(key, data).await.map(|()| true)
    }

    /// Stores a small object with metadata of the caller's own: names in lower
    /// case, and values, all of them ASCII.
    ///
    /// # Errors
    /// [`StorageError::Other`] if the storage keeps none, and as of
    /// [`put`](Self::put).
    async fn put_described(
        &self,
        key: &str,
        data: Bytes,
        metadata: &[(String, String)],
    ) -> Result<(), StorageError> {
        let _ = (data, metadata);
        key::check(key)?;
        Err(StorageError::Other(
            "this storage keeps no metadata of objects".to_owned(),
        ))
    }

    /// The contents of an object that has at most so many bytes, when it was
    /// written, and the metadata that it was stored with: none where the
    /// storage keeps none.
    ///
    /// # Errors
    /// As of [`get`](Self::get); [`StorageError::Other`] if it has more bytes.
    async fn get_described(
        &self,
        key: &str,
        most: u64,
    ) -> Result<Described, StorageError> {
        let meta = self.head(key).await?;
        within(key, meta.size, most)?;
        let data = self.get(key).await?;
        within(key, data.len() as u64, most)?;
        Ok(Described { data, meta, metadata: Vec::new() })
    }

    /// Deletes many objects, with as few requests as the storage allows. It is
    /// no error that one is not there.
    ///
    /// # Errors
    /// The first refusal; others may have been deleted.
    async fn delete_many(&self, keys: &[String]) -> Result<(), StorageError> {
        for key in keys {
            match self.delete(key).await {
                Err(StorageError::NotFound(_)) => {}
                deleted => deleted?,
            }
        }
        Ok(())
    }
}

/// Refuses an object that is larger than it may be.
pub(crate) fn within(
    key: &str,
    size: u64,
    most: u64,
) -> Result<(), StorageError> {
    match size <= most {
        true => Ok(()),
        false => Err(StorageError::Other(format!(
            "{} has {size} bytes: more than {most} are not read",
            key::shown(key),
        ))),
    }
}

/// The part of a range that an object of this size has.
pub(crate) fn range_within(
    key: &str,
    range: Range<u64>,
    size: u64,
) -> Result<Range<u64>, StorageError> {
    if range.start > size || range.end < range.start {
        return Err(StorageError::Other(format!(
            "{} has {size} bytes, none at {}..{}",
            key::shown(key),
            range.start,
            range.end,
        )));
    }
    Ok(range.start..range.end.min(size))
}
