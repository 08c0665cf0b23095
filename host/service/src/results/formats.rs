//! The formats that results are answered in, and how they are streamed: by
//! the encoders of the program, so that a download is byte for byte what the
//! command line writes.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, header};
use sanchay_arrow::{ipc, parquet};
use sanchay_core::record::{RecordBatch, Schema};
use sanchay_output::{EncodeError, Encoded, Encoder, TextOptions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// A format of results.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// A page, as one object.
    Json,
    /// One object a line.
    Ndjson,
    /// Comma-separated values.
    Csv,
    /// A file of Parquet.
    Parquet,
    /// A file of Arrow's IPC format.
    Arrow,
}

impl Format {
    const ALL: [Self; 5] =
        [Self::Json, Self::Ndjson, Self::Csv, Self::Parquet, Self::Arrow];

    /// Its media type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Arrow => "application/vnd.apache.arrow.file",
        }
    }

    /// What the names of its files end in.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// The format that a request accepts: of several, the one that it likes
    /// best; of equals, the first that it names.
    ///
    /// # Errors
    /// 406 where it is none of these.
    pub(crate) fn accepted(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut best: Option<(u16, Self)> = None;
        let given: Vec<&str> = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        if given.is_empty() {
            return Ok(Self::Json);
        }
        for range in given {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(Some(1000), thousandths);
            let (Some(weight), Some(format)) = (weight, Self::of_range(name))
            else {
                continue;
            };
            if weight > 0 && best.is_none_or(|(than, _)| weight > than) {
                best = Some((weight, format));
            }
        }
        best.map(|(_, format)| format).ok_or_else(|| {
            let known = Self::ALL.map(Self::media_type).join(", ");
            Problem::not_acceptable(format!("There are {known}."))
        })
    }

    fn of_range(range: &str) -> Option<Self> {
        match range {
            "*/*" | "application/*" => Some(Self::Json),
            "text/*" => Some(Self::Csv),
            name => Self::ALL.into_iter().find(|it| it.media_type() == name),
        }
    }
}

/// A weight, as `0.5`, in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let weight: f32 = text.parse().ok()?;
    (0.0..=1.0).contains(&weight).then(|| {
        // At most a thousand.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between 0 and 1000"
        )]
        let whole = (weight * 1000.0) as u16;
        whole
    })
}

/// Records on their way out, in a format.
pub(crate) struct Stream {
    encoder: Box<dyn Encoder>,
    encoded: Encoded,
    empty: bool,
}

impl Stream {
    /// Of records with these fields.
    ///
    /// # Errors
    /// What the format refuses.
    pub(crate) fn new(
        format: Format,
        schema: &Arc<Schema>,
    ) -> Result<Self, Problem> {
        let text = |format: sanchay_output::Format| {
            format.encoder(schema, TextOptions::default())
        };
        let encoder: Box<dyn Encoder> = match format {
            Format::Json => text(sanchay_output::Format::Json),
            Format::Ndjson => text(sanchay_output::Format::Ndjson),
            Format::Csv => text(sanchay_output::Format::Csv),
            Format::Parquet => Box::new(parquet(schema).map_err(failed)?),
            Format::Arrow => Box::new(ipc(schema).map_err(failed)?),
        };
        Ok(Self { encoder, encoded: Encoded::default(), empty: true })
    }

    /// What precedes the first record.
    pub(crate) fn head(&self) -> Bytes {
        Bytes::copy_from_slice(self.encoder.head())
    }

    /// Records; a batch has all of a group, or none.
    pub(crate) fn push(
        &mut self,
        batch: &RecordBatch,
    ) -> Result<Bytes, EncodeError> {
        self.encoded.clear();
        self.encoder.encode(batch, &mut self.encoded)?;
        let separator = self.encoder.separator();
        let bytes = &self.encoded.bytes[..];
        // The separator precedes every record but the first of all.
        let bytes = match self.empty {
            true => bytes.strip_prefix(separator).unwrap_or(bytes),
            false => bytes,
        };
        let out = Bytes::copy_from_slice(bytes);
        self.empty &= batch.is_empty();
        Ok(out)
    }

    /// What follows the last record.
    pub(crate) fn finish(self) -> Result<Bytes, EncodeError> {
        let mut out = Vec::new();
        self.encoder.finish(self.empty, &mut out)?;
        Ok(out.into())
    }
}

fn failed(error: EncodeError) -> Problem {
    Problem::not_acceptable(error.to_string())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_format_is_the_one_that_is_liked_best() {
        let accepted = |text: &str| {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(text).unwrap();
            headers.insert(header::ACCEPT, value);
            Format::accepted(&headers).ok()
        };
        for (text, format) in [
            ("application/json", Some(Format::Json)),
            ("*/*", Some(Format::Json)),
            ("text/csv, application/json;q=0.9", Some(Format::Csv)),
            ("text/csv;q=0.1, application/x-ndjson", Some(Format::Ndjson)),
            ("text/html, */*;q=0.1", Some(Format::Json)),
            ("application/vnd.apache.parquet", Some(Format::Parquet)),
            ("text/html", None),
            ("text/csv;q=0", None),
            ("text/csv;q=x", None),
        ] {
            assert_eq!(accepted(text), format, "{text}");
        }
        let none = Format::accepted(&HeaderMap::new()).ok();
        assert_eq!(none, Some(Format::Json));
    }
}
