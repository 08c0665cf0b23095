//! Where records go, and in which form.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValue};

/// Where records go, and in which form.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// The form of the records
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub(crate) format: Format,

    /// Write the records to FILE rather than to standard output
    ///
    /// FILE is emptied first and written as the run goes. It cannot be one of
    /// the files that are named to be read; if it lies in a directory that is
    /// walked, it is a file like any other.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The forms that records can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// Lines for people and for line tools.
    #[default]
    Text,
    /// One JSON object a line.
    Ndjson,
    /// One JSON array.
    Json,
    /// Comma-separated values with a header.
    Csv,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Ndjson, Self::Json, Self::Csv]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text => PossibleValue::new("text").help("lines"),
            Self::Ndjson => {
                PossibleValue::new("ndjson").help("one JSON object a line")
            }
            Self::Json => PossibleValue::new("json").help("one JSON array"),
            Self::Csv => PossibleValue::new("csv")
                .help("comma-separated values with a header"),
        })
    }
}
