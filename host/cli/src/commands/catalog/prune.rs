//! `sanchay catalog prune`: what is not wanted any more goes.

use clap::Args;
use sanchay::Timestamp;
use sanchay_catalog::PruneOptions;

use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{catalog::CatalogArgs, filter::clock},
    progress::ProgressDisplay,
};

/// Drop old snapshots, and digests that nobody asks for.
///
/// Snapshots that have the same roots and filters form a series. The newest of
/// each always stays, and so do those that were given a name, unless --drop
/// says otherwise.
#[derive(Args, Debug)]
#[command(group(
    clap::ArgGroup::new("what")
        .required(true)
        .multiple(true)
        .args(["keep", "taken_before", "drop", "unused_since"])
))]
pub(crate) struct PruneArgs {
    /// Keep the newest N snapshots without a name of each series
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    keep: Option<u64>,

    /// Drop snapshots without a name taken before WHEN, as 90d or 2026-01-31
    #[arg(long, value_name = "WHEN", value_parser = time)]
    taken_before: Option<Timestamp>,

    /// Drop this snapshot: its name or number, latest, or latest~N
    #[arg(long, value_name = "SNAPSHOT")]
    drop: Vec<String>,

    /// Drop digests that nobody asked for since WHEN, to the week
    #[arg(long, value_name = "WHEN", value_parser = time)]
    unused_since: Option<Timestamp>,

    #[command(flatten)]
    catalog: CatalogArgs,
}

fn time(text: &str) -> Result<Timestamp, String> {
    clock().time(text)
}

impl PruneArgs {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let messages =
            Messages::new(context.terminal, ProgressDisplay::Nothing);
        let catalog = self.catalog.require_existing(&messages)?;
        let open = catalog.get()?;
        let drop = self.drop.iter();
        let drop = drop.map(|name| Ok(open.find_snapshot(name)?.number));
        let drop: Result<_, Failure> = drop.collect();
        let pruned = open.prune(&PruneOptions {
            keep: self.keep,
            taken_before: self.taken_before,
            drop: drop?,
            unused_since: self.unused_since,
        })?;
        messages.note(format_args!(
            "dropped snapshots: {}, versions of files: {}, digests: {}",
            pruned.snapshots, pruned.versions, pruned.digests
        ));
        Ok(Exit::Done)
    }
}
