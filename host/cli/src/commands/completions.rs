//! `sanchay completions`: the command line, for a shell.

use clap::Args;
use clap_complete::{Shell, generate};

use crate::{arguments, exit::Exit, failure::Failure, output::put};

const EXAMPLES: &str = "\
Examples:
  sanchay completions bash > ~/.local/share/bash-completion/completions/sanchay
  sanchay completions zsh > ~/.zfunc/_sanchay
  sanchay completions fish > ~/.config/fish/completions/sanchay.fish";

/// Print completions for a shell.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let mut description = arguments::description();
        let name = description.get_name().to_owned();
        // The generator panics where it cannot write, so it gets a buffer.
        let mut script = Vec::new();
        generate(self.shell, &mut description, name, &mut script);
        put(None, &script)?;
        Ok(Exit::Done)
    }
}
