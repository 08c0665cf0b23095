//! `sanchay attachments inputs`: what a job reads, for a worker.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use sanchay_attachments::{Conflict, SyncOptions, sync_inputs};

use super::{
    parse_mapping, place::PlaceArgs, print, read_attachments, rules_json, say,
    watch,
};
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, options::run::RunArgs,
};

const NOTES: &str = "\
Each root of the job gets a directory assetroot-DIGEST in SESSION, which is made
if it is missing. Files are verified by size and hash, and appear under their
names when they are complete. Nothing is written outside these directories,
whatever a manifest says.

With --json, standard output gets the rules that map the roots.";

/// Download what a job reads into the directory of a session.
#[derive(Args, Debug)]
#[command(after_long_help = NOTES, after_help = "See --help for details.")]
pub(super) struct InputsArgs {
    /// The directory of the session
    #[arg(value_name = "SESSION", value_hint = ValueHint::DirPath)]
    session: PathBuf,

    /// The attachments of the job, as submit printed them; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    attachments: PathBuf,

    #[command(flatten)]
    place: PlaceArgs,

    /// What becomes of files that are there
    #[arg(
        long,
        value_name = "HOW",
        value_enum,
        ignore_case = true,
        default_value = "overwrite"
    )]
    conflict_resolution: ConflictArg,

    /// Where a root of the storage profile is here: FROM=TO
    #[arg(long, value_name = "FROM=TO", value_parser = parse_mapping)]
    map: Vec<(Vec<u8>, PathBuf)>,

    /// Print the rules that map the roots, as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    run: RunArgs,
}

/// What becomes of files that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ConflictArg {
    /// They stay
    Skip,
    /// They are replaced
    Overwrite,
    /// They stay, and new ones get other names
    #[value(name = "create_copy")]
    CreateCopy,
}

impl ConflictArg {
    pub(super) fn conflict(self) -> Conflict {
        match self {
            Self::Skip => Conflict::Skip,
            Self::Overwrite => Conflict::Overwrite,
            Self::CreateCopy => Conflict::CreateCopy,
        }
    }
}

impl RunCommand for InputsArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let attachments = read_attachments(&self.attachments)?;
        let options = SyncOptions {
            conflict: Some(self.conflict_resolution.conflict()),
            mapping: self.map.clone(),
            ..SyncOptions::default()
        };
        let session =
            std::path::absolute(&self.session).map_err(|source| {
                Failure::List { path: self.session.clone(), source }
            })?;
        let synced = sync_inputs(
            &self.place.client(),
            self.place.location(),
            &attachments,
            &session,
            &options,
            &watch(&interrupt.cancel),
        )?;
        if self.json {
            print(&rules_json(&synced.rules))?;
        } else if !self.run.quiet {
            say(&messages, "download", &synced.statistics);
        }
        Ok(Exit::Done)
    }
}
