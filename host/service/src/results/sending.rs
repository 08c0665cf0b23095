//! Records on their way out: some are read, encoded and sent at a time, as
//! fast as the client takes them.

use std::{ops::Range, sync::Arc};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, header};
use sanchay_core::record::{RecordBatch, Schema};

use super::{
    formats::{Format, Stream},
    reader::Reader,
    row::Kept,
};
use crate::{problem::Problem, views::RowList};

/// How many records are on their way at a time.
const TOGETHER: u64 = 4096;

/// The fields that are asked for.
///
/// # Errors
/// 400 for one that there is not.
pub(crate) fn schema(
    reader: &Reader,
    fields: Option<&str>,
) -> Result<Arc<Schema>, Problem> {
    let schema = reader.shape().shown();
    let Some(fields) = fields else { return Ok(Arc::new(schema)) };
    let chosen = schema.select(fields.split(',').map(str::trim));
    let chosen = chosen.map_err(|error| {
        Problem::bad_request(format!("{error}.")).with("option", "fields")
    })?;
    if chosen.needs_media() {
        return Err(Problem::bad_request(
            "What pictures and films say of themselves is not kept with \
             results.",
        )
        .with("option", "fields"));
    }
    Ok(Arc::new(chosen))
}

/// Records with the fields that are asked for.
pub(crate) fn shown(kept: &RecordBatch, schema: &Arc<Schema>) -> RecordBatch {
    let mut out = RecordBatch::new(Arc::clone(schema));
    for row in 0..kept.len() {
        Kept::new(kept, row).push_to(&mut out);
    }
    out
}

/// Records on their way out.
pub(crate) struct Sending {
    reader: Reader,
    list: Arc<RowList>,
    schema: Arc<Schema>,
    format: Format,
    stream: Stream,
    /// Whether all records of a group must be encoded together.
    grouped: bool,
    left: Range<u64>,
}

/// What comes next of them.
enum Part {
    Head(Box<Sending>),
    Rows(Box<Sending>),
    Over,
}

impl Sending {
    /// These of a list.
    ///
    /// # Errors
    /// What the format refuses.
    pub(crate) fn new(
        reader: Reader,
        list: Arc<RowList>,
        schema: Arc<Schema>,
        format: Format,
        grouped: bool,
        left: Range<u64>,
    ) -> Result<Self, Problem> {
        let stream = Stream::new(format, &schema)?;
        Ok(Self { reader, list, schema, format, stream, grouped, left })
    }

    /// The answer, as a file of that name.
    pub(crate) fn response(self, name: &str) -> Result<Response, Problem> {
        let kind = self.format.media_type();
        let parts = stream::unfold(Part::Head(Box::new(self)), |part| async {
            match part {
                Part::Head(sending) => {
                    let head = sending.stream.head();
                    Some((Ok(head), Part::Rows(sending)))
                }
                Part::Rows(sending) => Some(match sending.next().await {
                    Ok((bytes, part)) => (Ok(bytes), part),
                    Err(error) => {
                        tracing::error!(error, "results end early");
                        (Err(std::io::Error::other(error)), Part::Over)
                    }
                }),
                Part::Over => None,
            }
        });
        // What compresses an answer asks once more than it has parts.
        let parts = parts.fuse();
        let mut response = Body::from_stream(parts).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static(kind);
        headers.insert(header::CONTENT_TYPE, kind);
        let disposition = format!("attachment; filename=\"{name}\"");
        if let Ok(value) = HeaderValue::from_str(&disposition) {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
        Ok(response)
    }

    /// Some more.
    async fn next(mut self: Box<Self>) -> Result<(Bytes, Part), String> {
        if self.left.is_empty() {
            let tail = self.stream.finish().map_err(|it| it.to_string())?;
            return Ok((tail, Part::Over));
        }
        let left = self.left.end.saturating_sub(self.left.start);
        let mut count = left.min(TOGETHER);
        let (whole, kept) = loop {
            let list = &self.list;
            let numbers = list.page(self.left.start, count);
            let numbers = numbers.map_err(|error| error.to_string())?;
            let kept = self.reader.rows(&numbers).await;
            let kept = kept.map_err(|it| it.detail().to_owned())?;
            match self.whole_groups(&kept) {
                // A group that is larger than that is read again, and more.
                0 if count < left => {
                    count = count.saturating_mul(4).min(left);
                }
                0 => break (kept.len(), kept),
                whole => break (whole, kept),
            }
        };
        let mut out = RecordBatch::new(Arc::clone(&self.schema));
        for row in 0..whole {
            Kept::new(&kept, row).push_to(&mut out);
        }
        let whole = u64::try_from(whole.max(1)).unwrap_or(u64::MAX);
        self.left.start = self.left.start.saturating_add(whole);
        let bytes = self.stream.push(&out).map_err(|it| it.to_string())?;
        Ok((bytes, Part::Rows(self)))
    }

    /// How many of these records are in groups that are whole.
    fn whole_groups(&self, kept: &RecordBatch) -> usize {
        let end = self.left.start.saturating_add(kept.len() as u64);
        if end >= self.left.end || !self.grouped {
            return kept.len();
        }
        let group = |row: usize| Kept::new(kept, row).group();
        let Some(last) = kept.len().checked_sub(1) else { return 0 };
        (0..last)
            .rev()
            .find(|row| group(*row) != group(last))
            .map_or(0, |row| row + 1)
    }
}
