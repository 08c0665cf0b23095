//! Options that every command has.

use clap::{ArgAction, Args};

use crate::{logging::LogFormat, terminal::Color};

/// How the program speaks.
#[derive(Args, Clone, Copy, Debug)]
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
}
