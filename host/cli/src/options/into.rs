//! Where results go.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Where results go.
#[derive(Args, Clone, Debug)]
pub(crate) struct IntoArgs {
    /// The folder that the results go into: a path, or a template of one
    #[arg(
        long,
        value_name = "FOLDER",
        required = true,
        value_hint = ValueHint::DirPath
    )]
    pub(crate) into: PathBuf,

    /// Put results directly into FOLDER, not into folders like those below
    /// each ROOT
    #[arg(long)]
    pub(crate) flat: bool,
}
