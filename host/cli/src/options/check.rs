//! How `hash --check` answers: the options of `sha256sum --check`.

use clap::Args;

/// How a check answers.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Checking")]
pub(crate) struct CheckArgs {
    /// Do not fail or report files that do not exist
    #[arg(long, requires = "check")]
    pub(crate) ignore_missing: bool,

    /// Print nothing: the exit code is the answer
    #[arg(long, requires = "check", conflicts_with_all = ["quiet", "warn"])]
    pub(crate) status: bool,

    /// Exit non-zero if a line is improperly formatted
    #[arg(long, requires = "check")]
    pub(crate) strict: bool,

    /// Warn about improperly formatted lines
    #[arg(short, long, requires = "check")]
    pub(crate) warn: bool,
}
