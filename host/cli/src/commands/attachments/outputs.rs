//! `sanchay attachments outputs`: what a task made, from a worker.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use sanchay_attachments::{OutputPath, SyncOptions, sync_outputs};

use super::{
    json_text,
    options::{ExchangeArgs, SessionArgs},
    place::QueueArgs,
    print,
    progress::watch,
    say, say_unused,
};
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure,
};

const NOTES: &str = "\
What is new or changed in the directories of outputs, since the session was
synced or its outputs were the last time, is uploaded, and a manifest for each
root. With --json, standard output gets the keys of these manifests.";

/// Upload what a task made in the directory of a session.
#[derive(Args, Debug)]
#[command(after_long_help = NOTES, after_help = "See --help for details.")]
pub(super) struct OutputsArgs {
    #[command(flatten)]
    session: SessionArgs,

    /// The job
    #[arg(long, value_name = "ID")]
    job_id: String,

    /// The step
    #[arg(long, value_name = "ID")]
    step_id: String,

    /// The task; without it, the outputs are those of the step as a whole
    #[arg(long, value_name = "ID")]
    task_id: Option<String>,

    /// The session action
    #[arg(long, value_name = "ID")]
    session_action_id: String,

    /// When it began, in seconds since 1970; by default now
    #[arg(long, value_name = "SECONDS")]
    start_time: Option<f64>,

    #[command(flatten)]
    queue: QueueArgs,

    #[command(flatten)]
    exchange: ExchangeArgs,
}

impl RunCommand for OutputsArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let ExchangeArgs { place, map, json, run } = &self.exchange;
        let interrupt = context.catch_signals()?;
        let messages = run.messages(context, false);
        let engine = run.engine()?;
        let (attachments, session) = self.session.read()?;
        let now = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0.0, |since| since.as_secs_f64())
        };
        let output = OutputPath {
            job_id: self.job_id.clone(),
            step_id: self.step_id.clone(),
            task_id: self.task_id.clone(),
            session_action_id: self.session_action_id.clone(),
            timestamp: self.start_time.unwrap_or_else(now),
        };
        let options =
            SyncOptions { mapping: map.clone(), ..SyncOptions::default() };
        let location = place.location();
        let synced = sync_outputs(
            &engine,
            &place.client(),
            location,
            &self.queue.place(location),
            &output,
            &attachments,
            &session,
            &options,
            &watch(&messages, &interrupt.cancel),
        )?;
        say_unused(&messages, &synced.unused);
        if *json {
            let keys: Vec<String> = synced
                .manifests
                .iter()
                .map(|key| json_text(key.as_bytes()))
                .collect();
            print(&format!("{{\"manifests\": [{}]}}\n", keys.join(", ")))?;
        } else if !run.quiet {
            say(&messages, "upload", &synced.statistics);
        }
        Ok(Exit::Done)
    }
}
