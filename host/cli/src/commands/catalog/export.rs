//! `sanchay catalog export`: what is in the catalog, as records.

use clap::{Args, ValueEnum};
use sanchay::{Method, Plugins};
use sanchay_core::record::{RecordKind, Row};

use super::write_snapshots;
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{catalog::CatalogArgs, output::OutputArgs, sort::SortArgs},
    output::{Inputs, Output, RecordWriter, Request},
    progress::ProgressDisplay,
};

/// Write what is in the catalog as records.
///
/// Digests have device, inode, size, modified, changed, algorithm, chunk, hash
/// and verified; snapshots have snapshot, snapshot_name, snapshot_time, files,
/// bytes, errors and path, a record for each root.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// What to write
    #[arg(value_enum)]
    what: What,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    sort: SortArgs,

    #[command(flatten)]
    catalog: CatalogArgs,
}

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// known digests
    Digests,
    /// snapshots, without their files
    Snapshots,
}

impl ExportArgs {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let messages =
            Messages::new(context.terminal, ProgressDisplay::Nothing);
        let catalog = self.catalog.require_existing(&messages)?;
        let inputs = Inputs::of_catalog(&catalog);
        let plugins = Plugins::default();
        let kind = match self.what {
            What::Digests => RecordKind::KnownDigest,
            What::Snapshots => RecordKind::Snapshot,
        };
        let output = Output::open(Request {
            sort: Some(&self.sort),
            ..Request::new(&self.output, inputs, kind, &plugins)
        })?;
        let outcome = self.write(&*catalog.get()?, &output);
        output.end_run(outcome, &messages)
    }

    fn write(
        &self,
        catalog: &sanchay_catalog::Catalog,
        output: &Output,
    ) -> Result<Exit, Failure> {
        match self.what {
            What::Snapshots => write_snapshots(catalog, output),
            What::Digests => write_digests(catalog, output),
        }
    }
}

/// Writes the digests that a catalog knows, as many as are wanted.
fn write_digests(
    catalog: &sanchay_catalog::Catalog,
    output: &Output,
) -> Result<Exit, Failure> {
    let mut writer = RecordWriter::new(output);
    catalog.known_digests(|known| {
        if output.take().is_break() {
            return;
        }
        let facts = sanchay::FileFacts {
            size: known.size,
            changed: Some(known.changed),
            inode: Some(known.inode),
            device: Some(known.device),
            ..sanchay::FileFacts::default()
        };
        writer.push(&Row {
            size: Some(known.size),
            modified: Some(known.modified),
            content: Some(known.content),
            chunk: match known.method {
                Method::Whole(_) => None,
                Method::Partial { chunk } => Some(chunk),
            },
            verified: Some(known.verified),
            facts: Some(&facts),
            ..Row::default()
        });
        // What goes wrong is reported at the end.
        let _ = writer.flush_if_due();
    })?;
    Ok(Exit::Done)
}
