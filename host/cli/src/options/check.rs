//! How `hash --check` answers: the options of `sha256sum --check`.

use clap::Args;

/// How a check answers.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Checking")]
pub(crate) struct CheckArgs {
    /// Neither report nor count files that do not exist
    #[arg(long, requires = "check")]
    pub(crate) ignore_missing: bool,

    /// Report no file: the exit code is the answer
    #[arg(long, requires = "check", conflicts_with_all = ["quiet", "warn"])]
    pub(crate) status: bool,

    /// Let lines that are improperly formatted be a "no"
    #[arg(long, requires = "check")]
    pub(crate) strict: bool,

    /// Name lines that are improperly formatted
    #[arg(short, long, requires = "check")]
    pub(crate) warn: bool,
}
