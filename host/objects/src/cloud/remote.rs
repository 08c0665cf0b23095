//! Objects of a bucket beneath a prefix, by object_store.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{
    self, BoxStream, StreamExt as _, TryStreamExt as _,
};
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::{
    Attribute, Error, GetOptions, GetRange, ObjectStore, PutMode, PutOptions,
};

use super::failure;
use super::pages::Turned;
use super::place::Place;
use super::reading::Reading;
use super::upload::{self, Upload};
use crate::backend::within;
use crate::runtime::in_runtime;
use crate::{Described, ObjectMeta, StorageBackend, StorageError, key};

/// What is larger is uploaded in parts.
const LARGEST_PUT: usize = 2 * upload::SMALLEST;

/// Objects of a bucket beneath a prefix.
#[derive(Clone)]
pub(super) struct Remote {
    store: Arc<dyn ObjectStore>,
    lists: Arc<dyn PaginatedListStore>,
    place: Place,
    /// Whether a delete says that there was no object.
    delete_tells: bool,
}

/// How a listing goes on: what asks for the next page, and what was seen.
type Next = (Option<String>, Turned);

/// A page of a listing, and how it goes on, if it does.
type Page = (Vec<ObjectMeta>, Option<Next>);

impl Remote {
    pub(super) fn new<S: ObjectStore + PaginatedListStore>(
        store: S,
        place: Place,
        delete_tells: bool,
    ) -> Self {
        let store = Arc::new(store);
        let lists = Arc::clone(&store) as Arc<dyn PaginatedListStore>;
        Self { store, lists, place, delete_tells }
    }

    fn reading(&self, key: &str) -> Result<Reading, StorageError> {
        Ok(Reading {
            store: Arc::clone(&self.store),
            place: self.place.clone(),
            path: self.place.path(key)?,
            key: key.to_owned(),
        })
    }

    fn failed(&self, key: &str, error: &Error) -> StorageError {
        failure::of(&self.place, key, error)
    }

    /// Why an object cannot be written: never that there is none.
    fn not_written(&self, key: &str, error: &Error) -> StorageError {
        match self.failed(key, error) {
            StorageError::NotFound(_) => StorageError::Other(format!(
                "{}: the bucket or the upload is gone",
                self.place.url_of(key),
            )),
            other => other,
        }
    }

    /// Stores an object by one request; `false` if there is one and it must be
    /// new.
    async fn put_at_once(
        &self,
        key: &str,
        data: Bytes,
        mode: PutMode,
    ) -> Result<bool, StorageError> {
        let path = self.place.path(key)?;
        let (this, key) = (self.clone(), key.to_owned());
        in_runtime(async move {
            let options = PutOptions { mode, ..PutOptions::default() };
            let put = this.store.put_opts(&path, data.into(), options).await;
            match put {
                Ok(_) => Ok(true),
                Err(Error::AlreadyExists { .. }) => Ok(false),
                Err(error) => Err(this.not_written(&key, &error)),
            }
        })
        .await
    }

    async fn begin(&self, key: &str) -> Result<Upload, StorageError> {
        let path = self.place.path(key)?;
        Upload::of_store(Arc::clone(&self.store), path)
            .await
            .map_err(|error| self.not_written(key, &error))
    }

    /// Uploads in parts what is all there.
    async fn put_in_parts(
        &self,
        key: &str,
        data: Bytes,
    ) -> Result<(), StorageError> {
        let size = upload::size_of_parts(data.len());
        let mut upload = self.begin(key).await?;
        let mut rest = data;
        while !rest.is_empty() {
            let part = rest.split_to(size.min(rest.len()));
            self.send(&mut upload, key, part).await?;
        }
        self.complete(upload, key).await
    }

    /// Sends a part; if that fails, the upload is aborted when it is dropped.
    async fn send(
        &self,
        upload: &mut Upload,
        key: &str,
        part: Bytes,
    ) -> Result<(), StorageError> {
        let sent = upload.part(part).await;
        sent.map_err(|error| self.not_written(key, &error))
    }

    async fn complete(
        &self,
        upload: Upload,
        key: &str,
    ) -> Result<(), StorageError> {
        let completed = upload.complete().await;
        completed.map(|_| ()).map_err(|error| self.not_written(key, &error))
    }

    /// Uploads what comes in pieces, in parts if there is much of it.
    async fn put_pieces(
        &self,
        key: &str,
        stream: &mut BoxStream<'_, io::Result<Bytes>>,
        upload: &mut Option<Upload>,
    ) -> Result<(), StorageError> {
        let mut gathered = BytesMut::new();
        let mut size = upload::SMALLEST;
        while let Some(piece) = stream.next().await {
            let mut piece = piece?;
            while !piece.is_empty() {
                let room = size.saturating_sub(gathered.len());
                let fitting = piece.split_to(room.min(piece.len()));
                gathered.extend_from_slice(&fitting);
                if gathered.len() < size {
                    continue;
                }
                let part = gathered.split().freeze();
                if upload.is_none() {
                    *upload = Some(self.begin(key).await?);
                }
                let Some(upload) = upload.as_mut() else { continue };
                self.send(upload, key, part).await?;
                size = upload::part_size(upload.parts()).ok_or_else(|| {
                    StorageError::Other(format!(
                        "{}: a stream of more than 10000 parts",
                        self.place.url_of(key),
                    ))
                })?;
            }
        }
        let rest = gathered.freeze();
        match upload.as_mut() {
            None => {
                self.put_at_once(key, rest, PutMode::Overwrite).await?;
            }
            Some(upload) if !rest.is_empty() => {
                self.send(upload, key, rest).await?;
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// A page of what keys with a prefix there are.
    async fn page(
        &self,
        prefix: &str,
        (token, mut turned): Next,
    ) -> Result<Page, StorageError> {
        let this = self.clone();
        let prefix = prefix.to_owned();
        in_runtime(async move {
            let whole = this.place.prefix_of(&prefix);
            let options = PaginatedListOptions {
                page_token: token,
                ..PaginatedListOptions::default()
            };
            let whole = Some(whole.as_str()).filter(|it| !it.is_empty());
            let page = this
                .lists
                .list_paginated(whole, options)
                .await
                .map_err(|error| this.failed(&prefix, &error))?;
            let found = page.result.objects.iter();
            let last = page.result.objects.last();
            let last = last.map(|object| object.location.as_ref());
            turned.page(last, page.page_token.as_deref()).map_err(|why| {
                let place = this.place.url_of(&prefix);
                StorageError::Other(format!("{place}: {why}"))
            })?;
            let found = found.filter_map(|object| this.meta(object)).collect();
            Ok((found, page.page_token.map(|next| (Some(next), turned))))
        })
        .await
    }

    /// What is known of an object that was listed, if it has a key here.
    fn meta(&self, object: &object_store::ObjectMeta) -> Option<ObjectMeta> {
        let key = self.place.key_of(&object.location)?.to_owned();
        Some(ObjectMeta {
            key,
            size: object.size,
            last_modified: object.last_modified,
            etag: object.e_tag.clone(),
            content_type: None,
        })
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)
    }
}

#[async_trait]
impl StorageBackend for Remote {
    async fn get(&self, key: &str) -> Result<Bytes, StorageError> {
        let reading = self.reading(key)?;
        let beginning = reading.beginning().await?;
        let read = beginning.bytes.len() as u64;
        if read >= beginning.size {
            return Ok(beginning.bytes);
        }
        let size = usize::try_from(beginning.size).unwrap_or(usize::MAX);
        let mut all = Vec::new();
        all.try_reserve_exact(size).map_err(|_| {
            StorageError::Io(io::ErrorKind::OutOfMemory.into())
        })?;
        all.extend_from_slice(&beginning.bytes);
        let mut rest = reading.pieces(read..beginning.size, beginning.tag);
        while let Some(piece) = rest.next().await {
            all.extend_from_slice(&piece?);
        }
        Ok(all.into())
    }

    async fn get_opt(&self, key: &str) -> Result<Option<Bytes>, StorageError> {
        match self.get(key).await {
            Err(StorageError::NotFound(_)) => Ok(None),
            found => found.map(Some),
        }
    }

    async fn put(&self, key: &str, data: Bytes) -> Result<(), StorageError> {
        key::check(key)?;
        if data.len() > LARGEST_PUT {
            return self.put_in_parts(key, data).await;
        }
        self.put_at_once(key, data, PutMode::Overwrite).await.map(|_| ())
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let path = self.place.path(key)?;
        if !self.delete_tells {
            self.head(key).await?;
        }
        let (this, key) = (self.clone(), key.to_owned());
        in_runtime(async move {
            let one = stream::iter([Ok(path)]).boxed();
            let deleted: Result<Vec<_>, _> =
                this.store.delete_stream(one).try_collect().await;
            deleted.map(|_| ()).map_err(|error| this.failed(&key, &error))
        })
        .await
    }

    async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        match self.head(key).await {
            Err(StorageError::NotFound(_)) => Ok(false),
            found => found.map(|_| true),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        key::check_prefix(prefix)?;
        let mut keys = Vec::new();
        let mut rest = Some(Next::default());
        while let Some(next) = rest {
            let (page, more) = self.page(prefix, next).await?;
            keys.extend(page.into_iter().map(|meta| meta.key));
            rest = more;
        }
        keys.sort_unstable();
        Ok(keys)
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StorageError> {
        let path = self.place.path(key)?;
        let (this, key) = (self.clone(), key.to_owned());
        in_runtime(async move {
            let options = GetOptions { head: true, ..GetOptions::default() };
            let found = this
                .store
                .get_opts(&path, options)
                .await
                .map_err(|error| this.failed(&key, &error))?;
            let content_type = found
                .attributes
                .get(&Attribute::ContentType)
                .map(|value| String::from(value.as_ref()));
            Ok(ObjectMeta {
                key,
                size: found.meta.size,
                last_modified: found.meta.last_modified,
                etag: found.meta.e_tag.clone(),
                content_type,
            })
        })
        .await
    }

    async fn get_stream(
        &self,
        key: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, StorageError>>, StorageError> {
        let reading = self.reading(key)?;
        let beginning = reading.beginning().await?;
        let read = beginning.bytes.len() as u64;
        let rest = reading.pieces(read..beginning.size, beginning.tag);
        let first = Some(Ok(beginning.bytes))
            .filter(|bytes| bytes.as_ref().is_ok_and(|it| !it.is_empty()));
        Ok(stream::iter(first).chain(rest).boxed())
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
        self.place.path(key)?;
        let mut upload = None;
        let sent = self.put_pieces(key, &mut stream, &mut upload).await;
        match (sent, upload) {
            (Ok(()), Some(upload)) => self.complete(upload, key).await,
            (Err(error), Some(upload)) => {
                upload.abort().await;
                Err(error)
            }
            (result, None) => result,
        }
    }

    async fn get_range(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Bytes, StorageError> {
        self.reading(key)?.range(range).await
    }

    async fn list_objects(
        &self,
        prefix: &str,
    ) -> Result<BoxStream<'_, Result<ObjectMeta, StorageError>>, StorageError>
    {
        key::check_prefix(prefix)?;
        let prefix = prefix.to_owned();
        // Nothing after the last page.
        let pages = stream::try_unfold(Some(Next::default()), move |next| {
            let prefix = prefix.clone();
            async move {
                let Some(next) = next else {
                    return Ok::<_, StorageError>(None);
                };
                let (page, more) = self.page(&prefix, next).await?;
                let page = stream::iter(page.into_iter().map(Ok));
                Ok(Some((page, more)))
            }
        });
        Ok(pages.try_flatten().boxed())
    }

    async fn put_described(
        &self,
        key: &str,
        data: Bytes,
        metadata: &[(String, String)],
    ) -> Result<(), StorageError> {
        let path = self.place.path(key)?;
        let attributes: object_store::Attributes = metadata
            .iter()
            .map(|(name, value)| {
                let name = Attribute::Metadata(name.clone().into());
                (name, object_store::AttributeValue::from(value.clone()))
            })
            .collect();
        let (this, key) = (self.clone(), key.to_owned());
        in_runtime(async move {
            let options = PutOptions { attributes, ..PutOptions::default() };
            let put = this.store.put_opts(&path, data.into(), options).await;
            put.map(|_| ()).map_err(|error| this.not_written(&key, &error))
        })
        .await
    }

    async fn get_described(
        &self,
        key: &str,
        most: u64,
    ) -> Result<Described, StorageError> {
        let path = self.place.path(key)?;
        let (this, key) = (self.clone(), key.to_owned());
        in_runtime(async move {
            let failed = |error: Error| this.failed(&key, &error);
            // One more tells whether there is more.
            let range = Some(GetRange::Bounded(0..most.saturating_add(1)));
            let options = GetOptions { range, ..GetOptions::default() };
            let found = match this.store.get_opts(&path, options).await {
                // No part of an empty object can be asked for.
                Err(error) if failure::is_of_range(&error) => {
                    let options =
                        GetOptions { head: true, ..GetOptions::default() };
                    let found = this.store.get_opts(&path, options).await;
                    found
                        .ok()
                        .filter(|found| found.meta.size == 0)
                        .ok_or_else(|| this.failed(&key, &error))?
                }
                found => found.map_err(failed)?,
            };
            within(&key, found.meta.size, most)?;
            let text = |value: &str| value.to_owned();
            let mut content_type = None;
            let mut metadata = Vec::new();
            for (name, value) in &found.attributes {
                match name {
                    Attribute::ContentType => {
                        content_type = Some(text(value));
                    }
                    Attribute::Metadata(name) => {
                        metadata.push((text(name), text(value)));
                    }
                    _ => {}
                }
            }
            let meta = ObjectMeta {
                key: key.clone(),
                size: found.meta.size,
                last_modified: found.meta.last_modified,
                etag: found.meta.e_tag.clone(),
                content_type,
            };
            let data = found.bytes().await.map_err(failed)?;
            Ok(Described { data, meta, metadata })
        })
        .await
    }

    async fn put_new(
        &self,
        key: &str,
        data: Bytes,
    ) -> Result<bool, StorageError> {
        key::check(key)?;
        self.put_at_once(key, data, PutMode::Create).await
    }

    async fn delete_many(&self, keys: &[String]) -> Result<(), StorageError> {
        let paths = keys
            .iter()
            .map(|key| self.place.path(key).map(Ok))
            .collect::<Result<Vec<_>, _>>()?;
        let this = self.clone();
        in_runtime(async move {
            let all = stream::iter(paths).boxed();
            let mut deleted = this.store.delete_stream(all);
            let mut result = Ok(());
            while let Some(one) = deleted.next().await {
                match one {
                    Ok(_) | Err(Error::NotFound { .. }) => {}
                    Err(error) if result.is_ok() => {
                        result = Err(this.failed("", &error));
                    }
                    Err(_) => {}
                }
            }
            result
        })
        .await
    }
}
