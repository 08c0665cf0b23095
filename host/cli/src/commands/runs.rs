//! `sanchay runs`: what was done, by the journals.

use clap::{Args, ValueEnum, builder::PossibleValue};
use sanchay::{
    Engine, Timestamp, escaped,
    ops::{Run, Runs},
};
use sanchay_core::append::append;
use serde::Serialize;

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{act::StateArgs, filter::clock, run::RunArgs},
    output::{Inputs, put},
    progress::line,
};

/// List the runs that changed files, with what became of them.
#[derive(Args, Debug)]
#[command(after_help = "\
Each run is a line: its name, by which sanchay undo and sanchay apply --resume
know it, how far it is, the command, and how many of its steps were done.

Journals are kept until --prune removes them.

Examples:
  sanchay runs --format ndjson
  sanchay runs --prune 90d")]
pub(crate) struct RunsArgs {
    /// How to print the runs
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    format: RunsFormat,

    /// Remove the journals of runs that began before WHEN, as 90d or
    /// 2026-01-31: they cannot be undone any more
    ///
    /// Runs that were ended before their time are kept.
    #[arg(long, value_name = "WHEN", value_parser = time)]
    prune: Option<Timestamp>,

    #[command(flatten)]
    state: StateArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for RunsArgs {
    /// Lists.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let (runs, engine) = (self.state.runs()?, self.run.engine()?);
        let Some(before) = self.prune else {
            return list(&runs, &engine, self.format);
        };
        let removed = runs.prune(before)?;
        if !self.run.quiet {
            let messages = self.run.messages(context, false);
            messages.note(format_args!("journals removed: {removed}"));
        }
        Ok(Exit::Done)
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    clock().time(text)
}

/// The ways to print runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunsFormat {
    /// A line for each.
    Text,
    /// A list of objects.
    Json,
    /// An object on each line.
    Ndjson,
}

impl ValueEnum for RunsFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json, Self::Ndjson]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text => PossibleValue::new("text").help("a line each"),
            Self::Json => PossibleValue::new("json").help("a list of objects"),
            Self::Ndjson => {
                PossibleValue::new("ndjson").help("an object on each line")
            }
        })
    }
}

/// A run for programs.
#[derive(Serialize)]
struct Row<'r> {
    run: &'r str,
    started: &'r str,
    state: &'static str,
    command: &'r str,
    steps: u64,
    done: u64,
    failed: u64,
    undone: u64,
    kept: u64,
}

impl<'r> From<&'r Run> for Row<'r> {
    fn from(run: &'r Run) -> Self {
        Self {
            run: &run.id,
            started: &run.started,
            state: run.state.name(),
            command: &run.command,
            steps: run.steps,
            done: run.done,
            failed: run.failed,
            undone: run.undone,
            kept: run.kept,
        }
    }
}

/// Prints the runs, the oldest first.
pub(super) fn list(
    runs: &Runs,
    engine: &Engine,
    format: RunsFormat,
) -> Result<Exit, Failure> {
    let all = runs.list(engine)?;
    let mut text = Vec::new();
    if format == RunsFormat::Json {
        let rows: Vec<Row<'_>> = all.iter().map(Row::from).collect();
        text.extend_from_slice(line(&rows).as_bytes());
    }
    for run in &all {
        match format {
            RunsFormat::Text => push(run, &mut text),
            RunsFormat::Ndjson => {
                let object = line(&Row::from(run));
                text.extend_from_slice(object.as_bytes());
            }
            RunsFormat::Json => {}
        }
    }
    put(None, &Inputs::default(), &text)?;
    Ok(Exit::Done)
}

fn push(run: &Run, text: &mut Vec<u8>) {
    let state = run.state.name();
    let command = escaped(run.command.as_bytes());
    append(
        text,
        format_args!(
            "{}  {state:10}  {command}: {} of {} done",
            run.id, run.done, run.steps
        ),
    );
    for (count, what) in
        [(run.failed, "failed"), (run.undone, "undone"), (run.kept, "kept")]
    {
        if count > 0 {
            append(text, format_args!(", {count} {what}"));
        }
    }
    text.push(b'\n');
}
