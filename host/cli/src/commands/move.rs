//! `sanchay move`: entries into another folder.

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
Nothing is moved without --apply: the plan is printed, OLD → NEW, with what
stands in the way marked by an exclamation mark.

FOLDER is a path, or the template of one, as sorted/{ext}/{modified:%Y}: the
part up to the last slash before the first placeholder is a path, and the rest
is made for each entry beneath it. Folders that are missing are made. A folder
without placeholders gets folders like those below each ROOT; with --flat, and
where it has placeholders, entries go directly into it.

On the same file system, an entry gets another name. To another one it is
copied with all that it has, the copy is read again and compared, and then the
original is removed; a directory is not moved there as a whole. Only regular
files are moved, unless --kind says otherwise. Every run has a journal: sanchay
undo takes it back.

Examples:
  sanchay move --into archive --changed-before 1y notes
  sanchay move --into 'photos/{modified:%Y}/{modified:%m}' -e jpg --apply inbox
  sanchay move --into sorted --flat --to '{n:04}-{name}' --sort size music";

/// Move files into a folder, or into folders that a template names.
#[derive(Args, Debug)]
#[command(
    after_help = "See --help for templates and examples.",
    after_long_help = EXAMPLES,
)]
pub(crate) struct MoveArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    #[command(flatten)]
    into: IntoArgs,

    #[command(flatten)]
    name: NameArgs,

    #[command(flatten)]
    plan: PlanArgs,
}

impl RunCommand for MoveArgs {
    fn check(&self) -> Result<(), String> {
        self.plan.check()
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        self.plan.carry_out(context, &self.roots, |engine, roots| {
            let request =
                engine.move_into(roots, &self.into.into).flat(self.into.flat);
            self.name.name(request)
        })
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
