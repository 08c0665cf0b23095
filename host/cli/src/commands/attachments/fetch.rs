//! `sanchay attachments fetch`: what the tasks of a job made, for who
//! submitted it.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use sanchay_attachments::{Conflict, OutputRoots, download_outputs};

use super::{
    json_text,
    options::{ConflictArgs, ExchangeArgs, MadeByArgs, read_attachments},
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
Of each task the last session action counts, and of a file that several made the
one whose manifest was written last. With --json, standard output gets the files
that were written.

Outputs name the root that they were made for, and any task may have them name
another one. So nothing is written to a root of which only the outputs tell: say
where they go by --map or --into, or give --attachments, so that they go back to
the roots that the job was submitted with. --into is refused where nothing is
left to go there. With --trust-roots, they go to whatever root they name, as if
you had answered yes to what the Python package asks.";

/// Download what the tasks of a job made.
#[derive(Args, Debug)]
#[command(after_long_help = NOTES, after_help = "See --help for details.")]
pub(super) struct FetchArgs {
    #[command(flatten)]
    made_by: MadeByArgs,

    /// The attachments of the job, as submit printed them: outputs go back to
    /// the roots in them; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    attachments: Option<PathBuf>,

    /// Where the outputs go of a root of which nothing else tells
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    into: Option<PathBuf>,

    /// Write to whatever roots the outputs name
    #[arg(long, conflicts_with = "into")]
    trust_roots: bool,

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
        let known = match &self.attachments {
            Some(path) => OutputRoots::of(&read_attachments(path)?),
            None => OutputRoots::default(),
        };
        let absolute = |path: &PathBuf| {
            sanchay::storage::absolute(path)
                .map_err(|source| Failure::List { path: path.clone(), source })
        };
        let roots = OutputRoots {
            mapping: map.clone(),
            into: self.into.as_ref().map(absolute).transpose()?,
            trusted: self.trust_roots,
            ..known
        };
        let downloaded = download_outputs(
            &place.client(),
            location,
            &self.queue.place(location),
            &self.made_by.query(),
            &roots,
            self.conflict.or(Conflict::CreateCopy),
            &watch(&messages, &interrupt.cancel),
        )?;
        say_unused(&messages, &downloaded.unused);
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
