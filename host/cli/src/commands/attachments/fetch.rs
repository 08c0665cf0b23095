//! `sanchay attachments fetch`: what the tasks of a job made, for who
//! submitted it.

use std::path::PathBuf;

use clap::Args;
use sanchay_attachments::{OutputQuery, download_outputs};

use super::{
    inputs::ConflictArg,
    json_text, parse_mapping,
    place::{PlaceArgs, QueueArgs},
    print, say, watch,
};
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, options::run::RunArgs,
};

const NOTES: &str = "\
Of each task the last session action counts, and of a file that several made the
one whose manifest was written last. Outputs go back to the root that they were
made for, or where --map says. With --json, standard output gets the files that
were written.";

/// Download what the tasks of a job made.
#[derive(Args, Debug)]
#[command(after_long_help = NOTES, after_help = "See --help for details.")]
pub(super) struct FetchArgs {
    /// The job
    #[arg(long, value_name = "ID")]
    job_id: String,

    /// The step; by default all
    #[arg(long, value_name = "ID")]
    step_id: Option<String>,

    /// The task of that step; by default all
    #[arg(long, value_name = "ID", requires = "step_id")]
    task_id: Option<String>,

    /// The session action of that task; by default the last
    #[arg(long, value_name = "ID", requires = "task_id")]
    session_action_id: Option<String>,

    #[command(flatten)]
    queue: QueueArgs,

    #[command(flatten)]
    place: PlaceArgs,

    /// Where a root goes instead of its own path: FROM=TO
    #[arg(long, value_name = "FROM=TO", value_parser = parse_mapping)]
    map: Vec<(Vec<u8>, PathBuf)>,

    /// What becomes of files that are there
    #[arg(
        long,
        value_name = "HOW",
        value_enum,
        ignore_case = true,
        default_value = "create_copy"
    )]
    conflict_resolution: ConflictArg,

    /// Print the files that were written, as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for FetchArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let location = self.place.location();
        let query = OutputQuery {
            job_id: self.job_id.clone(),
            step_id: self.step_id.clone(),
            task_id: self.task_id.clone(),
            session_action_id: self.session_action_id.clone(),
        };
        let downloaded = download_outputs(
            &self.place.client(),
            location,
            &self.queue.place(location),
            &query,
            &self.map,
            self.conflict_resolution.conflict(),
            &watch(&interrupt.cancel),
        )?;
        if self.json {
            let files: Vec<String> = downloaded
                .files
                .iter()
                .map(|path| json_text(path.as_os_str().as_encoded_bytes()))
                .collect();
            print(&format!("{{\"files\": [{}]}}\n", files.join(", ")))?;
        } else if !self.run.quiet {
            say(&messages, "download", &downloaded.statistics);
        }
        Ok(Exit::Done)
    }
}
