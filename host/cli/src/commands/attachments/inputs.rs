//! `sanchay attachments inputs`: what a job reads, for a worker.

use clap::Args;
use sanchay_attachments::{Conflict, SyncOptions, sync_inputs};

use super::{
    options::{ConflictArgs, ExchangeArgs, SessionArgs},
    print,
    progress::watch,
    rules_json, say, say_unused,
};
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure,
};

const NOTES: &str = "\
Each root of the job gets a directory assetroot-DIGEST in SESSION, which is made
if it is missing; with --map, it is where that says, and outputs needs the same
--map. Files are verified by size and hash, and appear under their names when
they are complete. Nothing is written outside these directories, whatever a
manifest says. If it is ended, the same command goes on, also within a large
file. Of several commands for a session, one works at a time.

With --json, standard output gets the rules that map the roots.";

/// Download what a job reads into the directory of a session.
#[derive(Args, Debug)]
#[command(after_long_help = NOTES, after_help = "See --help for details.")]
pub(super) struct InputsArgs {
    #[command(flatten)]
    session: SessionArgs,

    #[command(flatten)]
    conflict: ConflictArgs,

    #[command(flatten)]
    exchange: ExchangeArgs,
}

impl RunCommand for InputsArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let ExchangeArgs { place, map, json, run } = &self.exchange;
        let interrupt = context.catch_signals()?;
        let messages = run.messages(context, false);
        let (attachments, session) = self.session.read()?;
        let options = SyncOptions {
            conflict: Some(self.conflict.or(Conflict::Overwrite)),
            mapping: map.clone(),
            ..SyncOptions::default()
        };
        let synced = sync_inputs(
            &place.client(),
            place.location(),
            &attachments,
            &session,
            &options,
            &watch(&messages, &interrupt.cancel),
        )?;
        say_unused(&messages, &synced.unused);
        if *json {
            print(&rules_json(&synced.rules))?;
        } else if !run.quiet {
            say(&messages, "download", &synced.statistics);
        }
        Ok(Exit::Done)
    }
}
