//! Where records go, and in which form.

use std::path::{Path, PathBuf};

use clap::{
    Args, ValueHint,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use sanchay_output::Format;

use crate::output::is_stdout;

/// Where records go, and in which form.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// The form of the records
    #[arg(long, value_name = "FORMAT", value_parser = parser(), default_value = "text")]
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

/// Parses the name of a format.
fn parser() -> impl TypedValueParser<Value = Format> {
    let value = |it: Format| PossibleValue::new(it.name()).help(it.help());
    PossibleValuesParser::new(Format::ALL.map(value))
        .try_map(|name| name.parse::<Format>())
}
