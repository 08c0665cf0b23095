//! How records are written: one encoder for each format, one trait for all.
//!
//! An encoder appends the records of a batch, all of them whole, to a buffer.
//! What a format needs before, between and after its records is separate from
//! them, so output is well-formed however a run ends. The native program and
//! the WASI command print by the same encoders.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod csv;
mod encoded;
mod json;
pub mod json_text;
mod long;
pub mod name;
pub mod plan;
pub mod shard;
pub mod store;
mod style;
mod summary;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod values;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::str::FromStr;

use sanchay_core::record::{RecordBatch, Schema};

pub use self::encoded::{BLOCK, Encoded};
pub use self::long::LongEncoder;
pub use self::style::{PathStyle, StyledPath};
pub use self::summary::push_summary;
pub use self::template::TemplateEncoder;
pub use self::text::TextOptions;

/// A format of records.
pub trait Encoder: Send + Sync {
    /// What precedes the first record; it is written even if there is none.
    fn head(&self) -> &[u8] {
        b""
    }

    /// What precedes every record but the first.
    fn separator(&self) -> &[u8] {
        b""
    }

    /// Appends the records of a batch. A batch contains all files of a group
    /// or none.
    ///
    /// # Errors
    ///
    /// The format cannot hold the records.
    fn encode(
        &self,
        batch: &RecordBatch,
        out: &mut Encoded,
    ) -> Result<(), EncodeError>;

    /// Appends what follows the last record; `empty` says that there was none.
    ///
    /// # Errors
    ///
    /// As for [`encode`](Self::encode).
    fn finish(
        &self,
        empty: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let _ = (empty, out);
        Ok(())
    }

    /// Whether the bytes of several batches must be written in the order in
    /// which the batches were encoded. If not, threads can encode side by
    /// side.
    fn is_ordered(&self) -> bool {
        false
    }
}

/// Records that a format cannot hold, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError(pub String);

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the records do not fit the format: {}", self.0)
    }
}

impl Error for EncodeError {}

/// The text formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Lines for people and for line tools.
    #[default]
    Text,
    /// One JSON object a line.
    Ndjson,
    /// One JSON array.
    Json,
    /// Comma-separated values with a header.
    Csv,
    /// Values separated by tabs, with a header.
    Tsv,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Text, Self::Ndjson, Self::Json, Self::Csv, Self::Tsv];

    /// The name of the format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }

    /// What it is, in a few words.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Text => "lines",
            Self::Ndjson => "one JSON object a line",
            Self::Json => "one JSON array",
            Self::Csv => "comma-separated values with a header",
            Self::Tsv => "values separated by tabs, with a header",
        }
    }

    /// The encoder of records with these fields. `options` says how lines of
    /// text are written, and whether the output goes to a terminal.
    #[must_use]
    pub fn encoder(
        self,
        schema: &Arc<Schema>,
        options: TextOptions,
    ) -> Box<dyn Encoder> {
        match self {
            Self::Text => Box::new(text::Text::new(schema, options)),
            Self::Ndjson => Box::new(json::Json::lines(schema)),
            Self::Json => Box::new(json::Json::array(schema)),
            Self::Csv => {
                Box::new(csv::Csv::new(schema, b',', options.terminal))
            }
            Self::Tsv => {
                Box::new(csv::Csv::new(schema, b'\t', options.terminal))
            }
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let mut all = Self::ALL.into_iter();
        all.find(|it| it.name() == name).ok_or(UnknownFormat)
    }
}

/// No format goes by that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one of ")?;
        for (index, format) in Format::ALL.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{}", format.name())?;
        }
        Ok(())
    }
}

impl Error for UnknownFormat {}
