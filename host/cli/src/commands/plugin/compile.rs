//! `sanchay plugin compile`: machine code of a component, made in a process
//! that can be ended. The program calls itself with it.

use std::io::{self, Read as _, Write as _};

use clap::Args;
use rustix::process::{Resource, Rlimit, setrlimit};
use sanchay::{PluginError, compile_for};

use crate::{exit::Exit, failure::Failure};

/// What compiling may use of memory, in bytes of address space.
const MEMORY: u64 = 4 << 30;

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
        lower(Resource::As, MEMORY);
        lower(Resource::Cpu, self.seconds);
        lower(Resource::Core, 0);
        end_with_parent();
        let mut component = Vec::new();
        let code = io::stdin()
            .read_to_end(&mut component)
            .map_err(|error| PluginError::Compile(error.to_string()))
            .and_then(|_| compile_for(&component, self.compact));
        let written = match code {
            Ok(code) => io::stdout().write_all(&code),
            Err(error) => {
                // Only the reason: who called adds the rest.
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

/// Has this process end when the one that called it does, however it ends.
fn end_with_parent() {
    // Without it, the time is limited all the same.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(
        rustix::process::Signal::KILL,
    ));
}

/// Lowers a limit of this process, unless it is lower.
fn lower(resource: Resource, limit: u64) {
    let current = rustix::process::getrlimit(resource);
    let limit = current.current.map_or(limit, |now| now.min(limit));
    let limits = Rlimit { current: Some(limit), maximum: current.maximum };
    // Without it, only the time is limited.
    let _ = setrlimit(resource, limits);
}
