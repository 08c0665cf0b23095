//! Where results go.

use clap::{Args, builder::NonEmptyStringValueParser};

/// Where results go.
#[derive(Args, Clone, Debug)]
pub(crate) struct IntoArgs {
    /// The folder that the results go into: a path, or a template of one
    #[arg(
        long,
        value_name = "FOLDER",
        required = true,
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(crate) into: String,

    /// Put results directly into FOLDER, not into folders like those below
    /// each ROOT
    #[arg(long)]
    pub(crate) flat: bool,
}
