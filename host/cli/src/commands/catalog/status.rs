//! `sanchay catalog status`: the snapshots, and what the catalog takes up.

use clap::Args;
use sanchay::{Plugins, escaped};
use sanchay_core::{record::RecordKind, size::HumanBytes};

use super::write_snapshots;
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{catalog::CatalogArgs, output::OutputArgs, sort::SortArgs},
    output::{Inputs, Output, Request},
    progress::ProgressDisplay,
};

/// List the snapshots, and tell what the catalog takes up.
///
/// A line for each root of each snapshot: number, name, time, files, bytes,
/// errors, root. What the catalog takes up goes to standard error.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    sort: SortArgs,

    #[command(flatten)]
    catalog: CatalogArgs,
}

impl StatusArgs {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let messages =
            Messages::new(context.terminal, ProgressDisplay::Nothing);
        let catalog = self.catalog.require_existing(&messages)?;
        let inputs = Inputs::of_catalog(&catalog);
        let plugins = Plugins::default();
        let kind = RecordKind::Snapshot;
        let output = Output::open(Request {
            sort: Some(&self.sort),
            ..Request::new(&self.output, inputs, kind, &plugins)
        })?;
        let open = catalog.get()?;
        let outcome = write_snapshots(&open, &output);
        let exit = output.end_run(outcome, &messages)?;
        let status = open.status()?;
        messages.note(format_args!(
            "{}: digests: {}, snapshots: {}, versions of files: {}, size: {}",
            escaped(open.path().as_os_str().as_encoded_bytes()),
            status.digests,
            status.snapshots,
            status.versions,
            HumanBytes(status.bytes)
        ));
        Ok(exit)
    }
}
