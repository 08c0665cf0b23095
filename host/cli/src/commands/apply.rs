//! `sanchay apply`: does what a plan says, or goes on with a run.

use std::{io, path::PathBuf};

use clap::{Args, ValueHint, builder::NonEmptyStringValueParser};
use sanchay::ops::Plan;

use super::acting::{Acting, exit_of};
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{
        act::{ShowArgs, StateArgs},
        catalog::CatalogArgs,
        run::RunArgs,
    },
    standard_streams::is_stdin,
};

const EXAMPLES: &str = "\
A plan comes from --plan of the commands that make one, or from their output in
a pipe. A step whose entry was changed since is not done, nor one whose place
is taken by now; the others are. A plan that was cut or edited is refused,
unless --force-edited says that it is meant so. If a root is another directory
than when the plan was made, nothing is done. Its paths lead nowhere but down
from the roots that it names, and no link is followed.

Examples:
  sanchay rename --to '{stem:slug}.{ext}' --plan names.plan ~/music
  sanchay apply --dry-run names.plan
  sanchay apply names.plan
  sanchay apply --resume 20260131T120000-1f2e3d4c";

/// Do what a plan says, or go on with a run that was ended before its time.
#[derive(Args, Debug)]
#[command(
    after_help = "See --help for examples.",
    after_long_help = EXAMPLES,
)]
pub(crate) struct ApplyArgs {
    /// The plan; - is standard input
    #[arg(
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        required_unless_present = "resume"
    )]
    file: Option<PathBuf>,

    /// Go on with a run that was killed or interrupted
    #[arg(
        long,
        value_name = "RUN",
        value_parser = NonEmptyStringValueParser::new(),
        conflicts_with_all = ["file", "dry_run"]
    )]
    resume: Option<String>,

    /// Only print what would be done, and what could not be any more
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Take a plan that was edited or cut since it was made
    #[arg(long)]
    force_edited: bool,

    #[command(flatten)]
    show: ShowArgs,

    #[command(flatten)]
    state: StateArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for ApplyArgs {
    /// Applies.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let runs = self.state.runs()?;
        let acting = Acting {
            context,
            messages: &messages,
            engine: &engine,
            interrupt: &interrupt,
            quiet: self.run.quiet,
        };
        if let Some(run) = &self.resume {
            let run = runs.find(run)?;
            let monitor = messages.monitor(&interrupt.cancel);
            let report = runs.resume(&engine, &run, &monitor)?;
            return Ok(acting.tell(&report, "done", true));
        }
        let Some(file) = &self.file else { return Ok(Exit::Done) };
        let mut plan = match is_stdin(file) {
            true => {
                let input = io::stdin().lock();
                Plan::read_from(&engine, file, input, self.force_edited)
            }
            false => Plan::read(&engine, file, self.force_edited),
        }?;
        acting.tell_unfinished(&runs);
        if self.dry_run {
            plan.check(&engine)?;
            let advice = "sanchay apply without --dry-run does it";
            acting.show(&plan, self.show, advice)?;
            return Ok(exit_of(&plan));
        }
        acting.apply(&plan, &runs)
    }
}
