//! `sanchay copy`: copies of entries, in another folder.

use std::path::PathBuf;

use clap::Args;
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
Nothing is copied without --apply: the plan is printed, OLD → NEW, with what
stands in the way marked by an exclamation mark.

A copy appears under its name at once and complete, with times, permissions,
extended attributes and holes, and its owner where that is allowed. Names of
one file become names of one copy. Where the file system can, copies share
their blocks with the originals. Only regular files are copied, unless --kind
says otherwise; links are copied as links.

FOLDER is a path, or the template of one, as sorted/{ext}; see sanchay move.
Every run has a journal: sanchay undo removes the copies that were not changed.
A second run with --on-conflict skip copies what is missing.

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
    act: ActArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for CopyArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.walk.check_acting()
    }

    /// Copies.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let roots = self.walk.list.or_current(&self.roots)?;
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let engine = self.run.engine()?;
        let mut request = engine
            .copy_into(roots, &self.into.into)
            .flat(self.into.flat)
            .verify(self.verify)
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
