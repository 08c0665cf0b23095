//! `sanchay runs`: what was done, by the journals.

use clap::Args;
use sanchay::{
    Engine, escaped,
    ops::{Run, Runs},
};
use sanchay_core::append::append;

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{act::StateArgs, run::RunArgs},
    output::{Inputs, put},
};

/// List the runs that changed files, with what became of them.
#[derive(Args, Debug)]
#[command(after_help = "\
Each run is a line: its name, by which sanchay undo and sanchay apply --resume
know it, how far it is, the command, and how many of its steps were done.")]
pub(crate) struct RunsArgs {
    #[command(flatten)]
    state: StateArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for RunsArgs {
    /// Lists.
    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        list(&self.state.runs()?, &self.run.engine()?)
    }
}

/// Prints the runs, the oldest first.
pub(super) fn list(runs: &Runs, engine: &Engine) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    for run in runs.list(engine)? {
        push(&run, &mut text);
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
