//! `sanchay man`: the manual pages, made from the command line's description.

mod page;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, Command, ValueHint};

use self::page::Page;
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
  sanchay man | man -l -
  sanchay man rename | man -l -
  sanchay man ~/.local/share/man/man1";

/// Print the manual page, or write those of all commands.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManualArgs {
    /// The command whose page is printed, as rename or plugin-run; by default
    /// the program itself. Anything else is a folder, which is made if needed
    /// and gets the pages of all
    #[arg(value_name = "COMMAND|DIR", value_hint = ValueHint::DirPath)]
    what: Option<PathBuf>,
}

impl RunCommand for ManualArgs {
    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        let mut description = description();
        let Some(what) = &self.what else {
            return print(description);
        };
        description = description.disable_help_subcommand(true);
        description.build();
        let named = what.to_str().and_then(|it| command(&description, it));
        if let Some(command) = named {
            return print(command);
        }
        fs::create_dir_all(what)
            .and_then(|()| write_all(description, what))
            .map_err(|error| failure(what.clone(), error))?;
        Ok(Exit::Done)
    }
}

/// Prints the page of a command.
fn print(command: Command) -> Result<Exit, Failure> {
    let page = Page::of(command).text();
    let page = page.map_err(|error| failure(PathBuf::new(), error))?;
    put(None, &Inputs::default(), &page)?;
    Ok(Exit::Done)
}

/// The command of that name: `rename`, or `plugin-run` for one below another.
fn command(above: &Command, name: &str) -> Option<Command> {
    let mut below = above.get_subcommands().filter(|it| !it.is_hide_set());
    below.find_map(|it| match name.strip_prefix(it.get_name())? {
        "" => Some(it.clone()),
        rest => command(it, rest.strip_prefix('-')?),
    })
}

/// Writes the pages of a command and of those below it.
fn write_all(command: Command, directory: &Path) -> io::Result<()> {
    for command in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        write_all(command.clone(), directory)?;
    }
    let page = Page::of(command);
    fs::write(directory.join(page.file_name()), page.text()?)
}

fn failure(path: PathBuf, source: io::Error) -> Failure {
    Failure::Output { path, action: "cannot write the manual", source }
}
