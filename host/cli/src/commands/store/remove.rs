//! `sanchay store rm`: snapshots go.

use clap::Args;
use sanchay_store::beyond_newest;

use super::StoreArgs;
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, messages::Messages, progress::ProgressDisplay,
};

/// Remove snapshots.
///
/// What only they have stays in the store until sanchay store gc.
#[derive(Args, Debug)]
#[command(
    override_usage = "sanchay store rm [OPTIONS] STORE SNAPSHOT...\n       \
                            sanchay store rm [OPTIONS] --keep N STORE"
)]
#[command(group(
    clap::ArgGroup::new("what")
        .required(true)
        .multiple(true)
        .args(["snapshots", "keep"])
))]
pub(crate) struct RemoveArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// The snapshots: latest, latest~1, names, or their first digits
    #[arg(value_name = "SNAPSHOT")]
    snapshots: Vec<String>,

    /// Remove all but the newest N snapshots of each series
    ///
    /// Snapshots of the same roots on the same machine, by the same filters,
    /// are a series. Those that were given a name stay.
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    keep: Option<u64>,

    /// Print only what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

impl RunCommand for RemoveArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let failed = self.store.failed();
        let messages =
            Messages::new(context.terminal, ProgressDisplay::Nothing);
        let store = self.store.open()?;
        // All are found before one goes: latest~1 means what it did then.
        let mut doomed = Vec::new();
        for wanted in &self.snapshots {
            doomed.push(store.find(wanted).map_err(&failed)?);
        }
        if let Some(keep) = self.keep {
            let (snapshots, errors) = store.snapshots().map_err(&failed)?;
            errors.iter().for_each(|error| messages.say(error));
            doomed.extend(beyond_newest(&snapshots, keep).cloned());
        }
        doomed.sort_by(|a, b| a.stamp.cmp(&b.stamp));
        doomed.dedup();
        for snapshot in &doomed {
            if !self.dry_run {
                store.remove(snapshot).map_err(&failed)?;
            }
            let word = if self.dry_run { "would remove" } else { "removed" };
            let (id, time) = (snapshot.id(), snapshot.document.time);
            messages.note(format_args!("{word} {id} of {time}"));
        }
        Ok(Exit::Done)
    }
}
