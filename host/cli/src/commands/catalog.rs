//! `sanchay catalog`: what is in the catalog, and how it gets smaller.

mod export;
mod prune;
mod query;
mod status;

use clap::{Args, Subcommand};
use sanchay_catalog::{Catalog, Snapshot};
use sanchay_core::record::{Row, SnapshotFacts};

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    output::{Output, RecordWriter},
};

const ABOUT: &str = "\
The catalog is one SQLite file: the one that --catalog FILE names, or
$XDG_DATA_HOME/sanchay/catalog.db. docs/CATALOG.md describes its tables.

Examples:
  sanchay catalog status
  sanchay catalog prune --keep 30 --unused-since 1y
  sanchay catalog export digests --format parquet -o digests.parquet
  sanchay catalog query 'SELECT count(*), sum(size) FROM digests'";

/// Look into the catalog, prune it, export it.
#[derive(Args, Debug)]
#[command(after_long_help = ABOUT, after_help = "See --help for examples.")]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct CatalogCommand {
    #[command(subcommand)]
    command: CommandArgs,
}

#[derive(Debug, Subcommand)]
enum CommandArgs {
    /// List the snapshots, and tell what the catalog takes up
    Status(status::StatusArgs),
    /// Drop old snapshots, and digests that nobody asks for
    Prune(prune::PruneArgs),
    /// Write what is in it as records
    Export(export::ExportArgs),
    /// Answer a question in SQL
    Query(query::QueryArgs),
}

impl RunCommand for CatalogCommand {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        match &self.command {
            CommandArgs::Status(status) => status.run(context),
            CommandArgs::Prune(prune) => prune.run(context),
            CommandArgs::Export(export) => export.run(context),
            CommandArgs::Query(query) => query.run(),
        }
    }
}

/// What records tell of a snapshot.
pub(super) fn facts_of(snapshot: &Snapshot) -> SnapshotFacts<'_> {
    SnapshotFacts {
        number: snapshot.number,
        name: snapshot.name.as_deref(),
        taken: snapshot.taken,
        files: snapshot.files,
        bytes: snapshot.bytes,
        errors: snapshot.errors,
    }
}

/// Writes the snapshots of a catalog, as many as are wanted.
fn write_snapshots(
    catalog: &Catalog,
    output: &Output,
) -> Result<Exit, Failure> {
    let mut writer = RecordWriter::new(output);
    for snapshot in &catalog.snapshots()? {
        if output.take().is_break() {
            break;
        }
        push_snapshot(&mut writer, snapshot);
    }
    Ok(Exit::Done)
}

/// Appends a record for each root of a snapshot.
pub(super) fn push_snapshot(
    writer: &mut RecordWriter<'_>,
    snapshot: &Snapshot,
) {
    for root in &snapshot.roots {
        writer.push(&Row {
            snapshot: Some(facts_of(snapshot)),
            name: root.as_os_str().as_encoded_bytes(),
            ..Row::default()
        });
    }
}
