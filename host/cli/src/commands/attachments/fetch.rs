//! `sanchay attachments fetch`: what the tasks of a job made, for who
//! submitted it.

use clap::Args;
use sanchay_attachments::{Conflict, download_outputs};

use super::{
    json_text,
    options::{ConflictArgs, ExchangeArgs, MadeByArgs},
    place::QueueArgs,
    print,
    progress::watch,
    say,
};
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure,
};

const NOTES: &str = "\
Of each task the last session action counts, and of a file that several made the
one whose manifest was written last. Outputs go back to the root that they were
made for, which they name themselves, or where --map says. With --json, standard
output gets the files that were written.";

/// Download what the tasks of a job made.
#[derive(Args, Debug)]
#[command(after_long_help = NOTES, after_help = "See --help for details.")]
pub(super) struct FetchArgs {
    #[command(flatten)]
    made_by: MadeByArgs,

    #[command(flatten)]
    queue: QueueArgs,

    #[command(flatten)]
    conflict: ConflictArgs,

    #[command(flatten)]
    exchange: ExchangeArgs,
}

impl RunCommand for FetchArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let ExchangeArgs { place, map, json, run } = &self.exchange;
        let interrupt = context.catch_signals()?;
        let messages = run.messages(context, false);
        let location = place.location();
        let downloaded = download_outputs(
            &place.client(),
            location,
            &self.queue.place(location),
            &self.made_by.query(),
            map,
            self.conflict.or(Conflict::CreateCopy),
            &watch(&messages, &interrupt.cancel),
        )?;
        if *json {
            let files: Vec<String> = downloaded
                .files
                .iter()
                .map(|path| json_text(path.as_os_str().as_encoded_bytes()))
                .collect();
            print(&format!("{{\"files\": [{}]}}\n", files.join(", ")))?;
        } else if !run.quiet {
            say(&messages, "download", &downloaded.statistics);
        }
        Ok(Exit::Done)
    }
}
