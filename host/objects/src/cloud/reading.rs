//! Reading an object in ranges: each is asked for again by itself if it is cut
//! off, several come at once, and all are of the same object.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use object_store::path::Path;
use object_store::{Error, GetOptions, GetRange, ObjectStore};

use super::failure;
use super::place::Place;
use crate::StorageError;
use crate::runtime::in_runtime;

/// What is asked for at once, in bytes.
const PIECE: u64 = 8 << 20;

/// How many pieces are asked for at once.
const AT_ONCE: usize = 4;

/// An object that is being read.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) place: Place,
    pub(super) path: Path,
    pub(super) key: String,
}

/// The beginning of an object.
pub(super) struct Beginning {
    pub(super) bytes: Bytes,
    /// The size of the whole.
    pub(super) size: u64,
    pub(super) tag: Option<String>,
}

impl Reading {
    /// Reads the beginning, which may be all of it.
    pub(super) async fn beginning(&self) -> Result<Beginning, StorageError> {
        self.part(0..PIECE, None).await
    }

    /// Reads a part, of the object with this tag if there is one.
    async fn part(
        &self,
        range: Range<u64>,
        tag: Option<String>,
    ) -> Result<Beginning, StorageError> {
        let this = self.clone();
        in_runtime(async move {
            let options = GetOptions {
                range: Some(GetRange::Bounded(range.clone())),
                if_match: tag,
                ..GetOptions::default()
            };
            match this.fetch(options).await {
                Ok(part) => Ok(part),
                // No part of an empty object can be asked for.
                Err(error) if !failure::is_of_range(&error) => {
                    Err(this.failed(&error))
                }
                Err(error) => match this.size().await {
                    Ok(size) if size <= range.start => {
                        Ok(Beginning { bytes: Bytes::new(), size, tag: None })
                    }
                    _ => Err(this.failed(&error)),
                },
            }
        })
        .await
    }

    async fn fetch(&self, options: GetOptions) -> Result<Beginning, Error> {
        let result = self.store.get_opts(&self.path, options).await?;
        let (size, tag) = (result.meta.size, result.meta.e_tag.clone());
        let length = result.range.end - result.range.start;
        let bytes = result.bytes().await?;
        if bytes.len() as u64 != length {
            let source = "the answer ends early".into();
            return Err(Error::Generic { store: "read", source });
        }
        Ok(Beginning { bytes, size, tag })
    }

    async fn size(&self) -> Result<u64, Error> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        let result = self.store.get_opts(&self.path, options).await?;
        Ok(result.meta.size)
    }

    fn failed(&self, error: &Error) -> StorageError {
        failure::of(&self.place, &self.key, error)
    }

    /// A range that the object has, in pieces and in order; of the object with
    /// this tag if there is one.
    pub(super) fn pieces(
        self,
        range: Range<u64>,
        tag: Option<String>,
    ) -> BoxStream<'static, Result<Bytes, StorageError>> {
        let mut next = range.start;
        let ranges = std::iter::from_fn(move || {
            let start = next;
            next = range.end.min(start.saturating_add(PIECE));
            (start < range.end).then_some(start..next)
        });
        stream::iter(ranges)
            .map(move |range| {
                let (this, tag) = (self.clone(), tag.clone());
                async move { this.whole_part(range, tag).await }
            })
            .buffered(AT_ONCE)
            .boxed()
    }

    /// Reads a part that the object must have.
    async fn whole_part(
        &self,
        range: Range<u64>,
        tag: Option<String>,
    ) -> Result<Bytes, StorageError> {
        let part = self.part(range.clone(), tag).await?;
        if part.bytes.len() as u64 == range.end - range.start {
            return Ok(part.bytes);
        }
        Err(StorageError::Other(format!(
            "{}: it changed while it was read",
            self.place.url_of(&self.key),
        )))
    }

    /// Reads a range: what the object has of it.
    pub(super) async fn range(
        self,
        range: Range<u64>,
    ) -> Result<Bytes, StorageError> {
        let first =
            range.start..range.end.min(range.start.saturating_add(PIECE));
        if first.start >= first.end {
            let size = in_runtime({
                let this = self.clone();
                async move {
                    this.size().await.map_err(|error| this.failed(&error))
                }
            })
            .await?;
            crate::backend::range_within(&self.key, range, size)?;
            return Ok(Bytes::new());
        }
        let start = self.part(first, None).await?;
        let within =
            crate::backend::range_within(&self.key, range, start.size)?;
        let read = start.bytes.len() as u64;
        if read >= within.end - within.start {
            return Ok(start.bytes);
        }
        let mut all = Vec::from(start.bytes);
        let mut rest = self.pieces(within.start + read..within.end, start.tag);
        while let Some(piece) = rest.next().await {
            all.extend_from_slice(&piece?);
        }
        Ok(all.into())
    }
}
