//! `sanchay link`: links to entries, in another folder.

use std::path::PathBuf;

use clap::Args;
use sanchay::ops::Operation;

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{into::IntoArgs, name::NameArgs, plan::PlanArgs},
};

const EXAMPLES: &str = "\
Nothing is linked without --apply: the plan is printed, OLD → NEW, with what
stands in the way marked by an exclamation mark.

A hard link is one more name of the same file, on the same file system. What a
symbolic link says is the path of the file from the top. A reflink is a file of
its own that shares its blocks with the other until one of them is written to;
where the file system has none, that is said before anything is done.

FOLDER is a path, or the template of one, as by-type/{ext}; see sanchay move.
Every run has a journal: sanchay undo removes the links.

Examples:
  sanchay link --into by-year/{modified:%Y} --apply photos
  sanchay link --symbolic --into favourites --flat --files-from list.txt";

/// Link files into a folder, or into folders that a template names.
#[derive(Args, Debug)]
#[command(
    after_help = "See --help for templates and examples.",
    after_long_help = EXAMPLES,
)]
pub(crate) struct LinkArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    #[command(flatten)]
    into: IntoArgs,

    /// Make hard links (the default)
    #[arg(long, overrides_with_all = ["symbolic", "reflink"])]
    hard: bool,

    /// Make symbolic links
    #[arg(long, overrides_with_all = ["hard", "reflink"])]
    symbolic: bool,

    /// Make files that share the contents' blocks, where the file system can
    #[arg(long, overrides_with_all = ["hard", "symbolic"])]
    reflink: bool,

    #[command(flatten)]
    name: NameArgs,

    #[command(flatten)]
    plan: PlanArgs,
}

impl RunCommand for LinkArgs {
    fn check(&self) -> Result<(), String> {
        self.plan.check()
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        // The last that is given is the only one that is set.
        debug_assert!(!(self.hard && (self.symbolic || self.reflink)));
        let operation = match (self.symbolic, self.reflink) {
            (true, _) => Operation::Symlink,
            (_, true) => Operation::Reflink,
            _ => Operation::HardLink,
        };
        self.plan.carry_out(context, &self.roots, |engine, roots| {
            let request = engine
                .link_into(roots, &self.into.into, operation)
                .flat(self.into.flat);
            self.name.name(request)
        })
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
