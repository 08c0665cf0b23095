//! `sanchay completions`: the command line, for a shell.

mod bash;

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::{
    arguments::description,
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{Inputs, put},
};

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

impl RunCommand for CompletionsArgs {
    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        let mut description = visible(description());
        let name = description.get_name().to_owned();
        // The generator panics where it cannot write, so it gets a buffer.
        let mut script = Vec::new();
        generate(self.shell, &mut description, &name, &mut script);
        if self.shell == Shell::Bash {
            let mut text = String::from_utf8_lossy(&script).into_owned();
            bash::offer_files(&mut text, &name, &description);
            script = text.into_bytes();
        }
        put(None, &Inputs::default(), &script)?;
        Ok(Exit::Done)
    }
}

/// A command without what its help does not show, which generators do not
/// leave out.
fn visible(command: Command) -> Command {
    let hidden = command.get_arguments().any(|it| it.is_hide_set())
        || command.get_subcommands().any(|it| it.is_hide_set());
    if !hidden && !command.has_subcommands() {
        return command;
    }
    // The parser wants static names; the program ends soon.
    let name: &'static str = command.get_name().to_owned().leak();
    let mut shown = Command::new(name)
        .args(command.get_arguments().filter(|it| !it.is_hide_set()).cloned())
        .groups(command.get_groups().cloned())
        .subcommands(
            command
                .get_subcommands()
                .filter(|it| !it.is_hide_set())
                .cloned()
                .map(visible),
        );
    if let Some(about) = command.get_about() {
        shown = shown.about(about.clone());
    }
    if command.get_version().is_some() {
        shown = shown.version(env!("CARGO_PKG_VERSION"));
    }
    shown
}
