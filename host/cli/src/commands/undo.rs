//! `sanchay undo`: takes a run back.

use clap::{Args, builder::NonEmptyStringValueParser};

use super::{
    acting::Acting,
    runs::{self, RunsFormat},
};
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{act::StateArgs, catalog::CatalogArgs, run::RunArgs},
};

const EXAMPLES: &str = "\
Steps are undone backwards, each only where the entry is still the one that the
run left there, and its old place is free: nothing is replaced. What is not
undone is named, with the reason, and stays in the journal as kept. Folders get
back the times that they had, unless somebody else changed them since.

A run that was killed is undone as far as it got.

Examples:
  sanchay undo
  sanchay undo --dry-run
  sanchay undo 20260131T120000
  sanchay undo --list";

/// Take a run back: the last one, or the one that is named.
#[derive(Args, Debug)]
#[command(
    after_help = "See --help for examples.",
    after_long_help = EXAMPLES,
)]
pub(crate) struct UndoArgs {
    /// The run, or the beginning of its name; by default the last one that
    /// was not undone
    #[arg(value_name = "RUN", value_parser = NonEmptyStringValueParser::new())]
    run_name: Option<String>,

    /// List the runs, as sanchay runs does
    #[arg(long, conflicts_with_all = ["run_name", "dry_run"])]
    list: bool,

    /// Only say what would be undone, and what could not be
    #[arg(short = 'n', long)]
    dry_run: bool,

    #[command(flatten)]
    state: StateArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for UndoArgs {
    /// Undoes.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let runs = self.state.runs()?;
        if self.list {
            return runs::list(&runs, &engine, RunsFormat::Text);
        }
        let run = match &self.run_name {
            Some(text) => runs.find(text)?,
            None => runs.last(&engine)?,
        };
        let acting = Acting {
            context,
            messages: &messages,
            engine: &engine,
            interrupt: &interrupt,
            quiet: self.run.quiet,
        };
        let monitor = messages.monitor(&interrupt.cancel);
        let report = runs.undo(&engine, &run, self.dry_run, &monitor)?;
        let done = match self.dry_run {
            true => "would be undone",
            false => "undone",
        };
        Ok(acting.tell(&report, done, false))
    }
}
