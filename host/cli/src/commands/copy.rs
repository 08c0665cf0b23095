//! `sanchay copy`: copies of entries, in another folder.

use std::path::PathBuf;

use clap::Args;

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{into::IntoArgs, name::NameArgs, plan::PlanArgs},
};

const EXAMPLES: &str = "\
Nothing is copied without --apply: the plan is printed, OLD → NEW, with what
stands in the way marked by an exclamation mark.

A copy appears under its name at once and complete, with times, permissions,
extended attributes and holes, and its owner where that is allowed. Names of
one file become names of one copy. Where the file system can, copies share
their blocks with the originals. Only regular files are copied, unless --kind
says otherwise; links are copied as links.

FOLDER is a path, or the template of one, as sorted/{ext}; see sanchay move.
Every run has a journal: sanchay undo removes the copies that were not changed.
A second run copies what is missing: what has the same size and time is there
already, with --verify what has the same bytes.

Examples:
  sanchay copy --into /mnt/backup --apply ~/photos
  sanchay copy --into 'by-year/{modified:%Y}' --verify --apply inbox";

/// Copy files into a folder, or into folders that a template names.
#[derive(Args, Debug)]
#[command(
    after_help = "See --help for templates and examples.",
    after_long_help = EXAMPLES,
)]
pub(crate) struct CopyArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    #[command(flatten)]
    into: IntoArgs,

    /// Read each copy again, and compare it with what was read
    #[arg(long)]
    verify: bool,

    #[command(flatten)]
    name: NameArgs,

    #[command(flatten)]
    plan: PlanArgs,
}

impl RunCommand for CopyArgs {
    fn check(&self) -> Result<(), String> {
        self.plan.check()
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        self.plan.carry_out(context, &self.roots, |engine, roots| {
            let request = engine
                .copy_into(roots, &self.into.into)
                .flat(self.into.flat)
                .verify(self.verify);
            self.name.name(request)
        })
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
