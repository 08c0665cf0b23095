//! Reading objects, and asking about them.

use std::ops::Range;

use bytes::Bytes;
use http::{Method, StatusCode};
use tokio::task::JoinHandle;

use super::{Bucket, CloudError, CloudErrorKind, ObjectHead, Provider};
use crate::cloud::line::{Ask, Told};
use crate::spawn;

/// A part of an object.
#[derive(Clone, Debug)]
pub struct Part {
    /// The bytes: those that were asked for, and fewer where the object ends.
    pub bytes: Bytes,
    /// What the server tells of the object. Of digests, it tells only with the
    /// whole of it.
    pub head: ObjectHead,
}

impl Bucket {
    /// What the server tells of an object, digests included.
    ///
    /// # Errors
    /// [`CloudErrorKind::NotFound`] if there is none.
    pub fn head(&self, key: &str) -> Result<ObjectHead, CloudError> {
        let ask = self.wants_checksums(Ask::new(Method::HEAD, key));
        let told = self.wait(self.line().ask(&ask))?;
        ObjectHead::of(self.provider(), &told.headers, None)
            .ok_or_else(without_size)
    }

    fn wants_checksums<'k>(&self, ask: Ask<'k>) -> Ask<'k> {
        match self.provider() {
            Provider::S3 => ask.header("x-amz-checksum-mode", "ENABLED"),
            // Without it, what is kept compressed comes as something else.
            Provider::Gcs => ask.header("accept-encoding", "gzip"),
        }
    }

    /// The whole of an object that has at most so many bytes, of the one with
    /// a tag if that is given. What the server tells of digests is told, too.
    ///
    /// # Errors
    /// [`CloudErrorKind::NotFound`]; [`CloudErrorKind::Changed`] if it has
    /// another tag; [`CloudErrorKind::Other`] if it is larger.
    pub fn whole(
        &self,
        key: &str,
        tag: Option<&str>,
        most: usize,
    ) -> Result<Part, CloudError> {
        let mut ask = self.wants_checksums(Ask::new(Method::GET, key));
        if let Some(tag) = tag {
            ask = ask.header("if-match", &format!("\"{tag}\""));
        }
        ask.most = most;
        let told = self.wait(self.line().ask(&ask))?;
        let size = Some(told.body.len() as u64);
        let head = ObjectHead::of(self.provider(), &told.headers, size)
            .ok_or_else(without_size)?;
        Ok(Part { bytes: told.body, head })
    }

    /// A range of an object, of the one with a tag if that is given. What the
    /// object does not have of it is left out.
    ///
    /// # Errors
    /// As of [`Self::whole`]; [`CloudErrorKind::Range`] if the object ends
    /// before the range begins: an empty one does so always.
    pub fn range(
        &self,
        key: &str,
        range: Range<u64>,
        tag: Option<&str>,
    ) -> Result<Part, CloudError> {
        self.wait(self.ranged(key, range, tag))
    }

    /// Begins to read a range, whoever waits for it.
    pub(crate) fn range_ahead(
        &self,
        key: &str,
        range: Range<u64>,
        tag: Option<&str>,
    ) -> Ahead {
        let (this, key) = (self.clone(), key.to_owned());
        let tag = tag.map(str::to_owned);
        Ahead(spawn(
            async move { this.ranged(&key, range, tag.as_deref()).await },
        ))
    }

    /// Waits for a range that is on its way.
    pub(crate) fn arrived(
        &self,
        mut ahead: Ahead,
    ) -> Result<Part, CloudError> {
        self.wait(async {
            let ended = |_| {
                let why = "a task ended early";
                CloudError::new(CloudErrorKind::Other, why)
            };
            (&mut ahead.0).await.map_err(ended)?
        })
    }

    async fn ranged(
        &self,
        key: &str,
        range: Range<u64>,
        tag: Option<&str>,
    ) -> Result<Part, CloudError> {
        let last = range.end.saturating_sub(1);
        let bytes = format!("bytes={}-{last}", range.start);
        let mut ask = Ask::new(Method::GET, key).header("range", &bytes);
        if let Some(tag) = tag {
            ask = ask.header("if-match", &format!("\"{tag}\""));
        }
        if self.provider() == Provider::Gcs {
            ask = ask.header("accept-encoding", "gzip");
        }
        let wanted = range.end.saturating_sub(range.start);
        ask.most = usize::try_from(wanted).unwrap_or(usize::MAX);
        let told = self.line().ask(&ask).await?;
        let size = size_of(&told);
        let head = ObjectHead::of(self.provider(), &told.headers, size)
            .ok_or_else(without_size)?;
        // A server that knows no ranges sends all of it, which may be just
        // what was asked for.
        let whole = told.status != StatusCode::PARTIAL_CONTENT;
        let expected = head.size.min(range.end).saturating_sub(range.start);
        if whole && range.start > 0 || told.body.len() as u64 != expected {
            return Err(CloudError::new(
                CloudErrorKind::Other,
                "the server sends another range than was asked for",
            ));
        }
        Ok(Part { bytes: told.body, head })
    }
}

/// The size of the object that a part is of.
fn size_of(told: &Told) -> Option<u64> {
    match told.header("content-range") {
        Some(range) => range.rsplit_once('/')?.1.parse().ok(),
        None => Some(told.body.len() as u64),
    }
}

fn without_size() -> CloudError {
    CloudError::new(
        CloudErrorKind::Other,
        "the server does not tell the size of the object",
    )
}

/// A range that is on its way. Dropped, it is not waited for.
#[derive(Debug)]
pub(crate) struct Ahead(JoinHandle<Result<Part, CloudError>>);

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.abort();
    }
}
