//! `sanchay store get`: a snapshot becomes a tree.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use sanchay::Existing;
use sanchay_core::size;
use sanchay_store::GetOptions;

use super::StoreArgs;
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::{run::RunArgs, walk::WalkArgs},
};

const EXAMPLES: &str = "\
What is in the snapshot comes into TARGET, which is made if it is missing: with
permissions, times, extended attributes, holes, hard links, and owners where
that is allowed. Every byte has the digest by which it was stored, and so has
every file. It gets its name when it is complete. No link is followed on the
way.

With PATHs, only these come, and what is below them; with a filter, only what it
wants, hidden or not. The directories on the way come, too. Everything has the
path in TARGET that it has in the snapshot.

What is there and looks the same (kind, size and time) stays: so a run that was
interrupted is taken up. What differs is an error, unless --overwrite is given.

Examples:
  sanchay store get /backup/store latest restored
  sanchay store get /backup/store latest restored notes.txt letters/2025
  sanchay store get -e pdf /backup/store latest~3 recovered
  sanchay store get --where 'path glob \"projects/*\"' /backup/store home .";

/// Get a snapshot, or some of it, back.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is restored, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct GetArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// The snapshot: latest, latest~1, a name, or its first digits
    #[arg(value_name = "SNAPSHOT")]
    snapshot: String,

    /// The folder that it comes into
    #[arg(value_name = "TARGET", value_hint = ValueHint::DirPath)]
    target: PathBuf,

    /// Only these entries and what is below, by their paths in the snapshot
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Replace files and links that differ
    #[arg(long)]
    overwrite: bool,

    /// Read what was written again, and compare it
    #[arg(long)]
    verify: bool,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    run: RunArgs,
}

/// Refuses what makes no sense within a snapshot.
pub(super) fn check_within(walk: &WalkArgs) -> Result<(), String> {
    if walk.follow {
        return Err("links of a snapshot are not followed".to_owned());
    }
    if walk.list.is_given() {
        return Err(
            "lists of roots are not for snapshots: say --where 'path \
                    in (...)'"
                .to_owned(),
        );
    }
    walk.check(|filter| filter)
}

impl RunCommand for GetArgs {
    fn check(&self) -> Result<(), String> {
        check_within(&self.walk)
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(|filter| filter)? {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let failed = self.store.failed();
        let store = self.store.open()?;
        let engine = self.run.engine()?;
        let snapshot = store.find(&self.snapshot).map_err(&failed)?;
        let options = GetOptions {
            paths: self.paths.clone(),
            walk: self.walk.acting_options(),
            existing: match self.overwrite {
                true => Existing::Update,
                false => Existing::Complete,
            },
            verify: self.verify,
            monitor: messages.monitor(&interrupt.cancel),
        };
        let got =
            store.get(&engine, &snapshot, &self.target, &options, |error| {
                messages.entry(&error);
            });
        messages.end_progress();
        let got = got.map_err(&failed)?;
        if !self.run.quiet {
            messages.note(format_args!(
                "{} restored, {} kept, {} failed",
                got.copied, got.kept, got.errors
            ));
        }
        Ok(match got.errors {
            0 => Exit::Done,
            _ => Exit::Partly,
        })
    }
}
