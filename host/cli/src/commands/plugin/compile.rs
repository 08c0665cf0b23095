//! `sanchay plugin compile`: machine code of a component, made in a process
//! that can be ended. The program calls itself with it.

use std::io::{self, Read as _, Write as _};

use clap::Args;
use sanchay::{PluginError, compile_for};

use super::confine::confine;
use crate::{exit::Exit, failure::Failure};

/// Compile a component from standard input to standard output.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct CompileArgs {
    /// Make code that needs no address space but what it uses
    #[arg(long)]
    compact: bool,

    /// End after so many seconds of a processor's time
    #[arg(long, value_name = "N", default_value = "60")]
    seconds: u64,
}

impl CompileArgs {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        confine(self.seconds);
        let mut component = Vec::new();
        let code = io::stdin()
            .read_to_end(&mut component)
            .map_err(|error| PluginError::Compile(error.to_string()))
            .and_then(|_| compile_for(&component, self.compact));
        let written = match code {
            Ok(code) => io::stdout().write_all(&code),
            Err(error) => {
                // Only the reason: the caller adds the rest.
                let why = match error {
                    PluginError::Compile(why) => why,
                    other => other.to_string(),
                };
                // Nobody may be listening.
                let _ = writeln!(io::stderr(), "{why}");
                return Ok(Exit::Failed);
            }
        };
        match written {
            Ok(()) => Ok(Exit::Done),
            Err(_) => Ok(Exit::Failed),
        }
    }
}
