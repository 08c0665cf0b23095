//! Writing objects: at once, or in parts. What is sent carries a digest, which
//! the server checks, and what it says that it has stored is compared with
//! that.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::Method;
use md5::{Digest as _, Md5};
use object_store::{
    Error, MultipartUpload, PutPayload, PutResult, UploadPart,
};
use sanchay_sync::lock;
use serde::Deserialize;
use sha2::Sha256;

use super::facts::{bare, encoded};
use super::{Bucket, Checksums, CloudError, CloudErrorKind, Provider};
use crate::cloud::line::{Ask, Told};
use crate::cloud::upload;

/// Bytes to be sent, with their digests.
#[derive(Clone, Debug)]
pub struct PutBody {
    bytes: Bytes,
    sha256: [u8; 32],
    crc32c: u32,
}

impl PutBody {
    /// Makes the digests.
    #[must_use]
    pub fn new(bytes: Bytes) -> Self {
        let sha256 = Sha256::digest(&bytes).into();
        let crc32c = crc_fast::crc32_iscsi(&bytes);
        Self { bytes, sha256, crc32c }
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Their SHA-256.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Whether these bytes have one of the digests that a server told;
    /// `None` where it told none.
    fn agrees(&self, told: &Told, provider: Provider) -> Option<bool> {
        let known = Checksums::of(provider, &told.headers);
        if let Some(sha256) = known.sha256 {
            return Some(sha256 == self.sha256);
        }
        if let Some(crc32c) = known.crc32c {
            return Some(crc32c == self.crc32c);
        }
        // Of a tag that is no MD5 after all, nothing can be told.
        let md5: [u8; 16] = Md5::digest(&self.bytes).into();
        (known.md5? == md5).then_some(true)
    }
}

/// What became of an object that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its entity tag, without quotes.
    pub etag: Option<String>,
    /// Whether the server has told a digest of what it has stored, which is
    /// that of what was sent. If not, who wants to be sure reads it again.
    pub verified: bool,
}

impl Bucket {
    /// The headers that an object begins with.
    fn described<'k>(&self, ask: Ask<'k>, mtime: Option<&str>) -> Ask<'k> {
        let name = match self.provider() {
            Provider::S3 => "x-amz-meta-mtime",
            Provider::Gcs => "x-goog-meta-mtime",
        };
        match mtime {
            Some(mtime) => ask.header(name, mtime),
            None => ask,
        }
    }

    /// Gives a request a body with its digest.
    fn carrying<'k>(&self, mut ask: Ask<'k>, body: &PutBody) -> Ask<'k> {
        ask.body = body.bytes.clone();
        ask.sha256 = Some(body.sha256);
        match self.provider() {
            Provider::S3 => {
                ask.header("x-amz-checksum-sha256", &encoded(&body.sha256))
            }
            Provider::Gcs => {
                let crc = encoded(&body.crc32c.to_be_bytes());
                ask.header("x-goog-hash", &format!("crc32c={crc}"))
            }
        }
    }

    /// Writes an object by one request. `mtime` is when the file was modified
    /// that it is a copy of: seconds since 1970, with a fraction.
    ///
    /// # Errors
    /// Why it is not written; [`CloudErrorKind::Damaged`] if the server has
    /// stored something else.
    pub fn put(
        &self,
        key: &str,
        body: &PutBody,
        mtime: Option<&str>,
    ) -> Result<Stored, CloudError> {
        let ask = self.described(Ask::new(Method::PUT, key), mtime);
        let ask = self.carrying(ask, body);
        let told = self.wait(self.line().ask(&ask))?;
        stored(&told, body, self.provider())
    }

    /// Begins to write an object in parts. Nothing is seen of it before it is
    /// complete.
    ///
    /// # Errors
    /// Why it cannot be begun.
    pub fn upload(
        &self,
        key: &str,
        mtime: Option<&str>,
    ) -> Result<Upload, CloudError> {
        let parts = Arc::default();
        let (this, own) = (self.clone(), Arc::clone(&parts));
        let (key, mtime) = (key.to_owned(), mtime.map(str::to_owned));
        let begins = async move {
            let begun = Raw::begin(this, key, mtime.as_deref(), own).await;
            begun
                .map(|raw| Box::new(raw) as Box<dyn MultipartUpload>)
                .map_err(carried)
        };
        let begun = self.wait(async {
            upload::Upload::begin(begins).await.map_err(brought)
        })?;
        Ok(Upload { bucket: self.clone(), upload: begun, parts })
    }

    /// How large the parts are of an upload of so many bytes: few enough for
    /// the server. What is not larger than one part is written at once.
    #[must_use]
    pub fn part_size(size: u64) -> usize {
        upload::size_of_parts(usize::try_from(size).unwrap_or(usize::MAX))
    }

    /// Deletes an object. It is no error that there is none.
    ///
    /// # Errors
    /// Why it cannot be deleted.
    pub fn delete(&self, key: &str) -> Result<(), CloudError> {
        let ask = Ask::new(Method::DELETE, key);
        match self.wait(self.line().ask(&ask)) {
            Err(error) if error.kind() == CloudErrorKind::NotFound => Ok(()),
            told => told.map(|_| ()),
        }
    }
}

/// What the answer to a request with a body says.
fn stored(
    told: &Told,
    body: &PutBody,
    provider: Provider,
) -> Result<Stored, CloudError> {
    let etag = told.header("etag").and_then(bare);
    match body.agrees(told, provider) {
        Some(false) => Err(CloudError::new(
            CloudErrorKind::Damaged,
            "the server has stored something else than was sent",
        )),
        agrees => Ok(Stored { etag, verified: agrees.is_some() }),
    }
}

/// An object that is written in parts, several of which are on their way at
/// once. Unless it is completed, it is aborted.
#[must_use = "what is not completed is aborted"]
pub struct Upload {
    bucket: Bucket,
    upload: upload::Upload,
    parts: Arc<Mutex<BTreeMap<usize, PartDone>>>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").finish_non_exhaustive()
    }
}

impl Upload {
    /// Sends the next part, as soon as few enough bytes are on their way. All
    /// parts but the last have [`Bucket::part_size`].
    ///
    /// # Errors
    /// Why a part was not stored, this one or one before.
    pub fn part(&mut self, bytes: Bytes) -> Result<(), CloudError> {
        let Self { bucket, upload, .. } = self;
        bucket.wait(async { upload.part(bytes).await.map_err(brought) })
    }

    /// Makes the parts the object.
    ///
    /// # Errors
    /// Why there is no such object.
    pub fn complete(self) -> Result<Stored, CloudError> {
        let Self { bucket, upload, parts } = self;
        let completed =
            bucket.wait(async { upload.complete().await.map_err(brought) })?;
        let verified = lock(&parts).values().all(|part| part.verified);
        Ok(Stored { etag: completed.e_tag, verified })
    }

    /// Aborts it, and waits for that.
    pub fn abort(self) {
        let Self { bucket, upload, .. } = self;
        // What was interrupted is aborted all the same, in the background.
        let _ = bucket.wait(async {
            upload.abort().await;
            Ok(())
        });
    }
}

/// A part that the server has.
#[derive(Debug)]
struct PartDone {
    etag: String,
    sha256: [u8; 32],
    verified: bool,
}

/// An upload in parts as requests.
#[derive(Debug)]
struct Raw {
    bucket: Bucket,
    key: String,
    id: String,
    next: usize,
    parts: Arc<Mutex<BTreeMap<usize, PartDone>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Begun {
    upload_id: String,
}

#[derive(Deserialize)]
struct Completed {
    #[serde(rename = "ETag")]
    etag: Option<String>,
    #[serde(rename = "Code")]
    code: Option<String>,
    #[serde(rename = "Message")]
    message: Option<String>,
}

impl Raw {
    async fn begin(
        bucket: Bucket,
        key: String,
        mtime: Option<&str>,
        parts: Arc<Mutex<BTreeMap<usize, PartDone>>>,
    ) -> Result<Self, CloudError> {
        let mut ask = Ask::new(Method::POST, &key).query("uploads", "");
        ask = bucket.described(ask, mtime);
        if bucket.provider() == Provider::S3 {
            ask = ask.header("x-amz-checksum-algorithm", "SHA256");
        }
        let told = bucket.line().ask(&ask).await?;
        let begun: Begun =
            quick_xml::de::from_reader(&*told.body).map_err(|_| {
                CloudError::new(
                    CloudErrorKind::Other,
                    "the server does not say what the upload is called",
                )
            })?;
        Ok(Self { bucket, key, id: begun.upload_id, next: 1, parts })
    }

    /// The list of parts that completes it.
    fn list(&self) -> String {
        let mut list = String::from("<CompleteMultipartUpload>");
        for (number, part) in &*lock(&self.parts) {
            let etag = quick_xml::escape::escape(part.etag.as_str());
            list += &format!(
                "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag>"
            );
            if self.bucket.provider() == Provider::S3 {
                let sha256 = encoded(&part.sha256);
                list += &format!("<ChecksumSHA256>{sha256}</ChecksumSHA256>");
            }
            list += "</Part>";
        }
        list + "</CompleteMultipartUpload>"
    }
}

#[async_trait]
impl MultipartUpload for Raw {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let number = self.next;
        self.next += 1;
        let (bucket, key) = (self.bucket.clone(), self.key.clone());
        let (id, parts) = (self.id.clone(), Arc::clone(&self.parts));
        let body = PutBody::new(data.into());
        Box::pin(async move {
            let ask = Ask::new(Method::PUT, &key)
                .query("partNumber", number.to_string())
                .query("uploadId", id);
            let ask = bucket.carrying(ask, &body);
            let told = bucket.line().ask(&ask).await.map_err(carried)?;
            let done = stored(&told, &body, bucket.provider());
            let Stored { verified, .. } = done.map_err(carried)?;
            let etag = told.header("etag").unwrap_or_default().to_owned();
            let sha256 = body.sha256;
            lock(&parts).insert(number, PartDone { etag, sha256, verified });
            Ok(())
        })
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        let mut ask = Ask::new(Method::POST, &self.key)
            .query("uploadId", self.id.clone());
        ask.body = self.list().into();
        let told = self.bucket.line().ask(&ask).await.map_err(carried)?;
        // An error may come after the answer has begun with success.
        let answer: Completed = quick_xml::de::from_reader(&*told.body)
            .map_err(|_| {
                carried(CloudError::new(
                    CloudErrorKind::Other,
                    "the server does not say whether the upload is complete",
                ))
            })?;
        if let Some(code) = answer.code {
            let message = answer.message.unwrap_or_default();
            let why = format!("the upload is not complete: {code} {message}");
            return Err(carried(CloudError::new(CloudErrorKind::Other, why)));
        }
        let e_tag = answer.etag.as_deref().and_then(bare);
        Ok(PutResult { e_tag, version: None, extensions: Default::default() })
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        let ask = Ask::new(Method::DELETE, &self.key)
            .query("uploadId", self.id.clone());
        self.bucket.line().ask(&ask).await.map(|_| ()).map_err(carried)
    }
}

/// An error, through object_store's traits.
fn carried(error: CloudError) -> Error {
    Error::Generic { store: "bucket", source: Box::new(error) }
}

/// An error that came through object_store's traits.
fn brought(error: Error) -> CloudError {
    match error {
        Error::Generic { source, .. } => match source.downcast() {
            Ok(error) => *error,
            Err(other) => {
                CloudError::new(CloudErrorKind::Other, other.to_string())
            }
        },
        other => CloudError::new(CloudErrorKind::Other, other.to_string()),
    }
}
