//! Reading a long range as one answer that comes in pieces. What breaks off is
//! asked for again from where it broke off.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use http::Method;
use object_store::client::HttpResponseBody;

use super::{Bucket, CloudError, CloudErrorKind, Provider};
use crate::cloud::line::{Ask, frame};

/// How often a range is asked for again that broke off without a byte.
const AGAIN: u32 = 8;

impl Bucket {
    /// Hands on a range of the object with a tag, piece by piece, each with
    /// the offset at which it begins. The range must be within the object.
    ///
    /// # Errors
    /// Why it cannot be read, or what `take` says.
    pub fn stream(
        &self,
        key: &str,
        range: Range<u64>,
        tag: Option<&str>,
        take: &mut dyn FnMut(u64, &Bytes) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut at = range.start;
        let mut left = AGAIN;
        while at < range.end {
            let from = at;
            let mut body = self.wait(self.begin(key, at..range.end, tag))?;
            let failed = loop {
                let next = self.wait(async { Ok(frame(&mut body).await) })?;
                let bytes = match next {
                    Some(Ok(bytes)) => bytes,
                    Some(Err(error)) => break Some(error),
                    None => break None,
                };
                if bytes.len() as u64 > range.end - at {
                    let why = "the server sends more than was asked for";
                    return Err(io::Error::other(why));
                }
                take(at, &bytes)?;
                at += bytes.len() as u64;
            };
            if at >= range.end {
                return Ok(());
            }
            left = if at > from { AGAIN } else { left.saturating_sub(1) };
            if left == 0 {
                let early = || {
                    let why = "the answer ends early";
                    CloudError::new(CloudErrorKind::Connection, why)
                };
                return Err(failed.unwrap_or_else(early).into());
            }
        }
        Ok(())
    }

    async fn begin(
        &self,
        key: &str,
        range: Range<u64>,
        tag: Option<&str>,
    ) -> Result<HttpResponseBody, CloudError> {
        let last = range.end.saturating_sub(1);
        let bytes = format!("bytes={}-{last}", range.start);
        let mut ask = Ask::new(Method::GET, key).header("range", &bytes);
        if let Some(tag) = tag {
            ask = ask.header("if-match", &format!("\"{tag}\""));
        }
        if self.provider() == Provider::Gcs {
            ask = ask.header("accept-encoding", "gzip");
        }
        let (status, body) = self.line().begin(&ask).await?;
        // A server that knows no ranges sends all of it.
        match status.as_u16() {
            206 => Ok(body),
            _ if range.start == 0 => Ok(body),
            _ => Err(CloudError::new(
                CloudErrorKind::Other,
                "the server sends another range than was asked for",
            )),
        }
    }
}
