//! `sanchay link`: links to entries, in another folder.

use std::path::PathBuf;

use clap::Args;
use sanchay::ops::Operation;
use sanchay_core::time::TimeZone;

use super::acting::Acting;
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{
        act::ActArgs, into::IntoArgs, name::NameArgs, run::RunArgs,
        walk::WalkArgs,
    },
};

const EXAMPLES: &str = "\
Nothing is linked without --apply: the plan is printed, OLD → NEW, with what
stands in the way marked by an exclamation mark.

A hard link is one more name of the same file, on the same file system. What a
symbolic link says is the path of the file from the top. A reflink is a file of
its own that shares its blocks with the other until one of them is written to.

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
    act: ActArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for LinkArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.walk.check_acting()
    }

    /// Links.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let roots = self.walk.list.or_current(&self.roots)?;
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let engine = self.run.engine()?;
        // The last that is given is the only one that is set.
        debug_assert!(!(self.hard && (self.symbolic || self.reflink)));
        let operation = match (self.symbolic, self.reflink) {
            (true, _) => Operation::Symlink,
            (_, true) => Operation::Reflink,
            _ => Operation::HardLink,
        };
        let mut request = engine
            .link_into(roots, &self.into.into, operation)
            .flat(self.into.flat)
            .options(self.walk.acting_options())
            .monitor(&messages.monitor(&interrupt.cancel))
            .naming(self.name.naming(self.act.portable))
            .zone(TimeZone::system())
            .on_conflict(self.act.on_conflict.into());
        if let Some(sort) = &self.name.sort {
            request = request.sort(sort.clone());
        }
        let plan = request.plan()?;
        let acting = Acting {
            context,
            messages: &messages,
            engine: &engine,
            interrupt: &interrupt,
            quiet: self.run.quiet,
        };
        acting.carry_out(plan, &self.act)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
