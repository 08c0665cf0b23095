//! Options that every command has.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueHint};

use crate::{logging::LogFormat, terminal::Color};

/// How the program speaks.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Messages")]
pub(crate) struct GlobalArgs {
    /// When to colour messages and paths; NO_COLOR is respected
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value_t
    )]
    pub(crate) color: Color,

    /// Log to standard error; -vv logs more, -vvv everything
    ///
    /// The variable SANCHAY_LOG overrides -v. It takes a level (debug) or
    /// levels for parts of the program (sanchay=debug,sanchay_sandbox=trace).
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// The format of the log
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        default_value = "text"
    )]
    pub(crate) log_format: LogFormat,

    /// Read this configuration in place of the files that are found
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Configuration"
    )]
    pub(crate) config: Option<PathBuf>,

    /// Read no configuration file
    ///
    /// Otherwise options are also taken from sanchay.toml in the user's
    /// configuration folder and in the nearest folder upward from the working
    /// directory, and from variables: SANCHAY_MAX_DEPTH for --max-depth.
    /// --no-NAME takes back what is configured of an option.
    #[arg(
        long,
        global = true,
        conflicts_with = "config",
        help_heading = "Configuration"
    )]
    pub(crate) no_config: bool,
}
