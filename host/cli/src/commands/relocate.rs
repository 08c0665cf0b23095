//! `sanchay move`: entries into another folder.

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
    act: ActArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for MoveArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.walk.check_acting()
    }

    /// Moves.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let roots = self.walk.list.or_current(&self.roots)?;
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let engine = self.run.engine()?;
        let mut request = engine
            .move_into(roots, &self.into.into)
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
