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
  sanchay man ~/.local/share/man/man1";

/// Print the manual page, or write those of all commands.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManualArgs {
    /// Write a page for the program and one for each command into DIR, which
    /// is created if needed; without DIR, print the program's page
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    directory: Option<PathBuf>,
}

impl RunCommand for ManualArgs {
    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        let mut description = description();
        match &self.directory {
            None => {
                let page = Page::of(description).text();
                let page =
                    page.map_err(|error| failure(PathBuf::new(), error))?;
                put(None, &Inputs::default(), &page)?;
            }
            Some(directory) => {
                description = description.disable_help_subcommand(true);
                description.build();
                fs::create_dir_all(directory)
                    .and_then(|()| write_all(description, directory))
                    .map_err(|error| failure(directory.clone(), error))?;
            }
        }
        Ok(Exit::Done)
    }
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
