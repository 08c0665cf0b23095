//! Where records go, and in which form.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum, ValueHint, builder::PossibleValue};

use crate::output::is_stdout;

/// Where records go, and in which form.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// The form of the records
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    format: Format,

    /// The same as --format json
    #[arg(long, overrides_with = "format")]
    json: bool,

    /// Write the records to FILE rather than to standard output
    ///
    /// The records take the place of what was in FILE when the run is done:
    /// one that is interrupted, or that could not begin, leaves FILE as it
    /// was. FILE cannot be one of the files that are named to be read; if it
    /// lies in a directory that is walked, it is left out. - is standard
    /// output.
    #[arg(
        short,
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath
    )]
    output: Option<PathBuf>,
}

impl OutputArgs {
    /// The form of the records.
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// The file that the records go to; `None` for standard output.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| !is_stdout(path))
    }
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
