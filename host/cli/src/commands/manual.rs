//! `sanchay man`: the manual pages, made from the command line's description.

use std::{fs, io, path::PathBuf};

use clap::Args;
use clap_mangen::Man;

use crate::{arguments, exit::Exit, failure::Failure, output::put};

const EXAMPLES: &str = "\
Examples:
  sanchay man | man -l -
  sanchay man ~/.local/share/man/man1";

/// Print the manual page, or write those of all commands.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManualArgs {
    /// Write a page for the program and one for each command into DIR, which
    /// is made if need be; without DIR, the program's is printed
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
}

impl ManualArgs {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let description = arguments::description();
        match &self.directory {
            None => {
                let mut page = Vec::new();
                let outcome = Man::new(description).render(&mut page);
                outcome.map_err(|error| failure(PathBuf::new(), error))?;
                put(None, &page)?;
            }
            Some(directory) => fs::create_dir_all(directory)
                .and_then(|()| {
                    clap_mangen::generate_to(description, directory)
                })
                .map_err(|error| failure(directory.clone(), error))?,
        }
        Ok(Exit::Done)
    }
}

fn failure(path: PathBuf, source: io::Error) -> Failure {
    Failure::Output { path, action: "cannot write the manual", source }
}
