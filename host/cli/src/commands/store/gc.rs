//! `sanchay store gc`: what no snapshot needs goes.

use std::time::{Duration, SystemTime};

use clap::Args;
use sanchay::Timestamp;
use sanchay_core::size::HumanBytes;
use sanchay_store::GcOptions;

use super::StoreArgs;
use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, messages::Messages, options::filter::clock,
    progress::ProgressDisplay,
};

const ABOUT: &str = "\
Packs of which no snapshot needs anything, or little, are condemned first: puts
rely on them no more. A later gc, after the time of grace, looks at all
snapshots again and deletes them. What is still needed of them is copied before.

Other processes may put, get, remove and collect at the same time, whatever the
time of grace: nothing that a snapshot needs is ever deleted. With a grace that
is shorter than a put takes, that put stores twice what was condemned meanwhile,
or begins anew. Where nobody puts, --grace 0s frees the space at once.";

/// Delete what no snapshot needs.
#[derive(Args, Debug)]
#[command(after_long_help = ABOUT)]
pub(crate) struct GcArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// How old a pack is that is condemned, and for how long it stays so
    #[arg(
        long,
        value_name = "TIME",
        default_value = "1d",
        value_parser = ago
    )]
    grace: Duration,

    /// Copy what is needed of packs of which more than PERCENT is not
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 25,
        value_parser = clap::value_parser!(u8).range(0..=100)
    )]
    waste: u8,

    /// Print what would be condemned, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// A length of time, in the words that filters have for how long ago.
fn ago(text: &str) -> Result<Duration, String> {
    let time: Timestamp = clock().time(text)?;
    let time = SystemTime::try_from(time).map_err(|it| it.to_string())?;
    Ok(SystemTime::now().duration_since(time).unwrap_or_default())
}

impl RunCommand for GcArgs {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let messages =
            Messages::new(context.terminal, ProgressDisplay::Nothing);
        // What was put a moment ago is old enough for no grace at all.
        let second = Duration::from_secs(1);
        let grace = match self.grace < second {
            true => Duration::ZERO,
            false => self.grace,
        };
        let options = GcOptions {
            grace,
            waste: f64::from(self.waste) / 100.0,
            dry_run: self.dry_run,
            ..GcOptions::default()
        };
        let store = self.store.open()?;
        let report = store.gc(&options).map_err(self.store.failed())?;
        messages.note(format_args!(
            "condemned: {} packs, {}; copied: {} objects; deleted: {} packs, \
             {}",
            report.condemned,
            HumanBytes(report.condemned_bytes),
            report.copied,
            report.deleted,
            HumanBytes(report.deleted_bytes),
        ));
        Ok(Exit::Done)
    }
}
